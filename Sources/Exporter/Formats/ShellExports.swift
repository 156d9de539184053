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

    /// Reads what ``write(_:)`` writes, and refuses every other line: a shell script can only be read by running it.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        var seen: Set<String> = []
        var rest = bytes[...]
        var line = 1
        while !rest.isEmpty {
            guard rest.starts(with: export) else { throw .malformed(Self.self, line: line) }
            rest = rest.dropFirst(export.count)
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")), isVariableName(rest[..<equals]) else {
                throw .malformed(Self.self, line: line)
            }
            let name = String(decoding: rest[..<equals], as: UTF8.self)
            rest = rest[(equals + 1)...]
            guard let value = word(&rest), !value.contains(0), seen.insert(name).inserted, !shellNames.contains(name) else {
                throw .malformed(Self.self, line: line)
            }
            let last = line + value.count { $0 == UInt8(ascii: "\n") }
            entries.append(EnvironmentEntry(name, value, lines: line...last))
            line = last + 1
        }
        return entries
    }

    /// Takes one word of single-quoted parts and `\'`, and the line feed after it.
    private static func word(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var value: [UInt8] = []
        guard rest.first == UInt8(ascii: "'") else { return nil }
        while true {
            guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "'")) else { return nil }
            value += rest[rest.startIndex..<end].dropFirst()
            rest = rest[end...]
            if rest.starts(with: escapedQuote) {
                value.append(UInt8(ascii: "'"))
                rest = rest.dropFirst(escapedQuote.count - 1)
            } else {
                guard rest.dropFirst().first == UInt8(ascii: "\n") else { return nil }
                rest = rest.dropFirst(2)
                return value
            }
        }
    }
}
