import Foundation
import Testing

/// Values are nowhere but where they were asked for: every form of `resolve` and `provider`, when it works and when it fails.
@Suite(.serialized) struct ResolveLeakTests {
    let home: Home
    /// A value for each place in which a key may be. All but the first could stand in a header.
    static let places = [
        "bad", "secret", "token", "variable", "other-variable", "file", "exec", "exec-error", "env-file", "shell", "pasted",
    ]
    let canaries: [String: Canary]

    init() throws {
        home = try Home()
        canaries = Dictionary(
            uniqueKeysWithValues: Self.places.map { name in
                (name, Canary(Value((name == "bad" ? Array("é".utf8) : []) + Canary.text(32))))
            })
        // Everything that has a value stands outside of the home, which is searched.
        for (name, canary) in canaries { try home.write(canary.value, to: "\(home.streams)/\(name)") }
        try home.write("GROQ_API_KEY='\(text("env-file"))' # x\nXAI_API_KEY=\"$\(text("env-file"))\"\n", to: env)
        try home.write(". '\(home.streams)/shell-script'\n", to: ".profile")
        try home.write("export MISTRAL_API_KEY='\(text("shell"))'; echo '\(text("shell"))' >&2\n", to: "\(home.streams)/shell-script")
        for (name, code) in [("program", 0), ("failing", 7)] {
            try home.write(
                "#!/bin/sh\ncat '\(home.streams)/exec'\ncat '\(home.streams)/exec-error' >&2\nexit \(code)\n",
                to: "\(home.streams)/\(name)", mode: 0o700)
        }
        for name in ["secret/api-key", "gate/api-key", "elsewhere/api-key", "second"] { try home.store(name, canary("secret").value) }
        try home.store("gate/token", canary("token").value)
        try home.store("bad/api-key", canary("bad").value)
        try #require(home.run("set", "elsewhere/api-key", "--allow-host", "other.example", input: canary("secret").value).code == 0)
        let hosts = ["secret", "bad", "elsewhere", "variable", "unset", "file", "exec", "failing", "headers", "pool"]
        try home.configure(
            hosts.map { "[provider.\($0)]\nbase_url = \"https://\($0).example\"\n\(Self.more[$0] ?? "")\n" }.joined()
                .replacing("STREAMS", with: home.streams))
        try home.configure(
            """
            [provider.gate]
            kind = "cloudflare-ai-gateway"
            account_id = "a"
            gateway_id = "g"
            route = "anthropic"
            [provider.steps]
            kind = "cloudflare-ai-gateway"
            account_id = "a"
            gateway_id = "g"
            route = "universal"
            api_key = "secret:second"
            [route.chain]
            models = ["secret/m", "exec/m", "gate/m"]
            """)
    }

    /// What else stands in a provider's table.
    static let more = [
        "variable": "api_key = { env = \"OTHER_KEY\" }", "unset": "api_key = { env = \"NO_KEY\" }",
        "file": "api_key = { file = \"STREAMS/file\" }", "exec": "api_key = { exec = [\"STREAMS/program\"] }",
        "failing": "api_key = { exec = [\"STREAMS/failing\"] }",
        "headers":
            "api_key = \"secret:second\"\nheaders = { \"x-two\" = \"a ${secret:gate/token}\", \"x-bad\" = \"${secret:bad/api-key}\" }",
        "pool": "api_keys = [\"secret:second\", { key = { exec = [\"STREAMS/program\"] }, weight = 2 }]",
    ]

    private var env: String { "\(home.streams)/keys.env" }
    private func canary(_ name: String) -> Canary { canaries[name] ?? Canary(Value("missing")) }
    private func text(_ name: String) -> String { String(decoding: canary(name).value.bytes, as: UTF8.self) }

    /// Which canaries are in an output.
    private func found(in content: Value) -> Set<String> { Set(canaries.filter { $0.value.isFound(in: content) }.keys) }

    private func run(_ words: [String]) throws -> Outcome {
        try home.run(
            words, program: Home.program,
            with: ["OPENAI_API_KEY": text("variable"), "OTHER_KEY": text("other-variable"), "ANTHROPIC_API_KEY": text("variable")])
    }

    /// Looks into every file below the home but the key file itself, and at their names.
    private func expectSilentFiles() throws {
        let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
        try #require(names.contains(".local/share/warder/vault.db"))
        for content in names.filter({ $0 != "key" }).compactMap({ home.content(home($0)) }) + [Value(names.joined(separator: "\n"))] {
            #expect(found(in: content).isEmpty)
        }
    }

    /// The models that resolve, and whose values they take.
    static let working: [(String, Set<String>)] = [
        ("secret/m", ["secret"]), ("gate/m", ["secret", "token"]), ("openai/m", ["variable"]), ("variable/m", ["other-variable"]),
        ("file/m", ["file"]), ("exec/m", ["exec"]), ("groq/m", ["env-file"]), ("mistral/m", ["shell"]), ("pool/m", ["secret", "exec"]),
        ("chain", ["secret", "exec", "token"]), ("steps/anthropic/m", ["secret"]),
    ]
    /// The models that do not, and the exit code.
    static let failing: [(String, Int32)] = [
        ("bad/m", 28), ("elsewhere/m", 28), ("unset/m", 22), ("failing/m", 20), ("headers/m", 28), ("xai/m", 25), ("deepseek/m", 22),
        ("none/m", 22),
    ]

