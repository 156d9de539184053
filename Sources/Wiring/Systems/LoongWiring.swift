internal import Resolver
internal import Settings

/// loong: the key by a program that it runs, or by a variable; the account's own address in place of its default one, whose path leads to
/// another endpoint.
///
/// Source: eastreams/loong, crates/app/src/config/provider.rs, crates/app/src/secrets.rs.
enum LoongWiring {
    static func plan(_ request: WiringRequest) throws(WiringError) -> WiringPlan {
        let outline = request.outline
        let title = WiredSystem.loong.title
        try request.refuseTemplates(title)
        var (baseURL, path, model, headers) = (outline.baseURL, outline.path, outline.model, try request.plainHeaders())
        var notes: [String] = []
        var secret = outline.key?.secret
        var kind = try kind(outline)
        if outline.gatewayToken != nil {
            let form = try RESTForm(request, title)
            (baseURL, path, model, secret) = (form.baseURL, "/chat/completions", form.model, form.token)
            headers.append(("cf-aig-gateway-id", .text(form.gateway)))
            kind = gatewayKind
            notes.append(form.note)
        }
        guard let secret else {
            throw WiringError(
                .invalid, "\(title) sends a key with every request, and the gateway wants none",
                hint: "set route = \"rest\" in [provider.\(outline.provider)], or the gateway's token")
        }
        let table = ["providers", outline.provider]
        var values: [(table: [String], key: String, value: ConfigurationValue)] = [
            ([], "active_provider", .text(outline.provider)), (table, "kind", .text(kind)), (table, "model", .text(model)),
            (table, "base_url", .text(baseURL)),
        ]
        if kind != "anthropic", let path { values.append((table, "chat_completions_path", .text(path))) }
        let variable = "LOONG_PROVIDER_KEY"
        if request.usesEnvironment {
            values.append((table, "api_key", .object([("env", .text(variable))])))
        } else {
            let words = request.command.words(["get", secret]).map { ConfigurationValue.text($0) }
            values.append((table, "api_key", .object([("exec", .array(words))])))
        }
        if !headers.isEmpty { values.append((table, "headers", .object(headers))) }
        var plan = WiringPlan.toml(.loong, file: request.file, table: table, values)
        if request.usesEnvironment {
            plan.profile = (WiredSystem.loong.rawValue, [(variable, "secret:\(secret)")])
            notes.append("start it with: warder run -P loong -- loong")
        }
        if outline.gatewayToken != nil { plan.hosts = [(secret, RESTForm.host)] }
        plan.notes = notes
        return plan
    }

    private static let gatewayKind = "cloudflare_ai_gateway"

    /// What loong calls the kind of provider that speaks as this one does.
    private static func kind(_ outline: RequestOutline) throws(WiringError) -> String {
        switch outline.style {
        case .anthropicMessages where outline.path == "/v1/messages": return "anthropic"
        case .openaiChat:
            if outline.kind == Catalogue.gateway { return gatewayKind }
            return outline.kind.flatMap { Catalogue.standard.provider($0) }?.systems[.loong]?.ids.first ?? "custom"
        default:
            throw WiringError(.invalid, "loong cannot make requests of the shape \(outline.style.rawValue)")
        }
    }
}
