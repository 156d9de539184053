import Foundation
import Keystore
import Profiles
import SodiumCrypto
import Synchronization
import Testing

@testable import Resolver
@testable import Settings

/// What the answers to the first attack must not leave open.
@Suite struct SecondAttackTests {
    // MARK: Keys

    @Test(arguments: ["route = 'custom-theirs'", "models = ['unknown/m']", "route = 'compat'"])
    func `gives a provider behind somebody else's gateway none of the gateway's usual keys`(_ line: String) throws {
        let rig = try Rig(
            "[provider.fast]\nkind = 'cloudflare-ai-gateway'\naccount_id = 'theirs'\ngateway_id = 'g'\n\(line)",
            secrets: ["cloudflare-ai-gateway/api-key"],
            variables: ["CLOUDFLARE_AI_GATEWAY_API_KEY": "CanaryVariable", "CLOUDFLARE_API_KEY": "CanaryVariable"])
        let model = line.contains("unknown") ? "unknown/m" : line.contains("compat") ? "custom-theirs/m" : "m"
        let error = try rig.failure("fast/\(model)")
        #expect(error.code == .notFound)
        #expect(!error.steps.contains { $0.isUsed && $0.source != "no key" })
    }

    @Test func `gives another account of the user's the keys of the providers that it knows`() throws {
        let rig = try Rig(
            "[provider.work]\nkind = 'cloudflare-ai-gateway'\naccount_id = 'a'\ngateway_id = 'g'\nroute = 'openai'",
            secrets: ["openai/api-key"])
        try expect(rig.resolve("work/m").headers, are: ["authorization: Bearer [openai/api-key]"])
    }

    @Test(arguments: ["s3.us-east-1", "a.b", "."])
    func `takes no region that is more than one label of a host`(_ region: String) throws {
        let rig = try Rig("[provider.bedrock]\nregion = '\(region)'", secrets: ["bedrock/api-key"])
        #expect(try rig.failure("bedrock/m").code == .invalid)
    }

    // MARK: Addresses

    @Test(arguments: ["custom-/m", "Custom-x/m", "OpenAI/m", "openai%2f..%2fx/m", "custom-%2e%2e/m", "custom-A/m", "DYNAMIC/m"])
    func `refuses a slug on compat that can be nobody's`(_ model: String) throws {
        let rig = try Rig(
            "[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'", secrets: ["cloudflare-ai-gateway/api-key"])
        #expect(try rig.failure("cloudflare-ai-gateway/\(model)").code == .invalid)
    }

    @Test func `a model that begins as a dynamic route does needs its key at the provider's own address`() throws {
        let rig = try Rig("[provider.cloudflare-ai-gateway]\naccount_id = 'a'\ngateway_id = 'g'\nroute = 'openai'")
        #expect(try rig.failure("cloudflare-ai-gateway/dynamic/m").code == .notFound)
    }

    // MARK: Rests

    @Test(arguments: ["stored", "unified"])
    func `what one provider behind a gateway answers rests no other`(_ kind: String) throws {
        let rig = try Rig(
            """
            [provider.cloudflare-ai-gateway]
            account_id = 'a'
            gateway_id = 'g'
            gateway = { provider_key = '\(kind)' }
            [route.chat]
            models = ['cloudflare-ai-gateway/custom-x/m', 'cloudflare-ai-gateway/custom-x/n', 'cloudflare-ai-gateway/openai/m']
            """, secrets: ["cloudflare-ai-gateway/token"])
        let found = try rig.resolver.candidates("chat")
        rig.resolver.report(.rateLimited(retryAfter: .seconds(3600)), for: found[0])
        #expect(try rig.resolver.candidates("chat").map(\.model) == ["custom-x/n", "openai/m"])
        rig.resolver.report(.unauthorized, for: found[1])
        #expect(try rig.resolver.candidates("chat").map(\.model) == ["openai/m"])
    }

    // MARK: Programs

    @Test func `a program that fails is not started by each that waits for it`() throws {
        struct Failed: Error {}
        let programs = ProgramKeys { .now }
        let counts = Mutex((asked: 0, runs: 0, failures: 0))
        let everybody = 16
        for _ in 0..<everybody {
            Thread {
                counts.withLock { $0.asked += 1 }
                do {
                    _ = try programs.value(of: ["p"]) {
                        counts.withLock { $0.runs += 1 }
                        while counts.withLock({ $0.asked }) < everybody { usleep(1000) }
                        usleep(100_000)
                        throw Failed()
                    }
                } catch { counts.withLock { $0.failures += 1 } }
            }.start()
        }
        while counts.withLock({ $0.failures }) < everybody { usleep(1000) }
        #expect(counts.withLock { $0.runs } < everybody)
        // Later it is tried again.
        let isFound = try programs.value(of: ["p"]) { try .text("k") }.holds("k")
        #expect(isFound)
    }

    @Test func `a program that runs keeps no other waiting, nor whoever has all forgotten`() throws {
        let programs = ProgramKeys { .now }
        let isSame = try programs.value(of: ["slow"]) {
            programs.forget()
            return try programs.value(of: ["fast"]) { try .text("k") }
        }.holds("k")
        #expect(isSame)
        // What was printed before all was forgotten is not kept.
        let isNew = try programs.value(of: ["slow"]) { try .text("new") }.holds("new")
        #expect(isNew)
    }

    // MARK: Variables for clients

    @Test func `variables leave no place for a key that the environment has for somebody else`() throws {
        let settings = "[provider.mine]\nbase_url = 'https://models.example'\nstyle = 'anthropic-messages'\nauth = 'bearer'"
        let variables = try Rig(settings, secrets: ["mine/api-key"]).resolve("mine/m").clientVariables()
        let isEmpty = variables.first { $0.name == "ANTHROPIC_API_KEY" }?.value.isBlank ?? false
        #expect(isEmpty)
    }
}
