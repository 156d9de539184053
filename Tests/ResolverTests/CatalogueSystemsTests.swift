import Testing

@testable import Resolver

/// What each system says of itself, against what the catalogue says of it.
@Suite struct CatalogueSystemsTests {
    private let catalogue = Catalogue.standard

    // MARK: loong

    @Test(arguments: LoongKind.all)
    func `has loong's kind`(_ row: LoongKind) throws {
        let provider = try #require(catalogue.provider(row.kind, of: .loong))
        for alias in row.aliases { #expect(catalogue.provider(alias, of: .loong) == provider, "\(alias)") }
        #expect(provider.systems[.loong]?.ids.first == row.kind)
        #expect(provider.systems[.loong]?.variables == row.variables)
        #expect(Set(row.oauthVariables).isSubset(of: provider.oauthVariables))
        let chatURL = try #require(provider.baseURL) + (try #require(provider.chatPath))
        switch row.kind {
        case "cloudflare_ai_gateway":
            // Cloudflare's own documents have no /openai there.
            #expect(row.chatURL.replacing("_name>/openai/", with: "_id>/") == chatURL)
        case "custom": #expect(row.chatURL.replacing("openai-compatible-host", with: "host") == chatURL)
        default: #expect(row.chatURL == chatURL)
        }
        let isOptional = ["llamacpp", "lm_studio", "ollama", "sglang", "vllm"].contains(row.kind)
        #expect(provider.keyIsOptional == isOptional)
        #expect(provider.listingNeedsKey == !(isOptional || ["cerebras", "vercel_ai_gateway"].contains(row.kind)))
        let styles: [APIStyle: String] = [
            .openaiChat: "openai_chat_completions", .anthropicMessages: "anthropic_messages", .bedrockConverse: "bedrock_converse",
        ]
        let api = [styles[provider.style] ?? "", provider.family, provider.auth.rawValue]
        #expect(api.map { $0.replacing("-", with: "_") } == row.api)
        #expect(provider.unsure.isDisjoint(with: ["loong", "url", "chat", "style", "family", "auth"]))
    }

    @Test func `has all of loong's kinds and no others`() {
        #expect(LoongKind.all.count == 45 && Set(LoongKind.all.map(\.kind)).count == 45)
        #expect(catalogue.providers.count { $0.systems[.loong]?.ids.isEmpty == false } == 45)
        let anthropic = catalogue.provider("anthropic", of: .loong)
        #expect(anthropic?.headers == [.init(name: "anthropic-version", value: "2023-06-01")])
    }

    // MARK: docker-agent

    /// Alias, base URL, variables; `?` where nobody confirmed the variable.
    private static let dockerAgent = """
        requesty              https://router.requesty.ai/v1                       REQUESTY_API_KEY
        azure                 -                                                   AZURE_API_KEY
        xai                   https://api.x.ai/v1                                 XAI_API_KEY
        nebius                https://api.studio.nebius.com/v1                    NEBIUS_API_KEY
        nvidia                https://integrate.api.nvidia.com/v1                 NVIDIA_API_KEY ?
        openrouter            https://openrouter.ai/api/v1                        OPENROUTER_API_KEY ?
        atlascloud            https://api.atlascloud.ai/v1                        ATLASCLOUD_API_KEY ?
        mistral               https://api.mistral.ai/v1                           MISTRAL_API_KEY
        ollama                http://localhost:11434/v1
        minimax               https://api.minimax.io/v1                           MINIMAX_API_KEY
        baseten               https://inference.baseten.co/v1                     BASETEN_API_KEY ?
        ovhcloud              https://oai.endpoints.kepler.ai.cloud.ovh.net/v1    OVH_AI_ENDPOINTS_ACCESS_TOKEN ?
        groq                  https://api.groq.com/openai/v1                      GROQ_API_KEY ?
        fireworks             https://api.fireworks.ai/inference/v1               FIREWORKS_API_KEY ?
        deepseek              https://api.deepseek.com/v1                         DEEPSEEK_API_KEY ?
        cerebras              https://api.cerebras.ai/v1                          CEREBRAS_API_KEY ?
        together              https://api.together.xyz/v1                         TOGETHER_API_KEY ?
        huggingface           https://router.huggingface.co/v1                    HF_TOKEN ?
        moonshot              https://api.moonshot.ai/v1                          MOONSHOT_API_KEY ?
        vercel                https://ai-gateway.vercel.sh/v1                     AI_GATEWAY_API_KEY ?
        github-copilot        https://api.githubcopilot.com                       GITHUB_TOKEN ?
        opencode-go           https://opencode.ai/zen/go/v1                       OPENCODE_API_KEY ?
        opencode-zen          https://opencode.ai/zen/v1                          OPENCODE_API_KEY ?
        cloudflare-workers-ai https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai/v1 CLOUDFLARE_API_TOKEN ?
        cloudflare-ai-gateway \
        https://gateway.ai.cloudflare.com/v1/${CLOUDFLARE_ACCOUNT_ID}/${CLOUDFLARE_GATEWAY_ID}/compat CLOUDFLARE_API_TOKEN ?
        """

    @Test(arguments: dockerAgent.split(separator: "\n").map { $0.split(separator: " ").map(String.init) })
    func `has docker-agent's alias`(_ row: [String]) throws {
        let provider = try #require(catalogue.provider(row[0], of: .dockerAgent))
        #expect(provider.systems[.dockerAgent] == .init(ids: [row[0]], variables: row.dropFirst(2).filter { $0 != "?" }))
        #expect(provider.unsure.contains("docker-agent") == (row.last == "?"))
        let url = row[1].replacing("${CLOUDFLARE_ACCOUNT_ID}", with: "<account_id>")
            .replacing("${CLOUDFLARE_GATEWAY_ID}", with: "<gateway_id>").replacing("localhost", with: "127.0.0.1")
        #expect(provider.baseURL == (url == "-" ? nil : url))
        #expect(provider.style == .openaiChat)
        if row[1].contains("localhost") { #expect(provider.hosts.contains("localhost")) }
    }

    @Test func `has docker-agent's own providers`() {
        let variables = [
            "openai": ["OPENAI_API_KEY"], "anthropic": ["ANTHROPIC_API_KEY"], "google": ["GOOGLE_API_KEY", "GEMINI_API_KEY"], "dmr": [],
            "amazon-bedrock": ["AWS_BEARER_TOKEN_BEDROCK"],
        ]
        for (name, variables) in variables {
            let provider = catalogue.provider(name, of: .dockerAgent)
            #expect(provider?.systems[.dockerAgent] == .init(ids: [name], variables: variables), "\(name)")
            #expect(provider?.unsure.contains("docker-agent") == false, "\(name)")
        }
        #expect(catalogue.provider("dmr")?.keyIsOptional == true)
        let rows = Self.dockerAgent.split(separator: "\n").count
        #expect(catalogue.providers.count { $0.systems[.dockerAgent] != nil } == rows + variables.count)
    }

    // MARK: OpenClaw

    /// Name and variables; `?` where the source is newer text, no table of models' providers, or says less than the row.
    private static let openclaw = """
        openai OPENAI_API_KEY
        anthropic ANTHROPIC_API_KEY
        google GEMINI_API_KEY
        minimax MINIMAX_API_KEY
        minimax-cn MINIMAX_API_KEY
        moonshot MOONSHOT_API_KEY
        kimi-coding KIMI_API_KEY KIMICODE_API_KEY
        synthetic SYNTHETIC_API_KEY
        venice VENICE_API_KEY
        zai ZAI_API_KEY Z_AI_API_KEY
        xiaomi XIAOMI_API_KEY
        xiaomi-token-plan XIAOMI_TOKEN_PLAN_API_KEY ?
        openrouter OPENROUTER_API_KEY
        cloudflare-ai-gateway CLOUDFLARE_AI_GATEWAY_API_KEY
        litellm LITELLM_API_KEY
        vercel-ai-gateway AI_GATEWAY_API_KEY
        opencode OPENCODE_API_KEY OPENCODE_ZEN_API_KEY
        opencode-go OPENCODE_API_KEY OPENCODE_ZEN_API_KEY
        together TOGETHER_API_KEY
        huggingface HUGGINGFACE_HUB_TOKEN HF_TOKEN
        qianfan QIANFAN_API_KEY
        xai XAI_API_KEY
        mistral MISTRAL_API_KEY
        kilocode KILOCODE_API_KEY
        modelstudio MODELSTUDIO_API_KEY ?
        volcengine VOLCANO_ENGINE_API_KEY
        volcengine-plan VOLCANO_ENGINE_API_KEY ?
        volcengine-coding VOLCANO_ENGINE_API_KEY ?
        byteplus BYTEPLUS_API_KEY
        byteplus-plan BYTEPLUS_API_KEY ?
        byteplus-coding BYTEPLUS_API_KEY ?
        nexos NEXOS_API_KEY
        ollama OLLAMA_API_KEY
        vllm VLLM_API_KEY
        arceeai ARCEEAI_API_KEY ?
        clawrouter CLAWROUTER_API_KEY ?
        cohere COHERE_API_KEY ?
        deepinfra DEEPINFRA_API_KEY ?
        deepseek DEEPSEEK_API_KEY ?
        featherless FEATHERLESS_API_KEY ?
        gmi GMI_API_KEY ?
        novita NOVITA_API_KEY ?
        tokenhub TOKENHUB_API_KEY ?
        longcat LONGCAT_API_KEY ?
        voyage VOYAGE_API_KEY ?
        groq GROQ_API_KEY ?
        deepgram DEEPGRAM_API_KEY ?
        cerebras CEREBRAS_API_KEY ?
        nvidia NVIDIA_API_KEY ?
        github-copilot COPILOT_GITHUB_TOKEN GH_TOKEN GITHUB_TOKEN ?
        chutes CHUTES_API_KEY ?
        qwen-portal QWEN_API_KEY ?
        """

    @Test(arguments: openclaw.split(separator: "\n").map { $0.split(separator: " ").map(String.init) })
    func `has OpenClaw's provider, for Fased and Genesis too`(_ row: [String]) throws {
        let provider = try #require(catalogue.provider(row[0], of: .fased))
        #expect(catalogue.provider(row[0], of: .genesis) == provider)
        #expect(provider.systems[.fased]?.ids.contains(row[0]) == true)
        #expect(provider.systems[.fased]?.variables == row.dropFirst().filter { $0 != "?" })
        #expect(provider.unsure.contains("fased") == (row.last == "?"))
        #expect(provider.unsure.contains("genesis"))
    }

    @Test func `has no provider of OpenClaw's that it does not have`() {
        let names = Set(Self.openclaw.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(Set(catalogue.providers.flatMap { $0.systems[.fased]?.ids ?? [] }) == names)
    }

    @Test func `knows OpenClaw's addresses and OAuth tokens`() {
        let urls = [
            "moonshot": "https://api.moonshot.ai/v1", "synthetic": "https://api.synthetic.new/anthropic",
            "kilocode": "https://api.kilo.ai/api/gateway", "ollama": "http://127.0.0.1:11434/v1",
        ]
        for (name, url) in urls { #expect(catalogue.provider(name, of: .fased)?.baseURL == url, "\(name)") }
        for name in ["nexos", "litellm", "deepinfra", "featherless", "gmi", "longcat", "tokenhub", "clawrouter", "arceeai", "chutes"] {
            #expect(catalogue.provider(name, of: .fased).map { $0.baseURL == nil } == true, "\(name): nobody says where it is")
        }
        let tokens = [
            "anthropic": "ANTHROPIC_OAUTH_TOKEN", "minimax": "MINIMAX_OAUTH_TOKEN", "minimax-cn": "MINIMAX_OAUTH_TOKEN",
            "chutes": "CHUTES_OAUTH_TOKEN", "qwen-portal": "QWEN_OAUTH_TOKEN",
        ]
        for (name, token) in tokens { #expect(catalogue.provider(name, of: .fased)?.oauthVariables == [token], "\(name)") }
    }

    // MARK: Cloudflare AI Gateway

    /// Slug, path after it, style, header of the provider's key; `?` where nobody confirmed it.
    private static let slugs = """
        openai           /chat/completions                              openai-chat        authorization
        anthropic        /v1/messages                                   anthropic-messages x-api-key
        google-ai-studio /v1beta/models/{model}:generateContent         gemini             x-goog-api-key
        workers-ai       /v1/chat/completions                           openai-chat        authorization
        google-vertex-ai none                                           gemini             authorization  ?
        aws-bedrock      /bedrock-runtime/<region>/model/{model}/converse bedrock-converse none           ?
        azure-openai     /<resource>/<deployment>/chat/completions      openai-chat        api-key        ?
        groq             /chat/completions                              openai-chat        authorization  ?
        mistral          /v1/chat/completions                           openai-chat        authorization  ?
        cohere           /v2/chat                                       other              authorization  ?
        perplexity-ai    /chat/completions                              openai-chat        authorization  ?
        deepseek         /chat/completions                              openai-chat        authorization  ?
        cerebras         /chat/completions                              openai-chat        authorization  ?
        grok             /v1/chat/completions                           openai-chat        authorization  ?
        openrouter       /chat/completions                              openai-chat        authorization  ?
        huggingface      /{model}                                       other              authorization  ?
        replicate        /predictions                                   other              authorization  ?
        """

    @Test(arguments: slugs.split(separator: "\n").map { $0.split(separator: " ").map(String.init) })
    func `has the gateway's slug`(_ row: [String]) throws {
        let provider = try #require(catalogue.upstream(slug: row[0]))
        #expect(provider.upstream?.path ?? "none" == row[1])
        #expect(provider.upstream?.style.rawValue == row[2])
        #expect(provider.upstream?.auth.header ?? "none" == row[3])
        #expect(provider.unsure.contains("upstream") == (row.last == "?"))
        #expect(catalogue.provider(row[0], of: .cloudflare)?.upstream == provider.upstream)
    }

    @Test func `has the gateway's other slugs, of which no path is known`() {
        let others = [
            "cartesia", "elevenlabs", "adobe-firefly", "baseten", "deepgram", "fal", "ideogram", "neon", "parallel", "saladcloud",
        ]
        for slug in others {
            let provider = catalogue.upstream(slug: slug)
            #expect(provider?.upstream.map { $0.path == nil } == true && provider?.unsure.contains("upstream") == true, "\(slug)")
        }
        #expect(catalogue.providers.count { $0.upstream != nil } == Self.slugs.split(separator: "\n").count + others.count)
    }

    // MARK: Between systems

    @Test func `a name may mean another provider in another system`() {
        #expect(catalogue.provider("minimax", of: .loong)?.id == "minimax-cn")
        #expect(catalogue.provider("minimax", of: .dockerAgent)?.id == "minimax")
        #expect(catalogue.provider("minimax")?.id == "minimax")
        #expect(catalogue.provider("moonshot", of: .loong)?.id == "moonshot-cn")
        #expect(catalogue.provider("moonshot", of: .fased)?.id == "moonshot")
        #expect(catalogue.provider("opencode", of: .loong)?.id == "opencode")
    }

    /// Under these ids keys are stored: id, and the variable that OpenClaw, docker-agent and loong read first.
    private static let first = """
        anthropic         ANTHROPIC_API_KEY     ANTHROPIC_API_KEY             ANTHROPIC_API_KEY
        openai            OPENAI_API_KEY        OPENAI_API_KEY                OPENAI_API_KEY
        google            GEMINI_API_KEY        GOOGLE_API_KEY                GEMINI_API_KEY
        kimi-coding       KIMI_API_KEY          -                             KIMI_CODING_API_KEY
        minimax           MINIMAX_API_KEY       MINIMAX_API_KEY               MINIMAX_API_KEY
        moonshot          MOONSHOT_API_KEY      MOONSHOT_API_KEY              MOONSHOT_API_KEY
        qwen              MODELSTUDIO_API_KEY   -                             DASHSCOPE_API_KEY
        vercel-ai-gateway AI_GATEWAY_API_KEY    AI_GATEWAY_API_KEY            AI_GATEWAY_API_KEY
        volcengine        VOLCANO_ENGINE_API_KEY -                            ARK_API_KEY
        zhipu             -                     -                             ZHIPUAI_API_KEY
        """

    @Test(arguments: first.split(separator: "\n").map { $0.split(separator: " ").map(String.init) })
    func `one key has several names`(_ row: [String]) throws {
        let provider = try #require(catalogue.providers.first { $0.id == row[0] })
        let variables = [Provider.System.fased, .dockerAgent, .loong].map { provider.systems[$0]?.variables.first ?? "-" }
        #expect(variables == Array(row.dropFirst()))
        #expect(Set(row.dropFirst()).subtracting(["-"]).isSubset(of: provider.keyVariables))
    }
}
