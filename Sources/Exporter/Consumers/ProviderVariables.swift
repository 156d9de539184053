/// What five systems call the keys of providers: the same key has several names.
///
/// A key is the secret `PROVIDER/api-key`, or a secret that has one of these names itself.
struct ProviderVariables {
    /// The provider's id.
    let provider: String
    /// What OpenClaw, Fased and Genesis read.
    let openclaw: String?
    /// What docker-agent reads.
    let dockerAgent: String?
    /// What loong reads first.
    let loong: String?

    static let all: [ProviderVariables] = table.split(separator: "\n").map { line in
        let cells = line.split(separator: " ", omittingEmptySubsequences: true).map { $0 == "-" ? nil : String($0) }
        return ProviderVariables(provider: cells[0] ?? "", openclaw: cells[1], dockerAgent: cells[2], loong: cells[3])
    }

    private static let table = """
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
        """
}
