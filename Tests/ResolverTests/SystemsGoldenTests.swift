import Testing

@testable import Resolver

/// A row of a system's own table: what is asked for, under which name the key is stored, and the request.
struct SystemRow: Sendable, CustomTestStringConvertible {
    let provider: String
    let variable: String?
    let url: String?
    var auth = "authorization: Bearer"

    var testDescription: String { provider }

    /// Key in the vault under the variable's name; the provider by the name that the system has for it, with nothing set.
    func check(of system: Provider.System, model: String = "m") throws {
        let id = try #require(Catalogue.standard.provider(provider, of: system)?.id)
        let rig = try Rig(secrets: [variable].compactMap { $0 })
        let found = try rig.resolve("\(id)/\(model)")
        #expect(found.requestURL == url)
        let key = variable.map { ["\(auth) [\($0)]"] } ?? []
        expect(found.headers, are: key + (found.style == .anthropicMessages ? [GatewayCase.version] : []), provider)
        #expect(found.key?.origin.description == variable.map { "the secret \($0), generation 1" })
    }
}

/// The documented configurations of OpenClaw (Fased and Genesis are the same), docker-agent and loong, and the requests they make.
@Suite struct SystemsGoldenTests {
    // MARK: OpenClaw, Fased, Genesis

    private static let account = "account_id = 'acc-1'\ngateway_id = 'gw-1'\n"

