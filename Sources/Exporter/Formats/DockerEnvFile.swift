public import Profiles

/// `docker`: what `--env-file` of `docker run` and `podman run` reads.
///
/// `NAME=value`, and nothing else: no quotes, no escapes, no comments behind a value, no blanks taken away. Line feeds have no place.
public enum DockerEnvFile: EnvironmentFormat {
    /// `docker`.
    public static let name = "docker"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// Bytes of a line, with its line feed, that the reader's buffer holds. Source: `bufio.MaxScanTokenSize` of Go.
    private static let lineByteCount = 65_536

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if value.contains(UInt8(ascii: "\n")) { return .lineFeed }
        if value.last == UInt8(ascii: "\r") { return .finalCarriageReturn }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        return name.utf8.count + value.count + 2 > lineByteCount ? .longLine : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output.append(UInt8(ascii: "="))
            output += value
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads as Docker does. A name without `=`, which stands for a variable of the environment, is left out.
    ///
    /// - Throws: ``ExportError/Code/malformed`` where Docker fails: a line that is too long or not UTF-8, a name that is empty or has
    ///   blanks in it.
    ///
    /// Source: docker/cli, `opts/file.go`.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, var line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            guard line.count + (isLast ? 0 : 1) <= lineByteCount, !line.contains(0), String(validating: line, as: UTF8.self) != nil else {
                throw .malformed(Self.self, line: index + 1)
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if index == 0, line.starts(with: mark) { line = line.dropFirst(mark.count) }
            line = withoutLeadingSpace(line)
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            let equals = line.firstIndex(of: UInt8(ascii: "="))
            let name = line[..<(equals ?? line.endIndex)]
            guard !name.isEmpty, !name.contains(where: { " \t".utf8.contains($0) }) else { throw .malformed(Self.self, line: index + 1) }
            guard let equals else { continue }
            let entry = EnvironmentEntry(
                String(decoding: name, as: UTF8.self), [UInt8](line[(equals + 1)...]), lines: (index + 1)...(index + 1))
            entries.append(entry)
        }
        return entries
    }

    private static func withoutLeadingSpace(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let spaces = String(decoding: line, as: UTF8.self).unicodeScalars.prefix { $0.isGoSpace }
        return line.dropFirst(ScalarText.bytes(spaces).count)
    }
}
