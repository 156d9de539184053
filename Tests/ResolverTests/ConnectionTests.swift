import Settings
import Testing

@testable import Resolver

/// Providers without a model, and everything that a model may be tried with.
@Suite struct ConnectionTests {
    @Test(arguments: [
        ("openai", "https://api.openai.com/v1"), ("anthropic", "https://api.anthropic.com"), ("mistral", "https://api.mistral.ai/v1"),
        ("google", "https://generativelanguage.googleapis.com/v1beta/openai"),
    ])
    func `a provider has an address and headers without a model`(_ provider: String, _ base: String) throws {
        let rig = try Rig(secrets: ["\(provider)/api-key"])
        let connections = try rig.resolver.connections(of: provider)
        #expect(connections.count == 1 && connections.first?.slug == nil)
        let resolution = try #require(connections.first?.pool.resolutions.first)
        #expect(resolution.baseURL.text == base && resolution.operationBase == base)
        #expect(resolution.headers.contains { !$0.secrets.isEmpty } && resolution.key != nil)
    }

    @Test func `a pool has all keys, whatever rests`() throws {
        let rig = try Rig(
            "[provider.openai]\napi_keys = ['secret:a/key', { key = 'secret:b/key', weight = 3 }]", secrets: ["a/key", "b/key"])
        rig.resolver.report(.unauthorized, for: try rig.resolve("openai/gpt-4o"))
        let pool = try rig.resolver.pool(for: "openai/gpt-4o")
        #expect(pool.resolutions.count == 2 && pool.weights == [1, 3] && pool.lifetime == nil)
        #expect(rig.resolver.rests.order(pool.choices).count == 1)
        #expect(try rig.resolver.connections(of: "openai").first?.pool.resolutions.count == 2)
    }

    @Test(arguments: ["nonexistent", "azure", "groq", "a/b", ""])
    func `one that cannot be used says why`(_ provider: String) throws {
        #expect(throws: ResolverError.self) { try Rig().resolver.connections(of: provider) }
    }

    private static let gateway = "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\n"

    @Test(arguments: ["anthropic", "openai", "mistral", "workers-ai", "custom-x", "rest"])
    func `a gateway's native route is one connection`(_ route: String) throws {
        let rig = try Rig(
            Self.gateway + "route = '\(route)'",
            secrets: ["cloudflare-ai-gateway/token", "cloudflare-ai-gateway/api-key", "\(route)/api-key", "cloudflare-workers-ai/api-key"])
        let found = try? rig.resolver.connections(of: "cloudflare-ai-gateway")
        #expect(found == nil || found?.map(\.slug) == [nil])
    }

    @Test func `on compat each provider has a connection of its own, with its own key`() throws {
        let rig = try Rig(Self.gateway, secrets: ["cloudflare-ai-gateway/token", "openai/api-key", "anthropic/api-key"])
        let connections = try rig.resolver.connections(of: "cloudflare-ai-gateway")
        #expect(Set(connections.compactMap(\.slug)) == ["openai", "anthropic"])
        for connection in connections {
            #expect(
                connection.pool.resolutions.first?.key?.origin.description == "the secret \(connection.slug ?? "")/api-key, generation 1")
            #expect(connection.pool.resolutions.first?.gatewayToken != nil)
        }
    }

    @Test func `a key of the gateway's own goes where the settings say whose it is`() throws {
        let own = Self.gateway + "api_key = 'secret:own/key'\n"
        let secrets = ["cloudflare-ai-gateway/token", "own/key", "openai/api-key"]
        #expect(throws: ResolverError.self) { try Rig(own, secrets: secrets).resolver.connections(of: "cloudflare-ai-gateway") }
        let pinned = try Rig(own + "models = ['mistral/large']", secrets: secrets).resolver.connections(of: "cloudflare-ai-gateway")
        #expect(pinned.map(\.slug) == ["mistral"])
        let routed = try Rig(own + "[route.r]\nmodels = ['cloudflare-ai-gateway/groq/x']", secrets: secrets).resolver.connections(
            of: "cloudflare-ai-gateway")
        #expect(routed.map(\.slug) == ["groq"])
        let header = Self.gateway + "headers = { authorization = 'Bearer ${secret:own/key}' }\nmodels = ['mistral/x']"
        #expect(try Rig(header, secrets: secrets).resolver.connections(of: "cloudflare-ai-gateway").map(\.slug) == ["mistral"])
    }

    @Test func `steps with keys in them are for clients`() throws {
        #expect(throws: ResolverError.self) {
            try Rig(Self.gateway + "route = 'universal'", secrets: ["cloudflare-ai-gateway/token", "openai/api-key"])
                .resolver.connections(of: "cloudflare-ai-gateway")
        }
    }

    @Test func `rests are handed on to another resolver`() throws {
        let rig = try Rig(secrets: ["mistral/api-key"])
        rig.resolver.report(.unauthorized, for: try rig.resolve("mistral/large"))
        let next = ModelResolver(
            settings: rig.settings, secrets: rig.vault, environment: rig.resolver.environment, catalogue: .standard,
            rests: rig.resolver.rests,
            now: { rig.clock.now })
        #expect(throws: ResolverError.self) { try next.candidates("mistral/large") }
    }

    @Test func `a gateway's token rests for all of its providers`() throws {
        let settings =
            Self.gateway + "[route.r]\nmodels = ['cloudflare-ai-gateway/openai/a', 'cloudflare-ai-gateway/anthropic/b', 'mistral/c']"
        let rig = try Rig(settings, secrets: ["cloudflare-ai-gateway/token", "openai/api-key", "anthropic/api-key", "mistral/api-key"])
        let first = try rig.resolver.candidates("r")
        #expect(first.count == 3)
        let token = try #require(first[0].gatewayToken)
        rig.resolver.report(.unauthorized, for: first[0], subject: RestSubject(key: token, model: nil))
        #expect(try rig.resolver.candidates("r").map(\.provider) == ["mistral"])
        let rest = rig.resolver.rests.rest(of: first[0].subject)
        #expect(rest?.outcome == .unauthorized && rest?.remaining == .seconds(300))
        #expect(rig.resolver.rests.all.count == 1)
    }
}
