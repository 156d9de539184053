import Foundation
import Testing

/// `warder onboard` at a terminal.
@Suite struct OnboardTerminalTests {
    static let key = "sk-ant-api03-0123456789"
    static let token = "gateway-token-0123"

    /// A question and its answer.
    struct Exchange {
        let question: String
        let answer: String
        var isHidden = false

        var steps: [Terminal.Step] { [.expect(question), .echo(!isHidden), .type(answer + "\n")] }
    }

    /// The whole conversation about an authenticated gateway.
    static let gateway: [Exchange] = [
        .init(question: "Provider [cloudflare-ai-gateway]: ", answer: ""),
        .init(question: "Cloudflare account id: ", answer: OnboardTests.account),
        .init(question: "Gateway id: ", answer: "my-gw"), .init(question: "or rest) [anthropic]: ", answer: ""),
        .init(question: "Key of Anthropic (Enter: the gateway has it): ", answer: key, isHidden: true),
        .init(question: "wants a token? [y/N]: ", answer: "y"), .init(question: "Token of the gateway: ", answer: token, isHidden: true),
        .init(question: "Default model [cloudflare-ai-gateway/claude-sonnet-4-6]: ", answer: ""),
        .init(question: "Fased is here (~/.fased). Wire it? [y/N]: ", answer: "y"),
        .init(question: "Claude Code is here (~/.claude). Wire it? [y/N]: ", answer: "n"),
    ]

    let home: Home

    init() throws {
        home = try Home()
        for name in [".fased", ".claude"] { try Self.makeDirectory(name, home) }
    }

    static func makeDirectory(_ name: String, _ home: Home) throws {
        try FileManager.default.createDirectory(atPath: home(name), withIntermediateDirectories: false)
    }

    private func headers() throws -> Set<String> {
        Set(try home.run("resolve", "--format", "header-file").text.split(separator: "\n").map(String.init))
    }

    @Test func `asks for all that an authenticated gateway needs`() throws {
        let outcome = try Terminal.run(home, "onboard", steps: Self.gateway.flatMap(\.steps))
        #expect(outcome.failed == nil && outcome.code == 0 && outcome.echoes)
        for value in [Self.key, Self.token] {
            let isShown = outcome.text.contains(value)
            #expect(!isShown)
        }
        let isRight =
            try headers() == [
                "anthropic-version: 2023-06-01", "x-api-key: \(Self.key)", "cf-aig-authorization: Bearer \(Self.token)",
            ]
        #expect(isRight)
        #expect(outcome.text.contains("fased.json: wired to cloudflare-ai-gateway/claude-sonnet-4-6"))
        let isWired = home.content(home(".fased/fased.json"))?.contains("\"source\": \"exec\"") == true
        #expect(isWired && home.content(home(".claude/settings.json")) == nil)
    }

    @Test func `offers what is there, and keeps it`() throws {
        try #require(Terminal.run(home, "onboard", steps: Self.gateway.flatMap(\.steps)).code == 0)
        let before = (home.content(home.settings), home.content(home.vault))
        let outcome = try Terminal.run(
            home, "onboard",
            steps: [
                "Provider [cloudflare-ai-gateway]: ", "Cloudflare account id [\(OnboardTests.account)]: ", "Gateway id [my-gw]: ",
                "[anthropic]: ", "Key of Anthropic (Enter keeps the one there is): ", "wants a token? [Y/n]: ",
                "Token of the gateway (Enter keeps the one there is): ", "Default model [cloudflare-ai-gateway/claude-sonnet-4-6]: ",
                "Fased", "Claude",
            ].flatMap { [.expect($0), .type("\n")] } + [.expect("nothing has changed")])
        #expect(outcome.failed == nil && outcome.code == 0)
        let isSame = (home.content(home.settings), home.content(home.vault)) == before
        #expect(isSame)
        // One answer that differs changes that, and an option answers its question.
        let other = try Terminal.run(
            home, "onboard", "--auth-choice", "cloudflare-ai-gateway", "--gateway-id", "other",
            steps: [
                .expect("account id ["), .type("\n"), .expect("[anthropic]: "), .type("\n"), .expect("Key"), .type("\n"),
                .expect("[Y/n]: "),
                .type("no\n"), .expect("Default model"), .type("\n"), .expect("Fased"), .type("\n"), .expect("Claude"), .type("\n"),
            ])
        #expect(other.failed == nil && other.code == 0)
        let isRight = try headers() == ["anthropic-version: 2023-06-01", "x-api-key: \(Self.key)"]
        #expect(isRight)
        let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
        #expect(settings.contains("gateway_id = \"other\"") && settings.contains("authenticated = false") && !settings.contains("token ="))
    }

