import Foundation
import Testing

/// `warder resolve`: what it says of a request, and where it finds the key.
@Suite struct ResolveTests {
    let home: Home
    let key = "sk-proj-resolve-0123456789"

    init() throws {
        home = try Home()
        try home.store("openai/api-key", key)
    }

    /// The only resolution of an answer.
    private func resolution(_ words: String..., with more: [String: String] = [:]) throws -> [String: Any] {
        let answer = try home.run(["resolve", "--json"] + words, program: Home.program, with: more).json()
        let resolutions = try #require(answer["resolutions"] as? [[String: Any]])
        #expect(resolutions.count == 1)
        return try #require(resolutions.first)
    }

    // MARK: What it prints

    @Test func `says everything that a request needs, and no value`() throws {
        let outcome = try home.run("resolve", "openai/gpt-4o")
        #expect(outcome.code == 0 && outcome.error.isEmpty)
        #expect(
            outcome.text == """
                model         gpt-4o  (what was asked for)
                provider      openai
                style         openai-chat  (the catalogue)
                base URL      https://api.openai.com/v1  (the catalogue)
                request       POST https://api.openai.com/v1/chat/completions
                header        authorization: <redacted>  (the secret openai/api-key, generation 1)
                hosts         api.openai.com

                """)
        let revealed = try home.run("resolve", "openai/gpt-4o", "--reveal")
        let isRevealed = revealed.text == outcome.text.replacing("<redacted>", with: "Bearer \(key)")
        #expect(revealed.code == 0 && isRevealed)
    }

    @Test func `takes the model's name as it is`() throws {
        for name in ["GPT-4o", "ft:gpt-4o:org::AbC", "org/Model@1", "a+b", "auto2"] {
            #expect(try resolution("openai/\(name)")["model"] as? String == name)
        }
    }

    @Test func `gives machines the same, with null for what is secret`() throws {
        try home.store("mine/api-key", "k")
        try home.configure(
            """
            [provider.mine]
            kind = "openai"
            base_url = "https://mine.example/v1"
            headers = { "X-Team" = "blue", "x-two" = "a ${secret:openai/api-key} b" }
            """)
        let found = try resolution("mine/m")
        #expect(
            Set(found.keys) == [
                "provider", "kind", "model", "style", "base_url", "model_from", "style_from", "base_url_from", "request_url", "headers",
                "step",
                "hosts", "models", "key_from", "walk",
            ])
        #expect(found["provider"] as? String == "mine" && found["kind"] as? String == "openai" && found["model"] as? String == "m")
        #expect(found["base_url"] as? String == "https://mine.example/v1" && found["style"] as? String == "openai-chat")
        #expect(found["request_url"] as? String == "https://mine.example/v1/chat/completions")
        #expect(found["hosts"] as? [String] == ["mine.example"] && found["step"] is NSNull)
        #expect((found["models"] as? [String: Any])?["url"] as? String == "https://mine.example/v1/models")
        #expect(found["key_from"] as? String == "the secret mine/api-key, generation 1")
        let headers = try #require(found["headers"] as? [[String: Any]])
        let byName = Dictionary(uniqueKeysWithValues: headers.map { ($0["name"] as? String ?? "", $0) })
        #expect(byName["x-team"]?["value"] as? String == "blue" && byName["x-team"]?["secret"] as? Bool == false)
        #expect(byName["x-two"]?["value"] is NSNull && byName["x-two"]?["secret"] as? Bool == true)
        let from = byName["x-two"]?["from"] as? [[String: Any]]
        #expect(from?.first?["secret"] as? String == "openai/api-key" && from?.first?["generation"] as? Int == 1)

        let revealed = try resolution("mine/m", "--reveal")["headers"] as? [[String: Any]] ?? []
        let values = Dictionary(uniqueKeysWithValues: revealed.map { ($0["name"] as? String ?? "", $0["value"] as? String) })
        let isRevealed = values["x-two"] == "a \(key) b" && values["x-team"] == "blue"
        #expect(isRevealed)
    }

    // MARK: The walk

    @Test func `explains where it looked`() throws {
        let outcome = try home.run("resolve", "anthropic/claude-x", "--explain", with: ["ANTHROPIC_API_KEY": "sk-ant-environment"])
        #expect(outcome.code == 0 && outcome.error.isEmpty)
        #expect(
            outcome.text.split(separator: "\n").filter { $0.hasPrefix("looked") }.joined(separator: "\n") == """
                looked        api_key in warder.toml: not set
                looked        the secret anthropic/api-key: not in the vault
                looked        the secret ANTHROPIC_API_KEY: not in the vault
                looked        the secret ANTHROPIC_OAUTH_TOKEN: not in the vault
                looked *      the environment, ANTHROPIC_API_KEY: used
                """)
        let walk = try #require(try resolution("openai/m")["walk"] as? [[String: Any]])
        #expect(walk.map { $0["used"] as? Bool } == [false, true])
        #expect(walk.last?["outcome"] as? String == "used, generation 1")
    }

    @Test func `explains a failure on standard error alone`() throws {
        for json in [[], ["--json"]] {
            let outcome = try home.run(["resolve", "groq/m", "--explain"] + json, program: Home.program)
            #expect(outcome.code == 22 && outcome.output.isEmpty)
            let lines = outcome.errorLines
            #expect(lines.first == "looked        api_key in warder.toml: not set")
            #expect(lines.contains("looked        the environment, GROQ_API_KEY: not set"))
            #expect(lines.count { $0.hasPrefix("warder: ") } == 1 && lines.last == "hint: store it with: warder set groq/api-key")
            #expect(lines.dropLast(2).allSatisfy { $0.hasPrefix("looked ") }, "the walk stands before the error")
        }
    }

    @Test(arguments: [
        ("{ env = \"NOWHERE\" }", "the environment, NOWHERE"), ("\"secret:none\"", "the secret none"),
        ("{ file = \"~/none\" }", "the file ~/none"), ("{ exec = [\"false\"] }", "the program false"),
    ])
    func `explains which reference of the settings fails, and looks no further`(_ reference: String, _ name: String) throws {
        try home.configure("[provider.openai]\napi_key = \(reference)\n")
        let outcome = try home.run("resolve", "openai/m", "--explain", with: ["OPENAI_API_KEY": key])
        #expect(outcome.output.isEmpty && outcome.code != 0)
        let walk = outcome.errorLines.filter { $0.hasPrefix("looked") }
        #expect(walk.count == 1)
        #expect(walk.first?.hasPrefix("looked        \(name), by \(home.settings): line ") == true)
        #expect(walk.first?.hasSuffix(": failed, which nothing else makes up for") == true)
    }

    @Test func `explains what was found when it cannot be sent`() throws {
        try home.store("openai/api-key", "key\nkey")
        let outcome = try home.run("resolve", "openai/m", "--explain")
        #expect(outcome.code == 28 && outcome.output.isEmpty)
        #expect(outcome.errorLines.contains("looked *      the secret openai/api-key: used, generation 2"))
    }

    // MARK: What is meant

    @Test func `takes the default model, auto and routes`() throws {
        let none = try home.run("resolve")
        #expect(none.refused(25) && none.error.contains("default model"))
        #expect(try home.run("resolve", "auto").refused(25))
        try home.configure(
            """
            [provider.openai]
            models = ["pinned-1", "pinned-2"]
            [provider.near]
            base_url = "http://127.0.0.1:8080/v1"
            [default]
            model = "chat"
            [route.chat]
            models = ["near/first", "openai/auto", "openai/third"]
            """)
        for words in [["resolve"], ["resolve", "chat"]] {
            let answer = try home.run(words + ["--json"], program: Home.program).json()
            let found = try #require(answer["resolutions"] as? [[String: Any]])
            #expect(found.map { $0["model"] as? String } == ["first", "pinned-1", "third"])
            #expect(found.map { $0["key_from"] is NSNull } == [true, false, false], "a machine's own server needs no key")
        }
        #expect(try home.run("resolve").text.components(separatedBy: "\n\n").count == 3)
        #expect(try resolution("auto")["model"] as? String == "pinned-1")
        #expect(try resolution("openai/auto")["model"] as? String == "pinned-1")
        #expect(try home.run("resolve", "near/auto").refused(25))
        // A form is that of the first candidate.
        #expect(try home.run("resolve", "--format", "curl").text.hasPrefix("url = \"http://127.0.0.1:8080/v1/chat/completions\"\n"))
        #expect(try home.run("resolve", "nothing").refused(22))
    }

    @Test func `takes every key of a pool, the heaviest first`() throws {
        try home.store("second", "sk-proj-second")
        try home.configure("[provider.openai]\napi_keys = [\"secret:openai/api-key\", { key = \"secret:second\", weight = 5 }]\n")
        let answer = try home.run("resolve", "openai/m", "--json").json()
        let found = (answer["resolutions"] as? [[String: Any]])?.map { $0["key_from"] as? String }
        #expect(found == ["the secret second, generation 1", "the secret openai/api-key, generation 1"])
    }

    // MARK: Where keys are

    @Test func `looks in one place after the other`() throws {
        try home.write("GROQ_API_KEY=from-file\n", to: "keys.env")
        try home.write("echo hello; export GROQ_API_KEY=from-shell\n", to: ".profile")
        let all = ["groq/m", "--env-file", "keys.env", "--login-shell"]
        func source(_ words: [String] = all, _ more: [String: String] = ["GROQ_API_KEY": "from-environment"]) throws -> String? {
            let outcome = try home.run(["resolve", "--json"] + words, program: Home.program, with: more)
            guard outcome.code == 0 else { return "exit \(outcome.code)" }
            return (try outcome.json()["resolutions"] as? [[String: Any]])?.first?["key_from"] as? String
        }
        #expect(try source(["groq/m"], [:]) == "exit 22", "neither a file nor the shell is asked without a word")
        #expect(try source(["groq/m", "--login-shell"], [:]) == "the login shell, GROQ_API_KEY")
        #expect(try source(all, [:]) == "keys.env, GROQ_API_KEY")
        #expect(try source() == "the environment, GROQ_API_KEY")
        try home.store("GROQ_API_KEY", "from-vault")
        #expect(try source() == "the secret GROQ_API_KEY, generation 1")
        try home.store("groq/api-key", "from-vault")
        #expect(try source() == "the secret groq/api-key, generation 1")
        try home.configure("[provider.groq]\napi_key = { env = \"OTHER\" }\n[default]\nenv_file = \"~/keys.env\"\nlogin_shell = true\n")
        #expect(try source() == "exit 22", "a reference that fails is no reason to look elsewhere")
        #expect(try source(all, ["OTHER": "x"]) == "the environment, OTHER")

        // The settings can allow what the options allow.
        let text = try String(contentsOfFile: home.settings, encoding: .utf8)
        try home.write(text.replacing("[provider.groq]\napi_key = { env = \"OTHER\" }\n", with: ""), to: home.settings)
        for name in ["groq/api-key", "GROQ_API_KEY"] { try #require(home.run("remove", name).code == 0) }
        #expect(try source(["groq/m"], [:]) == "\(home("keys.env")), GROQ_API_KEY")
        try home.write("OTHER=x\n", to: "keys.env")
        #expect(try source(["groq/m"], [:]) == "the login shell, GROQ_API_KEY")
        try home.write("GROQ_API_KEY=''\n", to: "keys.env")
        #expect(try source(["groq/m"], [:]) == "the login shell, GROQ_API_KEY", "an empty key is none")
    }

    @Test(arguments: [
        "A=b", "A='b'", "A=\"b\"", "export A=b", "export A='b'", "A=b # comment", "# A=c\nA=b", "B=\"$X\"\nA=b", "A=b\n\n",
    ]) func `reads environment files as everything does that reads them`(_ text: String) throws {
        try home.write(text.replacing("A", with: "GROQ_API_KEY") + "\n", to: "keys.env")
        #expect(
            try home.run("resolve", "groq/m", "--env-file", "keys.env", "--format", "header-file").text == "authorization: Bearer b\n")
        try home.write("", to: "empty.env")
        #expect(try home.run("resolve", "groq/m", "--env-file", "empty.env").refused(22))
    }

    @Test func `reads no environment file that others could have written`() throws {
        try home.write("GROQ_API_KEY=b\n", to: "keys.env", mode: 0o666)
        #expect(try home.run("resolve", "groq/m", "--env-file", home("keys.env")).refused(21))
        try home.write("GROQ_API_KEY=b\n", to: "keys.env", mode: 0o644)
        #expect(try home.run("resolve", "groq/m", "--env-file", home("keys.env")).code == 0)
    }

    @Test func `a vault that was here and is gone is no reason to take another key`() throws {
        try home.store("OTHER", "x")
        try FileManager.default.removeItem(atPath: home.vault)
        #expect(try home.run("resolve", "groq/m", with: ["GROQ_API_KEY": "k"]).refused(22))
        let fresh = try Home(withVault: false)
        #expect(try fresh.run("resolve", "groq/m", with: ["GROQ_API_KEY": "k"]).code == 0)
    }

    @Test func `reads a key from a file and from a program`() throws {
        try home.write(key + "\n", to: "key-file")
        let program = try home.write("#!/bin/sh\necho \"$1$HOME$SECRET\"\n", to: "program", mode: 0o700)
        try home.configure(
            """
            [provider.a]
            base_url = "https://a.example"
            api_key = { file = "~/key-file" }
            [provider.b]
            base_url = "https://b.example"
            api_key = { exec = ["\(program)", "x y"] }
            """)
        let file = try home.run("resolve", "a/m", "--format", "header-file")
        let isFile = file.text == "authorization: Bearer \(key)\n"
        #expect(isFile)
        let printed = try home.run("resolve", "b/m", "--format", "header-file", with: ["SECRET": "inherited"])
        #expect(printed.text == "authorization: Bearer x y\(home.path)\n", "without a shell, and without the environment")
    }

    @Test func `needs no vault where the environment has the key`() throws {
        let fresh = try Home(withVault: false)
        let outcome = try fresh.run("-v", "resolve", "openai/m", with: ["OPENAI_API_KEY": key])
        #expect(outcome.code == 0 && outcome.text.contains("header        authorization: <redacted>  (the environment, OPENAI_API_KEY)\n"))
        #expect(outcome.error == "warder: there is no vault\n")
        #expect(try fresh.run("resolve", "openai/m").refused(22))
        #expect(try fresh.shell("find . | grep -c warder").text == "0\n", "nothing is made")
        // But a vault that somebody named must be there.
        let named = try fresh.run("--vault", fresh("none.db"), "resolve", "openai/m", with: ["OPENAI_API_KEY": key])
        #expect(named.refused(22) && named.error.contains("there is no vault"))
        let variable = try fresh.run("resolve", "openai/m", with: ["OPENAI_API_KEY": key, "WARDER_VAULT": fresh("none.db")])
        #expect(variable.refused(22))
        try fresh.configure("[vault]\nfingerprint = \"0000-0000-0000-0000-0000-0000-0000-0000\"\n")
        #expect(try fresh.run("resolve", "openai/m", with: ["OPENAI_API_KEY": key]).refused(22))
    }

    @Test func `does not go around a locked vault`() throws {
        let empty = try home.write("", to: "empty.toml")
        let locked = try home.run("--settings", empty, "resolve", "openai/m", with: ["OPENAI_API_KEY": key])
        #expect(locked.refused(10))
        // It is not unlocked for a key that is elsewhere.
        let other = try home.write("[provider.openai]\napi_key = { env = \"OPENAI_API_KEY\" }\n", to: "other.toml")
        #expect(try home.run("--settings", other, "resolve", "openai/m", with: ["OPENAI_API_KEY": key]).code == 0)
        #expect(try home.run("resolve", "openai/m", with: ["WARDER_KEY_FILE": home.write(.random(32), to: "wrong")]).refused(11))
    }

    @Test func `unlocks once for all models of a route`() throws {
        let vault = try home.passphraseVault()
        let settings = try home.write(
            "[provider.a]\nbase_url = \"https://a.example\"\n[provider.b]\nbase_url = \"https://b.example\"\n"
                + "[route.r]\nmodels = [\"a/m\", \"b/m\"]\n", to: "route.toml")
        for name in ["a/api-key", "b/api-key"] {
            let stored = try home.run(
                "--vault", vault, "set", "-q", name, input: Value(name), with: ["WARDER_PASSPHRASE_FD": "3"],
                descriptors: [3: home("passphrase")])
            try #require(stored.code == 0)
        }
        let outcome = try home.run(
            "resolve", "r", "--vault", vault, "--settings", settings, "--json", with: ["WARDER_PASSPHRASE_FD": "3"],
            descriptors: [3: home("passphrase")])
        #expect(try (outcome.json()["resolutions"] as? [Any])?.count == 2)
    }

    // MARK: Global options

    @Test func `takes the global options, before and after`() throws {
        try home.configure("[provider.mine]\nbase_url = \"http://localhost:1\"\n")
        #expect(try home.run("resolve", "mine/m").code == 0)
        // The system's settings are not the user's.
        #expect(try home.run("--system", "resolve", "mine/m").refused(22))
        #expect(try home.run("--settings", home.write("", to: "empty.toml"), "resolve", "mine/m").refused(22))
        #expect(try home.run("resolve", "mine/m", "--settings", home("none.toml")).refused(22))
        let plain = try home.run("resolve", "openai/m")
        for words in [["-q", "resolve"], ["resolve", "-q"], ["resolve", "--vault", home.vault], ["--vault", home.vault, "resolve"]] {
            let outcome = try home.run(words + ["openai/m"], program: Home.program)
            #expect(outcome.code == 0 && outcome.text == plain.text && outcome.error.isEmpty)
        }
        let verbose = try home.run("-v", "resolve", "openai/m")
        #expect(verbose.text == plain.text)
        #expect(verbose.error == "warder: unlocking with the key file of the settings\n")
        let before = try home.run("--json", "resolve", "openai/m").text
        #expect(try home.run("resolve", "openai/m", "--json").text == before && before.hasPrefix("{\"version\":1,"))
    }
}
