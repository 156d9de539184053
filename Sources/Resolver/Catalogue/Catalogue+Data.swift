extension Catalogue {
    /// What is known of each provider, one block each. The first line is its id and what people call it; every other line is a word and its
    /// values. A `?` after the word: nobody confirmed it.
    ///
    ///     alias NAME …             other names, whoever says them
    ///     url URL                  absent if only the user knows it
    ///     chat PATH, models PATH   after the URL; `none` if there is none. Else /chat/completions and /models
    ///     style NAME               else openai-chat
    ///     family NAME              else openai-compatible
    ///     auth NAME                else bearer
    ///     header NAME: VALUE       with every request; may stand several times
    ///     host NAME …              besides the URL's
    ///     key optional             it answers without one
    ///     listing open             its list of models needs no key
    ///     prefix TEXT …            what keys begin with
    ///     upstream SLUG PATH STYLE AUTH   behind Cloudflare AI Gateway; PATH may be `none`
    ///     SYSTEM NAME … = VARIABLE …      its names there, own first, and where that looks for the key. No name: it has no such
    ///                              provider of its own, but is used with it by giving another's variable and this URL
    ///     openclaw NAME … = VARIABLE …    the same as `fased` and, unsure as Genesis is taken for a renamed OpenClaw, `genesis?`
    ///     oauth VARIABLE …         hold a token that goes where the key goes
    ///
    /// No URL is guessed: a key would be sent there. Main entries stand before those that share their variables.
    ///
    /// Sources: cloudflare/cloudflare-docs, src/content/docs/ai-gateway/usage/providers; openclaw/openclaw,
    /// src/secrets/provider-env-vars.ts; docker/docker-agent, pkg/model/provider/aliases.go; eastreams/loong,
    /// crates/app/src/config/provider.rs.
    static let data = #"""
        anthropic           Anthropic
          alias             anthropic_compatible
          url               https://api.anthropic.com
          chat              /v1/messages
          models            /v1/models
          style             anthropic-messages
          family            anthropic
          auth              x-api-key
          header            anthropic-version: 2023-06-01
          prefix            sk-ant-
          upstream          anthropic /v1/messages anthropic-messages x-api-key
          openclaw          anthropic = ANTHROPIC_API_KEY
          docker-agent      anthropic = ANTHROPIC_API_KEY
          loong             anthropic = ANTHROPIC_API_KEY
          cloudflare        anthropic = ANTHROPIC_API_KEY
          oauth             ANTHROPIC_OAUTH_TOKEN

        openai              OpenAI
          alias             openai_compatible
          url               https://api.openai.com/v1
          prefix            sk-proj- sk-svcacct-
          upstream          openai /chat/completions openai-chat bearer
          openclaw          openai = OPENAI_API_KEY
          docker-agent      openai = OPENAI_API_KEY
          loong             openai = OPENAI_API_KEY
          cloudflare        openai = OPENAI_API_KEY
          oauth             OPENAI_CODEX_OAUTH_TOKEN

        # The OpenAI-compatible face of the Gemini API; behind the gateway, its own.
        google              Google Gemini
          alias             gemini gemini_compatible google_gemini google-gemini
          url               https://generativelanguage.googleapis.com/v1beta/openai
          prefix            AIza
          upstream          google-ai-studio /v1beta/models/{model}:generateContent gemini x-goog-api-key
          openclaw          google = GEMINI_API_KEY
          docker-agent      google = GOOGLE_API_KEY GEMINI_API_KEY
          loong             gemini google = GEMINI_API_KEY GOOGLE_API_KEY
          cloudflare?       google-ai-studio = GEMINI_API_KEY GOOGLE_API_KEY

        adobe-firefly       Adobe Firefly
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         adobe-firefly none other bearer
          cloudflare?       adobe-firefly = ADOBE_FIREFLY_API_KEY

        arceeai             Arcee AI
          style?            openai-chat
          auth?             bearer
          openclaw?         arceeai = ARCEEAI_API_KEY

        atlascloud          Atlas Cloud
          url               https://api.atlascloud.ai/v1
          docker-agent?     atlascloud = ATLASCLOUD_API_KEY

        # The user's own resource and deployment are in the URL.
        azure               Azure OpenAI
          models            none
          auth?             api-key
          upstream?         azure-openai /<resource>/<deployment>/chat/completions openai-chat api-key
          docker-agent      azure = AZURE_API_KEY
          cloudflare?       azure-openai = AZURE_OPENAI_API_KEY

        bailian-coding      Bailian Coding Plan
          alias             bailian_coding bailian_coding_compatible
          url               https://coding.dashscope.aliyuncs.com/v1
          loong             bailian_coding = BAILIAN_API_KEY

        baseten             Baseten
          url               https://inference.baseten.co/v1
          upstream?         baseten none openai-chat bearer
          docker-agent?     baseten = BASETEN_API_KEY
          cloudflare?       baseten = BASETEN_API_KEY

        # A Bedrock API key goes into a header. Without one, clients sign, which is all that the gateway passes on.
        bedrock             Amazon Bedrock
          alias             aws-bedrock aws_bedrock amazon-bedrock
          url               https://bedrock-runtime.<region>.amazonaws.com
          chat              /model/{model}/converse
          models            none
          style             bedrock-converse
          family            bedrock
          upstream?         aws-bedrock /bedrock-runtime/<region>/model/{model}/converse bedrock-converse aws-sigv4
          docker-agent      amazon-bedrock = AWS_BEARER_TOKEN_BEDROCK
          loong             bedrock = AWS_BEARER_TOKEN_BEDROCK
          cloudflare        aws-bedrock

        byteplus            BytePlus ModelArk
          alias             byteplus_compatible
          url               https://ark.ap-southeast.bytepluses.com/api/v3
          family            volcengine
          openclaw          byteplus = BYTEPLUS_API_KEY
          loong             byteplus = BYTEPLUS_API_KEY ARK_API_KEY

        byteplus-coding     BytePlus ModelArk Coding Plan
          alias             byteplus_coding byteplus_coding_compatible
          url               https://ark.ap-southeast.bytepluses.com/api/coding/v3
          family            volcengine
          openclaw?         byteplus-plan byteplus-coding = BYTEPLUS_API_KEY
          loong             byteplus_coding = BYTEPLUS_API_KEY ARK_API_KEY

        cartesia            Cartesia
          chat              none
          models            none
          style             other
          auth?             x-api-key
          upstream?         cartesia none other x-api-key
          cloudflare?       cartesia = CARTESIA_API_KEY

        cerebras            Cerebras
          alias             cerebras_compatible
          url               https://api.cerebras.ai/v1
          listing           open
          prefix            csk-
          upstream?         cerebras /chat/completions openai-chat bearer
          openclaw?         cerebras = CEREBRAS_API_KEY
          docker-agent?     cerebras = CEREBRAS_API_KEY
          loong             cerebras = CEREBRAS_API_KEY
          cloudflare?       cerebras = CEREBRAS_API_KEY

        chutes              Chutes
          style?            openai-chat
          auth?             bearer
          openclaw?         chutes = CHUTES_API_KEY
          oauth?            CHUTES_OAUTH_TOKEN

        clawrouter          ClawRouter
          style?            openai-chat
          auth?             bearer
          openclaw?         clawrouter = CLAWROUTER_API_KEY

        # Its key is the provider's behind it, except for docker-agent, which sends a Cloudflare token in its place. OpenClaw goes to
        # …/<gateway_id>/anthropic and speaks anthropic-messages with an Anthropic key there. loong's own URL ends with
        # /<gateway_name>/openai/compat, which Cloudflare would take for a path of the provider openai.
        cloudflare-ai-gateway   Cloudflare AI Gateway
          alias             cloudflare cloudflare-ai cloudflare_ai cloudflare_ai_gateway
          url               https://gateway.ai.cloudflare.com/v1/<account_id>/<gateway_id>/compat
          models            none
          openclaw          cloudflare-ai-gateway = CLOUDFLARE_AI_GATEWAY_API_KEY
          docker-agent?     cloudflare-ai-gateway = CLOUDFLARE_API_TOKEN
          loong             cloudflare_ai_gateway = CLOUDFLARE_API_KEY CLOUDFLARE_AI_GATEWAY_API_KEY

        # Cloudflare's REST API, which speaks for other providers too; the key is a Cloudflare token.
        cloudflare-workers-ai   Cloudflare Workers AI
          alias             workers-ai
          url               https://api.cloudflare.com/client/v4/accounts/<account_id>/ai/v1
          models            none
          prefix            cfut_ cfat_ cfk_
          upstream          workers-ai /v1/chat/completions openai-chat bearer
          docker-agent?     cloudflare-workers-ai = CLOUDFLARE_API_TOKEN
          cloudflare?       workers-ai = CLOUDFLARE_API_TOKEN CF_API_TOKEN

        cohere              Cohere
          alias             cohere_compatible
          url               https://api.cohere.ai/compatibility/v1
          upstream?         cohere /v2/chat other bearer
          openclaw?         cohere = COHERE_API_KEY
          loong             cohere = COHERE_API_KEY
          cloudflare?       cohere = COHERE_API_KEY

        # Any host that speaks as OpenAI's does.
        custom              Custom, OpenAI-compatible
          alias             openai_custom custom_openai
          url               https://<host>/v1
          openclaw          = CUSTOM_API_KEY
          loong             custom = CUSTOM_PROVIDER_API_KEY

        deepgram            Deepgram
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         deepgram none other bearer
          openclaw?         deepgram = DEEPGRAM_API_KEY
          cloudflare?       deepgram = DEEPGRAM_API_KEY

        deepinfra           DeepInfra
          style?            openai-chat
          auth?             bearer
          openclaw?         deepinfra = DEEPINFRA_API_KEY

        deepseek            DeepSeek
          alias             deepseek_compatible
          url               https://api.deepseek.com/v1
          upstream?         deepseek /chat/completions openai-chat bearer
          openclaw?         deepseek = DEEPSEEK_API_KEY
          docker-agent?     deepseek = DEEPSEEK_API_KEY
          loong             deepseek = DEEPSEEK_API_KEY
          cloudflare?       deepseek = DEEPSEEK_API_KEY

        # Runs on the user's machine; docker-agent finds it by itself.
        dmr                 Docker Model Runner
          key               optional
          listing           open
          docker-agent      dmr

        elevenlabs          ElevenLabs
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         elevenlabs none other bearer
          cloudflare?       elevenlabs = ELEVENLABS_API_KEY

        fal                 fal
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         fal none other bearer
          cloudflare?       fal = FAL_KEY

        featherless         Featherless
          style?            openai-chat
          auth?             bearer
          openclaw?         featherless = FEATHERLESS_API_KEY

        fireworks           Fireworks
          alias             fireworks_compatible fireworks-ai
          url               https://api.fireworks.ai/inference/v1
          prefix            fw_
          docker-agent?     fireworks = FIREWORKS_API_KEY
          loong             fireworks = FIREWORKS_API_KEY FIREWORKS_AI_API_KEY

        github-copilot      GitHub Copilot
          alias             github_copilot copilot
          url               https://api.githubcopilot.com
          openclaw?         github-copilot = COPILOT_GITHUB_TOKEN GH_TOKEN GITHUB_TOKEN
          docker-agent?     github-copilot = GITHUB_TOKEN
          loong             github-copilot
          oauth             GITHUB_COPILOT_OAUTH_TOKEN

        gmi                 GMI Cloud
          style?            openai-chat
          auth?             bearer
          openclaw?         gmi = GMI_API_KEY

        # Its key is a token of Google Cloud, which lives for an hour; the user's project and region are in the URL.
        google-vertex-ai    Google Vertex AI
          chat              none
          models            none
          style             gemini
          upstream?         google-vertex-ai none gemini bearer
          cloudflare        google-vertex-ai

        groq                Groq
          alias             groq_compatible
          url               https://api.groq.com/openai/v1
          prefix            gsk_
          upstream?         groq /chat/completions openai-chat bearer
          openclaw?         groq = GROQ_API_KEY
          docker-agent?     groq = GROQ_API_KEY
          loong             groq = GROQ_API_KEY
          cloudflare?       groq = GROQ_API_KEY

        # Behind the gateway each model has an address and a shape of its own.
        huggingface         Hugging Face
          url               https://router.huggingface.co/v1
          prefix            hf_
          upstream?         huggingface /{model} other bearer
          openclaw          huggingface = HUGGINGFACE_HUB_TOKEN HF_TOKEN
          docker-agent?     huggingface = HF_TOKEN
          cloudflare?       huggingface = HF_TOKEN

        ideogram            Ideogram
          chat              none
          models            none
          style             other
          auth?             api-key
          upstream?         ideogram none other api-key
          cloudflare?       ideogram = IDEOGRAM_API_KEY

        kilocode            Kilo Gateway
          url               https://api.kilo.ai/api/gateway
          style?            openai-chat
          auth?             bearer
          openclaw          kilocode = KILOCODE_API_KEY

        kimi-coding         Kimi Coding Plan
          alias             kimi_coding kimi_coding_compatible
          url               https://api.kimi.com/coding/v1
          openclaw          kimi-coding = KIMI_API_KEY KIMICODE_API_KEY
          loong             kimi_coding = KIMI_CODING_API_KEY

        # A server of the user's.
        litellm             LiteLLM
          openclaw          litellm = LITELLM_API_KEY

        llamacpp            llama.cpp
          alias             llama.cpp llama_cpp
          url               http://127.0.0.1:8080/v1
          host              localhost
          key               optional
          listing           open
          loong             llamacpp

        lm-studio           LM Studio
          alias             lm_studio lmstudio
          url               http://127.0.0.1:1234/v1
          host              localhost
          key               optional
          listing           open
          loong             lm_studio

        longcat             LongCat
          style?            openai-chat
          auth?             bearer
          openclaw?         longcat = LONGCAT_API_KEY

        minimax             MiniMax
          url               https://api.minimax.io/v1
          openclaw          minimax = MINIMAX_API_KEY
          docker-agent      minimax = MINIMAX_API_KEY
          loong?            = MINIMAX_API_KEY
          oauth             MINIMAX_OAUTH_TOKEN

        minimax-cn          MiniMax (China)
          alias             minimax_compatible
          url               https://api.minimaxi.com/v1
          openclaw          minimax-cn = MINIMAX_API_KEY
          loong             minimax = MINIMAX_API_KEY
          oauth             MINIMAX_OAUTH_TOKEN

        mistral             Mistral
          alias             mistral_compatible
          url               https://api.mistral.ai/v1
          upstream?         mistral /v1/chat/completions openai-chat bearer
          openclaw          mistral = MISTRAL_API_KEY
          docker-agent      mistral = MISTRAL_API_KEY
          loong             mistral = MISTRAL_API_KEY
          cloudflare?       mistral = MISTRAL_API_KEY

        moonshot            Moonshot
          url               https://api.moonshot.ai/v1
          openclaw          moonshot = MOONSHOT_API_KEY
          docker-agent?     moonshot = MOONSHOT_API_KEY
          loong?            = MOONSHOT_API_KEY

        moonshot-cn         Moonshot (China)
          alias             kimi kimi_compatible moonshot_compatible
          url               https://api.moonshot.cn/v1
          openclaw?         = MOONSHOT_API_KEY
          loong             kimi moonshot = MOONSHOT_API_KEY

        nebius              Nebius
          url               https://api.studio.nebius.com/v1
          docker-agent      nebius = NEBIUS_API_KEY

        neon                Neon
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         neon none other bearer
          cloudflare?       neon

        nexos               nexos.ai
          style?            openai-chat
          auth?             bearer
          openclaw          nexos = NEXOS_API_KEY

        novita              Novita
          alias             novita_compatible
          url               https://api.novita.ai/v3/openai
          openclaw?         novita = NOVITA_API_KEY
          loong             novita = NOVITA_API_KEY

        nvidia              NVIDIA NIM
          alias             nvidia_compatible nvidia_nim nvidia-nim build.nvidia.com
          url               https://integrate.api.nvidia.com/v1
          prefix            nvapi-
          openclaw?         nvidia = NVIDIA_API_KEY
          docker-agent?     nvidia = NVIDIA_API_KEY
          loong             nvidia = NVIDIA_API_KEY

        ollama              Ollama
          alias             ollama_compatible
          url               http://127.0.0.1:11434/v1
          host              localhost
          key               optional
          listing           open
          openclaw          ollama = OLLAMA_API_KEY
          docker-agent      ollama
          loong             ollama

        opencode            OpenCode Zen
          alias             opencode-zen opencode_zen
          url               https://opencode.ai/zen/v1
          openclaw          opencode = OPENCODE_API_KEY OPENCODE_ZEN_API_KEY
          docker-agent?     opencode-zen = OPENCODE_API_KEY
          loong             opencode_zen opencode = OPENCODE_API_KEY

        opencode-go         OpenCode Go
          alias             opencode_go
          url               https://opencode.ai/zen/go/v1
          openclaw          opencode-go = OPENCODE_API_KEY OPENCODE_ZEN_API_KEY
          docker-agent?     opencode-go = OPENCODE_API_KEY
          loong             opencode_go = OPENCODE_API_KEY

        openrouter          OpenRouter
          alias             openrouter_compatible
          url               https://openrouter.ai/api/v1
          prefix            sk-or-v1-
          upstream?         openrouter /chat/completions openai-chat bearer
          openclaw          openrouter = OPENROUTER_API_KEY
          docker-agent?     openrouter = OPENROUTER_API_KEY
          loong             openrouter = OPENROUTER_API_KEY
          cloudflare?       openrouter = OPENROUTER_API_KEY

        ovhcloud            OVHcloud AI Endpoints
          url               https://oai.endpoints.kepler.ai.cloud.ovh.net/v1
          docker-agent?     ovhcloud = OVH_AI_ENDPOINTS_ACCESS_TOKEN

        parallel            Parallel
          style?            openai-chat
          auth?             bearer
          upstream?         parallel none openai-chat bearer
          cloudflare?       parallel = PARALLEL_API_KEY

        perplexity          Perplexity
          alias             perplexity_compatible
          url               https://api.perplexity.ai
          models?           /models
          prefix            pplx-
          upstream?         perplexity-ai /chat/completions openai-chat bearer
          loong             perplexity = PERPLEXITY_API_KEY
          cloudflare?       perplexity-ai = PERPLEXITY_API_KEY

        qianfan             Baidu Qianfan
          alias             qianfan_compatible baidu
          url               https://qianfan.baidubce.com/v2
          openclaw          qianfan = QIANFAN_API_KEY
          loong             qianfan = QIANFAN_API_KEY

        # That OpenClaw's modelstudio is at this URL too is taken from their shared operator.
        qwen                Qwen (Model Studio)
          alias             qwen_compatible dashscope
          url               https://dashscope.aliyuncs.com/compatible-mode/v1
          openclaw?         modelstudio = MODELSTUDIO_API_KEY
          loong             qwen = DASHSCOPE_API_KEY QWEN_API_KEY

        qwen-portal         Qwen Portal
          style?            openai-chat
          auth?             bearer
          openclaw?         qwen-portal = QWEN_API_KEY
          oauth?            QWEN_OAUTH_TOKEN

        replicate           Replicate
          chat              none
          models            none
          style             other
          prefix            r8_
          upstream?         replicate /predictions other bearer
          cloudflare?       replicate = REPLICATE_API_TOKEN

        requesty            Requesty
          url               https://router.requesty.ai/v1
          docker-agent      requesty = REQUESTY_API_KEY

        saladcloud          SaladCloud
          chat              none
          models            none
          style             other
          auth?             bearer
          upstream?         saladcloud none other bearer
          cloudflare?       saladcloud

        sambanova           SambaNova
          alias             sambanova_compatible samba_nova
          url               https://api.sambanova.ai/v1
          loong             sambanova = SAMBANOVA_API_KEY

        sglang              SGLang
          alias             sglang_compatible
          url               http://127.0.0.1:30000/v1
          host              localhost
          key               optional
          listing           open
          loong             sglang

        siliconflow         SiliconFlow
          alias             siliconflow_compatible
          url               https://api.siliconflow.com/v1
          loong             siliconflow = SILICONFLOW_API_KEY

        stepfun             StepFun
          alias             stepfun_compatible
          url               https://api.stepfun.com/v1
          loong             stepfun = STEP_API_KEY

        step-plan           StepFun Step Plan
          alias             step_plan stepfun_step_plan
          url               https://api.stepfun.com/step_plan/v1
          loong             step_plan = STEP_API_KEY

        synthetic           Synthetic
          url               https://api.synthetic.new/anthropic
          chat              /v1/messages
          models?           /v1/models
          style             anthropic-messages
          family            anthropic
          auth?             x-api-key
          header?           anthropic-version: 2023-06-01
          openclaw          synthetic = SYNTHETIC_API_KEY

        together            Together
          alias             together_compatible together_ai together-ai
          url               https://api.together.xyz/v1
          prefix            tgp_
          openclaw          together = TOGETHER_API_KEY
          docker-agent?     together = TOGETHER_API_KEY
          loong             together = TOGETHER_API_KEY

        tokenhub            TokenHub
          style?            openai-chat
          auth?             bearer
          openclaw?         tokenhub = TOKENHUB_API_KEY

        venice              Venice
          alias             venice_compatible
          url               https://api.venice.ai/api/v1
          openclaw          venice = VENICE_API_KEY
          loong             venice = VENICE_API_KEY

        vercel-ai-gateway   Vercel AI Gateway
          alias             vercel vercel-ai vercel_ai vercel_ai_gateway
          url               https://ai-gateway.vercel.sh/v1
          listing           open
          openclaw          vercel-ai-gateway = AI_GATEWAY_API_KEY
          docker-agent?     vercel = AI_GATEWAY_API_KEY
          loong             vercel_ai_gateway = AI_GATEWAY_API_KEY VERCEL_API_KEY

        vllm                vLLM
          alias             vllm_compatible
          url               http://127.0.0.1:8000/v1
          host              localhost
          key               optional
          listing           open
          openclaw          vllm = VLLM_API_KEY
          loong             vllm

        volcengine          Volcengine Ark
          alias             volcengine_custom volcengine_compatible doubao ark
          url               https://ark.cn-beijing.volces.com/api/v3
          family            volcengine
          openclaw          volcengine = VOLCANO_ENGINE_API_KEY
          loong             volcengine = ARK_API_KEY

        volcengine-coding   Volcengine Ark Coding Plan
          alias             volcengine_coding volcengine_coding_compatible
          url               https://ark.cn-beijing.volces.com/api/coding/v3
          family            volcengine
          openclaw?         volcengine-plan volcengine-coding = VOLCANO_ENGINE_API_KEY
          loong             volcengine_coding = ARK_API_KEY

        # Embeddings.
        voyage              Voyage AI
          chat              none
          models            none
          style             other
          auth?             bearer
          openclaw?         voyage = VOYAGE_API_KEY

        xai                 xAI
          alias             xai_compatible grok
          url               https://api.x.ai/v1
          prefix            xai-
          upstream?         grok /v1/chat/completions openai-chat bearer
          openclaw          xai = XAI_API_KEY
          docker-agent      xai = XAI_API_KEY
          loong             xai = XAI_API_KEY
          cloudflare?       grok = XAI_API_KEY

        xiaomi              Xiaomi MiMo
          alias             xiaomi_compatible xiaomi_mimo xiaomi-mimo mimo mimo_compatible
          url               https://api.xiaomimimo.com/v1
          openclaw          xiaomi = XIAOMI_API_KEY
          loong             xiaomi = XIAOMI_API_KEY MIMO_API_KEY XIAOMIMIMO_API_KEY

        xiaomi-token-plan   Xiaomi MiMo Token Plan
          style?            openai-chat
          auth?             bearer
          openclaw?         xiaomi-token-plan = XIAOMI_TOKEN_PLAN_API_KEY

        zai                 Z.ai
          alias             zai_compatible z.ai
          url               https://api.z.ai/api/paas/v4
          openclaw          zai = ZAI_API_KEY Z_AI_API_KEY
          loong             zai = ZAI_API_KEY

        zhipu               Zhipu
          alias             zhipu_compatible glm bigmodel
          url               https://open.bigmodel.cn/api/paas/v4
          loong             zhipu = ZHIPUAI_API_KEY ZHIPU_API_KEY
        """#
}
