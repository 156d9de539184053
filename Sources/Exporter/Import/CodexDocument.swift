/// The configuration of Codex: the tokens and headers of its providers, and the keys in the `env` blocks of its MCP servers.
///
/// Source: openai/codex, docs/config.md.
enum CodexDocument {
    /// The name after `--format`.
    static let name = "codex-config"

    /// Whether a path is that of one.
    static func isPath(_ path: String) -> Bool { path.hasSuffix("/.codex/config.toml") || path == ".codex/config.toml" }

    /// Reads one.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8], path: String) throws(ExportError) -> ImportReading {
        let root = try DocumentNode(toml: bytes, path: path)
        var walk = DocumentWalk("a configuration of Codex") { _ in .literal }
        for provider in members(of: root["model_providers"]) {
            let names = [DocumentWalk.segment(provider.key)]
            for field in members(of: provider.value) {
                switch (field.key, field.value) {
                case ("experimental_bearer_token", .string(let value, let line)):
                    try walk.take((names + ["api-key"]).joined(separator: "/"), value, line: line)
                case ("http_headers", _): try walk.visit(field, names: names)
                default: break
                }
            }
        }
        for server in members(of: root["mcp_servers"]) {
            for field in members(of: server.value) where field.key == "env" { try walk.visitKeys(ofEnvironment: field) }
        }
        return walk.reading
    }

    private static func members(of node: DocumentNode?) -> [DocumentNode.Member] {
        if case .object(let members)? = node { members } else { [] }
    }
}
