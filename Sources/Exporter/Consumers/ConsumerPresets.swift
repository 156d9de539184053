internal import Resolver
internal import Settings

/// The systems that Warder serves.
public enum ConsumerPresets {
    /// All of them.
    public static let all: [ConsumerPreset] = [
        openclaw("fased", "~/.fased/.env"), openclaw("genesis", "~/.genesis/.env", .genesis), openclaw("openclaw", "~/.openclaw/.env"),
        dockerAgent, loong, claudeCode, codex, wrangler,
    ]

    /// The one of this name.
    public static func named(_ name: String) -> ConsumerPreset? { all.first { $0.name == name } }

    private static let provider = ConsumerPreset.gatewayProvider
    private static let token = "\(provider)/token"
    private static let base = "https://gateway.ai.cloudflare.com/v1/${provider:\(provider)/account_id}/${provider:\(provider)/gateway_id}"

    private static func ids(_ prefix: String) -> [ConsumerPreset.Wanted] {
        [
            .init(name: "\(prefix)_ACCOUNT_ID", sources: [.field(.accountID)]),
            .init(name: "\(prefix)_GATEWAY_ID", sources: [.field(.gatewayID)]),
        ]
    }

    /// OpenClaw and its descendants: the gateway's key is an Anthropic key there; the token is for a header in their configuration.
    private static func openclaw(_ name: String, _ path: String, _ system: Provider.System = .fased) -> ConsumerPreset {
        ConsumerPreset(
            name: name, format: "openclaw", path: path, unit: "\(name)-gateway.service",
            advice: "\(name) reads \(path) when it starts",
            gateway: [
                .init(
                    name: "CLOUDFLARE_AI_GATEWAY_API_KEY",
                    sources: [
                        .gatewayKey(routes: ["anthropic"]), .secret("CLOUDFLARE_AI_GATEWAY_API_KEY"),
                        .secretForGateway("anthropic/api-key"),
                    ])
            ] + ids("CLOUDFLARE") + [.init(name: "CF_AIG_TOKEN", sources: [.secret(token), .secret("CF_AIG_TOKEN")], isOptional: true)],
            system: system)
    }

    /// docker-agent sends a Cloudflare token where others send a provider's key.
    private static let dockerAgent = ConsumerPreset(
        name: "docker-agent", format: "docker-agent", path: "~/.config/warder/docker-agent.env", unit: nil,
        advice: "docker agent run --env-from-file ~/.config/warder/docker-agent.env …",
        gateway: ids("CLOUDFLARE") + [
            .init(
                name: "CLOUDFLARE_API_TOKEN",
                sources: [.secret(token), .secret("CLOUDFLARE_API_TOKEN"), .secret("cloudflare/api-token")])
        ], system: .dockerAgent)

    /// loong sends the key to an OpenAI path: an Anthropic key does not belong there.
    private static let loong = ConsumerPreset(
        name: "loong", format: "dotenv", path: "~/.config/warder/loong.env", unit: nil,
        advice: "loong reads no file: start it with `set -a; . ~/.config/warder/loong.env; loong`, or as a unit with EnvironmentFile=",
        gateway: [
            .init(
                name: "CLOUDFLARE_API_KEY",
                sources: [.gatewayKey(routes: ["compat", "openai"]), .secret("CLOUDFLARE_API_KEY"), .secret("openai/api-key")])
        ] + ids("CLOUDFLARE"),
        system: .loong)

    private static let claudeCode = ConsumerPreset(
        name: "claude-code", format: "sh", path: "~/.config/warder/claude-code.env", unit: nil,
        advice: ". ~/.config/warder/claude-code.env && claude",
        gateway: [
            .init(
                name: "ANTHROPIC_API_KEY",
                sources: [.gatewayKey(routes: ["anthropic"]), .secret("anthropic/api-key"), .secret("ANTHROPIC_API_KEY")]),
            .init(name: "ANTHROPIC_BASE_URL", sources: [.template("\(base)/anthropic", fields: [.accountID, .gatewayID], secrets: [])]),
            .init(
                name: "ANTHROPIC_CUSTOM_HEADERS",
                sources: [.template("cf-aig-authorization: Bearer ${secret:\(token)}", fields: [], secrets: [token])], isOptional: true),
        ], system: nil)

    private static let codex = ConsumerPreset(
        name: "codex", format: "sh", path: "~/.config/warder/codex.env", unit: nil,
        advice: ". ~/.config/warder/codex.env && codex, with env_key = \"OPENAI_API_KEY\" and "
            + "env_http_headers = { \"cf-aig-authorization\" = \"CF_AIG_AUTHORIZATION\" } in its config.toml",
        gateway: [
            .init(
                name: "OPENAI_API_KEY",
                sources: [.gatewayKey(routes: ["compat", "openai"]), .secret("openai/api-key"), .secret("OPENAI_API_KEY")]),
            .init(
                name: "CF_AIG_AUTHORIZATION", sources: [.template("Bearer ${secret:\(token)}", fields: [], secrets: [token])],
                isOptional: true),
        ] + ids("CF"), system: nil)

    private static let wrangler = ConsumerPreset(
        name: "wrangler", format: "wrangler", path: nil, unit: nil,
        advice: "wrangler dev reads .dev.vars beside wrangler.toml; for the deployed Worker: "
            + "warder export -P wrangler --format wrangler-bulk | wrangler secret bulk",
        gateway: ids("CF") + [.init(name: "CF_AIG_TOKEN", sources: [.secret(token), .secret("CF_AIG_TOKEN")], isOptional: true)],
        system: .fased)
}
