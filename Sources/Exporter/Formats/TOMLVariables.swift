public import Profiles

/// `toml`: strings at the top level of a TOML 1.0 document, in the given order. A NUL survives, as `\u0000`.
public enum TOMLVariables: EnvironmentFormat {
    /// `toml`.
    public static let name = "toml"

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        String(validating: value, as: UTF8.self) == nil ? .notUTF8 : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += "\(name) = ".utf8
            DoubleQuoted.append(value, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads strings at the top level, and nothing else: no other types, no tables, no dotted keys, no name twice, no name that no
    /// environment has, and no CR LF within a string, which some parsers keep and others make a line feed.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        guard let text = ScalarText(bytes, .kept) else { throw .malformed(Self.self, line: ScalarText.firstBadLine(bytes)) }
        var parser = TOMLStringsParser(text)
        var seen: Set<String> = []
        while let pair = parser.next() {
            guard let name = pair.name, isVariableName(name.utf8), seen.insert(name).inserted else {
                throw .malformed(Self.self, line: pair.line)
            }
        }
        if let line = parser.badLine { throw .malformed(Self.self, line: line) }
        return parser.entries
    }
}
