/// Reads a JSON object of strings. Every function is false or nil at the first thing that is not as RFC 8259 has it.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Number of the line that has been reached.
    private(set) var line = 1

    /// Reads the object, up to the end of the text. `member` says whether a name and value, which end on this line, are welcome.
    mutating func object(_ member: (_ key: [UInt8], _ value: [UInt8], _ line: Int) -> Bool) -> Bool {
        guard take("{") else { return false }
        if !take("}") {
            repeat {
                guard let key = string(), take(":"), let value = string(), member(key, value, line) else { return false }
            } while take(",")
            guard take("}") else { return false }
        }
        skipBlanks()
        return position == bytes.count
    }

    private mutating func skipBlanks() {
        while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    private mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var value: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""): return value
            case UInt8(ascii: "\\"):
                guard let scalar = escape(), let encoded = UTF8.encode(scalar) else { return nil }
                value += encoded
            case ..<0x20: return nil
            default: value.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        switch next() {
        case UInt8(ascii: "\""): "\""
        case UInt8(ascii: "\\"): "\\"
        case UInt8(ascii: "/"): "/"
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        case UInt8(ascii: "u"): unicodeEscape()
        default: nil
        }
    }

    /// The four digits after `\u`, and the second half of a surrogate pair. Half a pair alone is refused.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let first = fourDigits() else { return nil }
        guard 0xD800...0xDBFF ~= first else { return Unicode.Scalar(first) }
        guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u"), let second = fourDigits(), 0xDC00...0xDFFF ~= second else {
            return nil
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func fourDigits() -> UInt32? {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
        }
        return number
    }
}
