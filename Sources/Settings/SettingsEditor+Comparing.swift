extension SettingsEditor {
    /// Whether a document of TOML has something at a path.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if it is not TOML.
    package static func has(_ path: [String], in text: String) throws(SettingsError) -> Bool {
        try SettingsDocument(Array(text.utf8), file: "the file").tree[path] != nil
    }

    /// The string at a path of a document of TOML, or nil.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if it is not TOML.
    package static func string(_ path: [String], in text: String) throws(SettingsError) -> String? {
        if case .string(let text)? = try SettingsDocument(Array(text.utf8), file: "the file").tree[path] { text } else { nil }
    }

    /// The value at a path as it is written, or nil.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if it is not TOML.
    package static func notation(_ path: [String], in text: String) throws(SettingsError) -> String? {
        let document = try SettingsDocument(Array(text.utf8), file: "the file")
        return document.tree[path] == nil ? nil : document.source(of: path)
    }

    /// Whether two notations say the same value.
    package static func isSame(notation left: String, as right: String) -> Bool {
        func tree(_ notation: String) -> TOMLTree? { (try? SettingsDocument(Array("x = \(notation)".utf8), file: "the file"))?.tree }
        return tree(left).map { $0 == tree(right) } ?? false
    }

    /// Puts a value as it is written in the place of another.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if the key cannot be edited, or something else would change.
    package static func replace(_ path: [String], with notation: String, in text: String) throws(SettingsError) -> String {
        let document = try SettingsDocument(Array(text.utf8), file: "the file")
        guard let span = document.spans.first(where: { $0.path == path && !$0.isHeader && !$0.isInline && !$0.isRepeated }) else {
            throw document.invalid(path, "stands where it cannot be edited")
        }
        var bytes = document.bytes
        bytes.replaceSubrange(span.value, with: Array(notation.utf8))
        let result = String(decoding: bytes, as: UTF8.self)
        guard try isSame(result, text, butFor: [path]) else {
            throw document.invalid(path, "cannot be changed without changing something else")
        }
        return result
    }

    /// The keys of a table, its own.
    package static func keys(of table: [String], in text: String) throws(SettingsError) -> [String] {
        try SettingsDocument(Array(text.utf8), file: "the file").keys(of: table).map(\.key)
    }

    /// How the settings write a value.
    package static func notation(of value: SettingsValue) -> String { value.notation }

    /// Whether two documents of TOML read alike, whatever stands at some paths in either.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` if one is not TOML.
    package static func isSame(_ left: String, _ right: String, butFor paths: [[String]]) throws(SettingsError) -> Bool {
        try without(paths, left) == without(paths, right)
    }

    private static func without(_ paths: [[String]], _ text: String) throws(SettingsError) -> TOMLTree? {
        var tree: TOMLTree? = try SettingsDocument(Array(text.utf8), file: "the file").tree
        for path in paths { tree = tree?.setting(path, to: nil) }
        return tree?.pruned
    }
}