    @Test(arguments: working) func `prints values with --reveal and in forms alone`(_ model: String, _ values: Set<String>) throws {
        let words = ["-v", "resolve", model, "--env-file", env, "--login-shell"]
        for more in [[], ["--explain"], ["--json"], ["--json", "--explain"]] {
            let outcome = try run(words + more)
            #expect(outcome.code == 0)
            #expect(found(in: Value(outcome.output)).isEmpty && found(in: Value(outcome.error)).isEmpty, "\(more)")
            let revealed = try run(words + more + ["--reveal"])
            #expect(revealed.code == 0 && found(in: Value(revealed.error)).isEmpty, "\(more)")
            #expect(found(in: Value(revealed.output)) == values, "\(more)")
        }
        for form in ["curl", "env", "sh", "header-file"] {
            let outcome = try run(words + ["--format", form])
            #expect(found(in: Value(outcome.error)).isEmpty, "\(form)")
            let printed = found(in: Value(outcome.output))
            if outcome.code == 0 { #expect(printed.isSubset(of: values), "\(form)") } else { #expect(printed.isEmpty, "\(form)") }
        }
        try expectSilentFiles()
    }

    @Test(arguments: failing) func `prints no value when it fails`(_ model: String, _ code: Int32) throws {
        for more in [
            [], ["--explain"], ["--json"], ["--json", "--explain", "--reveal"], ["--reveal"], ["--format", "curl"], ["--format", "env"],
            ["--format", "sh"], ["--format", "header-file"],
        ] {
            let outcome = try run(["-v", "resolve", model, "--env-file", env] + more)
            #expect(outcome.code == code && outcome.output.isEmpty, "\(more)")
            #expect(found(in: Value(outcome.error)).isEmpty, "\(more)")
        }
        try expectSilentFiles()
    }

    @Test func `prints a key for a helper's caller, and no value in a list of models`() throws {
        for (model, values) in Self.working where !["chain", "groq/m", "mistral/m"].contains(model) {
            let outcome = try run(["-v", "credential", "codex", model])
            // The first of a pool, and the provider's key alone.
            let printed = found(in: Value(outcome.output))
            #expect(printed.isSubset(of: values.subtracting(["token"])) && found(in: Value(outcome.error)).isEmpty, "\(model)")
            #expect(printed.count == (outcome.code == 0 ? 1 : 0), "\(model)")
        }
        for (model, code) in Self.failing where model != "xai/m" {
            let outcome = try run(["-v", "credential", "claude", model])
            #expect(outcome.code == code && outcome.output.isEmpty && found(in: Value(outcome.error)).isEmpty, "\(model)")
        }
        for words in [
            ["models", "list"], ["models", "list", "--json"], ["models", "list", "--provider", text("pasted")],
            ["models", "list", "--provider", "sk-ant-api03-" + text("pasted")], ["credential", text("pasted")],
            ["credential", "codex", text("pasted")], ["credential", "openclaw", text("pasted")],
        ] {
            let outcome = try run(["-v"] + words)
            #expect(found(in: Value(outcome.output)).union(found(in: Value(outcome.error))) == [], "\(words.prefix(2))")
        }
        try expectSilentFiles()
    }

    @Test func `prints nothing that was pasted, and no value of a provider`() throws {
        let pasted = text("pasted")
        let key = "sk-ant-api03-" + pasted
        for words in [
            ["resolve", pasted], ["resolve", key], ["resolve", pasted + "/m"], ["resolve", "openai/" + key], ["resolve", key, pasted],
            ["resolve", "secret/m", "--format", pasted], ["resolve", "secret/m", "--format", "x'\(pasted)'x"],
            ["resolve", "secret/m", "--\(pasted)"], ["resolve", "secret/m", "--env-file", key],
            ["resolve", "none/m", "--reveal=\(pasted)"],
            ["provider", "show", pasted], ["provider", "show", key], ["provider", "show", "openai", "--for", pasted], ["provider", pasted],
            ["provider", "list", pasted], ["provider", "list"], ["provider", "list", "--json"], ["provider", "show", "gate"],
            ["provider", "show", "gate", "--json"], ["provider", "show", "pool", "--json"], ["provider", "show", "headers"],
        ] {
            let outcome = try run(["-v"] + words)
            #expect(
                found(in: Value(outcome.output)).isEmpty && found(in: Value(outcome.error)).isEmpty, "\(words[0]) \(words[1].prefix(6))")
        }
        for table in [
            "[provider.p]\napi_key = \"KEY\"", "[provider.p]\nheaders = { x = \"Bearer KEY\" }",
            "[provider.p]\nbase_url = \"https://x/KEY\"",
            "[provider.\"KEY\"]\nroute = \"x\"", "[default]\nmodel = \"KEY\"", "[route.\"KEY\"]\nmodels = [\"KEY\"]",
            "[provider.p]\n\"KEY\" = 1",
            "[provider.p]\napi_key = { env = \"KEY\" }", "[provider.p.gateway]\nmetadata = { x = \"KEY\" }", "KEY = \"\(pasted)", "[KEY",
        ] {
            let file = "\(home.streams)/wrong.toml"
            try home.write(table.replacing("KEY", with: key) + "\n", to: file)
            for words in [["resolve", "p/m", "--explain"], ["provider", "list", "--json"], ["provider", "show", "p"]] {
                let outcome = try run(["-v", "--settings", file] + words)
                #expect(outcome.code == 25 && outcome.output.isEmpty, "\(table)")
                #expect(found(in: Value(outcome.error)).isEmpty, "\(table)")
            }
        }
        try expectSilentFiles()
    }

    @Test func `passes no value on to programs`() throws {
        try home.write(
            "#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/cmdline >'\(home("seen"))'\necho key\n", to: "look", mode: 0o700)
        try home.configure("[provider.look]\nbase_url = \"https://x\"\napi_key = { exec = [\"\(home("look"))\"] }\n")
        #expect(try run(["resolve", "look/m"]).code == 0)
        let seen = try #require(home.content(home("seen")))
        #expect(!seen.bytes.isEmpty && found(in: seen).isEmpty)
    }
}
