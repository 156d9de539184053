public import Profiles

/// `dotenv-js`: what programs for Node.js read, with the dotenv package (16 and newer) or with `--env-file` and `util.parseEnv` of
/// Node.js 20 and newer.
///
/// Neither parser has an escape that the other has too. So a value is written bare, in the first kind of quotes that it does not hold
/// (`'`, backtick, `"`), or bare after all if nothing at its ends or in it means something. Line feeds survive in quotes. Where the two
/// parsers differ about every way to write a value, it is refused, although one of them could read it.
public enum DotenvJS: EnvironmentFormat {
    /// `dotenv-js`.
    public static let name = "dotenv-js"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        // An object in JavaScript has it already.
        if name == "__proto__" { return .reservedName }
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        if String(validating: value, as: UTF8.self) == nil { return .notUTF8 }
        if value.contains(UInt8(ascii: "\r")) { return .carriageReturn }
        if encoded(value) != nil { return nil }
        if value.last == UInt8(ascii: "\\") { return .finalBackslash }
        return quotes.contains { !value.contains($0) } ? .quoteAndEscape : .allQuotes
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) { append(name, value, to: &output) }
        return output
    }

    /// Reads as the dotenv package does. A file that is not UTF-8, whose bad bytes it would replace, is refused.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        try entries(bytes, Self.self)
    }

    private static let quotes = [UInt8]("'`\"".utf8)
}

extension DotenvJS {
    /// Appends one line, or more for a value with line feeds.
    static func append(_ name: String, _ value: [UInt8], to output: inout [UInt8]) {
        output += name.utf8
        output.append(UInt8(ascii: "="))
        output += encoded(value) ?? []
        output.append(UInt8(ascii: "\n"))
    }

    /// The assignments that the dotenv package sees, for a format that its programs read.
    static func entries(_ bytes: [UInt8], _ format: any EnvironmentFormat.Type) throws(ExportError) -> [EnvironmentEntry] {
        guard let text = ScalarText(bytes, .lineFeeds) else { throw .malformed(format, line: ScalarText.firstBadLine(bytes)) }
        var parser = DotenvJSParser(text)
        var entries: [EnvironmentEntry] = []
        while let entry = parser.next() {
            if entry.name != "__proto__" { entries.append(entry) }
        }
        return entries
    }

    /// What follows `=`, or nil if the two parsers differ about every way to write it.
    private static func encoded(_ value: [UInt8]) -> [UInt8]? {
        if isToken(value) { return value }
        for quote in quotes where fits(value, quote) { return [quote] + value + [quote] }
        return fitsBare(value) ? value : nil
    }

    /// Not empty, and only letters, digits and `_./:@%+,=-`.
    private static func isToken(_ value: [UInt8]) -> Bool {
        !value.isEmpty && value.allSatisfy { isNameByte($0) || "./:@%+,=-".utf8.contains($0) }
    }

    /// A backslash before the closing quote hides it from the dotenv package. In `"` both read `\n`, and the package `\r`.
    private static func fits(_ value: [UInt8], _ quote: UInt8) -> Bool {
        let backslash = UInt8(ascii: "\\")
        if value.contains(quote) || value.last == backslash { return false }
        guard quote == UInt8(ascii: "\"") else { return true }
        return !zip(value, value.dropFirst()).contains { $0 == backslash && "nr".utf8.contains($1) }
    }

    private static func fitsBare(_ value: [UInt8]) -> Bool {
        let scalars = [Unicode.Scalar](String(decoding: value, as: UTF8.self).unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, !first.isJavaScriptSpace, !last.isJavaScriptSpace else { return false }
        // The package takes U+2028 and U+2029 for ends of lines, at which quotes may begin and end.
        return !"'\"`".unicodeScalars.contains(first) && !scalars.contains { "#\n\u{2028}\u{2029}".unicodeScalars.contains($0) }
    }
}
