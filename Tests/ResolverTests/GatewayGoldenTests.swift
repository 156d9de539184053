import Testing

@testable import Resolver

/// One configuration of Cloudflare AI Gateway, and the request that it makes.
struct GatewayCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The rest of `[provider.cloudflare-ai-gateway]`, after the account and the gateway.
    var settings = ""
    var model: String
    /// What follows `https://gateway.ai.cloudflare.com/v1/acc-1/gw-1`, or a whole address.
    var base: String
    /// What follows the base; nil if only the client knows.
    var path: String?
    var style: APIStyle = .openaiChat
    /// `NAME: VALUE`, `[SECRET]` standing for its key.
    var headers: [String]
    var secrets = ["cloudflare-ai-gateway/token", "openai/api-key", "anthropic/api-key"]
    /// The model's name in the request, where it is not what follows `cloudflare-ai-gateway/`.
    var inner: String?

    var testDescription: String { name }

    static let token = "cf-aig-authorization: Bearer [cloudflare-ai-gateway/token]"
    static let openai = "authorization: Bearer [openai/api-key]"
    static let anthropic = "x-api-key: [anthropic/api-key]"
    static let version = "anthropic-version: 2023-06-01"

    func rig() throws -> Rig {
        try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'acc-1'\ngateway_id = 'gw-1'\n" + settings, secrets: secrets)
    }

    func check() throws {
        let found = try rig().resolve("cloudflare-ai-gateway/\(model)")
        let base = base.hasPrefix("https://") ? base : "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1" + base
        #expect(found.baseURL.text == base)
        #expect(found.requestURL == path.map { base + $0 })
        #expect(found.hosts == [base.hasPrefix("https://api.") ? "api.cloudflare.com" : "gateway.ai.cloudflare.com"])
        #expect(found.style == style)
        #expect(found.model == inner ?? model)
        #expect(found.provider == "cloudflare-ai-gateway" && found.kind == "cloudflare-ai-gateway")
        expect(found.headers, are: headers, name)
    }
}

/// The addresses and headers of every form that Cloudflare's documents have.
///
/// Source: https://developers.cloudflare.com/ai-gateway/, usage and configuration.
@Suite struct GatewayGoldenTests {
    static let compat: [GatewayCase] = [
        .init(
            name: "compat by the model's name alone", model: "openai/gpt-4o", base: "/compat", path: "/chat/completions",
            headers: [GatewayCase.token, GatewayCase.openai]),
        .init(
            name: "compat with Anthropic's models", settings: "route = 'compat'", model: "anthropic/claude-sonnet-4-6", base: "/compat",
            path: "/chat/completions", headers: [GatewayCase.token, "authorization: Bearer [anthropic/api-key]"]),
        .init(
            name: "compat with Workers AI", settings: "route = 'compat'", model: "workers-ai/@cf/meta/llama-3.3-70b", base: "/compat",
            path: "/chat/completions", headers: [GatewayCase.token, "authorization: Bearer [cloudflare-workers-ai/api-key]"],
            secrets: ["cloudflare-ai-gateway/token", "cloudflare-workers-ai/api-key"]),
        .init(
            name: "compat with a custom provider", settings: "api_key = 'secret:mine/key'", model: "custom-mine/some-model",
            base: "/compat", path: "/chat/completions", headers: [GatewayCase.token, "authorization: Bearer [mine/key]"],
            secrets: ["cloudflare-ai-gateway/token", "mine/key"]),
        .init(
            name: "a dynamic route", model: "dynamic/support", base: "/compat", path: "/chat/completions", headers: [GatewayCase.token]),
    ]

