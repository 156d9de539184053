import Testing

@testable import Resolver

/// Who pays, who authenticates, and what the gateway is told beside.
@Suite struct GatewayKeysTests {
    private func request(_ name: String, gateway: String, route: String = "openai", headers: [String], secrets: [String]) throws {
        try GatewayCase(
            name: name, settings: "route = '\(route)'\n[provider.cloudflare-ai-gateway.gateway]\n\(gateway)", model: "gpt-4o",
            base: "/\(route)", path: "/chat/completions", headers: headers, secrets: secrets
        ).check()
    }

    private static let both = ["cloudflare-ai-gateway/token", "openai/api-key"]

    // MARK: The gateway's token

    @Test func `an authenticated gateway gets the token and the key`() throws {
        try request("on", gateway: "authenticated = true", headers: [GatewayCase.token, GatewayCase.openai], secrets: Self.both)
    }

    @Test func `an authenticated gateway without a token is an error that says what to store`() throws {
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\ngateway = { authenticated = true }",
            secrets: ["openai/api-key"])
        let error = try rig.failure("cloudflare-ai-gateway/openai/gpt-4o")
        #expect(error.code == .notFound)
        #expect(error.hint == "store it with: warder set cloudflare-ai-gateway/token")
    }

    @Test func `a gateway without authentication gets no token though there is one`() throws {
        try request("off", gateway: "authenticated = false", headers: [GatewayCase.openai], secrets: Self.both)
    }

    @Test func `where the settings do not say, the token goes along if there is one`() throws {
        try request("undecided", gateway: "", headers: [GatewayCase.token, GatewayCase.openai], secrets: Self.both)
        try request("undecided, none", gateway: "", headers: [GatewayCase.openai], secrets: ["openai/api-key"])
    }

    @Test func `a token that the settings name is the one`() throws {
        try request(
            "named", gateway: "token = 'secret:mine/token'",
            headers: ["cf-aig-authorization: Bearer [mine/token]", GatewayCase.openai], secrets: Self.both + ["mine/token"])
        let error = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\ngateway = { token = 'secret:mine/token' }",
            secrets: Self.both
        ).failure("cloudflare-ai-gateway/openai/gpt-4o")
        #expect(error.code == .notFound && error.description.hasPrefix("warder.toml: line 4: "))
    }

    // MARK: The provider's key

    @Test func `with stored keys there is no header of the provider's, whatever the vault has`() throws {
        try request("stored", gateway: "provider_key = 'stored'", headers: [GatewayCase.token], secrets: Self.both)
        try request(
            "stored, named", gateway: "provider_key = 'stored'\nbyok_alias = 'team-a'",
            headers: [GatewayCase.token, "cf-aig-byok-alias: team-a"], secrets: Self.both)
    }

    @Test func `with unified billing there is none either`() throws {
        try request("unified", gateway: "provider_key = 'unified'", headers: [GatewayCase.token], secrets: Self.both)
        try request(
            "unified, zdr", gateway: "provider_key = 'unified'\nzdr = true", headers: [GatewayCase.token, "cf-aig-zdr: true"],
            secrets: Self.both)
    }

    @Test func `a header of the settings must not bring a key where the gateway has one`() throws {
        for (kind, route) in [("stored", "openai"), ("unified", "anthropic"), ("stored", "compat")] {
            let rig = try Rig(
                """
                [provider.cloudflare-ai-gateway]
                account_id = 'a'
                gateway_id = 'g'
                route = '\(route)'
                headers = { authorization = 'Bearer ${secret:openai/api-key}' }
                gateway = { provider_key = '\(kind)' }
                """, secrets: Self.both)
            #expect(try rig.failure("cloudflare-ai-gateway/openai/gpt-4o").code == .invalid, "\(kind)")
        }
    }

    @Test func `a dynamic route needs the token, and no key on the request`() throws {
        func failure(_ gateway: String, _ secrets: [String]) throws -> ResolverError {
            try Rig(
                "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\ngateway = {\(gateway)}", secrets: secrets
            ).failure("cloudflare-ai-gateway/dynamic/support")
        }
        #expect(try failure("provider_key = 'request'", Self.both).code == .invalid)
        #expect(try failure("", ["openai/api-key"]).code == .notFound)
    }

    @Test func `the rest route refuses what it cannot carry`() throws {
        func failure(_ text: String, _ model: String = "openai/gpt-4o") throws -> ResolverError.Code {
            try Rig("[provider.cloudflare-ai-gateway]\naccount_id = 'a'\nroute = 'rest'\n\(text)", secrets: Self.both)
                .failure("cloudflare-ai-gateway/\(model)").code
        }
        #expect(try failure("gateway = { provider_key = 'request' }") == .invalid)
        #expect(try failure("gateway = { provider_key = 'stored', byok_alias = 'mine' }") == .invalid)
        #expect(try failure("style = 'gemini'") == .invalid)
        #expect(try failure("", "@cf/meta/llama-3") == .invalid)
        #expect(try failure("", "gpt-4o") == .invalid)
    }

    // MARK: Settings of the gateway

    /// A setting, and its header.
    private static let settings = """
        cache_ttl = 3600 | cf-aig-cache-ttl: 3600
        skip_cache = true | cf-aig-skip-cache: true
        cache_key = 'k-1' | cf-aig-cache-key: k-1
        collect_log = false | cf-aig-collect-log: false
        collect_log_payload = false | cf-aig-collect-log-payload: false
        request_timeout = 30000 | cf-aig-request-timeout: 30000
        max_attempts = 5 | cf-aig-max-attempts: 5
        retry_delay = 5000 | cf-aig-retry-delay: 5000
        backoff = 'exponential' | cf-aig-backoff: exponential
        event_id = 'e-1' | cf-aig-event-id: e-1
        no_wholesale = true | cf-aig-no-wholesale: true
        metadata = { team = 'a', n = 1, on = true } | cf-aig-metadata: {"team":"a","n":1,"on":true}
        custom_cost = { total_cost = 0.25 } | cf-aig-custom-cost: {"total_cost":0.25}
        """

    @Test(arguments: settings.split(separator: "\n").map { $0.split(separator: " | ").map(String.init) })
    func `tells the gateway what the settings say`(_ row: [String]) throws {
        try request("setting", gateway: row[0], headers: [GatewayCase.token, GatewayCase.openai, row[1]], secrets: Self.both)
    }

    // MARK: Universal

    @Test func `a universal request has the provider's key in its step alone`() throws {
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'acc-1'\ngateway_id = 'gw-1'\nroute = 'universal'",
            secrets: ["cloudflare-ai-gateway/token", "anthropic/api-key", "google/api-key", "cloudflare-workers-ai/api-key"])
        let rows: [(model: String, provider: String, endpoint: String, headers: [String])] = [
            ("anthropic/claude-sonnet-4-6", "anthropic", "v1/messages", [GatewayCase.anthropic, GatewayCase.version]),
            (
                "google-ai-studio/gemini-3-pro", "google-ai-studio", "v1beta/models/gemini-3-pro:generateContent",
                ["x-goog-api-key: [google/api-key]"]
            ),
            (
                "workers-ai/@cf/meta/llama-3", "workers-ai", "v1/chat/completions",
                ["authorization: Bearer [cloudflare-workers-ai/api-key]"]
            ),
        ]
        for row in rows {
            let found = try rig.resolve("cloudflare-ai-gateway/\(row.model)")
            #expect(found.requestURL == "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1")
            #expect(found.style == .cloudflareUniversal)
            #expect(found.model == row.model.drop { $0 != "/" }.dropFirst())
            expect(found.headers, are: [GatewayCase.token], row.model)
            let step = try #require(found.step)
            #expect(step.provider == row.provider && step.endpoint == row.endpoint)
            expect(step.headers, are: row.headers + ["content-type: application/json"], row.model)
        }
        #expect(try rig.failure("cloudflare-ai-gateway/baseten/m").code == .invalid)
    }

    @Test func `signed requests are an error that says what to do`() throws {
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\nroute = 'aws-bedrock'\nregion = 'us-east-1'",
            secrets: Self.both)
        let error = try rig.failure("cloudflare-ai-gateway/amazon.nova")
        #expect(error.code == .invalid && error.hint?.contains("provider_key = \"stored\"") == true)
    }
}
