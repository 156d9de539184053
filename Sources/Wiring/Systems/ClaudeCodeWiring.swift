internal import Exporter
internal import Resolver

/// Claude Code: the key by `apiKeyHelper`, the address by the `env` of its settings. Nothing in its settings can hold the gateway's token but
/// the token itself, so that comes from the environment, with `warder run`.
///
/// Source: https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/llm-gateway
enum ClaudeCodeWiring {
    /// Variables that Claude Code sends, or that lead it elsewhere.
    private static let credentials = [
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX",
    ]

    static func plan(_ request: WiringRequest) throws(WiringError) -> WiringPlan {
        let outline = request.outline
        let system = WiredSystem.claudeCode
        try request.refuseTemplates(system.title)
        guard outline.style == .anthropicMessages, outline.path == "/v1/messages" else {
            throw WiringError(
                .invalid, "\(system.title) makes requests of the shape anthropic-messages, and this is \(outline.style.rawValue)",
                hint: "--model anthropic/…, or a gateway with route = \"anthropic\", or \"rest\" with style = \"anthropic-messages\"")
        }
        var headers = try request.plainHeaders().compactMap { name, value in
            if case .text(let text) = value { "\(name): \(text)" } else { nil }
        }
        var variables: [(name: String, reference: String)] = []
        if let key = outline.key, request.usesEnvironment {
            variables.append((key.auth == .bearer ? "ANTHROPIC_AUTH_TOKEN" : "ANTHROPIC_API_KEY", "secret:\(key.secret)"))
        }
        if let token = outline.gatewayToken {
            headers.append("\(token.header): Bearer ${secret:\(token.secret)}")
            variables.append(("ANTHROPIC_CUSTOM_HEADERS", headers.joined(separator: "\n")))
        }
        let helper =
            request.usesEnvironment
            ? nil
            : outline.key.map { _ in
                request.command.shellLine(["credential", "claude", request.modelReference])
            }
        let customHeaders = outline.gatewayToken == nil && !headers.isEmpty ? headers.joined(separator: "\n") : nil
        var plan = WiringPlan.json5(system, file: request.file) { editor throws(WiringError) in
            for name in credentials where !(name == "ANTHROPIC_CUSTOM_HEADERS" && customHeaders != nil) {
                // An empty text takes a variable away.
                guard let value = try editor.value(at: ["env", name]), value.text != "" else { continue }
                throw WiringError(
                    .conflict, "env.\(name) stands in it, and would win over what Warder gives, or go elsewhere with it",
                    hint: "take it into the vault and out of the file: warder import \(request.file) --format claude-code-config")
            }
            if let helper {
                try editor.set(["apiKeyHelper"], to: .text(helper))
            } else if try editor.value(at: ["apiKeyHelper"]) != nil {
                throw Diversion.error(["apiKeyHelper"])
            }
            var variables: [(String, ConfigurationValue)] = [("ANTHROPIC_BASE_URL", .text(outline.baseURL))]
            if let customHeaders { variables.append(("ANTHROPIC_CUSTOM_HEADERS", .text(customHeaders))) }
            try editor.merge(variables, into: ["env"])
            try editor.set(["model"], to: .text(outline.model))
        }
        plan.excluded = credentials + ["ANTHROPIC_BASE_URL"]
        if !variables.isEmpty {
            plan.profile = (system.rawValue, variables)
            plan.notes.append("start it with: warder run -P \(system.rawValue) -- claude")
        }
        if helper != nil { plan.notes.append("ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN in the environment win over apiKeyHelper") }
        return plan
    }
}
