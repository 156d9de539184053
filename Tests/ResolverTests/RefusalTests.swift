import Testing

@testable import Resolver

/// A request that is not made, and the one line that says why.
struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    /// The text of `warder.toml`.
    var settings = ""
    var model = "mine/m"
    var code: ResolverError.Code = .refused
    /// The whole line.
    let line: String
    /// Secrets beside `mine/api-key` and `openai/api-key`.
    var secrets: [String: String] = [:]

    var testDescription: String { name }

    func check() throws {
        let rig = try Rig(settings, secrets: ["mine/api-key", "openai/api-key"], values: secrets)
        let error = try rig.failure(model)
        #expect(error.code == code)
        #expect(error.description == line)
        #expect(error.hint?.contains("\n") != true)
        let values = secrets.values + ["Canary"]
        let shown = [error.description, error.hint ?? "", "\(error.steps)"]
        let isShown = values.contains { value in value.utf8.count > 4 && shown.contains { $0.contains(value) } }
        #expect(!isShown, "a value is in the message")
    }
}

/// What is refused before anything is sent.
@Suite struct RefusalTests {
    private static let gateway = "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\n"
    private static let anthropicKey = "sk-ant-Canary0123456789"
    private static let cloudflareToken = "cfut_Canary0123456789"

    // MARK: Placeholders

    static let placeholders: [Refusal] = [
        .init(
            name: "no account", settings: "[provider.cloudflare-ai-gateway]\ngateway_id = 'g'", model: "cloudflare-ai-gateway/openai/m",
            line: "the address of cloudflare-ai-gateway has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "no gateway", settings: "[provider.cloudflare-ai-gateway]\naccount_id = 'a'", model: "cloudflare-ai-gateway/openai/m",
            line: "the address of cloudflare-ai-gateway has a placeholder that nothing replaces: <gateway_id>"),
        .init(
            name: "no settings at all", model: "cloudflare/openai/m",
            line: "the address of cloudflare-ai-gateway has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "no account, rest", settings: "[provider.mine]\nkind = 'cloudflare'\nroute = 'rest'", model: "mine/openai/m",
            line: "the address of mine has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "no region", model: "bedrock/m",
            line: "the address of bedrock has a placeholder that nothing replaces: <region>"),
        .init(
            name: "no host", model: "custom/m", line: "the address of custom has a placeholder that nothing replaces"),
        .init(
            name: "a variable in base_url", settings: "[provider.mine]\nbase_url = 'https://models.example/${TEAM}/v1'",
            line: "warder.toml: line 1: base_url of mine has a placeholder that nothing replaces"),
        .init(
            name: "a secret in base_url", settings: "[provider.mine]\nbase_url = 'https://${secret:mine/api-key}.models.example'",
            line: "warder.toml: line 1: base_url of mine has a placeholder that nothing replaces"),
        .init(
            name: "braces in base_url", settings: "[provider.mine]\nbase_url = 'https://{team}.models.example'",
            line: "warder.toml: line 1: base_url of mine has a placeholder that nothing replaces"),
        .init(
            name: "the account in base_url", settings: "[provider.mine]\nbase_url = 'https://models.example/<account_id>'",
            line: "warder.toml: line 1: base_url of mine has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "a placeholder without an end", settings: "[provider.mine]\nbase_url = 'https://models.example/<account_id'",
            line: "warder.toml: line 1: base_url of mine has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "an account that is a placeholder",
            settings: "[provider.cloudflare-ai-gateway]\naccount_id = '<account_id>'\ngateway_id = 'g'",
            model: "cloudflare-ai-gateway/openai/m",
            line: "account_id of cloudflare-ai-gateway has a placeholder that nothing replaces"),
        .init(
            name: "an account that is a variable", settings: "[provider.cloudflare-ai-gateway]\naccount_id = '${CF}'\ngateway_id = 'g'",
            model: "cloudflare-ai-gateway/openai/m",
            line: "account_id of cloudflare-ai-gateway has a placeholder that nothing replaces"),
        .init(
            name: "braces in a path", settings: "[provider.mine]\nbase_url = 'https://models.example'\npath = '/{deployment}/chat'",
            line: "the path of mine has a placeholder that nothing replaces"),
        .init(
            name: "a placeholder in a header",
            settings: "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { x-a = '<account_id>' }",
            line: "warder.toml: line 3: x-a has a placeholder that nothing replaces: <account_id>"),
        .init(
            name: "a placeholder beside a secret in a header",
            settings: "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { x-a = '<region> ${secret:mine/api-key}' }",
            line: "warder.toml: line 3: x-a has a placeholder that nothing replaces: <region>"),
        .init(
            name: "a field in a header that nothing has",
            settings: "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { x-a = '${provider:mine/region}' }", code: .invalid,
            line: "warder.toml: line 3: x-a needs region of a provider that does not have it"),
        .init(name: "a model", model: "openai/<model>", line: "the name of a model has a placeholder that nothing replaces"),
        .init(name: "a model's variable", model: "openai/${MODEL}", line: "the name of a model has a placeholder that nothing replaces"),
    ]

