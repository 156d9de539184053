/// A string of a TOML document that need not be Warder's own.
package struct TOMLString: Sendable {
    /// The path of tables and the key, decoded.
    package let path: [String]
    /// Its text, or nil below a `[[path]]`, where one path occurs many times.
    package let text: String?
    /// The line on which its key stands, from 1.
    package let line: Int
    /// As it is written, with its quotes.
    package let notation: [UInt8]
}

/// The strings of a TOML document.
package enum TOMLStrings {
    /// All strings that are the value of a key, in the order of the document; none that lie in an array.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` with line and column if it is not TOML; ``SettingsError/Code/unsafeFile`` if it is
    ///   larger than 1 MiB.
    package static func read(_ bytes: [UInt8], file: String) throws(SettingsError) -> [TOMLString] {
        let document = try SettingsDocument(bytes, file: file)
        var strings: [TOMLString] = []
        for span in document.spans where span.kind == .string {
            var text: String?
            if !span.isRepeated, case .string(let value)? = document.tree[span.path] { text = value }
            strings.append(TOMLString(path: span.path, text: text, line: span.line, notation: Array(document.bytes[span.value])))
        }
        return strings
    }

    /// The strings of the array at a path, in order; none if there is no array.
    ///
    /// - Throws: as ``read(_:file:)``.
    package static func array(at path: [String], in bytes: [UInt8], file: String) throws(SettingsError) -> [String] {
        guard case .array(let elements)? = try SettingsDocument(bytes, file: file).tree[path] else { return [] }
        return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    /// The arrays whose key has this name, with their lines and the strings in them.
    ///
    /// - Throws: as ``read(_:file:)``.
    package static func arrays(
        named name: String, _ bytes: [UInt8], file: String
    ) throws(SettingsError) -> [(line: Int, elements: [String])] {
        let document = try SettingsDocument(bytes, file: file)
        return document.spans.compactMap { span in
            guard span.kind == .array, span.path.last == name, case .array(let elements)? = document.tree[span.path] else { return nil }
            return (span.line, elements.compactMap { if case .string(let text) = $0 { text } else { nil } })
        }
    }

    /// The paths at which an array stands, such as the program in `{ exec = ["pass", "show", "x"] }`, with their lines.
    package static func arrays(_ bytes: [UInt8], file: String) throws(SettingsError) -> [TOMLString] {
        try SettingsDocument(bytes, file: file).spans.filter { $0.kind == .array }.map {
            TOMLString(path: $0.path, text: nil, line: $0.line, notation: Array(bytes[$0.value]))
        }
    }
}
