/// The configuration of OpenClaw and of those that have its layout (Fased, Genesis), and their `auth-profiles.json`.
///
/// Source: openclaw/openclaw, src/config/env-substitution.ts, src/secrets; docs/gateway/secrets.md.
enum OpenClawDocument {
    /// The name after `--format`.
    static let name = "openclaw-config"

    private static let fileNames = ["openclaw", "fased", "genesis", "auth-profiles"]

    /// Whether a file is called like one.
    static func isName(_ file: String) -> Bool { fileNames.contains { file == "\($0).json" || file == "\($0).json5" } }

    /// Whether a document looks like one.
    static func isShape(_ node: DocumentNode) -> Bool {
        if case .object? = node["models"]?["providers"] { return true }
        if case .object? = node["gateway"] { return true }
        return hasProfiles(node)
    }

    /// Reads one.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8]) throws(ExportError) -> ImportReading {
        var repeated: [Int] = []
        let root = try DocumentNode(json5: bytes, repeated: &repeated)
        guard case .object(let members) = root else { throw ExportError(.malformed, "not an object") }
        let isProfiles = hasProfiles(root)
        var walk = DocumentWalk(isProfiles ? "the auth profiles of OpenClaw" : "a configuration of OpenClaw", meaning: meaning)
        if isProfiles {
            try profiles(root["profiles"], &walk)
        } else {
            for member in members {
                guard member.key == "models", case .object(let parts) = member.value else {
                    try walk.visit(member, names: [])
                    continue
                }
                for part in parts {
                    guard part.key == "providers", case .object(let providers) = part.value else {
                        try walk.visit(part, names: ["models"])
                        continue
                    }
                    for provider in providers { try walk.visit(provider.value, names: [DocumentWalk.segment(provider.key)]) }
                }
            }
        }
        for line in repeated { walk.leave(nil, line: line, "the same name stands again below, which counts") }
        return walk.reading
    }

    private static func hasProfiles(_ node: DocumentNode) -> Bool {
        guard case .object(let profiles)? = node["profiles"], let first = profiles.first else { return false }
        return first.value["type"]?.text != nil && first.value["provider"]?.text != nil
    }

    /// `PROVIDER:default` gives `PROVIDER/api-key`, `PROVIDER:team` gives `PROVIDER/team/api-key`.
    private static func profiles(_ node: DocumentNode?, _ walk: inout DocumentWalk) throws(ExportError) {
        guard case .object(let profiles)? = node else { return }
        for profile in profiles {
            let parts = profile.key.split(separator: ":", maxSplits: 1)
            let provider = profile.value["provider"]?.text ?? parts.first.map(String.init) ?? ""
            let label = parts.count > 1 && parts[1] != "default" ? [DocumentWalk.segment(String(parts[1]))] : []
            let names = [DocumentWalk.segment(provider)] + label
            if profile.value["type"]?.text == "oauth" {
                walk.leave(names.joined(separator: "/"), line: profile.line, "a login that its program renews itself")
                continue
            }
            guard case .object(let fields) = profile.value else { continue }
            for field in fields where ["key", "keyRef", "token", "tokenRef"].contains(field.key) {
                let last = field.key.hasPrefix("key") ? "api-key" : "token"
                let name = (names + [last]).joined(separator: "/")
                if case .string(let value, let line) = field.value {
                    try walk.take(name, value, line: line)
                } else if let target = DocumentWalk.target(of: field.value) {
                    walk.note(name, line: field.line, target)
                }
            }
        }
    }

    /// `${NAME}` anywhere, in capitals, is filled in; `$${NAME}` is not; `$NAME` alone is another way to name a variable.
    private static func meaning(_ text: String) -> DocumentWalk.Meaning {
        if text == "__OPENCLAW_REDACTED__" || text.hasPrefix("oc-sent-v") { return .unusable("a placeholder in place of the key") }
        if let name = DocumentWalk.variable(in: text, "$"), name == name.uppercased() { return .reference("the variable \(name)") }
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let after = rest[start.upperBound...]
            guard let end = after.firstIndex(of: "}") else { break }
            let name = after[..<end]
            let isName = isVariableName(name.utf8) && name.uppercased() == name
            if isName, rest[..<start.lowerBound].hasSuffix("$") { return .unusable("a text with ${…} in it that is not filled in") }
            if isName { return .reference(isShowable(String(name)) ? "the variable \(name)" : "a variable") }
            rest = after
        }
        return .literal
    }
}