    // MARK: Fields that would be more than one piece of an address

    static let fields: [Refusal] = ["../x", "a/b", "a?b", "a#b", "a@b", "a b", "a%2fb", "..", ".", "é", "a:b"].map { text in
        .init(
            name: "the account \(text)", settings: "[provider.cloudflare-ai-gateway]\naccount_id = '\(text)'\ngateway_id = 'g'",
            model: "cloudflare-ai-gateway/openai/m", code: .invalid,
            line:
                "warder.toml: line 1: account_id of cloudflare-ai-gateway has characters other than letters, digits, \".\", \"_\" and \"-\""
        )
    }

    // MARK: Keys where they don't belong

    static let kinds: [Refusal] = [
        .init(
            name: "a token of Cloudflare's for OpenAI", settings: "[provider.openai]\napi_key = 'secret:wrong'", model: "openai/m",
            line: "the secret wrong, generation 1 is a token of Cloudflare's, and the key of the provider belongs into authorization",
            secrets: ["wrong": cloudflareToken]),
        .init(
            name: "a token of Cloudflare's as the key behind the gateway",
            settings: gateway + "route = 'anthropic'\napi_key = 'secret:wrong'",
            model: "cloudflare-ai-gateway/m",
            line: "the secret wrong, generation 1 is a token of Cloudflare's, and the key of the provider belongs into x-api-key",
            secrets: ["wrong": cloudflareToken]),
        .init(
            name: "a token of Cloudflare's in a header of the settings",
            settings: gateway + "route = 'anthropic'\nheaders = { authorization = 'Bearer ${secret:wrong}' }",
            model: "cloudflare-ai-gateway/m",
            line: "the secret wrong, generation 1 is a token of Cloudflare's, and the key of the provider belongs into x-api-key",
            secrets: ["wrong": cloudflareToken, "anthropic/api-key": anthropicKey]),
        .init(
            name: "a key of Anthropic's as the gateway's token", settings: gateway + "gateway = { token = 'secret:wrong' }",
            model: "cloudflare-ai-gateway/openai/m",
            line: "the secret wrong, generation 1 is a key of Anthropic, and a token of Cloudflare's belongs into cf-aig-authorization",
            secrets: ["wrong": anthropicKey]),
        .init(
            name: "a key of Anthropic's as the gateway's token in a header",
            settings: gateway + "headers = { cf-aig-authorization = 'Bearer ${secret:wrong}' }", model: "cloudflare-ai-gateway/openai/m",
            line: "the secret wrong, generation 1 is a key of Anthropic, and a token of Cloudflare's belongs into cf-aig-authorization",
            secrets: ["wrong": anthropicKey]),
        .init(
            name: "a key of Anthropic's for Workers AI", settings: gateway + "api_key = 'secret:wrong'",
            model: "cloudflare-ai-gateway/@cf/meta/m",
            line: "the secret wrong, generation 1 is a key of Anthropic, and a token of Cloudflare's belongs into authorization",
            secrets: ["wrong": anthropicKey]),
        .init(
            name: "a key of Anthropic's for Cloudflare's REST API, under whatever name",
            settings: "[provider.mine]\nbase_url = 'https://api.cloudflare.com/client/v4/accounts/a/ai/v1'\napi_key = 'secret:wrong'",
            line: "the secret wrong, generation 1 is a key of Anthropic, and a token of Cloudflare's belongs into authorization",
            secrets: ["wrong": anthropicKey]),
        .init(
            name: "another provider's key", settings: "[provider.openai]\napi_key = 'secret:wrong'", model: "openai/m",
            line: "the secret wrong, generation 1 is a key of Anthropic, and the request goes to OpenAI", secrets: ["wrong": anthropicKey]),
        .init(
            name: "another provider's key for one whose own begin like nothing", settings: "[provider.mistral]\napi_key = 'secret:wrong'",
            model: "mistral/m", line: "the secret wrong, generation 1 is a key of Anthropic, and the request goes to Mistral",
            secrets: ["wrong": anthropicKey]),
        .init(
            name: "the key that OpenClaw has for the gateway, for another provider behind it", settings: gateway,
            model: "cloudflare-ai-gateway/mistral/m",
            line: "the secret CLOUDFLARE_AI_GATEWAY_API_KEY, generation 1 is a key of Anthropic, and the request goes to Mistral",
            secrets: ["CLOUDFLARE_AI_GATEWAY_API_KEY": anthropicKey]),
        .init(
            name: "another provider's key in the step of a universal request",
            settings: gateway + "route = 'universal'\napi_key = 'secret:wrong'", model: "cloudflare-ai-gateway/groq/m",
            line: "the secret wrong, generation 1 is a key of Anthropic, and the request goes to Groq", secrets: ["wrong": anthropicKey]),
    ]

