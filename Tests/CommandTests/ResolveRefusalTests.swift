import Foundation
import Testing

/// What `resolve` and `provider` refuse: with the code of the reason, one line, nothing on standard output, and never what was pasted.
@Suite struct ResolveRefusalTests {
    /// The beginning of what no message may repeat.
    static let canary = "sk-ant-api03-canary0123456789"
    let home: Home

    init() throws { home = try Home() }

    private func expectRefusal(
        _ words: [String], _ code: Int32, saying parts: [String] = [], with more: [String: String] = [:], in directory: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try home.run(words, program: Home.program, with: more, in: directory)
        #expect(outcome.refused(code), sourceLocation: sourceLocation)
        #expect(outcome.errorLines.count { $0.hasPrefix("warder: ") } == 1, sourceLocation: sourceLocation)
        let isSilent = !outcome.error.contains("canary")
        #expect(isSilent, sourceLocation: sourceLocation)
        let missing = parts.filter { !outcome.error.contains($0) }
        #expect(missing.isEmpty, sourceLocation: sourceLocation)
    }

    // MARK: Words

    @Test(
        arguments: [
            (["resolve", "C"], 2), (["resolve", "C/m"], 2), (["resolve", "openai/C"], 2), (["resolve", "openai/m/C"], 2),
            (["resolve", "openai/m", "C"], 2), (["resolve", "openai/m", "--format", "C"], 2), (["resolve", "openai/m", "--format=C"], 2),
            (["resolve", "openai/m", "--env-file", "C"], 2), (["resolve", "openai/m", "--env-file", "x/C"], 2), (["resolve", "--C"], 2),
            (["resolve", "openai/m", "--reveal=C"], 2), (["resolve", "x canary/m"], 2), (["resolve", "canaryé/m"], 2),
            (["resolve", "openai/canary\n"], 2), (["resolve", "openai/"], 2), (["resolve", "/canary"], 2), (["resolve", ""], 2),
            (["resolve", "openai/../canary"], 2), (["resolve", "openai/canary${X}"], 28), (["resolve", "openai/<canary>"], 28),
            (["resolve", "openai/{canary}"], 28), (["resolve", "openai/" + String(repeating: "canary", count: 100)], 2),
            (["resolve", "canary"], 22), (["resolve", "canary/m"], 22), (["resolve", "openai/m", "--format", "curl", "--json"], 2),
            (["resolve", "openai/m", "--format", "env", "--explain"], 2), (["resolve", "openai/m", "--format"], 2),
            (["provider", "show", "C"], 22), (["provider", "show", "canary"], 22), (["provider", "show"], 2),
            (["provider", "show", "openai", "C"], 2), (["provider", "show", "openai", "--for", "C"], 2), (["provider", "C"], 2),
            (["provider", "list", "C"], 2), (["provider", "list", "--C"], 2),
        ] as [([String], Int32)]) func `words that mean nothing`(_ words: [String], _ code: Int32) throws
    {
        try expectRefusal(words.map { $0.replacing("C", with: Self.canary) }, code, with: ["OPENAI_API_KEY": "x"])
    }

    @Test func `words that mean nothing come with those that mean something`() throws {
        try expectRefusal(["resolve", "openai/m", "--format", "dotenv"], 2, saying: ["hint: the formats are curl, env, sh, header-file\n"])
        try expectRefusal(["provider", "show", "openai", "--for", "x"], 2, saying: ["fased, genesis, docker-agent, loong, cloudflare"])
        try expectRefusal(["resolve", "none/m"], 22, saying: ["hint: `warder provider list` shows them\n"])
        try expectRefusal(["resolve", "openai/m"], 22, saying: ["no key for openai", "hint: store it with: warder set openai/api-key\n"])
    }

    // MARK: Addresses