    @Test func `asks again on a mistake, which it does not repeat`() throws {
        let pasted = "sk-ant-api03-pasted-into-the-wrong-place"
        let outcome = try Terminal.run(
            home, "onboard",
            steps: [
                .expect("Provider"), .type("nobody\n"), .expect("there is no such provider"), .expect("Provider"), .type("cloudflare\n"),
                .expect("account id: "), .type("0123\n"), .expect("32 hexadecimal digits"), .expect("account id: "), .type("\n"),
                .expect("account id: "), .type(pasted + "\n"), .expect("looks like a key"), .expect("account id: "),
                .type(" \(OnboardTests.account) \n"), .expect("Gateway id: "), .type("a b\n"), .expect("up to 64"),
                .expect("Gateway id: "), .type("my-gw\n"), .expect("[anthropic]: "), .type("nowhere\n"), .expect("a route is"),
                .expect("[anthropic]: "), .type("compat\n"), .expect("Key of the provider"), .echo(false), .type("two words\n"),
                .expect("no header carries"), .expect("Key of"), .echo(false), .type("cfut_0123456789\n"), .expect("token of Cloudflare's"),
                .expect("Key of"), .echo(false), .type("sk-proj-0123456789  \n"), .expect("[y/N]: "), .type("perhaps\n"),
                .expect("[y/N]: "), .type("y\n"), .expect("Token"), .echo(false), .type("\n"), .expect("no token yet"), .expect("Token"),
                .echo(false), .type(Self.key + "\n"), .expect("a key of Anthropic"), .expect("Token"), .echo(false),
                .type(Self.token + "\n"), .expect("Default model"), .type("gpt-4o\n"), .expect("SLUG/MODEL"), .expect("Default model"),
                .type("cloudflare-ai-gateway/openai/gpt-4o\n"), .expect("Fased"), .type("\n"), .expect("Claude"), .type("\n"),
            ])
        #expect(outcome.failed == nil && outcome.code == 0)
        // Once, by the terminal's echo of what was typed.
        #expect(outcome.text.components(separatedBy: pasted).count == 2)
        let isRight = try headers() == ["authorization: Bearer sk-proj-0123456789", "cf-aig-authorization: Bearer \(Self.token)"]
        #expect(isRight)
    }

    @Test func `asks how the gateway comes to a key that nobody gives`() throws {
        let outcome = try Terminal.run(
            home, "onboard",
            steps: Self.gateway.prefix(4).flatMap(\.steps) + [
                .expect("Key of Anthropic"), .echo(false), .type("\n"), .expect("request, stored or unified [stored]: "),
                .type("request\n"), .expect("Key of Anthropic"), .echo(false), .type("\n"), .expect("[stored]: "), .type("unified\n"),
            ] + Self.gateway.dropFirst(5).flatMap(\.steps))
        #expect(outcome.failed == nil && outcome.code == 1 && outcome.text.contains("Fased is not wired"), "it needs a key")
        let isRight = try headers() == ["anthropic-version: 2023-06-01", "cf-aig-authorization: Bearer \(Self.token)"]
        #expect(isRight)
        #expect(try String(contentsOfFile: home.settings, encoding: .utf8).contains("provider_key = \"unified\""))
    }

    @Test(arguments: [
        ("bedrock", [("Region: ", "eu-central-1"), ("Key of Amazon Bedrock: ", "k1")], "bedrock/m", "authorization: Bearer k1"),
        ("litellm", [("Base URL: ", "https://llm.example"), ("Key of LiteLLM: ", "k2")], "litellm/m", "authorization: Bearer k2"),
        ("openai", [("Key of OpenAI: ", ""), ("no key yet", ""), ("Key of OpenAI: ", "k3")], "openai/m", "authorization: Bearer k3"),
    ]) func `asks for what another provider needs`(provider: String, questions: [(String, String)], model: String, header: String) throws {
        let outcome = try Terminal.run(
            home, "onboard",
            steps: [.expect("Provider"), .type(provider + "\n")]
                + questions.flatMap { $0.0.hasSuffix(": ") ? [.expect($0.0), .type($0.1 + "\n")] : [.expect($0.0)] }
                + [.expect("Default model (Enter: none): "), .type("\n")])
        #expect(outcome.failed == nil && outcome.code == 0 && !outcome.text.contains("Wire it?"), "there is no model to wire to")
        let isRight = try home.run("resolve", model, "--format", "header-file").text.contains(header)
        #expect(isRight)
    }

