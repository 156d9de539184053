public import Profiles

/// `dotenv`: the part of `.env` that shells, systemd, Compose and the dotenv libraries all read alike.
///
/// One `NAME=value` per line, bare where no parser needs quotes, else in single quotes, else in double quotes in which nothing is
/// special to anybody. What fits none of the three is refused; there is no escape that all parsers know.
public enum Dotenv: EnvironmentFormat {
    /// `dotenv`.
    public static let name = "dotenv"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// How a value is written.
    private enum Style {
        case bare, single, double
    }

    /// Longest line, with its line feed, that readers with a 64 KiB buffer take; only they need values bare.
    private static let bareLineByteCount = 65_535

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if shellNames.contains(name) { return .shellName }
        return Obstacle.toEnvironment(name, value) ?? obstacle(to: value)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) {
            output += name.utf8
            output.append(UInt8(ascii: "="))
            switch style(name, value) {
            case .bare: output += value
            case .single: output += quoted(value, UInt8(ascii: "'"))
            case .double: output += quoted(value, UInt8(ascii: "\""))
            }
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// Reads lines on which all parsers agree: assignments in one of the three styles, comments from the first column, empty lines.
    ///
    /// - Throws: ``ExportError/Code/malformed`` at the first line on which parsers could differ, and at a name that is there twice.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        var seen: Set<String> = []
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let last = lines.popLast() else { return [] }
        guard last.isEmpty else { throw .malformed(Self.self, line: lines.count + 1) }
        for (index, line) in lines.enumerated() where !isIgnored(line) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), isVariableName(line[..<equals]),
                let value = parsed(line[(equals + 1)...])
            else { throw .malformed(Self.self, line: index + 1) }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            guard seen.insert(name).inserted, !shellNames.contains(name) else { throw .malformed(Self.self, line: index + 1) }
            entries.append(EnvironmentEntry(name, value, lines: (index + 1)...(index + 1)))
        }
        return entries
    }

    /// An empty line or a comment; not one that ends in a backslash, where systemd before 254 swallows the next line.
    private static func isIgnored(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first else { return true }
        return first == UInt8(ascii: "#") && line.last != UInt8(ascii: "\\") && Obstacle.toUTF8([UInt8](line)) == nil
            && lineBreak(in: [UInt8](line)) == nil
    }

    /// The value of what follows `=`, or nil if parsers differ about it.
    private static func parsed(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let first = text.first else { return [] }
        if first != UInt8(ascii: "'"), first != UInt8(ascii: "\"") { return isBare(text) ? [UInt8](text) : nil }
        guard text.count >= 2, text.last == first else { return nil }
        let value = [UInt8](text.dropFirst().dropLast())
        guard obstacle(to: value) == nil else { return nil }
        return (first == UInt8(ascii: "'") ? fitsSingleQuotes(value) : fitsDoubleQuotes(value)) ? value : nil
    }
}

extension Dotenv {
    /// The rule of the portable format for values in quotes.
    private static func obstacle(to value: [UInt8]) -> Obstacle? {
        if value.contains(0) { return .nul }
        if value.contains(UInt8(ascii: "\n")) { return .lineFeed }
        if value.contains(UInt8(ascii: "\r")) { return .carriageReturn }
        if let obstacle = Obstacle.toUTF8(value) ?? lineBreak(in: value) { return obstacle }
        if contains(value, UInt8(ascii: "$"), UInt8(ascii: "{")) { return .interpolation }
        if fitsSingleQuotes(value) || fitsDoubleQuotes(value) { return nil }
        if value.contains(UInt8(ascii: "'")) { return value.contains(UInt8(ascii: "\"")) ? .bothQuotes : .quoteAndSpecial }
        return contains(value, UInt8(ascii: "\\"), UInt8(ascii: "\\")) ? .backslashes : .finalBackslash
    }

    /// What splits a line in parsers that follow Unicode, as Python's `splitlines` does.
    private static func lineBreak(in value: [UInt8]) -> Obstacle? {
        let separators: Set<UInt32> = [0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029]
        let found = String(decoding: value, as: UTF8.self).unicodeScalars.contains { separators.contains($0.value) }
        return found ? .lineSeparator : nil
    }

    private static func style(_ name: String, _ value: [UInt8]) -> Style {
        if isBare(value[...]), name.utf8.count + value.count + 2 <= bareLineByteCount { return .bare }
        return fitsSingleQuotes(value) ? .single : .double
    }

    /// Letters, digits and `_./:@%+,-`, and `=` but not in front, nor after a colon: there zsh reads `=ls` as the path of `ls`.
    private static func isBare(_ value: ArraySlice<UInt8>) -> Bool {
        let equals = UInt8(ascii: "=")
        guard let first = value.first, first != equals, !contains(value, UInt8(ascii: ":"), equals) else { return false }
        return value.allSatisfy { isNameByte($0) || $0 == equals || "./:@%+,-".utf8.contains($0) }
    }

    private static func fitsSingleQuotes(_ value: [UInt8]) -> Bool {
        let backslash = UInt8(ascii: "\\")
        return !value.contains(UInt8(ascii: "'")) && value.last != backslash && !contains(value, backslash, backslash)
    }

    private static func fitsDoubleQuotes(_ value: [UInt8]) -> Bool {
        !value.contains { "\"\\$`".utf8.contains($0) }
    }

    private static func quoted(_ value: [UInt8], _ quote: UInt8) -> [UInt8] {
        [quote] + value + [quote]
    }

    /// Whether two bytes stand next to each other somewhere.
    private static func contains(_ value: some Collection<UInt8>, _ first: UInt8, _ second: UInt8) -> Bool {
        zip(value, value.dropFirst()).contains { $0 == first && $1 == second }
    }
}
