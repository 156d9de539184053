import Testing

@testable import Resolver

/// A secret goes to its allowed hosts and nowhere else; and a key in the place of a name is not repeated.
@Suite struct AllowedHostTests {
    /// The error for a secret that may go to `hosts`, used by these settings.
    private func failure(_ settings: String, _ hosts: [String], _ model: String = "mine/m") throws -> ResolverError? {
        let rig = try Rig(settings, secrets: ["other/key"])
        try rig.vault.store("mine/key", FakeKey.of("mine/key"), allowedHosts: hosts)
        do {
            _ = try rig.resolver.candidates(model)
            return nil
        } catch { return error as? ResolverError }
    }

    private func direct(_ url: String) -> String { "[provider.mine]\nbase_url = '\(url)'\napi_key = 'secret:mine/key'" }

    @Test func `goes to a host that is allowed, by name or with its port`() throws {
        let rows: [(url: String, hosts: [String])] = [
            ("https://models.example/v1", []), ("https://models.example/v1", ["models.example"]),
            ("https://MODELS.example/v1", ["models.example"]), ("https://models.example/v1", ["a.example", "models.example"]),
            ("https://models.example:8443", ["models.example:8443"]), ("https://models.example:8443", ["models.example"]),
            ("https://models.example", ["models.example:443"]), ("http://127.0.0.1/v1", ["127.0.0.1:80"]), ("http://[::1]:8080", ["::1"]),
        ]
        for row in rows { #expect(try failure(direct(row.url), row.hosts) == nil, "\(row)") }
    }

    @Test func `goes to no other host, however alike`() throws {
        let rows: [(url: String, hosts: [String])] = [
            ("https://models.example/v1", ["example"]), ("https://models.example/v1", ["models.example.org"]),
            ("https://models.example/v1", ["els.example"]), ("https://a.models.example/v1", ["models.example"]),
            ("https://models.example.evil.example", ["models.example"]), ("https://models.example:8443", ["models.example:443"]),
            ("https://models.example", ["models.example:80"]), ("https://models.example/api.example", ["api.example"]),
            ("http://127.0.0.1:8080", ["127.0.0.1:80"]), ("http://127.0.0.1", ["localhost"]),
        ]
        for row in rows {
            let error = try failure(direct(row.url), row.hosts)
            #expect(error?.code == .refused, "\(row)")
            #expect(error?.description.hasPrefix("the secret mine/key, generation 1 may not go to ") == true, "\(row)")
            #expect(error?.description.hasSuffix(": its allowed hosts are \(row.hosts.joined(separator: ", "))") == true, "\(row)")
        }
    }

    @Test func `behind a gateway it is the gateway's host that counts, for every key and header`() throws {
        let start = "[provider.mine]\nkind = 'cloudflare'\naccount_id = 'a'\ngateway_id = 'g'\n"
        let uses = [
            "api_key = 'secret:mine/key'", "route = 'universal'\napi_key = 'secret:mine/key'",
            "gateway = { token = 'secret:mine/key', provider_key = 'stored' }",
            "api_keys = ['secret:other/key', 'secret:mine/key']",
            "headers = { x-a = '${secret:mine/key}' }\napi_key = 'secret:other/key'",
        ]
        for use in uses {
            #expect(try failure(start + use, ["api.mistral.ai"], "mine/mistral/m")?.code == .refused, "\(use)")
            #expect(try failure(start + use, ["gateway.ai.cloudflare.com"], "mine/mistral/m") == nil, "\(use)")
        }
        let rest = start + "route = 'rest'\napi_key = 'secret:mine/key'"
        #expect(try failure(rest, ["gateway.ai.cloudflare.com"], "mine/openai/m")?.code == .refused)
        #expect(try failure(rest, ["api.cloudflare.com"], "mine/openai/m") == nil)
    }

    @Test func `a new generation with other hosts counts at once`() throws {
        let rig = try Rig(direct("https://models.example"))
        rig.vault.setStamp(try Stamps.settled())
        try rig.vault.store("mine/key", "one", allowedHosts: ["models.example"])
        _ = try rig.resolve("mine/m")
        try rig.vault.store("mine/key", "two", allowedHosts: ["a.example"])
        rig.vault.setStamp(try Stamps.settled("/usr/bin"))
        #expect(try rig.failure("mine/m").code == .refused)
    }

    // MARK: Keys in the place of names

    @Test(arguments: [
        "sk-ant-api03-CanaryCanary", "sk-proj-CanaryCanary0", "cfut_CanaryCanary0", "AKIACANARYCANARY01", "ghp_CanaryCanary012345",
        "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYz",
    ])
    func `does not repeat a key that stands where a name belongs`(_ key: String) throws {
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\n[route.chat]\nmodels = ['openai/m']")
        let places = [
            key, "\(key)/m", "openai/\(key)", "cloudflare-ai-gateway/\(key)", "cloudflare-ai-gateway/\(key)/m",
            "cloudflare-ai-gateway/openai/\(key)",
        ]
        for place in places {
            let error = try rig.failure(place)
            let isShown = [error.description, error.hint ?? "", "\(error.steps)", "\(error)"].contains { $0.contains(key) }
            #expect(!isShown)
            #expect(!error.description.contains("\n"))
            // Nobody can tell a model with a random name from a key of an unknown shape.
            if key.hasPrefix("aB3") { continue }
            #expect(error.code == .usage && error.description == "that looks like a key, not like the name of a model")
        }
    }

    @Test(arguments: [
        "", "/", "openai/", "/gpt-4o", "openai//gpt-4o", "openai/a/", "openai/../x", "openai/./x", "openai/a b", "openai/a\nb", "openai/é",
        "openai/a\0b", String(repeating: "m", count: 513), "openai/" + String(repeating: "m", count: 506),
    ])
    func `a text that names no model`(_ name: String) throws {
        let error = try Rig(secrets: ["openai/api-key"]).failure(name)
        #expect(error.code == .usage)
        #expect(!error.description.contains("\n") && (name.utf8.count < 4 || !error.description.contains(name)))
    }

    @Test func `a name that nothing has is not repeated either`() throws {
        let rig = try Rig("[provider.mine]\nkind = 'nothing-known'\n[route.chat]\nmodels = ['nobody-is/m']")
        #expect(try rig.failure("nobody-is/m").code == .notFound)
        #expect(try rig.failure("nothing").code == .notFound)
        #expect(try rig.failure("mine/m").description == "warder.toml: line 1: kind of mine is no provider of the catalogue")
        #expect(try rig.failure("chat").code == .invalid)
    }

    @Test func `a name in the settings that is none is theirs, with its place`() throws {
        let rig = try Rig("[default]\nmodel = 'nothing'\n[route.chat]\nmodels = ['openai/m', 'no-slash']", secrets: ["openai/api-key"])
        #expect(try rig.failure().code == .invalid)
        #expect(try rig.failure().description.hasPrefix("warder.toml: line 2: "))
        #expect(try rig.failure("chat").code == .invalid)
        #expect(try rig.failure("chat").description == "warder.toml: line 3: a model is named PROVIDER/MODEL")
        #expect(
            try Rig("[default]\nmodel = 'chat'\n[route.chat]\nmodels = ['auto']").failure().description.hasPrefix("warder.toml: line 3"))
        #expect(try Rig().failure().code == .invalid)
    }
}
