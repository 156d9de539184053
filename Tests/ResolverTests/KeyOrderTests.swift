import Testing

@testable import Resolver

/// Where a provider's key is looked for, in order.
@Suite struct KeyOrderTests {
    /// Each source shadows those after it; none is asked that need not be.
    @Test func `each place comes before the next`() throws {
        let file = TestVariables("the file", ["GEMINI_API_KEY": "of-the-file", "GOOGLE_API_KEY": "second-of-the-file"])
        let shell = TestVariables("the shell", ["GEMINI_API_KEY": "of-the-shell"])
        let variables = ["GEMINI_API_KEY": "of-the-process", "GOOGLE_API_KEY": "second-of-the-process"]
        let secrets = ["mine/key", "work/api-key", "google/api-key", "GEMINI_API_KEY", "GOOGLE_API_KEY"]
        var expected: [(key: String, origin: String)] = [
            ("[mine/key]", "the secret mine/key, generation 1"),
            ("[work/api-key]", "the secret work/api-key, generation 1"),
            ("[google/api-key]", "the secret google/api-key, generation 1"),
            ("[GEMINI_API_KEY]", "the secret GEMINI_API_KEY, generation 1"),
            ("[GOOGLE_API_KEY]", "the secret GOOGLE_API_KEY, generation 1"),
            ("of-the-process", "the environment, GEMINI_API_KEY"),
            ("second-of-the-process", "the environment, GOOGLE_API_KEY"),
            ("of-the-file", "the file, GEMINI_API_KEY"),
            ("second-of-the-file", "the file, GOOGLE_API_KEY"),
            ("of-the-shell", "the shell, GEMINI_API_KEY"),
        ]
        // One place less in every round.
        for round in 0...10 {
            let configured = round == 0 ? "api_key = 'secret:mine/key'" : ""
            let rig = try Rig(
                "[provider.work]\nkind = 'google'\n\(configured)", secrets: Array(secrets.dropFirst(round)),
                variables: variables.filter { $0.key == "GEMINI_API_KEY" ? round < 6 : round < 7 }, fallbacks: [file, shell])
            if round == 8 { file.set("GEMINI_API_KEY", nil) }
            if round == 9 { file.set("GOOGLE_API_KEY", nil) }
            if round == 10 { shell.set("GEMINI_API_KEY", nil) }
            guard let (key, origin) = expected.first else {
                let error = try rig.failure("work/gemini-3-pro")
                #expect(error.code == .notFound)
                #expect(error.steps.count == 1 + 4 + 3 * 2 && !error.steps.contains { $0.isUsed })
                continue
            }
            expected.removeFirst()
            let found = try rig.resolve("work/gemini-3-pro")
            let header = try #require(found.headers.first)
            let isRight = header.value.holds("Bearer " + FakeKey.filled(key))
            #expect(isRight && found.headers.count == 1, "\(origin)")
            #expect(found.key?.origin.description == origin)
            #expect(found.steps.filter(\.isUsed).count == 1 && found.steps.last?.isUsed == true, "\(origin)")
        }
        #expect(expected.isEmpty)
    }

