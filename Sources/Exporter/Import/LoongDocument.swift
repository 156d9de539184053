/// The configuration of loong, in TOML.
///
/// A bare string is the key itself, also one that looks like the name of a variable.
///
/// Source: eastreams/loong, crates/app/src/secrets.rs, crates/app/src/config/provider.rs.
enum LoongDocument {
    /// The name after `--format`.
    static let name = "loong-config"

    /// Reads one.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8], path: String) throws(ExportError) -> ImportReading {
        let root = try DocumentNode(toml: bytes, path: path)
        guard case .object(let members) = root, root["provider"] != nil || root["providers"] != nil else {
            throw ExportError(.malformed, "\(path): no provider: not a configuration of loong")
        }
        var walk = DocumentWalk("a configuration of loong", meaning: meaning)
        for member in members {
            switch (member.key, member.value) {
            case ("provider", .object):
                try walk.visit(member.value, names: [DocumentWalk.segment(member.value["kind"]?.text ?? "provider")])
            case ("providers", .object(let providers)):
                for provider in providers { try walk.visit(provider.value, names: [DocumentWalk.segment(provider.key)]) }
            default: try walk.visit(member, names: [])
            }
        }
        return walk.reading
    }

    private static func meaning(_ text: String) -> DocumentWalk.Meaning {
        let text = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        for (prefix, suffix) in [("${", "}"), ("$", ""), ("env:", ""), ("%", "%")] {
            if let name = DocumentWalk.variable(in: text, prefix, suffix) { return .reference("the variable \(name)") }
        }
        return .literal
    }
}
