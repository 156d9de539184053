import Profiles
import Testing

@testable import Resolver

/// Chains of models, pools of keys, and keys that rest.
@Suite struct RouteTests {
    private static let pool = """
        [provider.openai]
        api_keys = [{ key = "secret:a/key", weight = 3 }, { key = "secret:b/key" }, { key = "secret:c/key", weight = 2 }]
        [route.chat]
        models = ["openai/gpt-4o", "mistral/large", "openai/gpt-4o-mini"]
        """
    private static let secrets = ["a/key", "b/key", "c/key", "mistral/api-key"]

    /// The secrets that the keys are from, in order.
    private func order(_ rig: Rig, _ model: String = "openai/gpt-4o") throws -> String {
        try rig.resolver.candidates(model).map(Self.name).joined()
    }

    /// The first letter of the secret that the key is from.
    private static func name(_ resolution: Resolution) -> String {
        guard case .secret(let secret) = resolution.key?.origin else { return "-" }
        return String(secret.name.prefix(1))
    }

    // MARK: Order

    @Test func `a chain is tried in its order, each model with all keys of its provider`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        let found = try rig.resolver.candidates("chat")
        #expect(found.map(\.model) == ["gpt-4o", "gpt-4o", "gpt-4o", "large", "gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini"])
        #expect(Set(found.prefix(3).map(Self.name)) == ["a", "b", "c"] && Self.name(found[3]) == "m")
        #expect(try rig.resolver.candidates("openai/gpt-4o").count == 3)
        for resolution in found {
            let isItsOwn = resolution.headers.first?.value.holds(
                "Bearer " + FakeKey.of(Self.secrets.first { $0.hasPrefix(Self.name(resolution)) } ?? ""))
            #expect(isItsOwn == true)
        }
    }

    @Test func `each key comes first as often as its weight says, evenly spread`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        let first = try (0..<12).map { _ in String(try order(rig).prefix(1)) }.joined()
        #expect(first == "acabca" + "acabca")
    }

    @Test func `each key comes first as often as its weight says also for a chain that has the provider twice`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        var firsts: [String: Int] = [:]
        for _ in 0..<12 {
            let found = try rig.resolver.candidates("chat")
            firsts[Self.name(found[0]), default: 0] += 1
            #expect(found.prefix(3).map(Self.name) == found.suffix(3).map(Self.name))
        }
        #expect(firsts == ["a": 6, "b": 2, "c": 4])
    }

    @Test(arguments: 0..<40)
    func `over a period the distribution is exact, whatever the weights`(_ seed: UInt64) {
        var random = Random(seed: seed)
        let weights = (0..<Int.random(in: 2...8, using: &random)).map { _ in Int.random(in: 1...100, using: &random) }
        let pool = weights.enumerated().map { index, weight in
            (key: KeyIdentity(provider: "p", origin: .variable("K\(index)")), weight: weight)
        }
        var health = KeyHealth()
        for _ in 0..<3 {
            var firsts = [Int](repeating: 0, count: weights.count)
            for _ in 0..<weights.reduce(0, +) {
                let order = health.order(pool)
                #expect(order.sorted() == Array(pool.indices))
                firsts[order[0]] += 1
            }
            #expect(firsts == weights)
        }
    }

    @Test func `many at once get each key as often as its weight says`() async throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        rig.vault.setStamp(try Stamps.settled())
        var firsts: [String: Int] = [:]
        try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<12 {
                group.addTask {
                    var names: [String] = []
                    for _ in 0..<50 {
                        let found = try rig.resolver.candidates("openai/gpt-4o")
                        rig.resolver.report(.accepted, for: found[0])
                        names.append(Self.name(found[0]))
                    }
                    return names
                }
            }
            for try await names in group { for name in names { firsts[name, default: 0] += 1 } }
        }
        #expect(firsts == ["a": 300, "b": 100, "c": 200])
    }

    // MARK: Rests

    @Test func `a key that was refused rests, and comes back`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        let first = try rig.resolve("openai/gpt-4o")
        rig.resolver.report(.unauthorized, for: first)
        #expect(try order(rig).count == 2 && !order(rig).contains(Self.name(first)))
        #expect(try rig.resolver.candidates("chat").count == 5)
        rig.clock.advance(.seconds(299))
        #expect(try order(rig).count == 2)
        rig.clock.advance(.seconds(1))
        #expect(try order(rig).count == 3)
    }

    @Test func `a key that was taken is as good as before`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        let first = try rig.resolve("openai/gpt-4o")
        rig.resolver.report(.unauthorized, for: first)
        rig.resolver.report(.accepted, for: first)
        #expect(try order(rig).count == 3)
    }

    @Test func `when all keys rest it is an error that says for how long, also for the only key`() throws {
        let rig = try Rig(Self.pool, secrets: Self.secrets)
        for resolution in try rig.resolver.candidates("openai/gpt-4o") {
            rig.resolver.report(.rateLimited(retryAfter: .seconds(Self.name(resolution) == "b" ? 30 : 60)), for: resolution)
        }
        let error = try rig.failure("openai/gpt-4o")
        #expect(error.code == .exhausted && error.description == "every key rests after errors, the first for 31 more seconds")
        // A limit is of one model.
        #expect(try rig.resolver.candidates("chat").map(\.model) == ["large", "gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini"])
        for resolution in try rig.resolver.candidates("openai/gpt-4o-mini") { rig.resolver.report(.unauthorized, for: resolution) }
        #expect(try rig.resolver.candidates("chat").map(\.model) == ["large"])
        let only = try rig.resolve("mistral/large")
        rig.resolver.report(.forbidden, for: only)
        #expect(try rig.failure("mistral/large").code == .exhausted)
        #expect(try rig.failure("chat").code == .exhausted)
        rig.clock.advance(.seconds(300))
        #expect(try rig.resolver.candidates("openai/gpt-4o").count == 3)
    }

    @Test func `a new generation of a secret is another key, which is fit`() throws {
        let rig = try Rig(secrets: ["mistral/api-key"])
        rig.resolver.report(.unauthorized, for: try rig.resolve("mistral/large"))
        #expect(try rig.failure("mistral/large").code == .exhausted)
        try rig.vault.store("mistral/api-key", "new")
        let found = try rig.resolve("mistral/large")
        #expect(found.key?.origin.description == "the secret mistral/api-key, generation 2")
        let isNew = found.headers.first?.value.holds("Bearer new") ?? false
        #expect(isNew)
    }

    @Test func `where no key is needed, whoever answers rests`() throws {
        let rig = try Rig("[route.chat]\nmodels = ['ollama/m', 'lm-studio/m']")
        let found = try rig.resolve("ollama/m")
        #expect(found.key == nil)
        rig.resolver.report(.unavailable, for: found)
        #expect(try rig.resolver.candidates("chat").map(\.provider) == ["lm-studio"])
        rig.clock.advance(.seconds(1))
        #expect(try rig.resolver.candidates("chat").map(\.provider) == ["ollama", "lm-studio"])
    }

    @Test(arguments: ["stored", "unified"])
    func `where the gateway has the key, its token rests`(_ kind: String) throws {
        let rig = try Rig(
            """
            [provider.cloudflare-ai-gateway]
            account_id = 'a'
            gateway_id = 'g'
            route = 'openai'
            headers = { x-trace = '${secret:mistral/api-key}' }
            gateway = { provider_key = '\(kind)' }
            [route.chat]
            models = ['cloudflare-ai-gateway/m', 'mistral/m']
            """, secrets: ["cloudflare-ai-gateway/token", "mistral/api-key"])
        let found = try rig.resolver.candidates("chat")
        #expect(found.first?.key?.origin.description == "the secret cloudflare-ai-gateway/token, generation 1")
        rig.resolver.report(.unauthorized, for: found[0])
        #expect(try rig.resolver.candidates("chat").map(\.provider) == ["mistral"])
    }

    @Test func `a model that the settings name says where`() throws {
        let rig = try Rig("[default]\nmodel = 'mistral/m'\n[route.chat]\nmodels = ['mistral/m', 'mistral/n']", secrets: ["mistral/api-key"])
        #expect(try rig.resolve().origins.model.description == "warder.toml: line 2")
        #expect(try rig.resolve("chat").origins.model.description == "warder.toml: line 3")
        #expect(try rig.resolve("mistral/m").origins.model == .request)
        let error = try Rig("[route.chat]\nmodels = ['ollama/m', 'groq/m']").failure("chat")
        #expect(error.code == .notFound && error.description == "warder.toml: line 1: there is no key for groq")
    }

    // MARK: auto

    @Test func `auto is the first model that is pinned`() throws {
        let rig = try Rig(
            "[provider.openai]\nmodels = ['gpt-4o', 'gpt-4o-mini']\n[default]\nmodel = 'auto'",
            secrets: ["openai/api-key", "mistral/api-key"])
        for name in ["auto", "openai/auto", nil] { #expect(try rig.resolve(name).model == "gpt-4o") }
        #expect(try rig.resolve("auto").origins.model.description == "warder.toml: line 1")
        #expect(try rig.resolve("openai/auto2").model == "auto2")
        #expect(try rig.failure("mistral/auto").code == .invalid)
        #expect(try Rig("[provider.a]\nmodels = ['m']\n[provider.b]\nmodels = ['m']").failure("auto").code == .invalid)
        #expect(try Rig().failure("auto").code == .invalid)
        let route = try Rig("[route.auto]\nmodels = ['openai/m']", secrets: ["openai/api-key"])
        #expect(try route.resolve("auto").model == "m")
    }
}

/// Random numbers that are the same in every run.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2 + 1 }

    /// Source: SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