    @Test func `drops a default model that the new route does not have`() throws {
        try #require(Terminal.run(home, "onboard", steps: Self.gateway.flatMap(\.steps)).code == 0)
        let outcome = try Terminal.run(
            home, "onboard", "--auth-choice", "cloudflare-ai-gateway", "--route", "compat",
            steps: [
                .expect("account id"), .type("\n"), .expect("Gateway id"), .type("\n"), .expect("Key of"), .type("\n"),
                .expect("token?"), .type("\n"), .expect("Token"), .type("\n"), .expect("Default model: "), .type("\n"),
                .expect("Default model: "), .type("cloudflare-ai-gateway/anthropic/claude\n"), .expect("Fased"), .type("\n"),
                .expect("Claude"), .type("\n"),
            ])
        #expect(outcome.failed == nil && outcome.code == 0)
        #expect(try headers().contains("cf-aig-authorization: Bearer \(Self.token)"))
    }

    @Test func `asks for another key where the one there is does not belong`() throws {
        try home.store("cloudflare-ai-gateway/api-key", "sk-ant-api03-0123456789")
        let outcome = try Terminal.run(
            home, "onboard", "--auth-choice", "cloudflare", "--route", "openai", "--model", "gpt-4o",
            steps: Self.gateway[1...2].flatMap(\.steps) + [
                .expect("is a key of Anthropic"), .expect("Key of OpenAI (Enter: the gateway has it): "), .type("sk-proj-0123456789\n"),
                .expect("token? [y/N]: "), .type("\n"), .expect("Fased"), .type("\n"), .expect("Claude"), .type("\n"),
            ])
        #expect(outcome.failed == nil && outcome.code == 0)
        let isRight = try headers() == ["authorization: Bearer sk-proj-0123456789"]
        #expect(isRight)
    }

    @Test func `needs no key of a server on this machine`() throws {
        let outcome = try Terminal.run(
            home, "onboard", "--auth-choice", "ollama", "--model", "llama3",
            steps: [.expect("Key of Ollama (Enter: none): "), .type("\n"), .expect("Fased"), .type("\n"), .expect("Claude"), .type("\n")])
        #expect(outcome.failed == nil && outcome.code == 0)
        #expect(try headers() == [])
    }

    // MARK: Without a vault

    /// What is asked first if there is no vault.
    static let offer = Exchange(question: "There is no vault yet. Make one that opens with the key file", answer: "")

    @Test func `makes a vault that a key file opens`() throws {
        let home = try Home(withVault: false)
        let outcome = try Terminal.run(
            home, "onboard", steps: ([Self.offer] + Self.gateway.prefix(8)).flatMap(\.steps) + [.expect("made ")])
        #expect(outcome.failed == nil && outcome.code == 0)
        let isRight = try home.value("cloudflare-ai-gateway/api-key") == Value(Self.key)
        #expect(isRight)
        #expect(try String(contentsOfFile: home.settings, encoding: .utf8).contains("key_file = \"\(home(".config/warder/key"))\""))
        let declined = try Home(withVault: false)
        let no = try Terminal.run(declined, "onboard", steps: [.expect("[Y/n]: "), .type("n\n")])
        #expect(no.code == 22 && no.text.contains("warder init --key-file"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: declined.path).isEmpty)
    }

    @Test func `goes on where a passphrase is needed, and asks for it first`() throws {
        let vault = try home.passphraseVault()
        let empty = try home.write("", to: "empty.toml")
        let outcome = try Terminal.run(
            home, "--vault", vault, "--settings", empty, "onboard",
            steps: [.expect("Passphrase: "), .echo(false), .type("correct horse battery\n")] + Self.gateway.flatMap(\.steps))
        #expect(outcome.failed == nil && outcome.code == 0)
        let wrong = try Terminal.run(
            home, "--vault", vault, "--settings", empty, "onboard", steps: [.expect("Passphrase: "), .type("wrong horse\n")])
        #expect(wrong.code == 11 && !wrong.text.contains("Provider"))
    }
}
