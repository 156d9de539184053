/// Reads JSON5: JSON with comments, trailing commas, single quotes, names without quotes, and the numbers of ECMAScript 5.1.
///
/// What it refuses of JSON5 is half a surrogate pair, which UTF-8 cannot hold.
///
/// Source: https://spec.json5.org
package struct JSON5Parser {
    /// How deep arrays and objects may lie in each other: far more than a configuration needs, far less than exhausts the stack.
    static let maximumDepth = 128

    let bytes: [UInt8]
    var position = 0
    var line = 1

    /// Reads one document.
    ///
    /// - Throws: ``ExportError/Code/malformed`` with the line.
    package static func parse(_ bytes: [UInt8]) throws(ExportError) -> JSON5Value {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw ExportError(.malformed, "not JSON5: not UTF-8") }
        var parser = JSON5Parser(bytes)
        try parser.skipBlanks()
        let value = try parser.value(depth: 0)
        try parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.failure() }
        return value
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ reason: String = "not JSON5") -> ExportError { ExportError(.malformed, "line \(line): \(reason)") }

    // MARK: Values

    private mutating func value(depth: Int) throws(ExportError) -> JSON5Value {
        guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
        let (start, line) = (position, self.line)
        let content: JSON5Value.Content
        switch current {
        case UInt8(ascii: "{"): content = .object(try object(depth: depth))
        case UInt8(ascii: "["): content = .array(try array(depth: depth))
        case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .string(try string())
        default:
            if takeWord("null") {
                content = .null
            } else if takeWord("true") {
                content = .bool(true)
            } else if takeWord("false") {
                content = .bool(false)
            } else {
                content = .number(try number())
            }
        }
        return JSON5Value(content: content, span: start..<position, line: line)
    }

    private mutating func object(depth: Int) throws(ExportError) -> [JSON5Member] {
        position += 1
        var members: [JSON5Member] = []
        try skipBlanks()
        while !take("}") {
            let (start, line) = (position, self.line)
            let key = current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") ? try string() : try identifier()
            let keySpan = start..<position
            try skipBlanks()
            guard take(":") else { throw failure() }
            try skipBlanks()
            let value = try value(depth: depth + 1)
            members.append(JSON5Member(key: String(decoding: key, as: UTF8.self), keySpan: keySpan, line: line, value: value))
            try endElement(before: "}")
        }
        return members
    }

    private mutating func array(depth: Int) throws(ExportError) -> [JSON5Value] {
        position += 1
        var elements: [JSON5Value] = []
        try skipBlanks()
        while !take("]") {
            elements.append(try value(depth: depth + 1))
            try endElement(before: "]")
        }
        return elements
    }

    /// A comma, or what ends the whole.
    private mutating func endElement(before end: Unicode.Scalar) throws(ExportError) {
        try skipBlanks()
        if take(",") { return try skipBlanks() }
        guard current == UInt8(ascii: end) else { throw failure() }
    }

    /// ECMAScript 5.1's IdentifierName; the escapes in it must stand for characters that it may have.
    private mutating func identifier() throws(ExportError) -> [UInt8] {
        var name: [UInt8] = []
        while let next = scalar {
            var scalar = next.scalar
            if scalar == "\\" {
                position += 1
                guard take("u"), let escaped = Unicode.Scalar(try digits(4)) else { throw failure() }
                scalar = escaped
                guard isNamePart(scalar, isFirst: name.isEmpty) else { throw failure() }
            } else {
                guard isNamePart(scalar, isFirst: name.isEmpty) else { break }
                position += next.count
            }
            name += Array(String(scalar).utf8)
        }
        guard !name.isEmpty else { throw failure() }
        return name
    }

    func isNamePart(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
        if scalar == "$" || scalar == "_" { return true }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: true
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: !isFirst
        default: !isFirst && (scalar == "\u{200C}" || scalar == "\u{200D}")
        }
    }

    // MARK: Characters

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next character and its bytes. The whole text has been seen to be UTF-8.
    var scalar: (scalar: Unicode.Scalar, count: Int)? {
        guard let first = current else { return nil }
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        let text = String(decoding: bytes[position..<min(position + count, bytes.count)], as: UTF8.self)
        return text.unicodeScalars.first.map { ($0, count) }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        let end = position + word.utf8.count
        if end < bytes.count, isNameByte(bytes[end]) || bytes[end] == UInt8(ascii: "$") { return false }
        position = end
        return true
    }

    /// White space of any kind that ECMAScript knows, and comments.
    private mutating func skipBlanks() throws(ExportError) {
        while let next = scalar {
            switch next.scalar {
            case "\n": line += 1
            case "\t", "\u{B}", "\u{C}", "\r", " ", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2029}": break
            case "/":
                try skipComment()
                continue
            default: guard next.scalar.properties.generalCategory == .spaceSeparator else { return }
            }
            position += next.count
        }
    }

    private mutating func skipComment() throws(ExportError) {
        let rest = bytes[position...]
        if rest.starts(with: "//".utf8) {
            while let next = scalar, !["\n", "\r", "\u{2028}", "\u{2029}"].contains(next.scalar) { position += next.count }
        } else if rest.starts(with: "/*".utf8) {
            position += 2
            while !bytes[position...].starts(with: "*/".utf8) {
                guard let byte = current else { throw failure("a comment without an end") }
                if byte == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
            position += 2
        } else {
            throw failure()
        }
    }
}
