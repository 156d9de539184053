/// loong's kinds of providers, as its own table has them.
///
/// Source: eastreams/loong, crates/app/src/config/provider.rs, `PROVIDER_PROFILES`.
struct LoongKind {
    let kind: String
    let aliases: [String]
    let variables: [String]
    let oauthVariables: [String]
    /// Base URL and chat path, joined.
    let chatURL: String
    /// Protocol, family and where the key goes, in loong's words.
    let api: [String]

    static let all: [LoongKind] = table.split(separator: "\n").map { line in
        let cells = line.split(separator: "|").map { $0.split { $0 == " " || $0 == "," }.map(String.init).filter { $0 != "-" } }
        return LoongKind(
            kind: cells[0][0], aliases: cells[1], variables: cells[2], oauthVariables: cells[3], chatURL: cells[4][0],
            api: cells[5] == ["openai"] ? ["openai_chat_completions", "openai_compatible", "bearer"] : cells[5])
    }

    /// Kind, aliases, variables of keys, variables of OAuth tokens, where a chat request goes, and how.
    private static let table = """
        anthropic | anthropic_compatible | ANTHROPIC_API_KEY | - | \
            https://api.anthropic.com/v1/messages | anthropic_messages anthropic x_api_key
        bailian_coding | bailian_coding_compatible | BAILIAN_API_KEY | - | \
            https://coding.dashscope.aliyuncs.com/v1/chat/completions | openai
        bedrock | aws-bedrock,aws_bedrock | AWS_BEARER_TOKEN_BEDROCK | - | \
            https://bedrock-runtime.<region>.amazonaws.com/model/{model}/converse | bedrock_converse bedrock bearer
        byteplus | byteplus_compatible | BYTEPLUS_API_KEY,ARK_API_KEY | - | \
            https://ark.ap-southeast.bytepluses.com/api/v3/chat/completions | openai_chat_completions volcengine bearer
        byteplus_coding | byteplus_coding_compatible | BYTEPLUS_API_KEY,ARK_API_KEY | - | \
            https://ark.ap-southeast.bytepluses.com/api/coding/v3/chat/completions | openai_chat_completions volcengine bearer
        cerebras | cerebras_compatible | CEREBRAS_API_KEY | - | https://api.cerebras.ai/v1/chat/completions | openai
        cloudflare_ai_gateway | cloudflare-ai-gateway,cloudflare_ai,cloudflare-ai,cloudflare | \
            CLOUDFLARE_API_KEY,CLOUDFLARE_AI_GATEWAY_API_KEY | - | https://gateway.ai.cloudflare.com/v1/<account_id>/<gateway_name>/openai/compat/chat/completions | openai
        cohere | cohere_compatible | COHERE_API_KEY | - | https://api.cohere.ai/compatibility/v1/chat/completions | openai
        custom | openai_custom,custom_openai | CUSTOM_PROVIDER_API_KEY | - | https://<openai-compatible-host>/v1/chat/completions | openai
        deepseek | deepseek_compatible | DEEPSEEK_API_KEY | - | https://api.deepseek.com/v1/chat/completions | openai
        fireworks | fireworks_compatible,fireworks-ai | FIREWORKS_API_KEY,FIREWORKS_AI_API_KEY | - | \
            https://api.fireworks.ai/inference/v1/chat/completions | openai
        gemini | gemini_compatible,google,google_gemini,google-gemini | GEMINI_API_KEY,GOOGLE_API_KEY | - | \
            https://generativelanguage.googleapis.com/v1beta/openai/chat/completions | openai
        github-copilot | github_copilot,copilot | - | GITHUB_COPILOT_OAUTH_TOKEN | https://api.githubcopilot.com/chat/completions | openai
        groq | groq_compatible | GROQ_API_KEY | - | https://api.groq.com/openai/v1/chat/completions | openai
        kimi | kimi_compatible,moonshot,moonshot_compatible | MOONSHOT_API_KEY | - | https://api.moonshot.cn/v1/chat/completions | openai
        kimi_coding | kimi_coding_compatible | KIMI_CODING_API_KEY | - | https://api.kimi.com/coding/v1/chat/completions | openai
        llamacpp | llama.cpp,llama_cpp | - | - | http://127.0.0.1:8080/v1/chat/completions | openai
        lm_studio | lmstudio,lm-studio | - | - | http://127.0.0.1:1234/v1/chat/completions | openai
        mistral | mistral_compatible | MISTRAL_API_KEY | - | https://api.mistral.ai/v1/chat/completions | openai
        minimax | minimax_compatible | MINIMAX_API_KEY | - | https://api.minimaxi.com/v1/chat/completions | openai
        novita | novita_compatible | NOVITA_API_KEY | - | https://api.novita.ai/v3/openai/chat/completions | openai
        nvidia | nvidia_compatible,nvidia_nim,nvidia-nim,build.nvidia.com | NVIDIA_API_KEY | - | \
            https://integrate.api.nvidia.com/v1/chat/completions | openai
        ollama | ollama_compatible | - | - | http://127.0.0.1:11434/v1/chat/completions | openai
        openai | openai_compatible | OPENAI_API_KEY | OPENAI_CODEX_OAUTH_TOKEN | https://api.openai.com/v1/chat/completions | openai
        opencode_go | opencode-go | OPENCODE_API_KEY | - | https://opencode.ai/zen/go/v1/chat/completions | openai
        opencode_zen | opencode,opencode-zen | OPENCODE_API_KEY | - | https://opencode.ai/zen/v1/chat/completions | openai
        openrouter | openrouter_compatible | OPENROUTER_API_KEY | - | https://openrouter.ai/api/v1/chat/completions | openai
        perplexity | perplexity_compatible | PERPLEXITY_API_KEY | - | https://api.perplexity.ai/chat/completions | openai
        qianfan | qianfan_compatible,baidu | QIANFAN_API_KEY | - | https://qianfan.baidubce.com/v2/chat/completions | openai
        qwen | qwen_compatible,dashscope | DASHSCOPE_API_KEY,QWEN_API_KEY | - | \
            https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions | openai
        sambanova | sambanova_compatible,samba_nova | SAMBANOVA_API_KEY | - | https://api.sambanova.ai/v1/chat/completions | openai
        sglang | sglang_compatible | - | - | http://127.0.0.1:30000/v1/chat/completions | openai
        siliconflow | siliconflow_compatible | SILICONFLOW_API_KEY | - | https://api.siliconflow.com/v1/chat/completions | openai
        stepfun | stepfun_compatible | STEP_API_KEY | - | https://api.stepfun.com/v1/chat/completions | openai
        step_plan | stepfun_step_plan | STEP_API_KEY | - | https://api.stepfun.com/step_plan/v1/chat/completions | openai
        together | together_compatible,together_ai,together-ai | TOGETHER_API_KEY | - | \
            https://api.together.xyz/v1/chat/completions | openai
        venice | venice_compatible | VENICE_API_KEY | - | https://api.venice.ai/api/v1/chat/completions | openai
        vercel_ai_gateway | vercel-ai-gateway,vercel_ai,vercel-ai,vercel | AI_GATEWAY_API_KEY,VERCEL_API_KEY | - | \
            https://ai-gateway.vercel.sh/v1/chat/completions | openai
        vllm | vllm_compatible | - | - | http://127.0.0.1:8000/v1/chat/completions | openai
        volcengine | volcengine_custom,volcengine_compatible,doubao,ark | ARK_API_KEY | - | \
            https://ark.cn-beijing.volces.com/api/v3/chat/completions | openai_chat_completions volcengine bearer
        volcengine_coding | volcengine_coding_compatible | ARK_API_KEY | - | \
            https://ark.cn-beijing.volces.com/api/coding/v3/chat/completions | openai_chat_completions volcengine bearer
        xai | xai_compatible,grok | XAI_API_KEY | - | https://api.x.ai/v1/chat/completions | openai
        xiaomi | xiaomi_compatible,xiaomi_mimo,xiaomi-mimo,mimo,mimo_compatible | XIAOMI_API_KEY,MIMO_API_KEY,XIAOMIMIMO_API_KEY | - | \
            https://api.xiaomimimo.com/v1/chat/completions | openai
        zai | zai_compatible,z.ai | ZAI_API_KEY | - | https://api.z.ai/api/paas/v4/chat/completions | openai
        zhipu | zhipu_compatible,glm,bigmodel | ZHIPUAI_API_KEY,ZHIPU_API_KEY | - | \
            https://open.bigmodel.cn/api/paas/v4/chat/completions | openai
        """
}