    @Test(arguments: placeholders + fields + kinds)
    func `refuses`(_ row: Refusal) throws { try row.check() }

    @Test func `a key of any issuer goes where only the user knows who answers, and to its own`() throws {
        let keys = ["wrong": Self.anthropicKey, "cf": Self.cloudflareToken]
        for settings in [
            "[provider.mine]\nbase_url = 'https://models.example'\napi_key = 'secret:wrong'",
            "[provider.mine]\nkind = 'custom'\nbase_url = 'https://models.example'\napi_key = 'secret:wrong'",
            "[provider.mine]\nkind = 'litellm'\nbase_url = 'https://models.example'\napi_key = 'secret:wrong'",
            "[provider.mine]\nkind = 'anthropic'\napi_key = 'secret:wrong'",
            "[provider.mine]\nbase_url = 'https://api.cloudflare.com/client/v4/accounts/a/ai/v1'\napi_key = 'secret:cf'",
            "[provider.mine]\nkind = 'workers-ai'\naccount_id = 'a'\napi_key = 'secret:cf'",
        ] {
            #expect(try Rig(settings, values: keys).resolve("mine/m").key != nil, "\(settings)")
        }
    }

    // MARK: Characters

    @Test(arguments: [
        (0x0A, "a line feed"), (0x0D, "a carriage return"), (0x00, "a zero byte"), (0xC3, "a character that is not ASCII"),
        (0xFF, "a character that is not ASCII"), (0x1B, "a control character"), (0x7F, "a control character"),
        (0x09, "a control character"),
    ])
    func `refuses a value that a header cannot carry, wherever in it and in the request`(_ byte: Int, _ name: String) throws {
        for position in 0...2 {
            var value = Array("Canary".utf8)
            value.insert(UInt8(byte), at: position * 3)
            for settings in [
                "[provider.openai]\napi_key = 'secret:wrong'", "[provider.openai]\nheaders = { x-a = 'b ${secret:wrong}' }",
                "[provider.openai]\nheaders = { authorization = 'Bearer ${secret:wrong}' }",
            ] {
                let rig = try Rig(settings, secrets: ["openai/api-key"])
                try rig.vault.store("wrong", value)
                let error = try rig.failure("openai/m")
                #expect(error.code == .refused)
                #expect(error.description == "the secret wrong, generation 1 has \(name), which a header cannot carry")
            }
        }
        let rig = try Rig("[provider.openai]\napi_key = { env = 'WRONG' }", variables: ["WRONG": "Canary\u{1B}"])
        #expect(try rig.failure("openai/m").description == "the environment, WRONG has a control character, which a header cannot carry")
    }

    @Test func `refuses a field of the settings that a header cannot carry`() throws {
        let error = try Rig(
            "[provider.openai]\nproject = 'é'\nheaders = { x-a = '${provider:openai/project}' }", secrets: ["openai/api-key"]
        )
        .failure("openai/m")
        #expect(error.code == .refused)
        #expect(error.description == "warder.toml: line 3: x-a has a character that is not ASCII, which a header cannot carry")
    }
}
