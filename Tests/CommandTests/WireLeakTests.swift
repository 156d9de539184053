import Foundation
import Testing

/// No value gets out by wiring: neither those of the vault, nor those that stand in the files that are wired.
@Suite(.serialized) struct WireLeakTests {
    let home: Home
    static let places = ["key", "token", "other", "header", "environment", "comment", "short", "escaped", "twice"]
    let canaries: [String: Canary]

    init() throws {
        home = try Home()
        canaries = Dictionary(uniqueKeysWithValues: Self.places.map { ($0, Canary(Value(Canary.text($0 == "short" ? 7 : 32)))) })
        try home.store("cloudflare-ai-gateway/api-key", canary("key").value)
        try home.store("cloudflare-ai-gateway/token", canary("token").value)
        try home.configure(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "0123456789abcdef0123456789abcdef"
            gateway_id = "my-gw"
            route = "anthropic"
            [provider.open]
            kind = "cloudflare-ai-gateway"
            account_id = "0123456789abcdef0123456789abcdef"
            gateway_id = "my-gw"
            route = "openai"
            api_key = "secret:cloudflare-ai-gateway/api-key"
            [default]
            model = "cloudflare-ai-gateway/claude-sonnet-4-6"
            """)
    }

    private func canary(_ name: String) -> Canary { canaries[name] ?? Canary(Value("missing")) }
    private func text(_ name: String) -> String { String(decoding: canary(name).value.bytes, as: UTF8.self) }
    private func found(in content: Value) -> Set<String> { Set(canaries.filter { $0.value.isFound(in: content) }.keys) }

    /// A configuration with secrets in every place that one can have.
    private func configuration(_ system: String) -> (file: String, text: String) {
        let escaped = text("escaped").unicodeScalars.map { "\\u" + String(format: "%04x", $0.value) }.joined()
        let json = """
            {
              // old: sk-ant-\(text("comment"))
              "models": { "providers": {
                "cloudflare-ai-gateway": { "apiKey": "KEY", "headers": { "x-api-key": "\(text("header"))" } },
                "other": { "apiKey": "\(text("other"))" } } },
              "env": { "FOO_API_KEY": "\(text("environment"))" },
              "a": { "token": "\(text("short"))" }, "b": { "token": "\(escaped)" },
              "c": { "password": "\(text("twice"))", "note": "\(text("twice"))" }
            }

            """
        let toml = """
            # old: sk-ant-\(text("comment"))
            model = "x"
            [providers.other]
            api_key = "\(text("other"))"
            headers = { authorization = "Bearer \(text("header"))" }
            [providers.cloudflare-ai-gateway]
            api_key = "KEY"
            [env]
            FOO_API_KEY = "\(text("environment"))"
            [a]
            token = "\(text("short"))"
            [b]
            token = "\(escaped)"
            [c]
            password = "\(text("twice"))"
            note = "\(text("twice"))"

            """
        let yaml = """
            # old: sk-ant-\(text("comment"))
            agents: {}
            models:
              a: { api_key: "\(text("other"))", token: "\(text("short"))", password: "\(text("twice"))", x: "\(text("twice"))" }
              b: { headers: { authorization: "Bearer \(text("header"))" }, token: "\(escaped)" }
            env:
              FOO_API_KEY: \(text("environment"))

            """
        switch system {
        case "loong": return (".loong/config.toml", toml)
        case "codex": return (".codex/config.toml", toml)
        case "docker-agent": return ("agent.yaml", yaml)
        case "claude-code": return (".claude/settings.json", json.replacing(#/ *\/\/.*\n/#, with: ""))
        default: return (".\(system)/\(system).json", json)
        }
    }

    @Test(arguments: ["fased", "genesis", "openclaw", "loong", "docker-agent", "claude-code", "codex"], ["key", "foreign", "broken"])
    func `shows and keeps nothing`(_ system: String, _ kind: String) throws {
        let (file, template) = configuration(system)
        var text = template.replacing("KEY", with: kind == "key" ? self.text("key") : self.text("other"))
        // FOO_API_KEY has been replaced with it.
        text = text.replacing("FOO_API_\(kind == "key" ? self.text("key") : self.text("other"))", with: "FOO_API_KEY")
        if kind == "broken" { text += "\n]}\u{1}: [" }
        try home.write(text, to: file)
        let more =
            (system == "docker-agent" ? ["--file", home(file)] : [])
            + (["codex", "docker-agent"].contains(system) ? ["--model", "open/gpt-5"] : [])
        for words in [
            ["--dry-run"], ["--dry-run", "--json"], ["--keys", "env", "--dry-run"], ["-v"], ["--json"], [], ["--remove", "--dry-run"],
            ["--remove", "--json"],
        ] {
            let outcome = try home.run(["wire", system] + (words.first == "--remove" ? [] : more) + words, program: Home.program)
            if kind == "broken" { #expect(outcome.code != 0, "\(words)") }
            #expect(found(in: Value(outcome.output + Array(outcome.error.utf8))) == [], "\(words)")
            try expectSilentFiles(but: [file])
        }
        #expect(home.content(home(file)) == Value(text), "as it was")
    }

    @Test(arguments: ["ai-gateway-provider", "openai", "openai-python", "fetch", "workers"])
    func `prints code without values`(_ name: String) throws {
        try home.configure(
            "[provider.compat]\nkind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"\nroute = \"compat\"\n")
        let outcome = try home.run("-v", "wire", "ai-gateway-provider", "--snippet", name, "--model", "compat/openai/gpt-4o")
        #expect(outcome.code == 0)
        #expect(found(in: Value(outcome.output)).isEmpty && found(in: Value(outcome.error)).isEmpty)
        try expectSilentFiles(but: [])
    }

    /// All files but the wired one, and the copies that consumers have.
    private func expectSilentFiles(but own: Set<String>) throws {
        let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
        try #require(names.contains(".local/share/warder/vault.db"))
        for name in names where name != "key" && !own.contains(name) && !name.hasSuffix(".env") {
            let isSilent = home.content(home(name)).map { found(in: $0).isEmpty } ?? true
            #expect(isSilent, "\(name)")
        }
    }
}
