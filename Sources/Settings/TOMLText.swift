/// The notation of keys and of short strings in TOML.
enum TOMLText {
    /// A key as it is written: bare where that is possible.
    static func key(_ name: String) -> String {
        let isBare =
            !name.isEmpty && name.utf8.allSatisfy { SettingsNames.isLetter($0) || SettingsNames.isDigit($0) || "_-".utf8.contains($0) }
        return isBare ? name : quote(name)
    }

    /// A basic string: in quotes, control characters escaped.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.properties.generalCategory == .control:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// The text of a basic or literal string on one line, or nil if an escape is not valid.
    static func unquote(_ quoted: ArraySlice<UInt8>) -> String? {
        guard quoted.count >= 2, let mark = quoted.first else { return nil }
        var rest = quoted.dropFirst().dropLast()
        guard mark == .quote else { return String(decoding: rest, as: UTF8.self) }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == .backslash else {
                text.append(byte)
                continue
            }
            switch rest.popFirst().map({ Character(Unicode.Scalar($0)) }) {
            case "b": text.append(8)
            case "t": text.append(9)
            case "n": text.append(10)
            case "f": text.append(12)
            case "r": text.append(13)
            case "\"": text.append(.quote)
            case "\\": text.append(.backslash)
            case "u": guard append(rest.prefix(4), of: 4, to: &text) else { return nil }; rest = rest.dropFirst(4)
            case "U": guard append(rest.prefix(8), of: 8, to: &text) else { return nil }; rest = rest.dropFirst(8)
            default: return nil
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ digits: ArraySlice<UInt8>, of count: Int, to text: inout [UInt8]) -> Bool {
        guard digits.count == count, !digits.contains(UInt8(ascii: "+")),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { return false }
        text += Array(String(Character(scalar)).utf8)
        return true
    }
}

extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let hash = UInt8(ascii: "#")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let dot = UInt8(ascii: ".")
    static let dash = UInt8(ascii: "-")
    static let underscore = UInt8(ascii: "_")
    static let equals = UInt8(ascii: "=")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
}
