public import Profiles

/// `systemd-environment-file`: what `EnvironmentFile=` of a unit reads.
///
/// `NAME="value"` with a backslash before each of `" \ $` and backtick, all other bytes as they are, line feeds among them. systemd
/// refuses the whole file for one wrong byte sequence, and skips it silently under `EnvironmentFile=-`, which must not be used.
public enum SystemdEnvironmentFile: EnvironmentFormat {
    /// `systemd-environment-file`.
    public static let name = "systemd-environment-file"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    private static let escaped = [UInt8]("\"\\$`".utf8)

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        Obstacle.toEnvironment(name, value) ?? Obstacle.toUTF8(value)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output += "=\"".utf8
            for byte in value {
                if escaped.contains(byte) { output.append(UInt8(ascii: "\\")) }
                output.append(byte)
            }
            output += "\"\n".utf8
        }
        return output
    }

    /// Reads as systemd does: an assignment whose name is not valid is left out without a word, an open quote takes the rest of the file.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for bytes that are not UTF-8 in a name or value, where systemd refuses the file. A file
    ///   with a NUL is refused too.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        for entry in try SystemdParser.assignments(in: bytes, of: Self.self) {
            guard Obstacle.toUTF8(entry.key) == nil, Obstacle.toUTF8(entry.value) == nil else {
                throw .malformed(Self.self, line: entry.lines.lowerBound)
            }
            guard isVariableName(entry.key) else { continue }
            let name = String(decoding: entry.key, as: UTF8.self)
            entries.append(EnvironmentEntry(name, entry.value, lines: entry.lines))
        }
        return entries
    }
}
