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

    /// Whether YAML has nothing but comments.
    package static func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
            line.first { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }.map { $0 == UInt8(ascii: "#") } ?? true
        }
    }
}
