public import Profiles

/// `github`: lines to append to `$GITHUB_ENV` in a workflow of GitHub Actions, for its later steps.
///
/// `NAME<<END`, the value, and `END` on lines of their own, where `END` is the shortest of `END`, `END_`, `END__`, … that is no line of
/// the value. The file does not mask the values in the log: `::add-mask::` does.
public enum GitHubEnvironment: EnvironmentFormat {
    /// `github`.
    public static let name = "github"

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if isReserved(name) { return .reservedName }
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        // A runner on Windows takes the carriage return before the line feed that ends the value.
        if value.last == UInt8(ascii: "\r") { return .finalCarriageReturn }
        return value.last == UInt8(ascii: "\n") ? .finalLineFeed : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            let end = delimiter(for: value)
            output += name.utf8
            output += "<<".utf8
            output += end
            output.append(UInt8(ascii: "\n"))
            output += value
            output.append(UInt8(ascii: "\n"))
            output += end
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads as a runner on Linux does: `NAME=value` on one line, and `NAME<<END`. Names that it refuses or does not override are left out.
    ///
    /// - Throws: ``ExportError/Code/malformed`` where it fails, and for bytes that are not UTF-8.
    ///
    /// Source: actions/runner, `EnvFileKeyValuePairs`.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed(Self.self, line: ScalarText.firstBadLine(bytes))
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line feed is a line only if there is something.
        let isComplete = lines.last?.isEmpty ?? true
        if isComplete { lines.removeLast() }
        var entries: [EnvironmentEntry] = []
        var index = 0
        while index < lines.count {
            let line = lines[index]
            let first = index + 1
            index += 1
            if line.isEmpty { continue }
            let equals = line.firstIndex(of: UInt8(ascii: "="))
            let arrows = line.indices.dropLast().first { line[$0] == UInt8(ascii: "<") && line[$0 + 1] == UInt8(ascii: "<") }
            let name: ArraySlice<UInt8>
            let value: [UInt8]
            if let equals, equals < arrows ?? line.endIndex {
                name = line[..<equals]
                value = [UInt8](line[(equals + 1)...])
            } else if let arrows {
                name = line[..<arrows]
                let delimiter = line[(arrows + 2)...]
                guard !name.isEmpty, !delimiter.isEmpty, let end = lines[index...].firstIndex(of: delimiter) else {
                    throw .malformed(Self.self, line: first)
                }
                value = [UInt8](lines[index..<end].joined(separator: [UInt8(ascii: "\n")]))
                index = end + 1
            } else {
                throw .malformed(Self.self, line: first)
            }
            let text = String(decoding: name, as: UTF8.self)
            if !name.isEmpty, !isReserved(text) { entries.append(EnvironmentEntry(text, value, lines: first...index)) }
        }
        return entries
    }

    private static func isReserved(_ name: String) -> Bool {
        let name = name.uppercased()
        return name == "NODE_OPTIONS" || name.hasPrefix("GITHUB_") || name.hasPrefix("RUNNER_")
    }

    /// No line of the value, also where a carriage return ends lines.
    private static func delimiter(for value: [UInt8]) -> [UInt8] {
        let lines = Set(value.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { [UInt8]($0) })
        var delimiter = [UInt8]("END".utf8)
        while lines.contains(delimiter) { delimiter.append(UInt8(ascii: "_")) }
        return delimiter
    }
}
