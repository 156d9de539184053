internal import Resolver

/// Codex: a model provider whose key its `auth` command gives; the gateway's token by a variable, which Codex puts into a header.
///
/// Source: openai/codex, docs/config.md, `model_providers`.
enum CodexWiring {
    private static let tokenVariable = "CF_AIG_AUTHORIZATION"

    static func plan(_ request: WiringRequest) throws(WiringError) -> WiringPlan {
        let outline = request.outline
        let system = WiredSystem.codex
        try request.refuseTemplates(system.title)
        let isCompat = outline.kind == Catalogue.gateway && outline.baseURL.hasSuffix("/compat")
        guard outline.style == .openaiResponses || outline.style == .openaiChat, !isCompat else {
            throw WiringError(
                .invalid, "\(system.title) makes requests of the shape openai-responses, which that address does not take",
                hint: "--model openai/…, or a gateway with route = \"openai\", or \"rest\" with style = \"openai-responses\"")
        }
        // One that Codex has itself cannot be changed.
        let name = outline.provider == "openai" ? "warder-openai" : outline.provider
        let table = ["model_providers", name]
        var values: [(table: [String], key: String, value: ConfigurationValue)] = [
            ([], "model", .text(outline.model)), ([], "model_provider", .text(name)),
            (table, "name", .text(outline.kind.flatMap { Catalogue.standard.provider($0)?.name } ?? outline.provider)),
            (table, "base_url", .text(outline.baseURL)), (table, "wire_api", .text("responses")),
        ]
        var variables: [(name: String, reference: String)] = []
        if let key = outline.key {
            if request.usesEnvironment {
                let variable = request.keyVariable(.cloudflare)
                values.append((table, "env_key", .text(variable)))
                variables.append((variable, "secret:\(key.secret)"))
            } else {
                let words = request.command.words(["credential", "codex", request.modelReference])
                values.append(
                    (
                        table, "auth",
                        .object([("command", .text(words[0])), ("args", .array(words.dropFirst().map { .text($0) }))])
                    ))
            }
        }
        let headers = try request.plainHeaders()
        if !headers.isEmpty { values.append((table, "http_headers", .object(headers))) }
        if let token = outline.gatewayToken {
            values.append((table, "env_http_headers", .object([(token.header, .text(tokenVariable))])))
            variables.append((tokenVariable, "Bearer ${secret:\(token.secret)}"))
        }
        var plan = WiringPlan.toml(system, file: request.file, table: table, values)
        if !variables.isEmpty {
            plan.profile = (system.rawValue, variables)
            plan.notes.append("start it with: warder run -P \(system.rawValue) -- codex")
        }
        return plan
    }
}