    static let native: [GatewayCase] = [
        .init(
            name: "openai with responses", settings: "route = 'openai'\nstyle = 'openai-responses'", model: "gpt-4o", base: "/openai",
            path: "/responses", style: .openaiResponses, headers: [GatewayCase.token, GatewayCase.openai]),
        .init(
            name: "a custom provider", settings: "route = 'custom-mine'\npath = '/v2/chat'\napi_key = 'secret:mine/key'", model: "m",
            base: "/custom-mine", path: "/v2/chat", headers: [GatewayCase.token, "authorization: Bearer [mine/key]"],
            secrets: ["cloudflare-ai-gateway/token", "mine/key"]),
        .init(
            name: "a custom provider that speaks as Anthropic does",
            settings: "route = 'custom-mine'\nstyle = 'anthropic-messages'\napi_key = 'secret:mine/key'", model: "m", base: "/custom-mine",
            path: "/v1/messages", style: .anthropicMessages, headers: [GatewayCase.token, "x-api-key: [mine/key]", GatewayCase.version],
            secrets: ["cloudflare-ai-gateway/token", "mine/key"]),
        .init(
            name: "Workers AI by its model's name", model: "@cf/meta/llama-3.3-70b", base: "/workers-ai", path: "/v1/chat/completions",
            headers: [GatewayCase.token, "authorization: Bearer [cloudflare-workers-ai/api-key]"],
            secrets: ["cloudflare-ai-gateway/token", "cloudflare-workers-ai/api-key"]),
        .init(
            name: "Workers AI, its own form", settings: "style = 'cloudflare-run'", model: "@cf/meta/llama-3.3-70b", base: "/workers-ai",
            path: "/@cf/meta/llama-3.3-70b", style: .cloudflareRun,
            headers: [GatewayCase.token, "authorization: Bearer [cloudflare-workers-ai/api-key]"],
            secrets: ["cloudflare-ai-gateway/token", "cloudflare-workers-ai/api-key"]),
        .init(
            name: "Bedrock with keys that the gateway has",
            settings: "route = 'aws-bedrock'\nregion = 'us-east-1'\ngateway = { provider_key = 'stored' }", model: "amazon.nova-pro-v1:0",
            base: "/aws-bedrock", path: "/bedrock-runtime/us-east-1/model/amazon.nova-pro-v1%3A0/converse", style: .bedrockConverse,
            headers: [GatewayCase.token]),
    ]

    static let rest: [GatewayCase] = [
        .init(
            name: "rest, chat", settings: "route = 'rest'", model: "openai/gpt-4o", base: Self.account + "/v1", path: "/chat/completions",
            headers: Self.restHeaders),
        .init(
            name: "rest, responses", settings: "route = 'rest'\nstyle = 'openai-responses'", model: "openai/gpt-4o",
            base: Self.account + "/v1", path: "/responses", style: .openaiResponses, headers: Self.restHeaders),
        .init(
            name: "rest, messages", settings: "route = 'rest'\nstyle = 'anthropic-messages'", model: "anthropic/claude-sonnet-4-6",
            base: Self.account, path: "/v1/messages", style: .anthropicMessages, headers: Self.restHeaders + [GatewayCase.version]),
        .init(
            name: "rest, run", settings: "route = 'rest'\nstyle = 'cloudflare-run'", model: "google/gemini-3-pro", base: Self.account,
            path: "/run", style: .cloudflareRun, headers: Self.restHeaders),
        .init(
            name: "rest, run of a model of Workers AI", settings: "route = 'rest'\nstyle = 'cloudflare-run'", model: "@cf/meta/llama-3",
            base: Self.account, path: "/run/@cf/meta/llama-3", style: .cloudflareRun, headers: Self.restHeaders),
        .init(
            name: "rest, with the gateway's table naming the token",
            settings: "route = 'rest'\ngateway = { token = 'secret:mine/token', cache_ttl = 60 }", model: "openai/gpt-4o",
            base: Self.account + "/v1", path: "/chat/completions",
            headers: ["authorization: Bearer [mine/token]", "cf-aig-gateway-id: gw-1", "cf-aig-cache-ttl: 60"], secrets: ["mine/token"]),
        .init(
            name: "rest, with the token of Workers AI", settings: "route = 'rest'", model: "openai/gpt-4o", base: Self.account + "/v1",
            path: "/chat/completions",
            headers: ["authorization: Bearer [cloudflare-workers-ai/api-key]", "cf-aig-gateway-id: gw-1"],
            secrets: ["cloudflare-workers-ai/api-key", "openai/api-key"]),
    ]

    private static let account = "https://api.cloudflare.com/client/v4/accounts/acc-1/ai"
    private static let restHeaders = ["authorization: Bearer [cloudflare-ai-gateway/token]", "cf-aig-gateway-id: gw-1"]

    @Test(arguments: compat + native + rest)
    func `makes the request`(_ row: GatewayCase) throws { try row.check() }

