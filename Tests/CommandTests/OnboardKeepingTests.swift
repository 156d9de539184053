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

    @Test func `a key may not go to an address any more that is another one now`() throws {
        func onboard(_ url: String, _ key: String) throws {
            try #require(
                home.run(
                    ["onboard", "--non-interactive", "--auth-choice", "openai", "--base-url", url, "--api-key-file", "-"],
                    program: Home.program, input: Value(key)
                ).code == 0)
        }
        func hosts() throws -> [String]? { try home.run("show", "openai/api-key", "--json").json()["allowed_hosts"] as? [String] }
        try onboard("https://other.example/v1", "first-key-value")
        #expect(try hosts() == ["other.example"])
        #expect(try String(contentsOfFile: home.settings, encoding: .utf8).contains("OPENAI_BASE_URL = \"${provider:openai/base_url}\""))
        try onboard("https://api.openai.com/v1", "second-key-value")
        #expect(try hosts() == ["api.openai.com"])
    }

    @Test func `says of a key that may go anywhere that it may`() throws {
        let outcome = try home.run(
            ["onboard", "--non-interactive", "--auth-choice", "replicate", "--api-key-file", "-"], program: Home.program,
            input: Value("first-key-value"))
        #expect(outcome.code == 0 && outcome.error.contains("may be sent to any host"))
    }

    /// Killed while it makes a vault, it is run again, and makes one.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace"), "SKIPPED: needs strace"),
        arguments: [
            ("fsync", 6), ("fsync", 7), ("unlink", 2), ("renameat2", 1), ("renameat2", 3),
        ])
    func `goes on after it was killed while it made a vault`(_ call: String, _ number: Int) throws {
        let home = try Home(withVault: false)
        let steps: [Terminal.Step] = [
            .expect("Make one that opens with the key file"), .type("y\n"), .expect("Key of Anthropic"), .type("first-key-value\n"),
            .expect("Default model"), .type("\n"),
        ]
        let inject = [
            "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)", Home.program,
        ]
        _ = try Terminal.run(home, inject + ["onboard", "--auth-choice", "anthropic"], program: "/usr/bin/strace", steps: steps)
        guard home.content(home.vault) == nil else { return }
        let again = try Terminal.run(home, ["onboard", "--auth-choice", "anthropic"], steps: steps)
        #expect(again.failed == nil && again.code == 0)
        #expect(try home.value("anthropic/api-key") == Value("first-key-value"))
    }
}
