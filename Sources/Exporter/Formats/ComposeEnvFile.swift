public import Profiles

/// `compose`: what `env_file:` and `.env` of Compose 2 read. Compose 1 has another parser.
///
/// `NAME=value` for letters, digits and `_./:@%+,=-`, else `NAME="value"` with `\\`, `\"` and `$$`; line feeds and carriage returns
/// stand as they are.
public enum ComposeEnvFile: EnvironmentFormat {
    /// `compose`.
    public static let name = "compose"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        Obstacle.toEnvironment(name, value) ?? (String(validating: value, as: UTF8.self) == nil ? .notUTF8 : nil)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output.append(UInt8(ascii: "="))
            if !value.isEmpty, value.allSatisfy({ isNameByte($0) || "./:@%+,=-".utf8.contains($0) }) {
                output += value
            } else {
                append(value, to: &output)
            }
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads as Compose does. A name without `=`, which stands for a variable of the environment, is left out.
    ///
    /// - Throws: ``ExportError/Code/malformed`` where Compose fails, and for a value that depends on the environment, such as `$HOME`.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? [UInt8](bytes.dropFirst(mark.count)) : bytes
        guard let text = ScalarText(content, .kept) else { throw .malformed(Self.self, line: ScalarText.firstBadLine(bytes)) }
        var parser = ComposeParser(text)
        guard parser.run() else { throw .malformed(Self.self, line: parser.line) }
        return parser.entries
    }

    private static func append(_ value: [UInt8], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in value {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): output += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "$"): output += "$$".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
