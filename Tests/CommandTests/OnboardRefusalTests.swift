import Foundation
import Testing

/// What `warder onboard` refuses before it writes anything.
@Suite struct OnboardRefusalTests: OnboardSuite {
    let home: Home

    init() throws { home = try Home() }

    static let refusals: [(words: [String], code: Int32)] = [
        (["--mode", "remote"], 2), (["--account-id", "0123"], 2), (["--gateway-id", "a b"], 2), (["--gateway-id", key], 2),
        (["--route", "nowhere"], 2), (["--base-url", "http://other.example/v1"], 2), (["--provider-key", "mine"], 2),
        (["--model", key], 2), (["--model", "none/m"], 22), (["--model", "cloudflare-ai-gateway/"], 2),
        (["--cloudflare-ai-gateway-api-key", "sk-proj-01234567"], 28), (["--cloudflare-ai-gateway-api-key", "cfut_0123456789"], 28),
        (["--cloudflare-ai-gateway-api-key", "two words"], 28), (["--cloudflare-ai-gateway-api-key", "\u{1B}[1m"], 28),
        (["--cloudflare-ai-gateway-token", key], 28), (["--openai-api-key", "k"], 2), (["--nobody-api-key", "k"], 2),
        (["--cloudflare-ai-gateway-api-key-env", "1 2"], 2), (["--cloudflare-ai-gateway-api-key-file", "/nowhere"], 22),
        (["--cloudflare-ai-gateway-api-key", key, "--cloudflare-ai-gateway-api-key-env", "HOME"], 2),
        (["--cloudflare-ai-gateway-api-key"], 2), (["--cloudflare-ai-gateway-api-key", "--json"], 2),
        (["--cloudflare-ai-gateway-api-key-env"], 2), (["--reset"], 2), (["--gateway-token", "t"], 2), (["--install-daemon"], 2),
        (["--secret-input-mode", "ref"], 2), (["--nonsense"], 2), (["word"], 2), (["--password", "p"], 2),
        (["--route", "rest", "--cloudflare-ai-gateway-api-key", key], 2), (["--Anthropic-API-KEY", "canary-canary"], 2),
        (["--anthropic-api-keyy=canary-canary"], 2), (["--apikey", "canary-canary"], 2),
    ]

    /// What people paste in place of a key.
    @Test(arguments: [
        "unused", "${ANTHROPIC_API_KEY}", "$ANTHROPIC_API_KEY", "op://vault/item/key", "\"sk-ant-api03-0123456789\"",
        "ANTHROPIC_API_KEY=sk-ant-api03-0123456789", "sk-ant-admin01-0123456789", "env:ANTHROPIC_API_KEY",
    ])
    func `refuses what only stands for a key`(_ text: String) throws {
        let outcome = try home.run(
            ["onboard", "--non-interactive", "--auth-choice", "anthropic", "--api-key-file", "-"], program: Home.program, input: Value(text)
        )
        #expect(outcome.refused(28) && !outcome.error.contains(text))
        #expect(try home.value("anthropic/api-key") == nil)
    }

    @Test func `takes a key that only looks like one of those`() throws {
        for text in ["abc=def_ghi=", "A_B=", "unusedkeyunusedkey", "x-$-y-0123456789"] {
            let outcome = try home.run(
                ["onboard", "--non-interactive", "--auth-choice", "anthropic", "--api-key-file", "-"], program: Home.program,
                input: Value(text))
            #expect(outcome.code == 0, "\(text)")
        }
    }

    @Test func `names an option that is not UTF-8 as none, and shows nothing of its value`() throws {
        let outcome = try home.shell(
            "ulimit -c 0; exec \"$WARDER\" onboard \"$(printf '\\055\\055\\377\\377\\377-api-key=canary-canary')\" --anthropic-api-key canary-two-canary"
        )
        #expect(outcome.refused(2) && !outcome.error.contains("canary"))
    }

    @Test(arguments: refusals.indices) func `refuses what cannot be meant, and writes nothing`(_ number: Int) throws {
        let (words, code) = Self.refusals[number]
        let before = (home.content(home.settings), home.content(home.vault))
        let usual = ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]
        let outcome = try run(Self.gateway + Self.ids + words, with: usual)
        #expect(outcome.refused(code))
        for word in words.dropFirst() where !["remote", "--json", "HOME", "t", "p", "k", "ref", "rest"].contains(word) {
            #expect(!outcome.error.contains(word))
        }
        let isSame = (home.content(home.settings), home.content(home.vault)) == before
        #expect(isSame)
    }

    @Test func `names an option of another system that it does not have`() throws {
        #expect(try run(["onboard", "--reset"]).errorLines.first == "warder: --reset means nothing to Warder")
        let ignored = [
            "--accept-risk", "--skip-health", "--skip-skills", "--skip-channels", "--skip-ui", "--skip-search", "--skip-daemon",
            "--no-install-daemon",
        ]
        #expect(try run(Self.gateway + Self.ids + ignored, with: ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]).code == 0)
    }

    @Test func `needs a vault, and a word of what to set up`() throws {
        let empty = try Home(withVault: false)
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]
        let outcome = try empty.run(words, program: Home.program)
        #expect(outcome.code == 22 && outcome.errorLines.last == "hint: warder init --key-file \(empty(".config/warder/key"))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path).isEmpty)
        #expect(try run(["onboard", "--non-interactive"]).refused(2))
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "skip"]).refused(2))
        #expect(try run(["onboard"]).refused(10))
    }

    @Test func `says what a default model no longer fits, before it writes`() throws {
        let usual = ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]
        #expect(try run(Self.gateway + Self.ids, with: usual).code == 0)
        let before = try settings()
        let outcome = try run(Self.gateway + ["--route", "compat"])
        #expect(outcome.refused(25) && outcome.error.contains("--model"))
        #expect(try settings() == before)
    }
}
