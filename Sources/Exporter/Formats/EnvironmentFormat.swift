public import Profiles
internal import SodiumCrypto

/// A format of environment file: how Warder writes it, and how its consumers read it.
///
/// Conforming types have no instances. `write` and `read` are independent of each other: `read` models the consumers' parser, so
/// that reading back what was written proves something.
public protocol EnvironmentFormat: Sendable {
    /// The name after `--format`.
    static var name: String { get }

    /// What keeps a variable out of the format, or nil if its consumers would read the same bytes back.
    static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle?

    /// Renders the variables in the given order. The result holds their values and cannot be wiped.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8]

    /// Whether a file of the format may have lines that are not Warder's, which stay when ours change: one variable is then written as
    /// whole lines that stand for themselves.
    static var keepsOtherLines: Bool { get }

    /// Whether a consumer takes the first of two assignments to the same name; most take the last.
    static var firstWins: Bool { get }

    /// Reads as the format's consumers do: every assignment that they see, in the order of the file. The result holds values and cannot
    /// be wiped.
    ///
    /// - Throws: ``ExportError/Code/malformed`` with the line number.
    static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry]
}

/// All formats, by name.
public enum Formats {
    /// In the order in which hints propose them.
    public static let all: [any EnvironmentFormat.Type] = [
        Dotenv.self, DotenvJS.self, DotenvPython.self, ComposeEnvFile.self, DockerEnvFile.self, ShellExports.self, FishExports.self,
        GitHubEnvironment.self, JSONObject.self, YAMLMapping.self, TOMLVariables.self, KubernetesSecret.self, LaunchdPropertyList.self,
        WranglerBulk.self, EnvironmentD.self, SystemdEnvironmentFile.self, DockerAgent.self, WranglerDevVars.self, OpenClawDotenv.self,
    ]

    /// The format with exactly this name.
    ///
    /// - Throws: ``ExportError/Code/unknownFormat``.
    public static func named(_ name: String) throws(ExportError) -> any EnvironmentFormat.Type {
        if let format = all.first(where: { $0.name == name }) { return format }
        guard CopyForm.UnitKind(rawValue: name) == nil else {
            throw ExportError(
                .unknownFormat, "\(name) is for units, not for single files", hint: "warder consumer add NAME --format \(name) --unit UNIT")
        }
        let known = all.map { $0.name }.joined(separator: ", ")
        throw ExportError(.unknownFormat, "no such format", hint: "the formats are \(known)")
    }
}

extension EnvironmentFormat {
    /// A document that is written whole.
    public static var keepsOtherLines: Bool { false }

    /// Most consumers take the last.
    public static var firstWins: Bool { false }

    /// What a consumer has after reading: one assignment for each name, in the order in which the names first appear.
    public static func effective(_ entries: [EnvironmentEntry]) -> [EnvironmentEntry] {
        var result: [EnvironmentEntry] = []
        var positions: [String: Int] = [:]
        for entry in entries {
            if let position = positions[entry.name] {
                if !firstWins { result[position] = entry }
            } else {
                positions[entry.name] = result.count
                result.append(entry)
            }
        }
        return result
    }

    /// The revealed variables, if every name is valid and single and every variable fits the format.
    static func checked(_ variables: [EnvironmentVariable]) throws(ExportError) -> [(name: String, value: [UInt8])] {
        var seen: Set<String> = []
        var entries: [(name: String, value: [UInt8])] = []
        for variable in variables {
            guard isVariableName(variable.name.utf8) else {
                throw ExportError(
                    .invalidName, "a variable's name has characters that no environment file can hold",
                    hint: "names are letters, digits and _, and do not begin with a digit")
            }
            guard seen.insert(variable.name).inserted else { throw ExportError(.invalidName, "\(variable.name) is there twice") }
            let value = variable.value.reveal()
            if let obstacle = obstacle(to: variable.name, value) {
                let other = Formats.all.first { $0.obstacle(to: variable.name, value) == nil }
                throw ExportError(
                    .unrepresentable, "\(variable.name): the format \(name) cannot hold \(obstacle.rawValue)",
                    hint: other.map { "use --format \($0.name)" })
            }
            entries.append((variable.name, value))
        }
        return entries
    }
}

/// Whether a name is `[A-Za-z_][A-Za-z0-9_]*`.
func isVariableName(_ name: some Collection<UInt8>) -> Bool {
    guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
    return name.allSatisfy(isNameByte)
}

/// Whether a byte is an ASCII letter, digit or `_`.
func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: "_")
    }
}
