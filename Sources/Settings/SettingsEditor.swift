/// Changes one key of a settings text and nothing else: comments, order, spaces and line ends stay.
///
/// Every edit is checked: TOMLKit must read every other key as before, else the edit fails.
public enum SettingsEditor {
    /// Sets a key to a string. A key that is there gets the new value in its place; a new one goes to the end of its table; a table that
    /// is missing goes to the end of the text.
    ///
    /// - Parameters:
    ///   - table: the table's path, `["profile", "default"]`; empty for the top.
    ///   - key: the key.
    ///   - value: the text, any characters but NUL.
    ///   - text: the settings.
    ///   - file: the file they come from, for errors.
    /// - Returns: the new settings.
    /// - Throws: ``SettingsError/Code/invalid`` if the text is not TOML, or the key stands where it cannot be edited: inside an inline table,
    ///   as a table or an array, or below `[[…]]`.
    public static func set(table: [String], key: String, value: String, in text: String, file: String = "settings") throws(SettingsError)
        -> String
    {
        try set(table: table, key: key, to: .text(value), in: text, file: file)
    }

    /// Sets a key to any value, as ``set(table:key:value:in:file:)`` does to a string.
    public static func set(
        table: [String], key: String, to value: SettingsValue, in text: String, file: String = "settings"
    ) throws(SettingsError) -> String {
        let document = try SettingsDocument(Array(text.utf8), file: file)
        var bytes = document.bytes
        if let span = try document.editableSpan(table, key) {
            guard span.kind == .string || span.kind == .scalar else {
                throw document.invalid(span.path, "is not a string and cannot be set")
            }
            bytes.replaceSubrange(span.value, with: Array(value.notation.utf8))
        } else {
            let place = try document.place(for: table)
            let line = (place.path + [key]).map(TOMLText.key).joined(separator: ".") + " = " + value.notation
            bytes.insert(contentsOf: document.lines(place.header + [place.indentation + line], at: place.offset), at: place.offset)
        }
        let path = table + [key]
        return try document.checked(bytes, expecting: document.tree.setting(path, to: value.tree), path)
    }

    /// Removes a key with its lines, a comment behind it included. The text is the same if the key is not there.
    ///
    /// - Parameters:
    ///   - table: the table's path.
    ///   - key: the key.
    ///   - text: the settings.
    ///   - file: the file they come from, for errors.
    /// - Returns: the new settings.
    /// - Throws: as ``set(table:key:value:in:file:)``.
    public static func remove(table: [String], key: String, in text: String, file: String = "settings") throws(SettingsError) -> String {
        let document = try SettingsDocument(Array(text.utf8), file: file)
        guard let span = try document.editableSpan(table, key) else { return text }
        var bytes = document.bytes
        var lines = span.lines
        if bytes.starts(with: SettingsDocument.byteOrderMark), lines.lowerBound == 0 {
            lines = SettingsDocument.byteOrderMark.count..<lines.upperBound
        }
        bytes.removeSubrange(lines)
        let path = table + [key]
        return try document.checked(bytes, expecting: document.tree.setting(path, to: nil), path)
    }
}

extension SettingsDocument {
    fileprivate static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Where a new key goes.
    fileprivate struct Place {
        /// The byte.
        let offset: Int
        /// What of the table's path must be written with the key.
        var path: [String] = []
        /// Lines to write before it.
        var header: [String] = []
        /// The spaces before it.
        var indentation = ""
    }

    /// The span of a key that has lines of its own, or nil if the key is not there.
    fileprivate func editableSpan(_ table: [String], _ key: String) throws(SettingsError) -> TOMLSpan? {
        let path = table + [key]
        guard tree[path] != nil else { return nil }
        guard let span = spans.first(where: { $0.path == path && !$0.isHeader }), !span.isInline, !span.isRepeated else {
            throw invalid(path, "stands where it cannot be edited")
        }
        return span
    }

    /// - Throws: ``SettingsError/Code/invalid`` if no key can be added to the table.
    fileprivate func place(for table: [String]) throws(SettingsError) -> Place {
        let above = table.indices.map { Array(table[...$0]) }
        if let closed = spans.first(where: { (!$0.isHeader || $0.kind == .arrayOfTables) && above.contains($0.path) }) {
            throw invalid(closed.path, "stands where keys cannot be added")
        }
        if table.isEmpty {
            if let last = spans.last(where: { !$0.isHeader && $0.headerDepth == 0 }) {
                return Place(offset: last.lines.upperBound, indentation: indentation(of: last))
            }
            return Place(offset: bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0)
        }
        if let header = spans.firstIndex(where: { $0.kind == .table && $0.path == table && !$0.isRepeated }) {
            let section = spans[header...].dropFirst().prefix { !$0.isHeader }
            let last = section.last { !$0.isInline } ?? spans[header]
            return Place(offset: last.lines.upperBound, indentation: indentation(of: last))
        }
        // The table exists through dotted keys only: a header for it would be an error.
        if let last = spans.last(where: {
            !$0.isHeader && !$0.isInline && !$0.isRepeated && $0.headerDepth < table.count && $0.path.starts(with: table)
        }) {
            return Place(offset: last.lines.upperBound, path: Array(table[last.headerDepth...]), indentation: indentation(of: last))
        }
        let header = "[\(table.map(TOMLText.key).joined(separator: "."))]"
        return Place(offset: bytes.count, header: bytes.isEmpty ? [header] : ["", header])
    }

    private func indentation(of span: TOMLSpan) -> String {
        String(decoding: bytes[span.lines].prefix { $0 == .space || $0 == .tab }, as: UTF8.self)
    }

    /// Lines as bytes with the line ends of this text; a line before them that has no end gets one.
    func lines(_ lines: [String], at offset: Int) -> [UInt8] {
        let end = lineEnd
        let isLineOpen = offset > 0 && bytes[offset - 1] != .lineFeed && bytes[..<offset] != Self.byteOrderMark[...]
        return Array(((isLineOpen ? end : "") + lines.map { $0 + end }.joined()).utf8)
    }

    private var lineEnd: String {
        guard let first = bytes.firstIndex(of: .lineFeed), first > 0 else { return "\n" }
        return bytes[first - 1] == .carriageReturn ? "\r\n" : "\n"
    }

    /// The text, after checking that it reads back as expected.
    func checked(_ edited: [UInt8], expecting tree: TOMLTree?, _ path: [String]) throws(SettingsError) -> String {
        guard let result = try? SettingsDocument(edited, file: file), result.tree.pruned == tree?.pruned else {
            throw invalid(path, "cannot be changed without changing something else")
        }
        return String(decoding: edited, as: UTF8.self)
    }
}
