/// A value that ``SettingsEditor`` writes.
public enum SettingsValue: Equatable, Sendable {
    /// A string.
    case text(String)
    /// A list of strings.
    case list([String])
    /// An inline table of strings, written in the order of its keys.
    case table([String: String])
    /// `true` or `false`.
    case boolean(Bool)

    /// As TOML has it.
    var notation: String {
        switch self {
        case .text(let text): return TOMLText.quote(text)
        case .list(let texts): return "[" + texts.map(TOMLText.quote).joined(separator: ", ") + "]"
        case .table(let table):
            let members = table.sorted { $0.key < $1.key }.map { "\(TOMLText.key($0.key)) = \(TOMLText.quote($0.value))" }
            return "{ \(members.joined(separator: ", ")) }"
        case .boolean(let flag): return flag ? "true" : "false"
        }
    }

    var tree: TOMLTree {
        switch self {
        case .text(let text): .string(text)
        case .list(let texts): .array(texts.map { .string($0) })
        case .table(let table): .table(table.mapValues { .string($0) })
        case .boolean(let flag): .boolean(flag)
        }
    }
}

extension SettingsEditor {
    /// Adds a table with its keys at the end of a settings text.
    ///
    /// - Parameters:
    ///   - table: the table's path, `["consumer", "fased"]`.
    ///   - entries: its keys and values, in the order in which they are written.
    ///   - text: the settings.
    ///   - file: the file they come from, for errors.
    /// - Returns: the new settings.
    /// - Throws: ``SettingsError/Code/invalid`` if the text is not TOML, or has something under that path.
    public static func add(
        table: [String], _ entries: [(key: String, value: SettingsValue)], to text: String, file: String = "settings"
    ) throws(SettingsError) -> String {
        let document = try SettingsDocument(Array(text.utf8), file: file)
        guard document.tree[table] == nil, !document.spans.contains(where: { $0.path == table }) else {
            throw document.invalid(table, "is there already")
        }
        let header = "[\(table.map(TOMLText.key).joined(separator: "."))]"
        let lines = (document.bytes.isEmpty ? [] : [""]) + [header] + entries.map { "\(TOMLText.key($0.key)) = \($0.value.notation)" }
        let bytes = document.bytes + document.lines(lines, at: document.bytes.count)
        var tree: TOMLTree? = document.tree
        for (key, value) in entries { tree = tree?.setting(table + [key], to: value.tree) }
        return try document.checked(bytes, expecting: tree, table)
    }

    /// Removes a table: its header, its keys, the tables below it, and the empty line before it. Comments above its header stay. The text is
    /// the same if there is no such table.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if it has keys that stand on lines with others.
    public static func remove(table: [String], in text: String, file: String = "settings") throws(SettingsError) -> String {
        let document = try SettingsDocument(Array(text.utf8), file: file)
        guard document.tree[table] != nil else { return text }
        var bytes = document.bytes
        for span in document.spans.reversed() where span.path.starts(with: table) && !span.isInline {
            guard !span.isRepeated, span.kind != .arrayOfTables else {
                throw document.invalid(span.path, "stands where it cannot be edited")
            }
            bytes.removeSubrange(span.isHeader ? document.withEmptyLineBefore(span.lines) : span.lines)
        }
        return try document.checked(bytes, expecting: document.tree.setting(table, to: nil), table)
    }
}

extension SettingsDocument {
    /// The lines, with the empty line before them if there is one.
    fileprivate func withEmptyLineBefore(_ lines: Range<Int>) -> Range<Int> {
        var start = lines.lowerBound
        guard start > 0 else { return lines }
        if bytes[..<start].hasSuffix(Array("\r\n\r\n".utf8)) {
            start -= 2
        } else if bytes[..<start].hasSuffix(Array("\n\n".utf8)) {
            start -= 1
        }
        return start..<lines.upperBound
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
