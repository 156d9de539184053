import Exporter
import Settings
import Testing

/// What a known system is given of the keys that are stored.
@Suite struct PresetTests {
    /// The provider whose `api-key` is stored, and the variable in which OpenClaw, docker-agent and loong get it.
    private static let keys = """
        anthropic         ANTHROPIC_API_KEY     ANTHROPIC_API_KEY             ANTHROPIC_API_KEY
        openai            OPENAI_API_KEY        OPENAI_API_KEY                OPENAI_API_KEY
        google            GEMINI_API_KEY        GOOGLE_API_KEY                GEMINI_API_KEY
        azure             -                     AZURE_API_KEY                 -
        baseten           -                     BASETEN_API_KEY               -
        byteplus          BYTEPLUS_API_KEY      -                             BYTEPLUS_API_KEY
        cerebras          CEREBRAS_API_KEY      CEREBRAS_API_KEY              CEREBRAS_API_KEY
        cohere            COHERE_API_KEY        -                             COHERE_API_KEY
        deepinfra         DEEPINFRA_API_KEY     -                             -
        deepseek          DEEPSEEK_API_KEY      DEEPSEEK_API_KEY              DEEPSEEK_API_KEY
        fireworks         -                     FIREWORKS_API_KEY             FIREWORKS_API_KEY
        groq              GROQ_API_KEY          GROQ_API_KEY                  GROQ_API_KEY
        huggingface       HF_TOKEN              HF_TOKEN                      -
        kilocode          KILOCODE_API_KEY      -                             -
        kimi-coding       KIMI_API_KEY          -                             KIMI_CODING_API_KEY
        litellm           LITELLM_API_KEY       -                             -
        minimax           MINIMAX_API_KEY       MINIMAX_API_KEY               MINIMAX_API_KEY
        mistral           MISTRAL_API_KEY       MISTRAL_API_KEY               MISTRAL_API_KEY
        moonshot          MOONSHOT_API_KEY      MOONSHOT_API_KEY              MOONSHOT_API_KEY
        nebius            -                     NEBIUS_API_KEY                -
        novita            NOVITA_API_KEY        -                             NOVITA_API_KEY
        nvidia            NVIDIA_API_KEY        NVIDIA_API_KEY                NVIDIA_API_KEY
        opencode          OPENCODE_API_KEY      OPENCODE_API_KEY              OPENCODE_API_KEY
        openrouter        OPENROUTER_API_KEY    OPENROUTER_API_KEY            OPENROUTER_API_KEY
        ovhcloud          -                     OVH_AI_ENDPOINTS_ACCESS_TOKEN -
        perplexity        -                     -                             PERPLEXITY_API_KEY
        qianfan           QIANFAN_API_KEY       -                             QIANFAN_API_KEY
        qwen              MODELSTUDIO_API_KEY   -                             DASHSCOPE_API_KEY
        requesty          -                     REQUESTY_API_KEY              -
        sambanova         -                     -                             SAMBANOVA_API_KEY
        siliconflow       -                     -                             SILICONFLOW_API_KEY
        stepfun           -                     -                             STEP_API_KEY
        synthetic         SYNTHETIC_API_KEY     -                             -
        together          TOGETHER_API_KEY      TOGETHER_API_KEY              TOGETHER_API_KEY
        venice            VENICE_API_KEY        -                             VENICE_API_KEY
        vercel-ai-gateway AI_GATEWAY_API_KEY    AI_GATEWAY_API_KEY            AI_GATEWAY_API_KEY
        volcengine        VOLCANO_ENGINE_API_KEY -                            ARK_API_KEY
        xai               XAI_API_KEY           XAI_API_KEY                   XAI_API_KEY
        xiaomi            XIAOMI_API_KEY        -                             XIAOMI_API_KEY
        zai               ZAI_API_KEY           -                             ZAI_API_KEY
        zhipu             -                     -                             ZHIPUAI_API_KEY
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    private func resolve(_ name: String, _ secrets: Set<String>) throws -> [String] {
        let settings = try WarderSettings.parse("", file: "warder.toml")
        let preset = try #require(ConsumerPresets.named(name))
        // What is there for the gateway needs a key for it, and the gateway is tested elsewhere.
        return preset.resolve(secrets: secrets, settings: settings).variables.map { "\($0.name)=\($0.reference)" }
            .filter { !$0.hasPrefix("CLOUDFLARE_") }
    }

    @Test(arguments: keys) func `a stored key comes under the name that the system has for it`(_ row: [String]) throws {
        let secrets: Set = ["\(row[0])/api-key"]
        for (name, variable) in [("fased", row[1]), ("genesis", row[1]), ("openclaw", row[1]), ("docker-agent", row[2]), ("loong", row[3])]
        {
            #expect(try resolve(name, secrets) == (variable == "-" ? [] : ["\(variable)=secret:\(row[0])/api-key"]), "\(name)")
        }
    }

    @Test(arguments: keys) func `a secret may be called as another system's variable`(_ row: [String]) throws {
        for secret in Set(row.dropFirst()).subtracting(["-"]) {
            for (name, variable) in [("fased", row[1]), ("docker-agent", row[2]), ("loong", row[3])] where variable != "-" {
                #expect(try resolve(name, [secret]).contains("\(variable)=secret:\(secret)"), "\(name)")
            }
        }
    }

    @Test func `where providers share a variable, one of them fills it`() throws {
        let both: Set = ["moonshot/api-key", "moonshot-cn/api-key", "MOONSHOT_API_KEY"]
        #expect(try resolve("fased", both) == ["MOONSHOT_API_KEY=secret:moonshot/api-key"])
        #expect(try resolve("loong", both) == ["MOONSHOT_API_KEY=secret:moonshot-cn/api-key"])
        #expect(try resolve("loong", ["STEP_API_KEY", "step-plan/api-key"]) == ["STEP_API_KEY=secret:step-plan/api-key"])
        #expect(try resolve("loong", ["stepfun/api-key", "step-plan/api-key"]) == ["STEP_API_KEY=secret:stepfun/api-key"])
        let everything = Set(Self.keys.flatMap { ["\($0[0])/api-key"] + $0.dropFirst() })
        for preset in ConsumerPresets.all {
            let names = try resolve(preset.name, everything).compactMap { $0.split(separator: "=").first }
            #expect(names.count == Set(names).count, "\(preset.name)")
        }
    }

    @Test func `a token of GitHub is not taken for a key to its models`() throws {
        for name in ["fased", "docker-agent", "loong"] { #expect(try resolve(name, ["GITHUB_TOKEN", "GH_TOKEN"]) == []) }
        #expect(try resolve("docker-agent", ["github-copilot/api-key"]) == ["GITHUB_TOKEN=secret:github-copilot/api-key"])
    }

    @Test func `what is the gateway's is not taken for a provider's`() throws {
        let secrets: Set = ["cloudflare-ai-gateway/api-key", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_AI_GATEWAY_API_KEY"]
        let settings = try WarderSettings.parse("", file: "warder.toml")
        let wrangler = try #require(ConsumerPresets.named("wrangler"))
        #expect(wrangler.resolve(secrets: secrets, settings: settings).variables.isEmpty)
    }
}
