/// The configuration of docker-agent, in YAML.
///
/// Its keys are in the environment: `token_key` names the variable. What can stand in the file itself are headers and `env` blocks.
///
/// Source: docker/docker-agent, pkg/config, pkg/environment/expand.go.
enum DockerAgentDocument {
    /// The name after `--format`.
    static let name = "docker-agent-config"

    /// Reads one.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8], path: String) throws(ExportError) -> ImportReading {
        let root = try DocumentNode(yaml: bytes, path: path)
        guard case .object(let members) = root, members.contains(where: { ["agents", "models", "providers"].contains($0.key) }) else {
            throw ExportError(.malformed, "\(path): no agents, models or providers: not a configuration of docker-agent")
        }
        var walk = DocumentWalk("a configuration of docker-agent", meaning: meaning)
        for member in members {
            guard ["models", "providers"].contains(member.key), case .object(let entries) = member.value else {
                try walk.visit(member, names: [])
                continue
            }
            for entry in entries {
                let provider = (member.key == "models" ? entry.value["provider"]?.text : nil) ?? entry.key
                try visit(entry.value, provider: DocumentWalk.segment(provider), &walk)
            }
        }
        return walk.reading
    }

    /// `provider_opts` is no part of names.
    private static func visit(_ node: DocumentNode, provider: String, _ walk: inout DocumentWalk) throws(ExportError) {
        guard case .object(let members) = node else { return }
        for member in members {
            if member.key == "provider_opts" {
                try walk.visit(member.value, names: [provider])
            } else {
                try walk.visit(member, names: [provider])
            }
        }
    }

    /// `$NAME`, `${NAME}` and `${env.NAME}` anywhere; `op://` is asked of 1Password.
    private static func meaning(_ text: String) -> DocumentWalk.Meaning {
        if text.hasPrefix("op://") { return .reference("1Password") }
        let plain = text.replacing("$$", with: "")
        guard let dollar = plain.firstIndex(of: "$") else {
            return plain == text ? .literal : .unusable("a text with $$ in it")
        }
        var rest = plain[plain.index(after: dollar)...]
        if rest.hasPrefix("{") { rest = rest.dropFirst() }
        if rest.hasPrefix("env.") { rest = rest.dropFirst(4) }
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        guard isVariableName(name.utf8) else { return .literal }
        return .reference(isShowable(name) ? "the variable \(name)" : "a variable")
    }
}
