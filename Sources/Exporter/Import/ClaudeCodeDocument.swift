/// The settings of Claude Code: the keys in its `env` block.
///
/// Source: https://code.claude.com/docs/en/settings.
enum ClaudeCodeDocument {
    /// The name after `--format`.
    static let name = "claude-code-config"

    /// Whether a path is that of one.
    static func isPath(_ path: String) -> Bool { path.hasSuffix("/.claude/settings.json") || path == ".claude/settings.json" }

    /// Reads one. Variables that hold no key stay where they are: a model's name is no secret.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8]) throws(ExportError) -> ImportReading {
        var repeated: [Int] = []
        let root = try DocumentNode(json5: bytes, repeated: &repeated)
        guard case .object(let members) = root else { throw ExportError(.malformed, "not an object") }
        var walk = DocumentWalk("the settings of Claude Code") { text in
            DocumentWalk.variable(in: text, "${", "}").map { .reference("the variable \($0)") } ?? .literal
        }
        for member in members where member.key == "env" { try walk.visitKeys(ofEnvironment: member) }
        for line in repeated { walk.leave(nil, line: line, "the same name stands again below, which counts") }
        return walk.reading
    }
}

extension DocumentWalk {
    /// Looks at those variables of an `env` block that hold keys.
    mutating func visitKeys(ofEnvironment block: DocumentNode.Member) throws(ExportError) {
        guard case .object(let variables) = block.value else { return }
        let keys = variables.filter { variable in
            guard let text = variable.value.text?.lowercased() else { return false }
            if variable.key == "ANTHROPIC_CUSTOM_HEADERS" { return text.contains("authorization") || text.contains("-key") }
            return KnownVariables.namesKey(variable.key)
        }
        try visit(DocumentNode.Member(key: "env", line: block.line, value: .object(keys)), names: [])
    }
}