    /// Slug, path after it, style, header of the provider's key, what is set beside the route, the model.
    private static let slugs = """
        openai           /chat/completions openai-chat authorization - gpt-4o
        anthropic        /v1/messages anthropic-messages x-api-key - claude-sonnet-4-6
        google-ai-studio /v1beta/models/gemini-3-pro:generateContent gemini x-goog-api-key - gemini-3-pro
        google-vertex-ai - gemini authorization - gemini-3-pro
        workers-ai       /v1/chat/completions openai-chat authorization - @cf/meta/llama-3
        azure-openai     /res-1/dep-1/chat/completions openai-chat api-key resource='res-1';deployment='dep-1' gpt-4o
        groq             /chat/completions openai-chat authorization - llama-3
        mistral          /v1/chat/completions openai-chat authorization - mistral-large
        cohere           /v2/chat other authorization - command-r
        perplexity-ai    /chat/completions openai-chat authorization - sonar
        deepseek         /chat/completions openai-chat authorization - deepseek-chat
        cerebras         /chat/completions openai-chat authorization - llama-3
        grok             /v1/chat/completions openai-chat authorization - grok-4
        openrouter       /chat/completions openai-chat authorization - meta/llama-3
        huggingface      /bigcode/starcoder other authorization - bigcode/starcoder
        replicate        /predictions other authorization - m
        cartesia         - other x-api-key - m
        elevenlabs       - other authorization - m
        adobe-firefly    - other authorization - m
        baseten          - openai-chat authorization - m
        deepgram         - other authorization - m
        fal              - other authorization - m
        ideogram         - other api-key - m
        neon             - other authorization - m
        parallel         - openai-chat authorization - m
        saladcloud       - other authorization - m
        """

    private static let rows = slugs.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    @Test(arguments: rows)
    func `makes the request to a provider's own address`(_ row: [String]) throws {
        let style = try #require(APIStyle(rawValue: row[2]))
        let owner = try #require(Catalogue.standard.upstream(slug: row[0])).id
        let key = row[3] == "authorization" ? "Bearer [\(owner)/api-key]" : "[\(owner)/api-key]"
        try GatewayCase(
            name: row[0],
            settings: "route = '\(row[0])'\n" + (row[1] == "-" ? "auth = '\(Self.auth(row[3]))'\n" : "")
                + (row[4] == "-" ? "" : row[4].replacing(";", with: "\n").replacing("=", with: " = ")),
            model: row[5], base: "/\(row[0])", path: row[1] == "-" ? nil : row[1], style: style,
            headers: [GatewayCase.token, "\(row[3]): \(key)"] + (style == .anthropicMessages ? [GatewayCase.version] : []),
            secrets: ["cloudflare-ai-gateway/token", "\(owner)/api-key"]
        ).check()
    }

    private static func auth(_ header: String) -> String { header == "authorization" ? "bearer" : header }

    @Test(arguments: rows.filter { $0[1] == "-" })
    func `sends no key where nobody has confirmed how it is taken`(_ row: [String]) throws {
        let owner = try #require(Catalogue.standard.upstream(slug: row[0])).id
        let fixture = GatewayCase(
            name: row[0], settings: "route = '\(row[0])'", model: row[5], base: "", path: nil, headers: [], secrets: ["\(owner)/api-key"])
        let error = try #require(throws: ResolverError.self) { try fixture.check() }
        #expect(error.code == .invalid)
        #expect(error.description.contains("nobody has confirmed how"))
    }

    @Test func `takes no slug on compat that nobody knows, unless the model is pinned`() throws {
        func rig(_ more: String) throws -> Rig {
            try Rig(
                "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\nroute = 'compat'\n" + more,
                secrets: ["cloudflare-ai-gateway/api-key"])
        }
        #expect(try rig("").failure("cloudflare-ai-gateway/antropic/claude").code == .invalid)
        #expect(try rig("models = ['new/m']").resolve("cloudflare-ai-gateway/new/m").model == "new/m")
    }

    @Test func `has a row for every slug of the catalogue, but for the one whose requests are signed`() {
        #expect(Set(Self.rows.map { $0[0] } + ["aws-bedrock"]) == Set(Catalogue.standard.providers.compactMap(\.upstream?.slug)))
    }
}
