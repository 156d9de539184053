public import Profiles

/// `json`: one object whose members are strings, in the given order.
///
/// All control characters are escaped, and the line separators of JavaScript too. A NUL survives, as `\u0000`.
public enum JSONObject: EnvironmentFormat {
    /// `json`.
    public static let name = "json"

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        String(validating: value, as: UTF8.self) == nil ? .notUTF8 : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        render(try checked(variables))
    }

    static func render(_ entries: [(name: String, value: [UInt8])]) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in entries {
            output += (output.isEmpty ? "{\n  \"" : ",\n  \"").utf8
            output += name.utf8
            output += "\": \"".utf8
            append(value, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        output += (output.isEmpty ? "{}\n" : "\n}\n").utf8
        return output
    }

    /// Reads one object of strings, and nothing else: no other types, no name twice, no name that no environment has.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        try entries(bytes, Self.self)
    }

    static func entries(_ bytes: [UInt8], _ format: any EnvironmentFormat.Type) throws(ExportError) -> [EnvironmentEntry] {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed(format, line: ScalarText.firstBadLine(bytes)) }
        var parser = JSONParser(bytes)
        var entries: [EnvironmentEntry] = []
        var seen: Set<String> = []
        let isObject = parser.object { key, value, line in
            let name = String(decoding: key, as: UTF8.self)
            guard isVariableName(key), seen.insert(name).inserted else { return false }
            entries.append(EnvironmentEntry(name, value, lines: line...line))
            return true
        }
        guard isObject else { throw .malformed(format, line: parser.line) }
        return entries
    }

    private static func append(_ value: [UInt8], to output: inout [UInt8]) {
        for scalar in String(decoding: value, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"": output += "\\\"".utf8
            case "\\": output += "\\\\".utf8
            case "\n": output += "\\n".utf8
            case "\r": output += "\\r".utf8
            case "\t": output += "\\t".utf8
            case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            default: output += UTF8.encode(scalar).map { [UInt8]($0) } ?? []
            }
        }
    }
}
