/// Reads JSON5: JSON with comments, trailing commas, single quotes, names without quotes, and the numbers of ECMAScript 5.1.
///
/// What it refuses of JSON5 is half a surrogate pair, which UTF-8 cannot hold.
///
/// Source: https://spec.json5.org
struct JSON5Parser {
    /// How deep arrays and objects may lie in each other: far more than a configuration needs, far less than exhausts the stack.
    static let maximumDepth = 128

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// Reads one document.
    ///
    /// - Throws: ``ExportError/Code/malformed`` with the line.
    static func parse(_ bytes: [UInt8]) throws(ExportError) -> JSON5Value {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw ExportError(.malformed, "not JSON5: not UTF-8") }
        var parser = JSON5Parser(bytes)
        try parser.skipBlanks()
        let value = try parser.value(depth: 0)
        try parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.failure() }
        return value
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func failure(_ reason: String = "not JSON5") -> ExportError { ExportError(.malformed, "line \(line): \(reason)") }

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

    private func isNamePart(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
        if scalar == "$" || scalar == "_" { return true }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: true
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: !isFirst
        default: !isFirst && (scalar == "\u{200C}" || scalar == "\u{200D}")
        }
    }

    // MARK: Strings

    private mutating func string() throws(ExportError) -> [UInt8] {
        let quote = bytes[position]
        position += 1
        var value: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case quote: return value
            case UInt8(ascii: "\\"): try escape(into: &value)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): throw failure()
            default: value.append(byte)
            }
        }
        throw failure("a string without an end")
    }

    private mutating func escape(into value: inout [UInt8]) throws(ExportError) {
        guard let next = scalar else { throw failure() }
        position += next.count
        switch next.scalar {
        case "b": value.append(8)
        case "f": value.append(12)
        case "n": value.append(10)
        case "r": value.append(13)
        case "t": value.append(9)
        case "v": value.append(11)
        case "0":
            guard current.map({ !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }) ?? true else { throw failure() }
            value.append(0)
        case "1"..."9": throw failure()
        case "x": value += Array(String(try scalar(digits(2))).utf8)
        case "u": value += Array(String(try unicodeEscape()).utf8)
        case "\n": line += 1
        case "\r":
            if take("\n") { line += 1 }
        case "\u{2028}", "\u{2029}": break
        default: value += Array(String(next.scalar).utf8)
        }
    }

    /// What follows `\u`, and the second half of a surrogate pair.
    private mutating func unicodeEscape() throws(ExportError) -> Unicode.Scalar {
        let first = try digits(4)
        guard 0xD800...0xDBFF ~= first else { return try scalar(first) }
        guard take("\\"), take("u") else { throw failure() }
        let second = try digits(4)
        guard 0xDC00...0xDFFF ~= second else { throw failure() }
        return try scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private func scalar(_ value: UInt32) throws(ExportError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else { throw failure() }
        return scalar
    }

    private mutating func digits(_ count: Int) throws(ExportError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let byte = current, let digit = hexadecimal(byte) else { throw failure() }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }

    private func hexadecimal(_ byte: UInt8) -> Int? { byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil }

    // MARK: Numbers

    private mutating func number() throws(ExportError) -> Double {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        let magnitude = try unsignedNumber()
        // Nothing of a name or number may touch it: `0x1g`, `1a`, `01`.
        guard scalar.map({ !isNamePart($0.scalar, isFirst: false) && $0.scalar != "." }) ?? true else { throw failure() }
        return isNegative ? -magnitude : magnitude
    }

    private mutating func unsignedNumber() throws(ExportError) -> Double {
        if takeWord("Infinity") { return .infinity }
        if takeWord("NaN") { return .nan }
        let start = position
        if take("0") {
            if take("x") || take("X") {
                let first = position
                while let byte = current, hexadecimal(byte) != nil { position += 1 }
                guard position > first else { throw failure() }
                return Double("0x" + text(first..<position)) ?? .infinity
            }
            // No octal numbers.
            guard current.map({ !isDigit($0) }) ?? true else { throw failure() }
        }
        skipDigits()
        let hasWhole = position > start
        var hasFraction = false
        if take(".") {
            let first = position
            skipDigits()
            hasFraction = position > first
        }
        guard hasWhole || hasFraction else { throw failure() }
        var exponent = ""
        if take("e") || take("E") {
            let mark = position
            if !take("+") { _ = take("-") }
            let first = position
            skipDigits()
            guard position > first else { throw failure() }
            exponent = "e" + text(mark..<position)
        }
        let mantissa = text(start..<position).prefix { $0 != "e" && $0 != "E" }
        return Double((hasWhole ? "" : "0") + mantissa + (mantissa.hasSuffix(".") ? "0" : "") + exponent) ?? .infinity
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

    private mutating func skipDigits() {
        while let byte = current, isDigit(byte) { position += 1 }
    }

    // MARK: Characters

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next character and its bytes. The whole text has been seen to be UTF-8.
    private var scalar: (scalar: Unicode.Scalar, count: Int)? {
        guard let first = current else { return nil }
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        let text = String(decoding: bytes[position..<min(position + count, bytes.count)], as: UTF8.self)
        return text.unicodeScalars.first.map { ($0, count) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
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
