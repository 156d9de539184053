public import Profiles

/// `yaml`: one mapping of strings, in the given order, read alike by YAML 1.1 and 1.2.
///
/// Names and values are always in double quotes: `NO`, `y` and `null` are names too, and a bare `0123` is a number to some. A NUL
/// survives, as `\u0000`.
public enum YAMLMapping: EnvironmentFormat {
    /// `yaml`.
    public static let name = "yaml"

    /// Bytes of a name in quotes, one less than libyaml and PyYAML allow for a key before its colon.
    private static let maximumNameByteCount = 1000

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if name.utf8.count > maximumNameByteCount { return .longName }
        return String(validating: value, as: UTF8.self) == nil ? .notUTF8 : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += "\"\(name)\": ".utf8
            DoubleQuoted.append(value, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output.isEmpty ? [UInt8]("{}\n".utf8) : output
    }

    /// Reads one mapping of strings, and nothing else: no other types, no name twice, no name that no environment has, no anchors, no
    /// second document, nothing that YAML 1.1 and 1.2 read differently, such as a bare `yes`.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        let document = try YAMLDocument(bytes, Self.self)
        return try document.variables(document.pairs(document.root))
    }
}
