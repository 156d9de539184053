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
