internal import Resolver
internal import Settings

/// docker-agent: a provider of its own name in an agent's file, whose key is a variable. Where the gateway wants a token, that goes to
/// Cloudflare's REST API, since docker-agent fills in no headers.
///
/// Source: docker/docker-agent, agent-schema.json, pkg/model/provider/defaults.go.
enum DockerAgentWiring {
    /// The provider's name in the agent's file. The gateway's own name is one of docker-agent's.
    private static let name = "warder"

    static func plan(_ request: WiringRequest) throws(WiringError) -> WiringPlan {
        let outline = request.outline
        let title = WiredSystem.dockerAgent.title
        try request.refuseTemplates(title)
        var (baseURL, model, headers) = (outline.baseURL, outline.model, try request.plainHeaders())
        var notes: [String] = []
        var secret = outline.key?.secret
        var variable = request.keyVariable(.dockerAgent)
        if outline.gatewayToken != nil {
            let form = try RESTForm(request, title)
            (baseURL, model, secret, variable) = (form.baseURL, form.model, form.token, "CLOUDFLARE_API_TOKEN")
            headers.append(("cf-aig-gateway-id", .text(form.gateway)))
            notes.append(form.note)
        } else {
            guard outline.style == .openaiChat || outline.style == .openaiResponses else {
                throw WiringError(
                    .invalid, "\(title) cannot make requests of the shape \(outline.style.rawValue) by a provider of an agent's file",
                    hint: "set route = \"compat\" or \"rest\" in [provider.\(outline.provider)], and name the model openai/… or anthropic/…"
                )
            }
        }
        guard let secret else {
            throw WiringError(
                .invalid, "\(title) sends a key with every request, and the gateway wants none",
                hint: "set route = \"rest\" in [provider.\(outline.provider)], or the gateway's token")
        }
        let isResponses = outline.gatewayToken == nil && outline.style == .openaiResponses
        var lines = [
            "\(name):", "  api_type: \(isResponses ? "openai_responses" : "openai_chatcompletions")",
            "  base_url: \(JSONText.quote(baseURL))",
            "  token_key: \(variable)",
        ]
        if !headers.isEmpty {
            lines += ["  provider_opts:", "    http_headers:"]
            for case (let name, .text(let value)) in headers { lines.append("      \(JSONText.quote(name)): \(JSONText.quote(value))") }
        }
        let block = lines
        var plan = WiringPlan(.dockerAgent, file: request.file) { bytes throws(WiringError) in
            var edited = Edited(bytes: try YAMLBlock.add(key: "providers", name: name, lines: block, to: bytes))
            edited.changes = [.init(path: ["providers", name], old: nil, new: block.joined(separator: "\n") + "\n", depth: 0)]
            edited.lines = (["providers:"] + block.map { "  \($0)" }).map { "+ \($0)" }
            return edited
        }
        let file = "\(request.directories.config)/warder/docker-agent.env"
        plan.profile = (WiredSystem.dockerAgent.rawValue, [(variable, "secret:\(secret)")])
        plan.consumer = (WiredSystem.dockerAgent.rawValue, "docker-agent", file)
        if outline.gatewayToken != nil { plan.hosts = [(secret, RESTForm.host)] }
        plan.notes =
            notes + [
                "in the file: model: \(name)/\(model)", "start it with: docker agent run --env-from-file \(file) \(request.file)",
            ]
        return plan
    }
}
