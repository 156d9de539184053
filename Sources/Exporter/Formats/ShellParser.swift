/// Reads the simplest of shell scripts: assignments, with or without `export`, in the quotes that bash, dash and zsh read alike.
///
/// What a shell would expand or run stops it, and so do braces after `export`, which only bash expands there.
struct ShellParser {
    private(set) var entries: [EnvironmentEntry] = []
    /// The line on which the command at hand begins.
    private(set) var line = 1

    private let bytes: [UInt8]
    private var position = 0
    private var currentLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes the whole script, or stops at a command that is more than that.
    mutating func run() -> Bool {
        while position < bytes.count {
            line = currentLine
            skipBlanks()
            let isExport = bytes[position...].starts(with: "export ".utf8) || bytes[position...].starts(with: "export\t".utf8)
            if isExport { position += 6 }
            var count = 0
            while true {
                skipBlanks()
                guard let byte = next, byte != UInt8(ascii: "\n") else { break }
                if byte == UInt8(ascii: "#") {
                    skipComment()
                    break
                }
                guard assignment(isExport: isExport) else { return false }
                count += 1
            }
            if isExport, count == 0 { return false }
            if next != nil { advance() }
        }
        return true
    }

    /// `NAME=word`, and after `export` also the name of a variable that has been assigned.
    private mutating func assignment(isExport: Bool) -> Bool {
        let first = currentLine
        let start = position
        while let byte = next, isNameByte(byte) { position += 1 }
        let key = bytes[start..<position]
        let name = String(decoding: key, as: UTF8.self)
        guard isVariableName(key), !shellNames.contains(name) else { return false }
        guard next == UInt8(ascii: "=") else {
            return isExport && isWordEnd && entries.contains { $0.name == name }
        }
        position += 1
        guard let value = word(isExport: isExport) else { return false }
        entries.append(EnvironmentEntry(name, value, lines: first...currentLine))
        return true
    }

    private mutating func word(isExport: Bool) -> [UInt8]? {
        var word: [UInt8] = []
        /// Whether shells would expand `~` or `=` here: at the beginning, and after an unquoted `:` or `=`.
        var canExpand = true
        while let byte = next, !isWordEnd {
            advance()
            switch byte {
            case UInt8(ascii: "'"):
                guard singleQuoted(into: &word) else { return nil }
            case UInt8(ascii: "\""):
                guard doubleQuoted(into: &word) else { return nil }
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return nil }
                advance()
                // With the line feed the next line goes on with the word.
                if escaped == UInt8(ascii: "\n") { continue }
                word.append(escaped)
            case UInt8(ascii: "~"), UInt8(ascii: "="):
                if canExpand { return nil }
                word.append(byte)
            case _ where "$`;&|<>()\0".utf8.contains(byte): return nil
            case _ where isExport && "{}".utf8.contains(byte): return nil
            default: word.append(byte)
            }
            canExpand = byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=")
        }
        return word
    }

    private mutating func singleQuoted(into word: inout [UInt8]) -> Bool {
        while let byte = next {
            advance()
            if byte == UInt8(ascii: "'") { return true }
            if byte == 0 { return false }
            word.append(byte)
        }
        return false
    }

    private mutating func doubleQuoted(into word: inout [UInt8]) -> Bool {
        while let byte = next {
            advance()
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "$"), UInt8(ascii: "`"), 0: return false
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return false }
                if "$`\"\\\n".utf8.contains(escaped) {
                    advance()
                    if escaped != UInt8(ascii: "\n") { word.append(escaped) }
                } else {
                    word.append(byte)
                }
            default: word.append(byte)
            }
        }
        return false
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var isWordEnd: Bool {
        guard let next else { return true }
        return " \t\n".utf8.contains(next)
    }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { currentLine += 1 }
        position += 1
    }

    private mutating func skipBlanks() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { advance() }
    }

    private mutating func skipComment() {
        while let byte = next, byte != UInt8(ascii: "\n") { advance() }
    }
}
