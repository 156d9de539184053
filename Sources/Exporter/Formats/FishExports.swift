public import Profiles

/// `fish`: lines for `source` in the fish shell.
///
/// `set -gx NAME 'value'`, where `'` and `\` in the value have a backslash before them. Everything but NUL survives: line feeds, bytes that
/// are not UTF-8.
public enum FishExports: EnvironmentFormat {
    /// `fish`.
    public static let name = "fish"

    /// Names that fish sets itself or does not let be set, and those that it takes for lists of directories, in which it changes empty
    /// entries. Measured with fish 3.6 over every variable that it knows.
    static let names: Set<String> = [
        "FISH_VERSION", "PWD", "SHLVL", "_", "argv", "fish_kill_signal", "fish_killring", "fish_pid", "history", "hostname", "pipestatus",
        "status", "status_generation", "umask", "version", "PATH", "CDPATH", "MANPATH",
    ]

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        names.contains(name) ? .shellName : Obstacle.toEnvironment(name, value)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += "set -gx \(name) '".utf8
            for byte in value {
                if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
                output.append(byte)
            }
            output += "'\n".utf8
        }
        return output
    }

    /// Reads comments, blank lines and `set` with `-x` or `--export`, a name and one word, and refuses everything that fish would have to
    /// run or expand.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var parser = FishParser(bytes)
        guard !bytes.contains(0), parser.run() else { throw .malformed(Self.self, line: parser.line) }
        return parser.entries
    }
}
