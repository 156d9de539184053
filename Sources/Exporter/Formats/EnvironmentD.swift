public import Profiles

/// `environment.d`: what the user's systemd reads from `~/.config/environment.d/*.conf`.
///
/// `NAME=value` for letters, digits and `_./:@%+,=-`. On the way to the services quotes and escapes are decoded twice and `$` is expanded
/// in all kinds of quotes, so nothing else is written; an empty variable is dropped on that way.
public enum EnvironmentD: EnvironmentFormat {
    /// `environment.d`.
    public static let name = "environment.d"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if value.isEmpty { return .empty }
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        return value.allSatisfy { isNameByte($0) || "./:@%+,=-".utf8.contains($0) } ? nil : .special
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

    /// Reads as systemd does: like ``SystemdEnvironmentFile``, then with `$` for `$$`. An assignment of an empty value is
    /// left out.
    ///
    /// - Throws: ``ExportError/Code/malformed`` where systemd refuses the file, for a value that depends on other variables, such as
    ///   `$HOME`, and for a value with control characters, which do not arrive as they are.
    ///
    /// Source: systemd `merge_env_file()`, `replace_env_full()`; environment-d-generator.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        for entry in try SystemdParser.assignments(in: bytes, of: Self.self) {
            guard Obstacle.toUTF8(entry.key) == nil, Obstacle.toUTF8(entry.value) == nil, let value = expanded(entry.value),
                !value.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { throw .malformed(Self.self, line: entry.lines.lowerBound) }
            guard isVariableName(entry.key) else { continue }
            if !value.isEmpty { entries.append(EnvironmentEntry(String(decoding: entry.key, as: UTF8.self), value, lines: entry.lines)) }
        }
        return entries
    }

    /// With `$` for `$$`, or nil if a variable is to be put in.
    private static func expanded(_ value: [UInt8]) -> [UInt8]? {
        let dollar = UInt8(ascii: "$")
        var result: [UInt8] = []
        var index = 0
        while index < value.count {
            result.append(value[index])
            if value[index] == dollar, index + 1 < value.count {
                let next = value[index + 1]
                if next == dollar { index += 1 }
                if next == UInt8(ascii: "{") || isNameByte(next) { return nil }
            }
            index += 1
        }
        return result
    }
}