    /// Tables of the settings, and the exit code of `resolve p/m` with a key.
    static let addresses: [(String, Int32, String)] = [
        ("base_url = \"http://example.com\"", 28, "plain http"), ("base_url = \"http://127.0.0.1.example.com\"", 28, "plain http"),
        ("base_url = \"http://10.0.0.1\"", 28, "plain http"), ("base_url = \"http://localhost.example.com/\"", 28, "plain http"),
        ("base_url = \"https://x/<account_id>\"", 28, "<account_id>"), ("base_url = \"https://<canary>/v1\"", 28, "placeholder"),
        ("base_url = \"https://x/${CANARY}\"", 28, "placeholder"), ("base_url = \"https://x/{model}\"", 28, "placeholder"),
        ("base_url = \"https://x\"\naccount_id = \"<account_id>\"\npath = \"/<account_id>\"", 28, "account_id"),
        ("base_url = \"ftp://canary\"", 25, "https://"), ("base_url = \"canary\"", 25, "https://"),
        ("base_url = \"https://canary@example.com\"", 25, "host"), ("base_url = \"https://x?canary=1\"", 25, "host"),
        ("base_url = \"https://x/#canary\"", 25, "plain path"), ("base_url = \"https://x/a/../canary\"", 25, "plain path"),
        ("base_url = \"https://x:canary\"", 25, "host"), ("base_url = \"https://x:99999\"", 25, "host"),
        ("base_url = \"https://0x7f.1\"", 25, "host"), ("base_url = \"HTTPS://x\"", 25, "https://"),
        ("base_url = \"https://x/a%2fcanary\"", 25, "plain path"), ("base_url = \"https://x\"\npath = \"canary\"", 25, "path of p"),
        ("account_id = \"x\"", 25, "base_url"), ("kind = \"canary\"", 25, "kind of p"),
        ("kind = \"cloudflare-ai-gateway\"\nroute = \"openai\"", 28, "<account_id>"),
        ("kind = \"cloudflare-ai-gateway\"\naccount_id = \"a/b\"\ngateway_id = \"g\"\nroute = \"openai\"", 25, "account_id"),
        ("kind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"..\"\nroute = \"openai\"", 25, "gateway_id"),
        ("kind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"\nroute = \"canary\"", 25, "route of p"),
        ("kind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"", 25, "set route"),
        ("base_url = \"https://x\"\nstyle = \"canary\"", 25, "the styles are"),
        ("base_url = \"https://x\"\nauth = \"canary\"", 25, "bearer"),
        ("base_url = \"https://x\"\n[provider.p.gateway]\ncache_ttl = 60", 25, "gateway"),
    ]

    @Test(arguments: addresses) func `addresses that no key may go to`(_ table: String, _ code: Int32, _ part: String) throws {
        try home.store("p/api-key", "key")
        try home.configure("[provider.p]\n\(table)\n")
        try expectRefusal(["resolve", "p/m"], code, saying: [part])
    }

    @Test func `hosts that a secret is not for`() throws {
        _ = try home.run("set", "p/api-key", "--allow-host", "api.example.com", input: Value("canary"))
        _ = try home.run("set", "team", "--allow-host", "other.example:8443", input: Value("canary"))
        try home.configure(
            """
            [provider.p]
            base_url = "https://example.com"
            [provider.right]
            base_url = "https://API.example.com"
            api_key = "secret:p/api-key"
            [provider.header]
            base_url = "https://api.example.com"
            api_key = "secret:p/api-key"
            headers = { "x-team" = "${secret:team}" }
            [provider.port]
            base_url = "https://other.example:8443"
            api_key = "secret:team"
            [provider.other-port]
            base_url = "https://other.example"
            api_key = "secret:team"
            """)
        try expectRefusal(
            ["resolve", "p/m"], 28, saying: ["the secret p/api-key, generation 1 may not go to example.com: ", "api.example.com"])
        try expectRefusal(["resolve", "header/m"], 28, saying: ["the secret team, generation 1"])
        try expectRefusal(["resolve", "other-port/m"], 28)
        for name in ["right", "port"] { #expect(try home.run("resolve", "\(name)/m").code == 0, "\(name)") }
    }

    // MARK: Values

    @Test(arguments: [
        ("canary\n", "a line feed"), ("canary\r", "a carriage return"), ("canary\r\nx: y", "a carriage return"),
        ("canary\0x", "a zero byte"),
        ("canaryé", "not ASCII"), ("canary\u{1B}[0m", "a control character"), ("canary\tx", "a control character"),
        ("canary\u{7F}", "control"),
        (" canary", "a space"), ("canary ", "a space"),
    ]) func `values that no header can carry`(_ value: String, _ part: String) throws {
        try home.store("p/api-key", value)
        try home.store("good", "good")
        try home.configure(
            """
            [provider.p]
            base_url = "https://example.com"
            [provider.header]
            base_url = "https://example.com"
            api_key = "secret:good"
            headers = { "x-one" = "1", "x-two" = "${secret:p/api-key}" }
            [provider.variable]
            base_url = "https://example.com"
            api_key = { env = "KEY" }
            """)
        for model in ["p/m", "header/m"] {
            for more in [[], ["--format", "curl"], ["--format", "env"], ["--json"]] {
                try expectRefusal(["resolve", model] + more, 28, saying: ["the secret p/api-key, generation 1", part])
            }
        }
        guard !value.contains("\0") else { return }
        try expectRefusal(["resolve", "variable/m"], 28, saying: ["the environment, KEY", part], with: ["KEY": value])
    }

    @Test func `empty values`() throws {
        for (name, value) in [("a/api-key", ""), ("b/api-key", " \n")] { try home.store(name, value) }
        for name in ["a", "b"] {
            try home.configure("[provider.\(name)]\nbase_url = \"https://x\"\napi_key = \"secret:\(name)/api-key\"\n")
        }
        try expectRefusal(["resolve", "a/m"], 22, saying: ["is empty"])
        try expectRefusal(["resolve", "b/m"], 22, saying: ["is empty"])
    }

    /// A value for each slot of a gateway's request, and the exit code.
    @Test(arguments: [
        ("cfut_canary0123456789", "token", "openai", 28), ("sk-proj-canary0123456789", "sk-proj-canary0123456789", "openai", 28),
        ("sk-proj-canary0123456789", "cfat_canary0123456789", "openai", 0),
        ("sk-ant-canary0123456789", "cfut_canary0123456789", "openai", 28),
        ("sk-ant-canary0123456789", "cfut_canary0123456789", "anthropic", 0),
        ("cfk_canary0123456789", "cfut_canary0123456789", "anthropic", 28),
        ("unknown-canary", "unknown-canary", "anthropic", 0), ("sk-ant-canary0123456789", "unknown", "workers-ai", 28),
        ("cfut_canary0123456789", "unknown", "workers-ai", 0),
    ]) func `keys where another belongs`(_ key: String, _ token: String, _ route: String, _ code: Int32) throws {
        try home.store("gate/api-key", key)
        try home.store("gate/token", token)
        try home.configure(
            "[provider.gate]\nkind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"\nroute = \"\(route)\"\n")
        guard code != 0 else {
            let outcome = try home.run("resolve", "gate/m")
            #expect(outcome.code == 0)
            return
        }
        try expectRefusal(["resolve", "gate/m"], code, saying: ["generation 1"])
        try expectRefusal(["resolve", "gate/m", "--explain", "--json"].filter { $0 != "--explain" }, code)
    }

    @Test func `a token of Cloudflare's for a provider`() throws {
        try expectRefusal(["resolve", "openai/m"], 28, saying: ["OPENAI_API_KEY"], with: ["OPENAI_API_KEY": "cfut_canary0123456789"])
        try expectRefusal(["resolve", "openai/m"], 28, with: ["OPENAI_API_KEY": Self.canary])
    }

    // MARK: Files and programs

    @Test func `files and programs that give no key`() throws {
        try home.write("canary", to: "open", mode: 0o644)
        try home.write(String(repeating: "canary", count: 20_000), to: "large")
        try home.write("A='\nOPENAI_API_KEY=canary\n'\nOPENAI_API_KEY=\"$canary\"\n", to: "broken.env")
        for (name, body) in [
            ("fails", "echo canary; echo canary >&2; exit 3"), ("floods", "head -c 100000 /dev/zero | tr '\\0' c"), ("empty", "echo"),
            ("folded", "printf 'canary\\r\\nx: canary'"),
        ] { try home.write("#!/bin/sh\n\(body)\n", to: name, mode: 0o700) }
        unsafe symlink(home("key"), home("link"))
        let cases: [(String, Int32)] = [
            ("{ file = \"~/open\" }", 21), ("{ file = \"~/link\" }", 21), ("{ file = \"~/none\" }", 22), ("{ file = \"~/large\" }", 21),
            ("{ file = \"/dev/null\" }", 21), ("{ file = \"~\" }", 25), ("{ env = \"NONE\" }", 22), ("\"secret:none\"", 22),
            ("{ exec = [\"\(home("fails"))\", \"x\"] }", 20), ("{ exec = [\"\(home("floods"))\"] }", 20),
            ("{ exec = [\"\(home("none"))\"] }", 20),
            ("{ exec = [\"warder-none\"] }", 20), ("{ exec = [\"\(home("empty"))\"] }", 22),
            ("{ exec = [\"\(home("open"))\"] }", 20), ("{ exec = [] }", 25), ("{ exec = \"canary\" }", 25),
            ("{ exec = [\"./canary\"] }", 25),
            ("\"canary\"", 25), ("\"\(Self.canary)\"", 25), ("{ env = \"\(Self.canary)\" }", 25), ("{ file = \"/x\", env = \"Y\" }", 25),
        ]
        let before = try String(contentsOfFile: home.settings, encoding: .utf8)
        for (reference, code) in cases {
            try home.write("\(before)\n[provider.p]\nbase_url = \"https://x\"\napi_key = \(reference)\n", to: home.settings)
            let outcome = try home.run("resolve", "p/m")
            #expect(outcome.refused(code), "\(reference)")
            let isSilent = !outcome.error.contains("canary")
            #expect(isSilent, "\(reference)")
            #expect(outcome.error.contains("\(home.settings): line "), "\(reference)")
        }
        try home.write(
            "\(before)\n[provider.p]\nbase_url = \"https://x\"\napi_key = { exec = [\"\(home("folded"))\"] }\n", to: home.settings)
        try expectRefusal(["resolve", "p/m"], 28, saying: ["the program \(home("folded")) has a carriage return"])
        try home.write(before, to: home.settings)
        try expectRefusal(["resolve", "openai/m", "--env-file", "broken.env"], 25, saying: ["broken.env: line ", "OPENAI_API_KEY"])
        try home.write("OPENAI_API_KEY=canary\r\n", to: "dos.env")
        try expectRefusal(["resolve", "openai/m", "--env-file", "dos.env"], 25, saying: ["dos.env: line 1: "])
        try expectRefusal(["resolve", "openai/m", "--env-file", "none.env"], 22, saying: ["none.env"])
        try expectRefusal(["resolve", "openai/m", "--env-file", "/"], 21)
        try home.write("echo canary >&2; exit 9\n", to: ".profile")
        try expectRefusal(["resolve", "openai/m", "--login-shell"], 20, saying: ["/bin/sh"])
    }

    // MARK: Settings

    /// What stands in a file of settings, the line of the error, and what it says.
    static let settings: [(String, Int, String)] = [
        ("[provider.p]\napi_kye = \"x\"", 2, "unknown key \"api_kye\" in [provider.p]"), ("[provder.p]\nx = 1", 1, "unknown table"),
        ("\n[default]\nmodle = \"x\"", 3, "\"modle\""), ("[route.r]\nmodels = [\"a/b\"]\nweight = 1", 3, "\"weight\""),
        ("[route.r]\n", 1, "needs models"), ("[route.r]\nmodels = []", 2, "models"), ("[default]\nmodel = 1", 2, "\"model\""),
        ("[default]\nmodel = \"\(canary)\"", 2, "looks like a key"), ("[default]\nenv_file = \"x\"", 2, "absolute"),
        ("[provider.\"\(canary)\"]\nroute = \"x\"", 1, "not a name"),
        ("[provider.p]\nbase_url = \"https://\(canary)\"", 2, "looks like a key"),
        ("[provider.p]\naccount_id = \"\(canary)\"", 2, "looks like a key"),
        ("[provider.p]\nheaders = { \"x\" = \"Bearer \(canary)\" }", 2, "looks like a key"),
        ("[provider.p.headers]\nHost = \"canary\"", 2, "only the client"),
        ("[provider.p.headers]\n\"a b\" = \"canary\"", 2, "name of a header"),
        ("[provider.p.headers]\nx = \"${secret:}\"", 2, "not a secret's name"),
        ("[provider.p.headers]\nx = \"${env:HOME}\"", 2, "${secret:NAME}"),
        ("[provider.p.headers]\ncf-aig-cache-ttl = \"60\"", 2, "setting of its own"), ("[provider.p.headers]\nx = \"é\"", 2, "not ASCII"),
        ("[provider.p]\napi_keys = []", 2, "list"), ("[provider.p]\napi_keys = [{ key = \"secret:a\", weight = 0 }]", 2, "1 to 100"),
        ("[provider.p]\napi_keys = [\"secret:a\", \"secret:a\"]", 2, "twice"),
        ("[provider.p.gateway]\ncache_ttl = 59", 2, "60 to 2592000"), ("[provider.p.gateway]\ncache_ttl = 2592001", 2, "60 to 2592000"),
        ("[provider.p.gateway]\nmax_attempts = 6", 2, "1 to 5"), ("[provider.p.gateway]\nretry_delay = 5001", 2, "0 to 5000"),
        ("[provider.p.gateway]\nbackoff = \"canary\"", 2, "exponential"),
        ("[provider.p.gateway]\ncollect_log = \"yes\"", 2, "true or false"),
        ("[provider.p.gateway]\nmetadata = { a = 1, b = 2, c = 3, d = 4, e = 5, f = 6 }", 2, "5 entries"),
        ("[provider.p.gateway]\nmetadata = { a = [1] }", 2, "string, a number"),
        ("[provider.p.gateway]\nmetadata = { a = \"\(canary)\" }", 2, "key"),
        ("[provider.p.gateway]\nprovider_key = \"canary\"", 2, "stored"), ("[provider.p.gateway]\nbyok_alias = \"x\"", 2, "stored"),
        ("[provider.p.gateway]\ntoken = \"canary\"", 2, "secret:NAME"), ("[provider.p.gateway]\ntimeout = 1", 2, "unknown key"),
    ]

    @Test(arguments: settings) func `settings that are wrong, with the line`(_ text: String, _ line: Int, _ part: String) throws {
        let file = try home.write(text + "\n", to: "wrong.toml")
        for words in [["resolve", "openai/m"], ["provider", "list"], ["provider", "show", "openai"]] {
            try expectRefusal(["--settings", file] + words, 25, saying: ["\(file): line \(line)", part])
        }
    }

    // MARK: Projects

    /// What a project's settings may never say; RUN is a program that leaves a file.
    static let hostile = [
        "[provider.openai]\nbase_url = \"https://evil.example/v1\"", "[provider.openai]\napi_key = { exec = [\"RUN\"] }",
        "[provider.openai]\nheaders = { x = \"${secret:openai/api-key}\" }", "[default]\nmodel = \"evil/m\"",
        "[default]\nenv_file = \"/etc/passwd\"\nlogin_shell = true", "[route.chat]\nmodels = [\"evil/m\"]",
        "[provider.evil]\nkind = \"openai\"", "[vault]\nkey_file = \"/tmp/x\"", "[consumer.x]\non_change = { exec = [\"RUN\"] }",
        "[profile.default]\nX = { exec = [\"RUN\"] }", "[profile.default]\nOPENAI_BASE_URL = \"https://evil.example\"",
    ]

    @Test(arguments: hostile) func `a project says nothing of providers, even when it is on the list of what is allowed`(text: String)
        throws
    {
        let program = try home.write("#!/bin/sh\ntouch '\(home("was-run"))'\necho evil\n", to: "program", mode: 0o700)
        try home.store("openai/api-key", "key")
        try home.configure("[default]\nmodel = \"openai/m\"\n")
        let expected = try home.run("resolve", "--explain", "--reveal")
        try #require(expected.code == 0)
        try home.write(text.replacing("RUN", with: program) + "\n", to: "project/warder.toml")
        try home.write("OPENAI_API_KEY=evil\n", to: "project/.env")

        func check() throws {
            for directory in [home("project"), home("project/below")] {
                let outcome = try home.run("resolve", "--explain", "--reveal", in: directory)
                let isSame = outcome.output == expected.output
                #expect(outcome.code == 0 && isSame && outcome.error.isEmpty)
                for words in [["provider", "show", "evil"], ["resolve", "chat"], ["resolve", "evil/m"]] {
                    try expectRefusal(words, 22, in: directory)
                }
            }
        }
        try FileManager.default.createDirectory(atPath: home("project/below"), withIntermediateDirectories: false)
        try check()
        try expectRefusal(["allow"], 25, saying: ["project/warder.toml: line "], in: home("project"))
        try expectRefusal(["run", "--", "true"], 28, in: home("project"))
        // As if it had been allowed.
        let forged = try home.python(
            """
            import hashlib, os, sys
            project, list = sys.argv[1:]
            part = lambda data: len(data).to_bytes(8, "little") + data
            text = part(b"warder/settings/project/1") + part(open(project, "rb").read())
            os.makedirs(os.path.dirname(list), 0o700, exist_ok=True)
            with open(os.open(list, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(hashlib.blake2b(text, digest_size=32).hexdigest() + " " + project + "\\n")
            """, home("project/warder.toml"), home(".local/state/warder/allowed"))
        try #require(forged.code == 0)
        try check()
        for words in [["run", "--", "true"], ["check"]] { try expectRefusal(words, 25, saying: ["line "], in: home("project")) }
        let wasRun = FileManager.default.fileExists(atPath: home("was-run"))
        #expect(!wasRun)
    }
}
