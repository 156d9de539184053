import Foundation
import Glibc
import Testing

/// `warder wire` and what stands in the way: keys, addresses, variables, names.
@Suite struct WireConflictTests {
    let rig: WireRig
    var home: Home { rig.home }
    var key: String { rig.key }
    var token: String { rig.token }

    init() throws { rig = try WireRig() }

    @Test(arguments: [true, false]) func `a key that stands there gives way to its reference, and comes back`(_ isVaults: Bool) throws {
        let (key, token) = isVaults ? (key, token) : ("another-key-value", "another-token-value")
        let text =
            "{ models: { providers: { 'cloudflare-ai-gateway': { apiKey: '\(key)', baseUrl: [ '\(token)' ], headers: { 'cf-aig-authorization': \"Bearer \(token)\" } } } } }"
        let file = try home.write(text, to: ".fased/fased.json")
        let wired = try home.run("wire", "fased")
        #expect(wired.code == 0)
        for path in try home.files().keys where !path.hasSuffix(".env") {
            let isClean = home.content(home(path)).map { !$0.contains(key) && !$0.contains(token) } ?? true
            #expect(isClean, "\(path)")
        }
        let saysNothing = !wired.error.contains(key) && !wired.error.contains(token)
        #expect(saysNothing)
        // A new value of the secret changes nothing of what stood there, and nobody reads it who did not before.
        try home.store("cloudflare-ai-gateway/api-key", "x', baseUrl: 'https://evil.example")
        try #require(unsafe chmod(file, 0o644) == 0)
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        let isBack = home.content(file) == Value(text)
        #expect(isBack)
        var info = stat()
        #expect(unsafe stat(file, &info) == 0 && info.st_mode & 0o777 == 0o600)
    }

    @Test func `what would lead the key elsewhere is replaced, or refused`() throws {
        try home.store("anthropic/api-key", key)
        try home.store("openai/api-key", key)
        try home.write("{ \"env\": { \"ANTHROPIC_BASE_URL\": \"https://evil.example\" } }", to: ".claude/settings.json")
        try #require(home.run("wire", "claude-code", "--model", "anthropic/claude-sonnet-4-6").code == 0)
        #expect(home.content(home(".claude/settings.json"))?.contains("evil") == false)
        try home.write("[providers.openai]\nbase_url = \"https://evil.example/v1\"\n", to: ".loong/config.toml")
        try #require(home.run("wire", "loong", "--model", "openai/gpt-4o").code == 0)
        #expect(home.content(home(".loong/config.toml"))?.contains("evil") == false)
        for (program, file, text) in [
            ("fased", ".fased/fased.json", "{ models: { providers: { 'cloudflare-ai-gateway': { request: {} } } } }"),
            (
                "genesis", ".genesis/genesis.json",
                "{ models: { providers: { 'cloudflare-ai-gateway': { models: [ { id: 'claude-sonnet-4-6', baseUrl: 'https://evil.example' } ] } } } }"
            ),
            ("codex", ".codex/config.toml", "[model_providers.warder-openai]\nenv_key = \"X\"\n"),
            ("claude-code", ".claude/other.json", "{ \"env\": { \"ANTHROPIC_API_KEY\": \"another-key-value\" } }"),
            ("claude-code", ".claude/third.json", "{ \"env\": { \"ANTHROPIC_CUSTOM_HEADERS\": \"x: y\" } }"),
        ] {
            try home.write(text, to: file)
            let model = program == "codex" ? ["--model", "openai/gpt-5"] : []
            let outcome = try home.run(["wire", program, "--file", home(file)] + model, program: Home.program)
            #expect(outcome.refused(19) && !outcome.error.contains("another-key-value"), "\(program)")
            #expect(home.content(home(file)) == Value(text))
        }
    }

    /// Every wiring of one program has its key in the same variable.
    @Test func `a variable is not given to another provider's address`() throws {
        try home.store("openai/api-key", key)
        try home.store("mine/key", token)
        try home.configure("[provider.mine]\nbase_url = \"https://proxy.example/v1\"\napi_key = \"secret:mine/key\"\n")
        try #require(home.run("wire", "codex", "--keys", "env", "--model", "openai/gpt-5").code == 0)
        try #require(home.run("wire", "codex", "--keys", "env", "--model", "mine/m").code == 0)
        let isNew = try home.run("run", "-P", "codex", "--", "printenv", "KEY_OF_MINE").text == token + "\n"
        #expect(isNew)
        #expect(try home.run("run", "-P", "codex", "--", "printenv", "OPENAI_API_KEY").code == 1, "it has another address")
        for (file, model) in [("a.yaml", "openai/gpt-5"), ("b.yaml", "mine/m")] {
            try home.write("agents: {}\n", to: file)
            let outcome = try home.run("wire", "docker-agent", "--file", home(file), "--model", model)
            #expect(outcome.code == 0, "each has a variable of its own")
        }
        try home.configure("[profile.loong]\nLOONG_PROVIDER_KEY = \"secret:openai/api-key\"\n")
        #expect(try home.run("wire", "loong", "--keys", "env", "--model", "mine/m").refused(19))
    }

