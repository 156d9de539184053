internal import Settings
internal import SodiumCrypto

/// A configuration of any other program: what of it are secrets, by what their places and values look like.
package enum ForeignDocument: Sendable {
    case json5
    case toml
    case yaml

    /// Reads one.
    ///
    /// - Returns: what holds secrets, what leads elsewhere, and what cannot be told.
    /// - Throws: ``ExportError/Code/malformed``.
    package func read(_ bytes: [UInt8]) throws(ExportError) -> ImportReading {
        let root: DocumentNode
        switch self {
        case .json5:
            // Of two members with one name both can be secrets.
            root = DocumentNode(allOf: try JSON5Parser.parse(bytes))
        case .toml: root = try DocumentNode(toml: bytes, path: "the file")
        case .yaml where Self.isBlank(bytes): return ImportReading("a configuration")
        case .yaml: root = try DocumentNode(yaml: bytes, path: "the file")
        }
        var walk = DocumentWalk("a configuration") { text in
            text.contains("${") || text.hasPrefix("$") || text.hasPrefix("env:") ? .reference("a variable") : .literal
        }
        try walk.visit(root, names: [])
        return walk.reading
    }

    /// The strings of a document, as they are written, with what they say. None for YAML, whose notation has no end that can be told.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    package func strings(_ bytes: [UInt8]) throws(ExportError) -> [(notation: [UInt8], text: [UInt8])] {
        switch self {
        case .yaml: return []
        case .json5: return Self.strings(try JSON5Parser.parse(bytes), bytes)
        case .toml:
            do throws(SettingsError) {
                return try TOMLStrings.read(bytes, file: "the file").map { ($0.notation, Array(($0.text ?? "").utf8)) }
            } catch { throw ExportError(.malformed, error.reason) }
        }
    }

    private static func strings(_ value: JSON5Value, _ bytes: [UInt8]) -> [(notation: [UInt8], text: [UInt8])] {
        switch value.content {
        case .null, .bool, .number: []
        case .string(let text): [(Array(bytes[value.span]), text)]
        case .array(let elements): elements.flatMap { strings($0, bytes) }
        case .object(let members): members.flatMap { strings($0.value, bytes) }
        }
    }

    /// Whether YAML has nothing but comments.
    package static func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
            line.first { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }.map { $0 == UInt8(ascii: "#") } ?? true
        }
    }
}
