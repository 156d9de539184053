/// Reads the `key = string` lines of a TOML document, in all four notations of strings.
///
/// Source: https://toml.io/en/v1.0.0
struct TOMLStringsParser {
    private let text: ScalarText
    private var position = 0

    /// What has been read.
    private(set) var entries: [EnvironmentEntry] = []
    /// The first line that is something else; nothing is read after it.
    private(set) var badLine: Int?

    init(_ text: ScalarText) { self.text = text }

    /// Reads the next pair into ``entries``, past blank lines and comments.
    ///
    /// - Returns: its name, and the line on which it begins; nil at the end and at a bad line.
    mutating func next() -> (name: String?, line: Int)? {
        while position < text.count {
            skipBlanks()
            if isAtLineEnd {
                guard endLine() else { return fail() }
                continue
            }
            guard position < text.count else { break }
            let line = text.lines[position]
            guard let key = key() else { return fail() }
            skipBlanks()
            guard text[position] == "=" else { return fail() }
            position += 1
            skipBlanks()
            guard let value = string() else { return fail() }
            let last = text.lines[position - 1]
            skipBlanks()
            guard isAtLineEnd, endLine() else { return fail() }
            let name = String(decoding: ScalarText.bytes(key), as: UTF8.self)
            entries.append(EnvironmentEntry(name, ScalarText.bytes(value), lines: line...last))
            return (name, line)
        }
        return nil
    }

    private mutating func fail() -> (name: String?, line: Int)? {
        badLine = text.lines[min(position, text.count)]
        return nil
    }

    private mutating func skipBlanks() {
        position = text.end(of: { $0 == " " || $0 == "\t" }, from: position)
    }

    private var isAtLineEnd: Bool {
        guard let scalar = text[position] else { return true }
        return scalar == "#" || scalar == "\n" || scalar == "\r"
    }

    /// A comment, if there is one, and LF, CR LF or the end of the text.
    private mutating func endLine() -> Bool {
        if text[position] == "#" { position = text.end(of: Self.isPrintable, from: position) }
        if text[position] == "\r", text[position + 1] == "\n" { position += 1 }
        if position == text.count { return true }
        guard text[position] == "\n" else { return false }
        position += 1
        return true
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F)
    }

    private mutating func key() -> [Unicode.Scalar]? {
        if text[position] == "\"" || text[position] == "'" {
            guard !text.has("\"\"\"", at: position), !text.has("'''", at: position) else { return nil }
            return string()
        }
        let start = position
        position = text.end(of: { $0 == "-" || $0.isASCII && isNameByte(UInt8($0.value)) }, from: position)
        return position == start ? nil : [Unicode.Scalar](text.scalars[start..<position])
    }

    private mutating func string() -> [Unicode.Scalar]? {
        guard let quote = text[position], quote == "\"" || quote == "'" else { return nil }
        let fence = String(repeating: Character(quote), count: 3)
        let isMultiline = text.has(fence, at: position)
        position += isMultiline ? 3 : 1
        if isMultiline, text[position] == "\n" || text.has("\r\n", at: position) { position += text[position] == "\n" ? 1 : 2 }
        var value: [Unicode.Scalar] = []
        while let scalar = text[position] {
            if scalar == quote {
                guard isMultiline else {
                    position += 1
                    return value
                }
                // Up to two quotes may stand before the three that end it.
                let count = min(text.end(of: { $0 == quote }, from: position) - position, 5)
                position += count
                value += repeatElement(quote, count: count < 3 ? count : count - 3)
                if count >= 3 { return value }
            } else if scalar == "\\", quote == "\"" {
                position += 1
                if isMultiline, skipLineBreak() { continue }
                guard let escaped = escape() else { return nil }
                value.append(escaped)
            } else {
                guard Self.isPrintable(scalar) || (isMultiline && scalar == "\n") else { return nil }
                value.append(scalar)
                position += 1
            }
        }
        return nil
    }

    /// After a backslash: blanks, a line end, and all blanks and line ends that follow.
    private mutating func skipLineBreak() -> Bool {
        let end = text.end(of: { $0 == " " || $0 == "\t" }, from: position)
        guard text[end] == "\n" || text.has("\r\n", at: end) else { return false }
        position = end
        while true {
            if let scalar = text[position], " \t\n".unicodeScalars.contains(scalar) {
                position += 1
            } else if text.has("\r\n", at: position) {
                position += 2
            } else {
                return true
            }
        }
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let scalar = text[position] else { return nil }
        position += 1
        switch scalar {
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "\"", "\\": return scalar
        case "u": return digits(4)
        case "U": return digits(8)
        default: return nil
        }
    }

    private mutating func digits(_ count: Int) -> Unicode.Scalar? {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let scalar = text[position], scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return Unicode.Scalar(number)
    }
}
