public import Profiles

/// `dotenv-python`: what python-dotenv reads, as `load_dotenv()`, `dotenv_values()` and what is built on them do.
///
/// `NAME=value` for letters, digits and `_./:@%+,=-`, else `NAME="value"` with `\\`, `\"`, `\n`, `\r`. `${` is expanded in all kinds of
/// quotes and has no escape, so it is refused.
public enum DotenvPython: EnvironmentFormat {
    /// `dotenv-python`.
    public static let name = "dotenv-python"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        if zip(value, value.dropFirst()).contains(where: { $0 == UInt8(ascii: "$") && $1 == UInt8(ascii: "{") }) { return .interpolation }
        // In quotes versions before 1.2.4 take it for the escape of the closing quote, whatever stands before it.
        return value.last == UInt8(ascii: "\\") && !fitsBare(value) ? .finalBackslash : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output.append(UInt8(ascii: "="))
            if fitsBare(value) { output += value } else { append(value, to: &output) }
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads as python-dotenv does: a line that it does not understand is left out, and a name without `=` takes away what it had.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a value with a reference such as `${HOME}`, for a file that is not UTF-8, and where
    ///   versions differ: a byte order mark, `NAME= # comment`, and backslashes before quotes that not all take for the closing ones.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        guard let text = ScalarText(bytes, .lineFeeds) else { throw .malformed(Self.self, line: ScalarText.firstBadLine(bytes)) }
        var parser = DotenvPythonParser(text)
        guard parser.run() else { throw .malformed(Self.self, line: parser.line) }
        return parser.entries
    }

    /// Letters, digits and `_./:@%+,=-`; also with `\` at the end, where quotes are no way out.
    private static func fitsBare(_ value: [UInt8]) -> Bool {
        !value.isEmpty && value.allSatisfy { isNameByte($0) || "./:@%+,=-\\".utf8.contains($0) }
            && (!value.contains(UInt8(ascii: "\\")) || value.last == UInt8(ascii: "\\"))
    }

    private static func append(_ value: [UInt8], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in value {
            switch byte {
            case UInt8(ascii: "\\"): output += "\\\\".utf8
            case UInt8(ascii: "\""): output += "\\\"".utf8
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
