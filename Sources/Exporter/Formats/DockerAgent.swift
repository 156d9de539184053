public import Profiles

/// `docker-agent`: what `--env-from-file` of Docker Agent (formerly cagent) reads.
///
/// `NAME=value`, or `NAME="value"` where blanks or quotes stand at the ends. One pair of double quotes is taken away, nothing else is
/// special. A value that begins with `op://` is a reference there, which 1Password resolves.
public enum DockerAgent: EnvironmentFormat {
    /// `docker-agent`.
    public static let name = "docker-agent"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// Its providers are asked in order, and the first that knows a name answers.
    public static let firstWins = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if value.contains(UInt8(ascii: "\n")) { return .lineFeed }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        return value.starts(with: "op://".utf8) ? .secretReference : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output.append(UInt8(ascii: "="))
            output += needsQuotes(value) ? [UInt8(ascii: "\"")] + value + [UInt8(ascii: "\"")] : value
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads as Docker Agent does. A reference to 1Password is given as it stands.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a line without `=`, where it fails, and for bytes that are not UTF-8.
    ///
    /// Source: docker/docker-agent, `pkg/environment/env_files.go`.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        let quote: Unicode.Scalar = "\""
        for (index, bytes) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard !bytes.contains(0), let content = String(validating: bytes, as: UTF8.self) else {
                throw .malformed(Self.self, line: index + 1)
            }
            let line = trimmed([Unicode.Scalar](content.unicodeScalars)[...], \.isGoSpace)
            guard let first = line.first, first != "#" else { continue }
            guard let equals = line.firstIndex(of: "=") else { throw .malformed(Self.self, line: index + 1) }
            var value = line[(equals + 1)...]
            if value.first == quote, value.last == quote {
                value.removeFirst()
                if !value.isEmpty { value.removeLast() }
            }
            let name = String(decoding: ScalarText.bytes(line[..<equals]), as: UTF8.self)
            entries.append(EnvironmentEntry(name, ScalarText.bytes(value), lines: (index + 1)...(index + 1)))
        }
        return entries
    }

    private static func needsQuotes(_ value: [UInt8]) -> Bool {
        let scalars = String(decoding: value, as: UTF8.self).unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return false }
        return first.isGoSpace || last.isGoSpace || (first == "\"" && last == "\"")
    }
}
