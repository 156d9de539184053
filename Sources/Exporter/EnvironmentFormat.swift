public import Profiles

/// A format of environment files: what it writes, its real consumer reads back byte for byte.
public protocol EnvironmentFormat: Sendable {
    /// Its name, as `--format` takes it.
    static var name: String { get }

    /// Renders variables in their order.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable`` naming the variable and the kind of character.
    static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8]

    /// Reads a file as its consumer does: our model of it, by which every rendering is checked before it is put in place.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8]) throws(ExportError) -> [(name: String, value: [UInt8])]
}

/// The formats there are.
public enum Formats {
    /// All of them; the first is the one that is meant without `--format`.
    public static let all: [any EnvironmentFormat.Type] = [Dotenv.self, Shell.self, JSONObject.self, SystemdEnvironmentFile.self]

    /// - Throws: ``ExportError/Code/unknownFormat``.
    public static func named(_ name: String) throws(ExportError) -> any EnvironmentFormat.Type {
        guard let format = all.first(where: { $0.name == name }) else {
            throw ExportError(.unknownFormat, "there is no such format", hint: "the formats are \(all.map { $0.name }.joined(separator: ", "))")
        }
        return format
    }
}

/// Kinds of characters that one format or another cannot hold.
enum Obstacle: String {
    case lineFeed = "a line feed"
    case carriageReturn = "a carriage return"
    case nul = "a zero byte"
    case control = "a control character that some consumers take for a line end"
    case notUTF8 = "bytes that are not UTF-8"
    case expansion = "a dollar sign before a brace"
    case quotes = "both a single quote and one of \" \\ $ `"
    case backslashes = "two backslashes in a row, or one at the end, with other special characters"

    func error(_ variable: EnvironmentVariable, in format: any EnvironmentFormat.Type) -> ExportError {
        let able = Formats.all.filter { other in other != format && (try? other.write([variable])) != nil }.map { $0.name }
        let hint = able.isEmpty ? "no environment file can hold it: `warder run --as-file` can" : "use --format \(able.joined(separator: " or "))"
        return ExportError(.unrepresentable, "\(variable.name): the format \(format.name) cannot hold \(rawValue)", hint: hint)
    }
}
