/// Strings and numbers of JSON5.
extension JSON5Parser {
    // MARK: Strings

    mutating func string() throws(ExportError) -> [UInt8] {
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

    mutating func digits(_ count: Int) throws(ExportError) -> UInt32 {
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

    mutating func number() throws(ExportError) -> Double {
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
}
