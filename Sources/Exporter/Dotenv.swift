internal import Foundation
public import Profiles
internal import SodiumCrypto

/// `dotenv`: the part of the many `.env` dialects that all of them read alike.
///
/// A value of harmless characters stands bare; others in single quotes, or in double quotes without anything that is special there. What
/// no writing makes every consumer read alike is refused.
public enum Dotenv: EnvironmentFormat {
    /// `dotenv`
    public static let name = "dotenv"

    /// Renders `NAME=value` lines.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var bytes: [UInt8] = []
        for variable in variables {
            let value = variable.value.reveal()
            bytes += Array(variable.name.utf8) + [UInt8(ascii: "=")]
            bytes += try quoted(value, variable)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func quoted(_ value: [UInt8], _ variable: EnvironmentVariable) throws(ExportError) -> [UInt8] {
        if isBare(value) { return value }
        if let obstacle = obstacle(value) { throw obstacle.error(variable, in: Dotenv.self) }
        let single = UInt8(ascii: "'")
        if !value.contains(single), value.last != UInt8(ascii: "\\"), !hasAdjacentBackslashes(value) { return [single] + value + [single] }
        let double = UInt8(ascii: "\"")
        if !value.contains(where: { Array("\"\\$`".utf8).contains($0) }) { return [double] + value + [double] }
        throw (value.contains(single) ? Obstacle.quotes : .backslashes).error(variable, in: Dotenv.self)
    }

    private static func isBare(_ value: [UInt8]) -> Bool {
        let marks = Array("_./:@%+,-".utf8)
        func isPlain(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || marks.contains(byte)
        }
        guard let first = value.first, isPlain(first), value.count < 60_000 else { return false }
        return value.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "=") }
    }

    private static func obstacle(_ value: [UInt8]) -> Obstacle? {
        if value.contains(0) { return .nul }
        if value.contains(0x0A) { return .lineFeed }
        if value.contains(0x0D) { return .carriageReturn }
        guard let text = String(validating: value, as: UTF8.self) else { return .notUTF8 }
        if text.unicodeScalars.contains(where: { [0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029].contains($0.value) }) { return .control }
        if text.contains("${") { return .expansion }
        return nil
    }

    private static func hasAdjacentBackslashes(_ value: [UInt8]) -> Bool {
        zip(value, value.dropFirst()).contains { $0 == UInt8(ascii: "\\") && $1 == UInt8(ascii: "\\") }
    }

    /// Reads lines `NAME=value`, `NAME='value'` and `NAME="value"`; empty lines and comments are passed over.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [(name: String, value: [UInt8])] {
        var variables: [(name: String, value: [UInt8])] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { throw .malformed(line: index + 1) }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            guard VariableName.isValid(name) else { throw .malformed(line: index + 1) }
            let rest = Array(line[(equals + 1)...])
            guard let value = unquoted(rest) else { throw .malformed(line: index + 1) }
            variables.append((name, value))
        }
        return variables
    }

    private static func unquoted(_ text: [UInt8]) -> [UInt8]? {
        guard let quote = text.first, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(quote) else {
            return text.isEmpty || isBare(text) ? text : nil
        }
        let inner = Array(text.dropFirst().dropLast())
        guard text.count >= 2, text.last == quote, !inner.contains(quote) else { return nil }
        let special = quote == UInt8(ascii: "'") ? [] : Array("\\$`".utf8)
        return inner.contains { special.contains($0) } ? nil : inner
    }
}