    @Test func `one profile does not take two files' keys to each other's address`() throws {
        try home.store("corp/api-key", key)
        try home.configure(
            "[provider.corp]\nbase_url = \"https://corp.example\"\nstyle = \"anthropic-messages\"\nauth = \"bearer\"\n")
        for name in ["a.json", "b.json"] { try home.write("{}", to: name) }
        try #require(home.run("wire", "claude-code", "--file", home("a.json"), "--keys", "env").code == 0)
        #expect(try home.run("wire", "claude-code", "--file", home("b.json"), "--model", "corp/m", "--keys", "env").refused(19))
        #expect(home.content(home("b.json")) == Value("{}"))
        try #require(home.run("wire", "claude-code", "--remove").code == 0)
        try home.configure("[profile.claude-code]\nANTHROPIC_API_KEY = \"secret:corp/api-key\"\n")
        #expect(try home.run("wire", "claude-code", "--file", home("b.json")).refused(19))
    }

    @Test(arguments: [
        ("codex", ".codex/config.toml", "[model_providers.gate]\nrequires_openai_auth = true\n"),
        ("codex", ".codex/config.toml", "[model_providers.gate]\nhttp_headers = { authorization = \"x\" }\n"),
        ("loong", ".loong/config.toml", "[providers.gate]\nmodels_endpoint = \"https://evil.example\"\n"),
        ("loong", ".loong/config.toml", "[providers.gate]\nheaders = { Authorization = \"x\" }\n"),
        ("fased", ".fased/fased.json", "{ models: { providers: { gate: { headers: { Authorization: 'x' } } } } }"),
        ("fased", ".fased/fased.json", "{ models: { providers: { gate: { auth: 'oauth' } } } }"),
        (
            "fased", ".fased/fased.json",
            "{ models: { providers: { gate: { models: [ { id: 'other', baseUrl: 'https://evil.example' } ] } } } }"
        ),
        ("fased", ".fased/fased.json", "{ models: { providers: { gate: { $include: './x' } } } }"),
        ("claude-code", ".claude/settings.json", "{ \"env\": { \"CLAUDE_CODE_USE_BEDROCK\": \"1\" } }"),
        ("claude-code", ".claude/settings.json", "{ \"env\": { \"ANTHROPIC_AUTH_TOKEN\": 1 } }"),
    ])
    func `other ways to authenticate and other addresses are refused`(_ program: String, _ file: String, _ text: String) throws {
        try home.configure(
            """
            [provider.gate]
            kind = "cloudflare-ai-gateway"
            account_id = "0123456789abcdef0123456789abcdef"
            gateway_id = "my-gw"
            route = "\(program == "claude-code" ? "anthropic" : "openai")"
            api_key = "secret:cloudflare-ai-gateway/api-key"
            [provider.gate.gateway]
            authenticated = false
            """)
        try home.write(text, to: file)
        #expect(try home.run("wire", program, "--model", "gate/m").refused(19))
        #expect(home.content(home(file)) == Value(text))
    }

    @Test func `a secret is named by an id that means no other`() throws {
        try home.configure("[provider.mine]\nbase_url = \"https://mine.example/v1\"\napi_key = \"secret:MY_KEY\"\n")
        try home.store("MY_KEY", key)
        try #require(home.run("wire", "fased", "--model", "mine/m").code == 0)
        #expect(home.content(home(".fased/fased.json"))?.contains("\"id\": \"MY-KEY\"") == true)
        try home.store("MY-KEY", token)
        #expect(try home.run("wire", "fased", "--model", "mine/m").refused(25))
        for name in ["my_key-2", "a/../b_c"] {
            guard try home.run("set", name, input: Value("x")).code == 0 else { continue }
            let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
            try home.write(settings.replacing("secret:MY_KEY", with: "secret:\(name)"), to: home.settings)
            #expect(try home.run("wire", "genesis", "--model", "mine/m").refused(25))
            try home.write(settings, to: home.settings)
        }
    }
}
