import Foundation
import Testing

@testable import Keystore
@testable import Resolver
@testable import Settings

/// What snippets of settings from somebody else must not be able to do.
@Suite struct AttackTests {
    private static let base = "https://gateway.ai.cloudflare.com/v1/theirs/gateway/custom-theirs"
    private static let names = ["openai/api-key", "cloudflare-ai-gateway/token", "cloudflare-ai-gateway/api-key"]

    @Test(arguments: [base, "https://evil.example/v1", "https://gateway.ai.cloudflare.com.evil.example/v1"])
    func `gives another gateway than the user's none of the usual keys`(_ base: String) throws {
        let settings = """
            [provider.openai]
            api_key = 'secret:openai/api-key'
            [provider.fast]
            kind = 'cloudflare-ai-gateway'
            base_url = '\(base)'
            route = 'openai'
            """
        let rig = try Rig(
            settings, secrets: Self.names, variables: ["OPENAI_API_KEY": "CanaryVariable", "CF_AIG_TOKEN": "CanaryToken"])
        let error = try rig.failure("fast/m")
        #expect(error.code == .notFound)
        #expect(!error.steps.contains { $0.isUsed })
    }

    @Test func `gives the gateway's own table the usual keys at the gateway's host`() throws {
        let settings = "[provider.cloudflare-ai-gateway]\nbase_url = '\(Self.base)'\nroute = 'openai'"
        let resolution = try Rig(settings, secrets: ["openai/api-key"]).resolve("cloudflare-ai-gateway/m")
        expect(resolution.headers, are: ["authorization: Bearer [openai/api-key]"])
    }

    @Test(arguments: ["authorization", "api-key", "x-api-key", "x-goog-api-key", "cf-aig-authorization"])
    func `refuses a text of the settings where a key belongs, and does not repeat it`(_ name: String) throws {
        let key = "0123456789abcdef0123456789abcdef"
        let settings = "[provider.mine]\nbase_url = 'https://models.example'\nheaders = { '\(name)' = '\(key)' }"
        let error = try #require(throws: SettingsError.self) { try Rig(settings, secrets: ["mine/api-key"]) }
        #expect(error.code == .invalid)
        #expect(!error.description.contains(key))
    }

    @Test func `tells keys of one program apart`() throws {
        let settings = """
            [provider.mine]
            base_url = 'https://models.example'
            api_keys = [{ exec = ['/bin/echo', 'first'] }, { exec = ['/bin/echo', 'second'] }]
            """
        let rig = try Rig(settings)
        let pool = try rig.resolver.candidates("mine/m")
        #expect(pool.count == 2)
        rig.resolver.report(.unauthorized, for: pool[0])
        let rest = try rig.resolver.candidates("mine/m")
        #expect(rest.count == 1)
        let isSecond = rest.first?.headers.first?.value.holds("Bearer second") ?? false
        #expect(isSecond)
    }

    @Test func `starts a program once, however many models are asked for`() throws {
        let directory = try TemporaryDirectory()
        let log = try directory.write("", to: "log")
        let rig = try Rig(
            """
            [provider.mine]
            base_url = 'https://models.example'
            api_key = { exec = ['/bin/sh', '-c', 'echo run >> "$0"; echo key', '\(log)'] }
            """)
        for model in 0..<20 { _ = try rig.resolve("mine/\(model)") }
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "run\n")
        // A key that is refused may have been replaced where it comes from.
        rig.resolver.report(.unauthorized, for: try rig.resolve("mine/0"))
        _ = try? rig.resolve("mine/1")
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "run\nrun\n")
    }

    @Test func `takes an IPv6 address for nothing else`() throws {
        let settings = "[provider.mine]\nbase_url = 'http://[::1]:8080/v1'"
        let rig = try Rig(settings)
        try rig.vault.store("mine/api-key", "Canary", allowedHosts: ["::1"])
        #expect(try rig.resolve("mine/m").hosts == ["::1"])
        let other = try Rig(settings)
        try other.vault.store("mine/api-key", "Canary", allowedHosts: ["::1:8080"])
        #expect(try other.failure("mine/m").code == .refused)
    }

    @Test func `waits longer for the times of a file system that keeps whole seconds`() {
        #expect(VaultStamp.resolution(of: 1_700_000_000_000_000_001) < 1_000_000_000)
        #expect(VaultStamp.resolution(of: 1_700_000_000_000_000_000) > 2_000_000_000)
    }
}
