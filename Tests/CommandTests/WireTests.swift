import Foundation
import Glibc
import Testing

/// `warder wire`: what it writes into other programs' files, and how it goes again.
@Suite struct WireTests {
    let rig: WireRig
    var home: Home { rig.home }
    var key: String { rig.key }
    var token: String { rig.token }

    init() throws { rig = try WireRig() }

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
