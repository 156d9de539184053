/// Strings in double quotes that YAML 1.1, YAML 1.2 and TOML 1.0 read alike.
///
/// Everything that is not printable in one of them, and what one takes for the end of a line, is written as `\u` or `\U` and hexadecimal
/// digits: C0 and C1, DEL, U+00A0, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF, and all beyond the Basic Multilingual Plane.
///
/// Source: https://yaml.org/spec/1.1/#id872840, https://toml.io/en/v1.0.0#string
enum DoubleQuoted {
    /// Appends a value, which must be UTF-8, in quotes.
    static func append(_ value: [UInt8], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for scalar in String(decoding: value, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"": output += "\\\"".utf8
            case "\\": output += "\\\\".utf8
            case "\n": output += "\\n".utf8
            case "\r": output += "\\r".utf8
            case "\t": output += "\\t".utf8
            case "\0"..."\u{1F}", "\u{7F}"..."\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                append("\\u", scalar, digitCount: 4, to: &output)
            case "\u{10000}"...: append("\\U", scalar, digitCount: 8, to: &output)
            default: output += UTF8.encode(scalar).map { [UInt8]($0) } ?? []
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func append(_ escape: String, _ scalar: Unicode.Scalar, digitCount: Int, to output: inout [UInt8]) {
        let digits = String(scalar.value, radix: 16)
        output += "\(escape)\(String(repeating: "0", count: digitCount - digits.count))\(digits)".utf8
    }
}
