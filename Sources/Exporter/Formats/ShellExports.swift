public import Profiles

/// `sh`: lines for `. file` or `eval` in bash, dash, BusyBox, zsh, mksh and ksh93.
///
/// `export NAME='value'`, where a quote inside the value is `'\''`. Everything but NUL survives: line feeds, bytes that are not UTF-8.
public enum ShellExports: EnvironmentFormat {
    /// `sh`.
    public static let name = "sh"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    private static let export = [UInt8]("export ".utf8)
    private static let escapedQuote = [UInt8]("'\\''".utf8)

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        shellNames.contains(name) ? .shellName : Obstacle.toEnvironment(name, value)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += export
            output += name.utf8
            output += "='".utf8
            for byte in value {
                if byte == UInt8(ascii: "'") { output += escapedQuote } else { output.append(byte) }
            }
            output += "'\n".utf8
        }
        return output
    }

    /// Reads scripts of comments and assignments, with or without `export`, in any quotes, and refuses everything that a shell would have
    /// to run or expand. A consumer that does not export everything (`set -a`) has the assignments with `export` only.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var parser = ShellParser(bytes)
        guard parser.run() else { throw .malformed(Self.self, line: parser.line) }
        return parser.entries
    }
}
