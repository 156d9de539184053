import Foundation
import Glibc
import Testing

/// `warder wire`: what it writes into other programs' files, and how it goes again.
@Suite struct WireTests {
    let home: Home
    let key = String(decoding: Canary.text(40), as: UTF8.self)
    let token = String(decoding: Canary.text(40), as: UTF8.self)

    init() throws {
        home = try Home()
        try home.store("cloudflare-ai-gateway/api-key", key)
        try home.store("cloudflare-ai-gateway/token", token)
        try home.configure(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "0123456789abcdef0123456789abcdef"
            gateway_id = "my-gw"
            route = "anthropic"
            [provider.cloudflare-ai-gateway.gateway]
            authenticated = true
            [default]
            model = "cloudflare-ai-gateway/claude-sonnet-4-6"

            """)
    }

    /// A configuration as people write it, for each program.
    static let originals: [(system: String, file: String, text: String)] = [
        (
            "fased", ".fased/fased.json",
            """
            // Mine
            {
              gateway: { port: 18789, auth: { token: '${FASED_GATEWAY_TOKEN}' } }, // port
              'models': {
                mode: "merge",
                providers: {
                  openai: { baseUrl: 'https://api.openai.com/v1', models: [ { id: "gpt-4o", name: "GPT", cost: { input: 1.5e-6 } }, ] },
                  /* the gateway */
                  "cloudflare-ai-gateway": {
                    models: [
                      { id: "other", name: "Other" },
                    ],
                  },
                },
              },
              agents: { defaults: { model: { primary: "openai/gpt-4o", fallbacks: [] }, models: { "openai/gpt-4o": { alias: "g" } } } },
            }

            """
        ),
        ("genesis", ".genesis/genesis.json", "{\r\n\t\"agents\": {\"defaults\": {\"model\": \"openai/gpt-4o\"}}\r\n}\r\n"),
        ("openclaw", ".openclaw/openclaw.json", "{}"),
        (
            "loong", ".loong/config.toml",
            """
            # Mine
            active_provider = "openai" # the old one

            [providers.openai]
            kind = "openai"
            api_key = { env = "OPENAI_API_KEY" }

            [[hooks]]
            on = "start"   # tabs	and spaces

            """
        ),
        (
            "docker-agent", "agent.yaml",
            "# Mine\nversion: \"2\"\n\nagents:\n  root:\n    model: warder/x\n    instruction: |\n      # no comment\n      Hi\n"
        ),
        (
            "claude-code", ".claude/settings.json",
            "{\n    \"permissions\": {\"allow\": [\"Bash(ls:*)\"]},\n    \"env\": {\n        \"FOO\": \"bar\"\n    }\n}\n"
        ),
        ("codex", ".codex/config.toml", "model = \"o3\"\n\n[mcp_servers.x]\ncommand = \"npx\"\nargs = [\"a\", \"b\"]\n"),
    ]

    private func wire(_ system: String, _ file: String, _ more: String...) throws -> Outcome {
        let model = system == "codex" ? ["--model", "openai/gpt-5"] : []
        if system == "codex" { try home.store("openai/api-key", key) }
        return try home.run(
            ["wire", system] + (system == "docker-agent" ? ["--file", home(file)] : []) + model + more, program: Home.program)
    }

    @Test(arguments: originals) func `keeps every byte that is not its own, is the same twice, and goes without a trace`(
        _ original: (system: String, file: String, text: String)
    ) throws {
        let (system, file, text) = original
        try home.write(text, to: file, mode: 0o640)
        let settings = home.content(home.settings)
        let tree = try home.files()
        let dry = try wire(system, file, "--dry-run")
        #expect(dry.code == 0 && dry.text.contains("+"))
        #expect(try home.files() == tree && home.content(home.settings) == settings, "--dry-run writes nothing")

        #expect(try wire(system, file).code == 0)
        let wired = try #require(home.content(home(file)))
        try home.write(text, to: "before")
        #expect(try home.python(Self.comparison, system, home("before"), home(file)).text == "same\n")
        try FileManager.default.removeItem(atPath: home("before"))
        var info = stat()
        #expect(unsafe stat(home(file), &info) == 0 && info.st_mode & 0o777 == 0o640, "its mode")
        let holdsNoValue = !wired.contains(key) && !wired.contains(token)
        #expect(holdsNoValue)

        let again = try wire(system, file)
        #expect(again.code == 0 && again.error.contains("is wired already"))
        #expect(home.content(home(file)) == wired)

        #expect(try home.run("wire", system, "--remove").code == 0)
        #expect(home.content(home(file)) == Value(text))
        #expect(home.content(home.settings) == settings)
        #expect(try home.files() == tree, "nothing is left")
        #expect(try home.run("wire", system, "--remove").refused(22))
    }

    /// Whether every value of a file is in another one, as real parsers read both, but for the agents' or the program's model and provider;
    /// and every comment.
    private static let comparison = """
        import json, os, subprocess, sys, tomllib, yaml
        system, before, after = sys.argv[1:]

        def read(path):
            with open(path, 'rb') as file: data = file.read()
            if system in ('loong', 'codex'): return tomllib.loads(data.decode())
            if system == 'docker-agent': return yaml.safe_load(data)
            if system == 'claude-code': return json.loads(data)
            code = "console.log(JSON.stringify(require('json5').parse(require('fs').readFileSync(process.argv[1], 'utf8'))))"
            return json.loads(subprocess.run(
                ['node', '-e', code, path], check=True, capture_output=True,
                env={**os.environ, 'NODE_PATH': '/usr/share/nodejs:/usr/lib/nodejs'}).stdout)

        def missing(old, new, path=''):
            if path in ('.agents.defaults.model', '.agents.defaults.model.primary', '.active_provider', '.model', '.model_provider'): return
            if isinstance(old, dict) and isinstance(new, dict):
                for key in old: yield from missing(old[key], new.get(key), path + '.' + key)
            elif isinstance(old, list) and isinstance(new, list) and path.endswith('.models'):
                if not all(entry in new for entry in old): yield path
            elif old != new or type(old) is not type(new): yield path

        lost = list(missing(read(before), read(after)))
        with open(before) as file: comments = [line.split('#', 1)[1] for line in file if '#' in line and system not in ('fased',)]
        with open(before) as file: comments += [line.split('//', 1)[1] for line in file if '// ' in line] if system == 'fased' else []
        with open(after) as file: text = file.read()
        lost += [comment for comment in comments if comment not in text]
        print('same' if not lost else lost)
        """

    @Test(arguments: originals) func `makes a file where there is none, and takes it away`(
        _ original: (system: String, file: String, text: String)
    ) throws {
        let (system, file, _) = original
        guard system != "docker-agent" else { return }
        let tree = try home.files()
        #expect(try wire(system, file).code == 0)
        var info = stat()
        #expect(unsafe stat(home(file), &info) == 0 && info.st_mode & 0o777 == 0o600)
        #expect(try home.run("wire", system, "--remove").code == 0)
        #expect(try home.files() == tree)
    }

    @Test func `takes back its own part of a file that has changed since`() throws {
        let file = try home.write("{\n  a: 1,\n  b: 2\n}\n", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let wired = try String(contentsOfFile: file, encoding: .utf8)
        try home.write("// new\n" + wired.replacing("a: 1,", with: "a: 100,"), to: file)
        #expect(try home.run("wire", "fased").error.contains("is wired already"))
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value("// new\n{\n  a: 100,\n  b: 2\n}\n"))
    }

    @Test func `does not take back what somebody has changed, unless it may take all back`() throws {
        let file = try home.write("{ a: 1 }", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let changed = try String(contentsOfFile: file, encoding: .utf8).replacing("my-gw", with: "other")
        try home.write(changed, to: file)
        for words in [["--remove"], ["--remove", "--dry-run"], []] {
            #expect(try home.run(["wire", "fased"] + words, program: Home.program).refused(19))
            #expect(home.content(file) == Value(changed))
        }
        #expect(try home.run("wire", "fased", "--force").refused(2))
        #expect(try home.run("wire", "fased", "--remove", "--force").code == 0)
        #expect(home.content(file) == Value("{ a: 1 }"))
        #expect(try home.run("wire", "fased", "--remove").refused(22))
    }

    @Test func `leaves the model that its user has chosen since`() throws {
        let text = "{\n  agents: { defaults: { model: 'openai/gpt-4o' } }\n}\n"
        let file = try home.write(text, to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let chosen = try String(contentsOfFile: file, encoding: .utf8)
            .replacing("model: \"cloudflare-ai-gateway/claude-sonnet-4-6\"", with: "model: 'openai/gpt-5'")
        try home.write(chosen, to: file)
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value(text.replacing("gpt-4o", with: "gpt-5")))
    }

    /// A change at the beginning moves everything behind it, also the end of a line that was only partly changed.
    @Test func `takes back lines of TOML that have moved`() throws {
        try home.store("openai/api-key", key)
        let text = "model = \"gpt-5-mini\"\n\n[mcp_servers.x]\ncommand = \"npx\"\n"
        let file = try home.write(text, to: ".codex/config.toml")
        try #require(home.run("wire", "codex", "--model", "openai/gpt-5").code == 0)
        let wired = try String(contentsOfFile: file, encoding: .utf8)
        try home.write("# my note on top, quite long really\n" + wired, to: file)
        #expect(try home.run("wire", "codex", "--model", "openai/gpt-5").error.contains("is wired already"))
        #expect(try home.run("wire", "codex", "--remove").code == 0)
        #expect(home.content(file) == Value("# my note on top, quite long really\n" + text))
    }

    @Test func `a change of the settings changes the wiring, which still goes without a trace`() throws {
        let text = "{ models: { providers: { x: { apiKey: 'y' } } } }"
        let file = try home.write(text, to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
        try home.write(settings.replacing("my-gw", with: "second"), to: home.settings)
        try #require(home.run("wire", "fased").code == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("/second/anthropic"))
        try #require(home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value(text))
    }

    // MARK: Keys that stand there

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
        let isNew = try home.run("run", "-P", "codex", "--", "printenv", "OPENAI_API_KEY").text == token + "\n"
        #expect(isNew)
        for (file, model) in [("a.yaml", "openai/gpt-5"), ("b.yaml", "mine/m")] {
            try home.write("agents: {}\n", to: file)
            let outcome = try home.run("wire", "docker-agent", "--file", home(file), "--model", model)
            #expect(outcome.code == 0, "each has a variable of its own")
        }
        try home.configure("[profile.loong]\nLOONG_PROVIDER_KEY = \"secret:openai/api-key\"\n")
        #expect(try home.run("wire", "loong", "--keys", "env", "--model", "mine/m").refused(19))
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

    // MARK: What fails half-way

    @Test func `leaves nothing behind when the environment file has another value`() throws {
        let env = try home.write("CF_AIG_TOKEN=other\n", to: ".fased/.env")
        let (settings, tree) = (home.content(home.settings), try home.files())
        #expect(try home.run("wire", "fased").refused(19))
        #expect(home.content(home.settings) == settings)
        #expect(try home.files() == tree && home.content(env) == Value("CF_AIG_TOKEN=other\n"))
        #expect(try home.run("wire", "fased", "--remove").refused(22))
    }

    @Test func `is not forgotten before it is taken back`() throws {
        try home.write("{}", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        try FileManager.default.moveItem(atPath: home("key"), toPath: home("key.off"))
        #expect(try home.run("wire", "fased", "--remove").code != 0)
        try FileManager.default.moveItem(atPath: home("key.off"), toPath: home("key"))
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(home(".fased/fased.json")) == Value("{}") && home.content(home(".fased/.env")) == nil)
    }

    @Test func `variables that are not needed any more go`() throws {
        try #require(home.run("wire", "fased", "--keys", "env").code == 0)
        let hadKey = home.content(home(".fased/.env"))?.contains(key) == true
        try #require(home.run("wire", "fased").code == 0)
        let hasKey = home.content(home(".fased/.env"))?.contains(key) == true
        #expect(hadKey && !hasKey)
        let hasToken = home.content(home(".fased/.env"))?.contains(token) == true
        #expect(hasToken)
    }

    @Test func `one path has one record, whatever it is called`() throws {
        let file = try home.write("{}", to: ".fased/fased.json")
        unsafe symlink(home(".fased"), home("link"))
        try #require(home.run("wire", "fased").code == 0)
        #expect(try home.run("wire", "fased", "--file", home("link/fased.json")).error.contains("is wired already"))
        #expect(try home.run("wire", "fased", "--remove", "--file", home(".fased/../.fased/fased.json")).code == 0)
        #expect(home.content(file) == Value("{}"))
    }

    /// Wherever it is stopped, it can be wired again and taken back.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace"), "SKIPPED: needs strace"))
    func `is whole wherever it is stopped`() throws {
        let text = "{ a: 1 }\n"
        for call in ["rename", "renameat2", "fsync", "fdatasync", "unlink", "unlinkat"] {
            for (words, number) in [([], 1), ([], 2), ([], 3), ([], 4), (["--remove"], 1), (["--remove"], 2), (["--remove"], 3)]
                as [([String], Int)]
            {
                let file = try home.write(text, to: ".fased/fased.json")
                let settings = home.content(home.settings)
                if !words.isEmpty { try #require(home.run("wire", "fased").code == 0) }
                _ = try home.run(
                    ["-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)", Home.program]
                        + ["wire", "fased"] + words, program: "/usr/bin/strace")
                let isWhole = home.content(file) == Value(text) || home.content(file)?.contains("\"secrets\"") == true
                #expect(isWhole, "\(call) \(number) \(words)")
                #expect(try home.run("wire", "fased").code == 0, "\(call) \(number) \(words)")
                #expect(try home.run("wire", "fased", "--remove").code == 0, "\(call) \(number) \(words)")
                #expect(home.content(file) == Value(text), "\(call) \(number) \(words)")
                #expect(home.content(home.settings) == settings, "\(call) \(number) \(words)")
            }
        }
    }

    // MARK: Refusals

    @Test func `refuses files that are not plainly its user's own`() throws {
        let real = try home.write("{}", to: "real.json")
        try FileManager.default.createDirectory(atPath: home(".fased"), withIntermediateDirectories: true)
        unsafe symlink(real, home(".fased/fased.json"))
        #expect(try home.run("wire", "fased").refused(21))
        unsafe unlink(home(".fased/fased.json"))
        unsafe mkfifo(home(".fased/fased.json"), 0o600)
        #expect(try home.run("wire", "fased").refused(21))
        unsafe unlink(home(".fased/fased.json"))
        try home.write("{}", to: ".fased/fased.json", mode: 0o666)
        #expect(try home.run("wire", "fased").refused(21))
        try home.write(Value([0x7B, 0xFF, 0x7D]), to: ".fased/fased.json")
        #expect(try home.run("wire", "fased").refused(25))
        for text in ["{", "[]", "{ models: 1 }", "{ models: {}, models: {} }", String(repeating: "[", count: 100_000)] {
            try home.write(text, to: ".fased/fased.json")
            #expect(try home.run("wire", "fased").refused(25), "\(text.prefix(30))")
            #expect(home.content(home(".fased/fased.json")) == Value(text))
        }
        try home.write("a = {", to: ".loong/config.toml")
        #expect(try home.run("wire", "loong").refused(25))
        try home.write("[providers]\ncloudflare-ai-gateway = { kind = \"x\" }\n", to: ".loong/config.toml")
        #expect(try home.run("wire", "loong").refused(25))
    }

    @Test func `refuses what makes no sense, and echoes nothing`() throws {
        #expect(try home.run("wire", "nobody").refused(2))
        #expect(try home.run("wire").refused(2))
        #expect(try home.run("wire", "fased", "--keys", "both").refused(2))
        #expect(try home.run("wire", "ai-gateway-provider", "--remove").refused(2))
        #expect(try home.run("wire", "fased", "--snippet", "fetch").refused(2))
        #expect(try home.run("wire", "docker-agent").refused(2), "no file")
        #expect(try home.run("wire", "fased", "--model", "nobody/x").refused(22))
        #expect(try home.run("wire", "fased", "--model", "openai/gpt-4o").refused(22), "no key")
        #expect(try home.run("wire", "codex").refused(25), "another shape")
        #expect(try home.run("wire", "claude-code", "--model", "cloudflare-ai-gateway/x", "--vault", home("none.db")).refused(22))
        #expect(try home.run("wire", "ai-gateway-provider").refused(25), "not compat")
        let echo = try home.run("wire", "fased", "--model", "sk-ant-api03-canarycanary/x")
        #expect(echo.code != 0 && !echo.error.contains("canarycanary"))
    }

    @Test func `a key goes nowhere that it may not go`() throws {
        try #require(
            home.run("set", "cloudflare-ai-gateway/token", "--allow-host", "gateway.ai.cloudflare.com", input: Value(token)).code == 0)
        #expect(try home.run("wire", "loong").refused(28), "the REST API is another host")
        try #require(home.run("set", "cloudflare-ai-gateway/api-key", "--allow-host", "example.com", input: Value(key)).code == 0)
        #expect(try home.run("wire", "fased").refused(28))
        #expect(home.content(home(".fased/fased.json")) == nil)
    }

    // MARK: The command that is called

    @Test func `a program that would not call this executable gets a private copy`() throws {
        let other = home("bin/warder")
        // Not copied by this process: a child that starts at that moment would keep the new file open, and nobody could run it.
        try #require(home.shell("mkdir bin && cp \"$WARDER\" bin/warder && chmod 777 bin/warder").code == 0)
        try #require(home.run(["wire", "loong"], program: other).refused(21), "nobody should call it")
        let refused = try home.run(["wire", "fased"], program: other)
        #expect(refused.refused(21) && refused.error.contains("--private-copy"))
        #expect(try home.run(["wire", "fased", "--private-copy"], program: other).code == 0)
        let copy = home(".local/share/warder/bin/warder")
        #expect(try String(contentsOfFile: home(".fased/fased.json"), encoding: .utf8).contains("\"command\": \"\(copy)\""))
        var info = stat()
        #expect(unsafe lstat(copy, &info) == 0 && info.st_mode & 0o777 == 0o700)
        let answer = try home.run(
            ["credential", "openclaw"], program: copy,
            input: Value("{\"protocolVersion\":1,\"provider\":\"w\",\"ids\":[\"cloudflare-ai-gateway/api-key\"]}"))
        let isKey = answer.text.contains(key)
        #expect(isKey)
        // At a terminal it is asked for.
        try #require(home.run("wire", "fased", "--remove").code == 0)
    }

    @Test func `another vault is named to the program`() throws {
        try #require(home.run("--vault", home("v/vault.db"), "init", "--key-file", home("key")).code == 0)
        let more = ["WARDER_VAULT": home("v/vault.db")]
        try #require(home.run("set", "cloudflare-ai-gateway/api-key", input: Value(key), with: more).code == 0)
        try #require(home.run("set", "cloudflare-ai-gateway/token", input: Value(token), with: more).code == 0)
        try #require(home.run("wire", "fased", with: more).code == 0)
        #expect(
            try String(contentsOfFile: home(".fased/fased.json"), encoding: .utf8)
                .contains("[ \"--vault\", \"\(home("v/vault.db"))\", \"credential\", \"openclaw\" ]"))
    }

    // MARK: Several files, JSON, profiles

    @Test func `two agents' files are wired and taken back one by one`() throws {
        let text = "agents: {}\n"
        let (first, second) = (try home.write(text, to: "a.yaml"), try home.write(text, to: "b.yaml"))
        let settings = home.content(home.settings)
        for file in [first, second] { try #require(home.run("wire", "docker-agent", "--file", file).code == 0) }
        #expect(try home.run("wire", "docker-agent", "--remove").refused(2), "which one?")
        #expect(try home.run("wire", "docker-agent", "--remove", "--file", first).code == 0)
        #expect(home.content(first) == Value(text))
        #expect(home.content(home(".config/warder/docker-agent.env")) != nil, "the other one needs it")
        #expect(try home.run("wire", "docker-agent", "--remove").code == 0)
        #expect(home.content(second) == Value(text))
        #expect(home.content(home(".config/warder/docker-agent.env")) == nil)
        #expect(home.content(home.settings) == settings)
    }

    @Test func `says what it did as JSON`() throws {
        let json = try home.run("wire", "fased", "--json").json()
        #expect(json["changed"] as? Bool == true && json["file"] as? String == home(".fased/fased.json"))
        #expect(try home.run("wire", "fased", "--json").json()["changed"] as? Bool == false)
        #expect(try home.run("wire", "fased", "--remove", "--json").json()["changed"] as? Bool == true)
    }

    @Test func `a profile of the user's own stays, and gets what it lacks`() throws {
        try home.configure("[profile.fased]\nMINE = \"1\"\n")
        let settings = try #require(home.content(home.settings))
        try #require(home.run("wire", "fased").code == 0)
        let text = try String(contentsOfFile: home.settings, encoding: .utf8)
        #expect(text.contains("MINE = \"1\"\nCF_AIG_TOKEN = \"secret:cloudflare-ai-gateway/token\"\n"))
        try #require(home.run("wire", "fased", "--remove").code == 0)
        let left = try String(contentsOfFile: home.settings, encoding: .utf8)
        #expect(left.contains("[profile.fased]\nMINE") && !left.contains("[consumer.fased]"))
        #expect(left.hasPrefix(String(decoding: settings.bytes, as: UTF8.self)))
    }
}

extension Home {
    /// The regular files of this home and their sizes, but for what every command changes.
    func files() throws -> [String: Int] {
        var found: [String: Int] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            if name.contains("vault.db") || name.contains("/anchor") { continue }
            let attributes = try FileManager.default.attributesOfItem(atPath: self(name))
            if attributes[.type] as? FileAttributeType == .typeRegular { found[name] = (attributes[.size] as? Int) ?? 0 }
        }
        return found
    }
}

extension Value {
    /// Whether it holds a text.
    func contains(_ text: String) -> Bool { Data(bytes).firstRange(of: Data(text.utf8)) != nil }
}
