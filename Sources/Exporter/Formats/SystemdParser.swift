/// The state machine with which systemd reads an environment file, byte by byte. It knows no errors.
///
/// Two of its habits surprise: between a closing quote and the next character blanks vanish, and once an unquoted character has begun
/// a value, later quotes are ordinary characters. So the shell's `'it'\''s'` is not `it's`.
///
/// Source: systemd `parse_env_file_internal()`, src/basic/env-file.c; comments as since version 254.
struct SystemdParser {
    private enum State {
        case beforeKey, key, beforeValue, value, escape, single, double, doubleEscape, comment, commentEscape
    }

    /// What has been assigned so far, with the lines on which it stands.
    private(set) var assignments: [(key: [UInt8], value: [UInt8], lines: ClosedRange<Int>)] = []

    private var state = State.beforeKey
    private var key: [UInt8] = []
    private var value: [UInt8] = []
    /// Where the blanks at the end of the value begin, while it ends in unquoted ones.
    private var blanks: Int?
    private var line = 1
    private var start = 1

    /// What a whole file assigns.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a file with a NUL, in terms of the format that is read.
    static func assignments(
        in bytes: [UInt8], of format: any EnvironmentFormat.Type
    ) throws(ExportError) -> [(key: [UInt8], value: [UInt8], lines: ClosedRange<Int>)] {
        if let nul = bytes.firstIndex(of: 0) {
            throw .malformed(format, line: 1 + bytes[..<nul].count { $0 == UInt8(ascii: "\n") })
        }
        var parser = SystemdParser()
        for byte in bytes { parser.take(byte) }
        parser.finish()
        return parser.assignments
    }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) {
        let isNewline = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        let isBlank = isNewline || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        switch state {
        case .beforeKey: beginLine(byte, isBlank)
        case .key: takeKey(byte, isNewline)
        case .beforeValue, .value: takeValue(byte, isNewline, isBlank)
        case .escape:
            state = .value
            if !isNewline { value.append(byte) }
        case .single:
            if byte == UInt8(ascii: "'") { state = .beforeValue } else { value.append(byte) }
        case .double:
            switch byte {
            case UInt8(ascii: "\""): state = .beforeValue
            case UInt8(ascii: "\\"): state = .doubleEscape
            default: value.append(byte)
            }
        case .doubleEscape:
            state = .double
            if "\"\\$`".utf8.contains(byte) {
                value.append(byte)
            } else if byte != UInt8(ascii: "\n") {
                value += [UInt8(ascii: "\\"), byte]
            }
        case .comment:
            if byte == UInt8(ascii: "\\") { state = .commentEscape } else if isNewline { state = .beforeKey }
        case .commentEscape:
            state = isNewline ? .beforeKey : .comment
        }
        if byte == UInt8(ascii: "\n") { line += 1 }
    }

    /// Ends the file, where an assignment may be unfinished.
    mutating func finish() {
        switch state {
        case .beforeKey, .key, .comment, .commentEscape: break
        case .value: assign(trimming: true)
        default: assign(trimming: false)
        }
    }

    private mutating func beginLine(_ byte: UInt8, _ isBlank: Bool) {
        if byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
            state = .comment
        } else if !isBlank {
            state = .key
            start = line
            key = [byte]
        }
    }

    private mutating func takeKey(_ byte: UInt8, _ isNewline: Bool) {
        if isNewline {
            state = .beforeKey
        } else if byte == UInt8(ascii: "=") {
            state = .beforeValue
            value = []
            blanks = nil
        } else {
            key.append(byte)
        }
    }

    private mutating func takeValue(_ byte: UInt8, _ isNewline: Bool, _ isBlank: Bool) {
        if isNewline {
            assign(trimming: state == .value)
            state = .beforeKey
        } else if byte == UInt8(ascii: "\\") {
            // systemd forgets earlier blanks only in the middle of a value.
            if state == .value { blanks = nil }
            state = .escape
        } else if state == .value {
            if !isBlank { blanks = nil } else if blanks == nil { blanks = value.count }
            value.append(byte)
        } else if byte == UInt8(ascii: "'") {
            state = .single
        } else if byte == UInt8(ascii: "\"") {
            state = .double
        } else if !isBlank {
            state = .value
            value.append(byte)
        }
    }

    private mutating func assign(trimming: Bool) {
        while let last = key.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { key.removeLast() }
        if trimming, let blanks { value.removeSubrange(blanks...) }
        assignments.append((key, value, start...line))
        key = []
        value = []
    }
}