    /// Source: openclaw/openclaw, extensions/cloudflare-ai-gateway.
    @Test(arguments: [false, true])
    func `OpenClaw's provider for the gateway, without and with authentication`(_ isAuthenticated: Bool) throws {
        let headers = isAuthenticated ? "headers = { cf-aig-authorization = 'Bearer ${secret:gateway/token}' }" : ""
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\n\(Self.account)route = 'anthropic'\n\(headers)\n[default]\nmodel = "
                + "'cloudflare-ai-gateway/claude-sonnet-4-6'",
            secrets: ["gateway/token"], values: ["CLOUDFLARE_AI_GATEWAY_API_KEY": FakeKey.of("anthropic")])
        let found = try rig.resolve()
        #expect(found.baseURL.text == "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1/anthropic")
        #expect(found.requestURL == "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1/anthropic/v1/messages")
        #expect(found.style == .anthropicMessages && found.model == "claude-sonnet-4-6")
        expect(
            found.headers,
            are: ["x-api-key: [anthropic]", GatewayCase.version]
                + (isAuthenticated ? ["cf-aig-authorization: Bearer [gateway/token]"] : []))
    }

    static let openclaw: [SystemRow] = [
        .init(provider: "openai", variable: "OPENAI_API_KEY", url: "https://api.openai.com/v1/chat/completions"),
        .init(
            provider: "anthropic", variable: "ANTHROPIC_API_KEY", url: "https://api.anthropic.com/v1/messages", auth: "x-api-key:"),
        .init(
            provider: "google", variable: "GEMINI_API_KEY",
            url: "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
        .init(provider: "minimax", variable: "MINIMAX_API_KEY", url: "https://api.minimax.io/v1/chat/completions"),
        .init(provider: "moonshot", variable: "MOONSHOT_API_KEY", url: "https://api.moonshot.ai/v1/chat/completions"),
        .init(provider: "kimi-coding", variable: "KIMI_API_KEY", url: "https://api.kimi.com/coding/v1/chat/completions"),
        .init(provider: "kimi-coding", variable: "KIMICODE_API_KEY", url: "https://api.kimi.com/coding/v1/chat/completions"),
        .init(
            provider: "synthetic", variable: "SYNTHETIC_API_KEY", url: "https://api.synthetic.new/anthropic/v1/messages",
            auth: "x-api-key:"),
        .init(provider: "venice", variable: "VENICE_API_KEY", url: "https://api.venice.ai/api/v1/chat/completions"),
        .init(provider: "zai", variable: "ZAI_API_KEY", url: "https://api.z.ai/api/paas/v4/chat/completions"),
        .init(provider: "zai", variable: "Z_AI_API_KEY", url: "https://api.z.ai/api/paas/v4/chat/completions"),
        .init(provider: "xiaomi", variable: "XIAOMI_API_KEY", url: "https://api.xiaomimimo.com/v1/chat/completions"),
        .init(provider: "openrouter", variable: "OPENROUTER_API_KEY", url: "https://openrouter.ai/api/v1/chat/completions"),
        .init(provider: "vercel-ai-gateway", variable: "AI_GATEWAY_API_KEY", url: "https://ai-gateway.vercel.sh/v1/chat/completions"),
        .init(provider: "opencode", variable: "OPENCODE_ZEN_API_KEY", url: "https://opencode.ai/zen/v1/chat/completions"),
        .init(provider: "opencode-go", variable: "OPENCODE_API_KEY", url: "https://opencode.ai/zen/go/v1/chat/completions"),
        .init(provider: "together", variable: "TOGETHER_API_KEY", url: "https://api.together.xyz/v1/chat/completions"),
        .init(provider: "huggingface", variable: "HUGGINGFACE_HUB_TOKEN", url: "https://router.huggingface.co/v1/chat/completions"),
        .init(provider: "huggingface", variable: "HF_TOKEN", url: "https://router.huggingface.co/v1/chat/completions"),
        .init(provider: "qianfan", variable: "QIANFAN_API_KEY", url: "https://qianfan.baidubce.com/v2/chat/completions"),
        .init(provider: "xai", variable: "XAI_API_KEY", url: "https://api.x.ai/v1/chat/completions"),
        .init(provider: "mistral", variable: "MISTRAL_API_KEY", url: "https://api.mistral.ai/v1/chat/completions"),
        .init(provider: "kilocode", variable: "KILOCODE_API_KEY", url: "https://api.kilo.ai/api/gateway/chat/completions"),
        .init(
            provider: "modelstudio", variable: "MODELSTUDIO_API_KEY",
            url: "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions"),
        .init(
            provider: "volcengine", variable: "VOLCANO_ENGINE_API_KEY",
            url: "https://ark.cn-beijing.volces.com/api/v3/chat/completions"),
        .init(
            provider: "volcengine-coding", variable: "VOLCANO_ENGINE_API_KEY",
            url: "https://ark.cn-beijing.volces.com/api/coding/v3/chat/completions"),
        .init(
            provider: "byteplus", variable: "BYTEPLUS_API_KEY",
            url: "https://ark.ap-southeast.bytepluses.com/api/v3/chat/completions"),
        .init(provider: "ollama", variable: nil, url: "http://127.0.0.1:11434/v1/chat/completions"),
        .init(provider: "ollama", variable: "OLLAMA_API_KEY", url: "http://127.0.0.1:11434/v1/chat/completions"),
        .init(provider: "vllm", variable: "VLLM_API_KEY", url: "http://127.0.0.1:8000/v1/chat/completions"),
    ]

    @Test(arguments: openclaw)
    func `OpenClaw's provider`(_ row: SystemRow) throws { try row.check(of: .fased) }

    @Test func `an address that nobody knows is asked for, and with it the request is made`() throws {
        for (name, variable) in [("litellm", "LITELLM_API_KEY"), ("nexos", "NEXOS_API_KEY"), ("deepinfra", "DEEPINFRA_API_KEY")] {
            let error = try Rig(secrets: [variable]).failure("\(name)/m")
            #expect(error.code == .invalid && error.hint == "set base_url in [provider.\(name)]", "\(name)")
            let found = try Rig("[provider.\(name)]\nbase_url = 'https://models.example/v1'", secrets: [variable]).resolve("\(name)/m")
            #expect(found.requestURL == "https://models.example/v1/chat/completions", "\(name)")
            expect(found.headers, are: ["authorization: Bearer [\(variable)]"], name)
        }
    }

    /// Source: openclaw/openclaw, docs/cli/onboard.md, `--custom-compatibility`.
    @Test(arguments: [
        ("openai-chat", "/chat/completions", ["authorization: Bearer [CUSTOM_API_KEY]"]),
        ("openai-responses", "/responses", ["authorization: Bearer [CUSTOM_API_KEY]"]),
        ("anthropic-messages", "/v1/messages", ["x-api-key: [CUSTOM_API_KEY]", GatewayCase.version]),
    ])
    func `OpenClaw's custom provider`(_ style: String, _ path: String, _ headers: [String]) throws {
        for (name, kind) in [("custom", ""), ("mine", ""), ("mine", "kind = 'custom'")] {
            let key = name == "custom" ? "" : "api_key = 'secret:CUSTOM_API_KEY'"
            let rig = try Rig(
                "[provider.\(name)]\n\(kind)\n\(key)\nbase_url = 'https://models.example/api'\nstyle = '\(style)'",
                secrets: ["CUSTOM_API_KEY"])
            let found = try rig.resolve("\(name)/m")
            #expect(found.requestURL == "https://models.example/api" + path)
            #expect(found.style.rawValue == style)
            expect(found.headers, are: headers, "\(name) \(kind)")
        }
    }

    // MARK: docker-agent

    /// Source: docker/docker-agent, pkg/model/provider/aliases.go.
    static let dockerAgent: [SystemRow] = [
        .init(provider: "requesty", variable: "REQUESTY_API_KEY", url: "https://router.requesty.ai/v1"),
        .init(provider: "xai", variable: "XAI_API_KEY", url: "https://api.x.ai/v1"),
        .init(provider: "nebius", variable: "NEBIUS_API_KEY", url: "https://api.studio.nebius.com/v1"),
        .init(provider: "nvidia", variable: "NVIDIA_API_KEY", url: "https://integrate.api.nvidia.com/v1"),
        .init(provider: "openrouter", variable: "OPENROUTER_API_KEY", url: "https://openrouter.ai/api/v1"),
        .init(provider: "atlascloud", variable: "ATLASCLOUD_API_KEY", url: "https://api.atlascloud.ai/v1"),
        .init(provider: "mistral", variable: "MISTRAL_API_KEY", url: "https://api.mistral.ai/v1"),
        .init(provider: "ollama", variable: nil, url: "http://127.0.0.1:11434/v1"),
        .init(provider: "minimax", variable: "MINIMAX_API_KEY", url: "https://api.minimax.io/v1"),
        .init(provider: "baseten", variable: "BASETEN_API_KEY", url: "https://inference.baseten.co/v1"),
        .init(
            provider: "ovhcloud", variable: "OVH_AI_ENDPOINTS_ACCESS_TOKEN", url: "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1"),
        .init(provider: "groq", variable: "GROQ_API_KEY", url: "https://api.groq.com/openai/v1"),
        .init(provider: "fireworks", variable: "FIREWORKS_API_KEY", url: "https://api.fireworks.ai/inference/v1"),
        .init(provider: "deepseek", variable: "DEEPSEEK_API_KEY", url: "https://api.deepseek.com/v1"),
        .init(provider: "cerebras", variable: "CEREBRAS_API_KEY", url: "https://api.cerebras.ai/v1"),
        .init(provider: "together", variable: "TOGETHER_API_KEY", url: "https://api.together.xyz/v1"),
        .init(provider: "huggingface", variable: "HF_TOKEN", url: "https://router.huggingface.co/v1"),
        .init(provider: "moonshot", variable: "MOONSHOT_API_KEY", url: "https://api.moonshot.ai/v1"),
        .init(provider: "vercel", variable: "AI_GATEWAY_API_KEY", url: "https://ai-gateway.vercel.sh/v1"),
        .init(provider: "github-copilot", variable: "GITHUB_TOKEN", url: "https://api.githubcopilot.com"),
        .init(provider: "opencode-go", variable: "OPENCODE_API_KEY", url: "https://opencode.ai/zen/go/v1"),
        .init(provider: "opencode-zen", variable: "OPENCODE_API_KEY", url: "https://opencode.ai/zen/v1"),
        .init(provider: "openai", variable: "OPENAI_API_KEY", url: "https://api.openai.com/v1"),
    ]

    @Test(arguments: dockerAgent)
    func `docker-agent's alias`(_ row: SystemRow) throws {
        try SystemRow(provider: row.provider, variable: row.variable, url: row.url.map { $0 + "/chat/completions" })
            .check(of: .dockerAgent)
    }

    @Test func `docker-agent's azure is where the user says`() throws {
        let rig = try Rig("[provider.azure]\nbase_url = 'https://res-1.openai.azure.com/openai/v1'", secrets: ["AZURE_API_KEY"])
        let found = try rig.resolve("azure/gpt-4o")
        #expect(found.requestURL == "https://res-1.openai.azure.com/openai/v1/chat/completions")
        expect(found.headers, are: ["api-key: [AZURE_API_KEY]"])
    }

    @Test func `docker-agent's two aliases for Cloudflare`() throws {
        let workers = try Rig("[provider.cloudflare-workers-ai]\naccount_id = 'acc-1'", secrets: ["CLOUDFLARE_API_TOKEN"])
            .resolve("cloudflare-workers-ai/@cf/meta/llama-3")
        #expect(workers.requestURL == "https://api.cloudflare.com/client/v4/accounts/acc-1/ai/v1/chat/completions")
        #expect(workers.model == "@cf/meta/llama-3")
        expect(workers.headers, are: ["authorization: Bearer [CLOUDFLARE_API_TOKEN]"])
        // Its token is a key on the compat address only for Cloudflare's own models.
        let gateway = try Rig("[provider.cloudflare-ai-gateway]\n\(Self.account)", secrets: ["CLOUDFLARE_API_TOKEN"])
            .resolve("cloudflare-ai-gateway/workers-ai/@cf/meta/llama-3")
        #expect(gateway.requestURL == "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1/compat/chat/completions")
        expect(gateway.headers, are: ["authorization: Bearer [CLOUDFLARE_API_TOKEN]"])
    }

    /// Source: docker/docker-agent, `providers.NAME` with `base_url`, `token_key` and `http_headers`.
    @Test func `docker-agent's custom provider for Cloudflare's REST API`() throws {
        let rig = try Rig(
            """
            [provider.mine]
            account_id = "acc-1"
            base_url = "https://api.cloudflare.com/client/v4/accounts/<account_id>/ai/v1"
            api_key = "secret:CLOUDFLARE_API_TOKEN"
            headers = { X-Title = "mine" }
            """, secrets: ["CLOUDFLARE_API_TOKEN"])
        let found = try rig.resolve("mine/openai/gpt-4o")
        #expect(found.requestURL == "https://api.cloudflare.com/client/v4/accounts/acc-1/ai/v1/chat/completions")
        expect(found.headers, are: ["authorization: Bearer [CLOUDFLARE_API_TOKEN]", "x-title: mine"])
    }

    // MARK: loong

    @Test(arguments: LoongKind.all)
    func `loong's kind`(_ row: LoongKind) throws {
        let provider = try #require(Catalogue.standard.provider(row.kind, of: .loong))
        let more =
            switch row.kind {
            case "bedrock": "region = 'us-east-1'"
            case "cloudflare_ai_gateway": "\(Self.account)api_key = 'secret:CLOUDFLARE_API_KEY'"
            case "custom": "base_url = 'https://models.example/v1'"
            default: ""
            }
        let url = row.chatURL.replacing("<region>", with: "us-east-1").replacing("{model}", with: "m")
            .replacing("<account_id>/<gateway_name>/openai/compat", with: "acc-1/gw-1/compat")
            .replacing("<openai-compatible-host>", with: "models.example")
        for variable in row.variables + row.oauthVariables {
            let rig = try Rig("[provider.\(provider.id)]\n\(more)", values: [variable: "key"])
            if row.kind == "cloudflare_ai_gateway", variable != "CLOUDFLARE_API_KEY" { continue }
            let found = try rig.resolve("\(provider.id)/" + (row.kind == "cloudflare_ai_gateway" ? "mistral/m" : "m"))
            #expect(found.requestURL == url)
            let key = found.headers.filter { $0.name == (row.api[2] == "x_api_key" ? "x-api-key" : "authorization") }
            let isRight = key.first?.value.holds(row.api[2] == "bearer" ? "Bearer key" : "key") ?? false
            #expect(isRight && key.count == 1, "\(variable)")
            let names = ["x-api-key", "authorization", "anthropic-version"]
            #expect(found.headers.allSatisfy { names.contains($0.name) } && found.headers.count == (row.kind == "anthropic" ? 2 : 1))
        }
        guard row.variables.isEmpty, row.oauthVariables.isEmpty else { return }
        let found = try Rig().resolve("\(provider.id)/m")
        #expect(found.requestURL == url && found.headers.isEmpty)
    }
}
