import Foundation
import Testing

/// What `warder onboard` leaves as it is.
@Suite struct OnboardKeepingTests: OnboardSuite {
    let home: Home

    init() throws { home = try Home() }

    @Test func `keeps comments and everything else of the settings`() throws {
        let text = """
            # mine
            [vault]
            key_file = '\(home("key"))'   # here
            [provider.cloudflare-ai-gateway]  # the gateway
              gateway_id = "old"   # to be replaced
              models = ["claude-sonnet-4-6"]
            [provider.cloudflare-ai-gateway.gateway]
            cache_ttl = 3600 # an hour

            [profile.default] # programs
            LOG_LEVEL = "info"
            [profile.other]
            A = "b"
            # end

            """
        try home.write(text, to: home.settings)
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let after = try settings()
        var rest = after[...]
        for line in text.replacing("\"old\"", with: "\"my-gw\"").split(separator: "\n", omittingEmptySubsequences: false) {
            let found = try #require(rest.range(of: line + "\n") ?? (line.isEmpty ? rest.startIndex..<rest.startIndex : nil), "\(line)")
            rest = rest[found.upperBound...]
        }
        #expect(try run(["run", "--", "sh", "-c", "echo $LOG_LEVEL"]).text == "info\n")
    }

    @Test func `keeps the variables of a profile that no settings define`() throws {
        for name in ["A_KEY", "OPENAI_API_KEY", "prod/B_KEY", "other/secret"] { try home.store(name, "value of \(name)") }
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let environment = try run(["run", "--", "sh", "-c", "echo $A_KEY; echo $OPENAI_API_KEY; echo $B_KEY; echo $ANTHROPIC_API_KEY"])
        let isRight = environment.text == "value of A_KEY\nvalue of OPENAI_API_KEY\n\n\(Self.key)\n"
        #expect(isRight)
        #expect(try run(["run", "-P", "prod", "--", "sh", "-c", "echo $B_KEY"]).text == "value of prod/B_KEY\n")
    }

    @Test func `changes no variable that somebody else wrote`() throws {
        try home.store("mine", "mine")
        try home.configure("[profile.default]\nANTHROPIC_BASE_URL = \"https://proxy.example\"\nOPENAI_API_KEY = \"secret:mine\"\n")
        let outcome = try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key])
        #expect(outcome.code == 0)
        // The key would go to that address.
        #expect(outcome.error.contains("ANTHROPIC_BASE_URL of [profile.default] stays as it is, and ANTHROPIC_API_KEY"))
        let after = try settings()
        #expect(after.contains("ANTHROPIC_BASE_URL = \"https://proxy.example\"\n") && !after.contains("ANTHROPIC_API_KEY"))
        #expect(after.contains("CLOUDFLARE_ACCOUNT_ID"))
        let other = try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"])
        #expect(other.error.contains("OPENAI_API_KEY of [profile.default] stays as it is"))
        #expect(try settings().contains("OPENAI_API_KEY = \"secret:mine\"\n"))
    }

    @Test func `stores the key where the settings look for it`() throws {
        try home.configure("[provider.openai]\napi_key = \"secret:work/key\"\n[provider.xai]\napi_key = { env = \"X\" }\n")
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"]).code == 0)
        #expect(try generation("work/key") == 1)
        #expect(try generation("openai/api-key") == nil)
        let elsewhere = try run(["onboard", "--non-interactive", "--auth-choice", "xai", "--xai-api-key", "k"])
        #expect(elsewhere.refused(19))
        // The settings' key for Anthropic must not be taken instead of the one that was given for the gateway.
        try home.store("anthropic-key", "sk-ant-other")
        try home.configure("[provider.anthropic]\napi_key = \"secret:anthropic-key\"\n")
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let isRight = try headers().contains("x-api-key: \(Self.key)")
        #expect(isRight)
    }

    @Test func `completes what was interrupted between the secrets and the settings`() throws {
        let before = try settings()
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]
        #expect(try run(words).code == 0)
        let after = try settings()
        try home.write(before, to: home.settings)
        #expect(try run(words).code == 0)
        #expect(try settings() == after)
        #expect(try generation("cloudflare-ai-gateway/api-key") == 1)
    }

    @Test func `leaves a variable that is not required as it is`() throws {
        try home.configure("[profile.default]\nOPENAI_API_KEY = { secret = \"openai/api-key\", required = false }\n")
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"]).code == 0)
        #expect(try settings().contains("OPENAI_API_KEY = { secret = \"openai/api-key\", required = false }\n"))
    }
}