    @Test func `the walk says what was looked at and what came of it`() throws {
        let rig = try Rig(values: ["openai/api-key": ""], variables: ["OPENAI_API_KEY": " ", "OPENAI_CODEX_OAUTH_TOKEN": "token"])
        let walk = try rig.resolve("openai/gpt-4o").steps.map { "\($0.source): \($0.outcome)\($0.isUsed ? " *" : "")" }
        #expect(
            walk == [
                "api_key in warder.toml: not set", "the secret openai/api-key: empty", "the secret OPENAI_API_KEY: not in the vault",
                "the secret OPENAI_CODEX_OAUTH_TOKEN: not in the vault", "the environment, OPENAI_API_KEY: empty",
                "the environment, OPENAI_CODEX_OAUTH_TOKEN: used *",
            ])
        let error = try Rig().failure("openai/gpt-4o")
        #expect(error.code == .notFound && error.description == "there is no key for openai")
        #expect(error.hint == "store it with: warder set openai/api-key")
        #expect(error.steps.last?.source == "an environment file, the login shell")
        #expect(error.steps.last?.outcome.hasPrefix("not looked at") == true)
    }

    @Test func `an OAuth token travels as a bearer token where the key has a header of its own`() throws {
        let rig = try Rig(variables: ["ANTHROPIC_OAUTH_TOKEN": "token"])
        let found = try rig.resolve("anthropic/claude-sonnet-4-6")
        expect(found.headers.filter { $0.name != "authorization" }, are: [GatewayCase.version])
        let isBearer = found.headers.first { $0.name == "authorization" }?.value.holds("Bearer token") ?? false
        #expect(isBearer)
    }

    @Test func `a provider that listens on this machine needs no key, and gets one that there is`() throws {
        for name in ["ollama", "vllm", "llamacpp", "lm-studio", "sglang"] {
            let found = try Rig().resolve("\(name)/m")
            #expect(found.headers.isEmpty && found.key == nil, "\(name)")
            #expect(found.steps.last?.source == "no key" && found.steps.last?.isUsed == true, "\(name)")
        }
        expect(
            try Rig(secrets: ["OLLAMA_API_KEY"]).resolve("ollama/m").headers, are: ["authorization: Bearer [OLLAMA_API_KEY]"])
        let own = "[provider.mine]\nbase_url = 'http://127.0.0.1:9/v1'"
        #expect(try Rig(own).resolve("mine/m").headers.isEmpty)
        #expect(try Rig(own.replacing("http://127.0.0.1:9", with: "https://models.example")).failure("mine/m").code == .notFound)
    }

    // MARK: Names that do not mean the key of everybody

    @Test func `a provider under another name and address does not get the usual one's key`() throws {
        let secrets = ["openai/api-key", "OPENAI_API_KEY"]
        func rig(_ text: String) throws -> Rig { try Rig(text, secrets: secrets, variables: ["OPENAI_API_KEY": "x"]) }
        #expect(try rig("[provider.work]\nkind = 'openai'\nbase_url = 'https://models.example/v1'").failure("work/m").code == .notFound)
        #expect(try rig("[provider.work]\nbase_url = 'https://api.openai.com/v1'").failure("work/m").code == .notFound)
        let own = try rig("[provider.work]\nkind = 'openai'").resolve("work/m")
        expect(own.headers, are: [GatewayCase.openai])
        let named = try rig("[provider.openai]\nbase_url = 'https://models.example/v1'").resolve("openai/m")
        expect(named.headers, are: [GatewayCase.openai])
    }

    @Test func `a gateway under another name and address gets neither the usual token nor the providers' keys`() throws {
        let text = """
            [provider.work]
            kind = "cloudflare-ai-gateway"
            base_url = "https://proxy.example/compat"
            [provider.openai]
            api_key = "secret:OPENAI_API_KEY"
            """
        let secrets = ["cloudflare-ai-gateway/token", "cloudflare-ai-gateway/api-key", "openai/api-key", "OPENAI_API_KEY"]
        let variables = ["CF_AIG_TOKEN": "cfut_x", "OPENAI_API_KEY": "x"]
        #expect(try Rig(text, secrets: secrets, variables: variables).failure("work/openai/gpt-4o").code == .notFound)
        let own = try Rig(text, secrets: secrets + ["work/api-key", "work/token"], variables: variables).resolve("work/openai/gpt-4o")
        expect(own.headers, are: ["authorization: Bearer [work/api-key]", "cf-aig-authorization: Bearer [work/token]"])
    }

    @Test func `behind a gateway the provider's own settings and names count`() throws {
        let text = "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\n"
        func headers(_ more: String, _ secrets: [String]) throws -> [RequestHeader] {
            try Rig(text + more, secrets: secrets).resolve("cloudflare-ai-gateway/openai/gpt-4o").headers
        }
        let secrets = ["cloudflare-ai-gateway/api-key", "openai/api-key", "mine/key"]
        expect(try headers("[provider.openai]\napi_key = 'secret:mine/key'", secrets), are: ["authorization: Bearer [mine/key]"])
        expect(try headers("", secrets), are: ["authorization: Bearer [cloudflare-ai-gateway/api-key]"])
        expect(try headers("", ["openai/api-key"]), are: [GatewayCase.openai])
        expect(try headers("", ["OPENAI_API_KEY"]), are: ["authorization: Bearer [OPENAI_API_KEY]"])
    }

    @Test func `Workers AI takes Cloudflare's tokens, and not the key of a provider behind the gateway`() throws {
        let text = "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'"
        let rig = try Rig(text, secrets: ["CLOUDFLARE_AI_GATEWAY_API_KEY", "CLOUDFLARE_API_TOKEN"])
        expect(
            try rig.resolve("cloudflare-ai-gateway/@cf/meta/llama-3").headers, are: ["authorization: Bearer [CLOUDFLARE_API_TOKEN]"])
        // A token of Cloudflare's alone is no key of OpenAI's.
        #expect(try Rig(text, secrets: ["CLOUDFLARE_API_TOKEN"]).failure("cloudflare-ai-gateway/openai/gpt-4o").code == .notFound)
    }

    @Test func `a region that the settings name does not make the address somebody else's`() throws {
        let rig = try Rig("[provider.amazon-bedrock]\nkind = 'bedrock'\nregion = 'us-east-1'", secrets: ["AWS_BEARER_TOKEN_BEDROCK"])
        expect(try rig.resolve("amazon-bedrock/amazon.nova").headers, are: ["authorization: Bearer [AWS_BEARER_TOKEN_BEDROCK]"])
    }

    // MARK: Headers of the settings

    @Test func `a header of the settings takes the place of the key and of the catalogue's header`() throws {
        let rig = try Rig(
            """
            [provider.anthropic]
            headers = { X-Api-Key = "${secret:mine/anthropic}", Anthropic-Version = "2099-01-01", x-team = "a-${provider:anthropic/project}" }
            project = "p-1"
            """, secrets: ["mine/anthropic", "anthropic/api-key"])
        let found = try rig.resolve("anthropic/claude-sonnet-4-6")
        expect(found.headers, are: ["x-api-key: [mine/anthropic]", "anthropic-version: 2099-01-01", "x-team: a-p-1"])
        #expect(found.key?.origin.description == "the secret mine/anthropic, generation 1")
        #expect(found.steps.isEmpty)
    }

    @Test func `no header occurs twice, even where a token goes elsewhere than the key`() throws {
        let rig = try Rig(
            "[provider.anthropic]\nheaders = { authorization = 'Bearer ${secret:mine/anthropic}' }", secrets: ["mine/anthropic"],
            variables: ["ANTHROPIC_OAUTH_TOKEN": "token"])
        expect(
            try rig.resolve("anthropic/claude-sonnet-4-6").headers,
            are: ["authorization: Bearer [mine/anthropic]", GatewayCase.version])
    }

    @Test func `a secret of a header that is not there is an error with its place`() throws {
        let error = try Rig("[provider.openai]\nheaders = { x-extra = '${secret:not/there}' }", secrets: ["openai/api-key"])
            .failure("openai/gpt-4o")
        #expect(error.code == .notFound && error.description == "warder.toml: line 2: the secret not/there is not in the vault")
    }
}
