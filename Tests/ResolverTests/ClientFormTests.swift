import Profiles
import SodiumCrypto
import Testing

@testable import Resolver

/// What clients are given: variables for the vendors' libraries, files for curl.
@Suite struct ClientFormTests {
    private static let gateway = "[provider.cloudflare-ai-gateway]\naccount_id = 'acc-1'\ngateway_id = 'gw-1'\n"
    private static let base = "https://gateway.ai.cloudflare.com/v1/acc-1/gw-1"

    /// Expects exactly these variables, `[SECRET]` standing for a key.
    private func expect(
        _ resolution: Resolution, gives variables: [String: String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try resolution.clientVariables()
        #expect(found.map(\.name).sorted() == variables.keys.sorted(), sourceLocation: sourceLocation)
        for variable in found {
            let text = variables[variable.name] ?? ""
            let isSame = variable.value.holds(FakeKey.filled(text))
            #expect(isSame, "\(variable.name)", sourceLocation: sourceLocation)
            #expect(variable.sources.isEmpty == (FakeKey.filled(text) == text), "\(variable.name)", sourceLocation: sourceLocation)
        }
    }

    @Test func `OpenAI's library at the compat address`() throws {
        let rig = try Rig(Self.gateway, secrets: ["cloudflare-ai-gateway/token", "openai/api-key"])
        try expect(
            rig.resolve("cloudflare-ai-gateway/openai/gpt-4o"),
            gives: [
                "OPENAI_BASE_URL": Self.base + "/compat", "OPENAI_API_KEY": "[openai/api-key]",
                "OPENAI_CUSTOM_HEADERS": "cf-aig-authorization: Bearer [cloudflare-ai-gateway/token]",
            ])
    }

    @Test func `Anthropic's library and Claude Code at the native address`() throws {
        let rig = try Rig(
            Self.gateway + "route = 'anthropic'\ngateway = { cache_ttl = 60, collect_log = false }",
            secrets: ["cloudflare-ai-gateway/token", "anthropic/api-key"])
        try expect(
            rig.resolve("cloudflare-ai-gateway/claude-sonnet-4-6"),
            gives: [
                "ANTHROPIC_BASE_URL": Self.base + "/anthropic", "ANTHROPIC_API_KEY": "[anthropic/api-key]",
                "ANTHROPIC_CUSTOM_HEADERS": """
                cf-aig-cache-ttl: 60
                cf-aig-collect-log: false
                cf-aig-authorization: Bearer [cloudflare-ai-gateway/token]
                """,
            ])
    }

    @Test func `with stored keys there is no key to give`() throws {
        let rig = try Rig(
            Self.gateway + "route = 'anthropic'\ngateway = { provider_key = 'stored' }",
            secrets: ["cloudflare-ai-gateway/token", "anthropic/api-key"])
        try expect(
            rig.resolve("cloudflare-ai-gateway/claude-sonnet-4-6"),
            gives: [
                "ANTHROPIC_BASE_URL": Self.base + "/anthropic", "ANTHROPIC_API_KEY": "",
                "ANTHROPIC_CUSTOM_HEADERS": "cf-aig-authorization: Bearer [cloudflare-ai-gateway/token]",
            ])
    }

    @Test func `the libraries at the providers' own addresses`() throws {
        try expect(
            Rig(secrets: ["OPENAI_API_KEY"]).resolve("openai/gpt-4o"),
            gives: ["OPENAI_BASE_URL": "https://api.openai.com/v1", "OPENAI_API_KEY": "[OPENAI_API_KEY]"])
        try expect(
            Rig(secrets: ["ANTHROPIC_API_KEY"]).resolve("anthropic/claude-sonnet-4-6"),
            gives: ["ANTHROPIC_BASE_URL": "https://api.anthropic.com", "ANTHROPIC_API_KEY": "[ANTHROPIC_API_KEY]"])
        try expect(
            Rig(secrets: ["ANTHROPIC_OAUTH_TOKEN"]).resolve("anthropic/claude-sonnet-4-6"),
            gives: [
                "ANTHROPIC_BASE_URL": "https://api.anthropic.com", "ANTHROPIC_AUTH_TOKEN": "[ANTHROPIC_OAUTH_TOKEN]",
                "ANTHROPIC_API_KEY": "",
            ])
    }

    @Test func `a scheme that a library would not write goes along as a header`() throws {
        let rig = try Rig(
            "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { authorization = 'Token ${secret:mine/key}' }",
            secrets: ["mine/key"])
        try expect(
            rig.resolve("mine/m"),
            gives: [
                "OPENAI_BASE_URL": "https://models.example", "OPENAI_API_KEY": "",
                "OPENAI_CUSTOM_HEADERS": "authorization: Token [mine/key]",
            ])
    }

    @Test func `a shape that no library takes from variables is an error`() throws {
        let rig = try Rig(Self.gateway + "route = 'google-ai-studio'", secrets: ["google/api-key"])
        let error = try #require(throws: ResolverError.self) {
            try rig.resolve("cloudflare-ai-gateway/gemini-3-pro").clientVariables()
        }
        #expect(error.code == .invalid)
    }

    // MARK: curl

    @Test func `a file for curl, with what C would escape escaped`() throws {
        let rig = try Rig(
            "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { x-a = '\"b\\c\"', content-type = 'text/plain' }",
            values: ["mine/api-key": "k\"e\\y"])
        let found = try rig.resolve("mine/m")
        let isConfiguration = try found.curlConfiguration().holds(
            """
            url = "https://models.example/chat/completions"
            header = "authorization: Bearer k\\"e\\\\y"
            header = "x-a: \\"b\\\\c\\""
            header = "content-type: text/plain"

            """)
        #expect(isConfiguration)
        let isFile = try found.headerFile().holds(
            """
            authorization: Bearer k"e\\y
            x-a: "b\\c"
            content-type: text/plain

            """)
        #expect(isFile)
    }

    @Test func `what only the client knows, or puts into the body, is an error`() throws {
        let secrets = ["google-vertex-ai/api-key", "anthropic/api-key"]
        for (route, model) in [("google-vertex-ai'\nauth = 'bearer", "m"), ("universal", "anthropic/m")] {
            let found = try Rig(Self.gateway + "route = '\(route)'", secrets: secrets).resolve("cloudflare-ai-gateway/\(model)")
            let error = try #require(throws: ResolverError.self) { try found.curlConfiguration() }
            #expect(error.code == .invalid, "\(route)")
        }
    }

    @Test func `nothing that prints a resolution prints a value`() throws {
        let rig = try Rig(
            Self.gateway + "route = 'universal'\nheaders = { x-a = 'b ${secret:openai/api-key}' }",
            secrets: ["cloudflare-ai-gateway/token", "openai/api-key", "anthropic/api-key"])
        let found = try rig.resolver.candidates("cloudflare-ai-gateway/anthropic/m")
        var dumped = ""
        dump(found, to: &dumped)
        for text in [dumped, "\(found)", String(reflecting: found), "\(found[0].headers)", "\(found[0].steps)"] {
            let isShown = text.contains("Canary")
            #expect(!isShown)
        }
        #expect(dumped.contains("<redacted>"))
    }
}
