import Foundation
import Glibc
import Testing

/// `warder doctor` among files that are no such files, and with values in all of them.
@Suite(.serialized) struct DoctorHostileTests {
    /// Every file that is looked into, but for those of the vault.
    private static let files = [
        ".fased/.env", ".fased/fased.json", ".fased/agents/main/agent/auth-profiles.json", ".fased/agents/main/agent/models.json",
        ".genesis/.env", ".genesis/genesis.json", ".openclaw/.env", ".openclaw/openclaw.json", ".config/cagent/.env", ".loong/config.toml",
        ".loongclaw/config.toml", ".claude/settings.json", ".codex/config.toml", ".profile", ".bash_profile", ".bash_login", ".bashrc",
        ".zshenv", ".zprofile", ".zshrc", ".pam_environment", ".config/environment.d/x.conf", ".config/fish/config.fish", ".env",
        ".config/systemd/user/fased-gateway.service", ".config/systemd/user/fased-gateway.service.d/x.conf",
    ]

    private func unlink(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    @Test func `a pipe, a directory, a link or a heap in a file's place is said and passed over`() throws {
        let home = try Home()
        try home.store("anthropic/api-key", "one")
        for file in Self.files {
            try home.write("", to: file)
            unlink(home(file))
            try #require(unsafe mkfifo(home(file), 0o600) == 0)
        }
        let pipes = try home.doctor()
        for file in Self.files { #expect(pipes.has("file-unreadable", file), "\(file)") }
        for file in Self.files {
            unlink(home(file))
            try #require(unsafe mkdir(home(file), 0o700) == 0)
        }
        let directories = try home.doctor()
        for file in Self.files { #expect(directories.has("file-unreadable", file) == (file != ".env"), "\(file)") }
        for file in Self.files {
            unlink(home(file))
            try #require(unsafe symlink(home(file), home(file)) == 0)
        }
        #expect(try home.doctor().all("file-unreadable").count >= Self.files.count)
        for file in Self.files {
            unlink(home(file))
            try #require(unsafe symlink("/dev/zero", home(file)) == 0)
        }
        #expect(try home.doctor().all("file-unreadable").count >= Self.files.count)
        for file in Self.files {
            unlink(home(file))
            try #require(home.shell("truncate -s 40G '\(file)'").code == 0)
        }
        #expect(try home.doctor().all("file-unreadable").count >= Self.files.count)
        for file in Self.files { unlink(home(file)) }
        #expect(try home.doctor().all("file-unreadable").isEmpty, "the cure")
    }

    @Test func `what is no text, no document or too deep is said and passed over`() throws {
        let home = try Home()
        try home.store("anthropic/api-key", "one")
        let deep = String(repeating: "{\"a\":[", count: 5000)
        for content in [
            Value.random(5000), Value([0xFF, 0xFE, 0x00, 0x41]), Value("\u{0}\u{0}"), Value(deep),
            Value(String(repeating: "[", count: 20_000)),
            Value("export ANTHROPIC_API_KEY='unended\n\n"), Value("\u{1B}[31mANTHROPIC_API_KEY=\u{1B}]0;x\u{7}\n"),
            Value("=\n==\n===x\n\\"),
            Value(String(repeating: "a", count: 200_000)), Value(String(repeating: "\n", count: 20_000)), Value("Environment=\"\\"),
        ] {
            for file in Self.files { try home.write(content, to: file) }
            let outcome = try home.run("doctor")
            #expect([0, 1].contains(outcome.code) && !outcome.text.contains("\u{1B}"))
            #expect(try home.doctor().code == outcome.code)
        }
        try home.write("{models: ", to: ".fased/fased.json")
        try home.expectCured("file-unreadable", ".fased/fased.json", 1, fix: "make it a readable file") {
            try home.write("{}", to: ".fased/fased.json")
        }
    }

    @Test func `names that steer a terminal do not`() throws {
        let home = try Home()
        let agent = ".fased/agents/a\n\u{1B}[31m\u{202E}b/agent/auth-profiles.json"
        try home.write("{\"profiles\":{\"a:b\":{\"type\":\"api_key\",\"provider\":\"a\",\"key\":\"one\"}}}", to: agent, mode: 0o644)
        let plain = try home.run("doctor")
        #expect(plain.code == 1 && !plain.text.contains("\u{1B}") && !plain.text.contains("\u{202E}"))
        #expect(plain.text.split(separator: "\n").count == 4)
        let rows = try home.run("doctor", "--json").json()["findings"] as? [[String: Any]]
        #expect(rows?.first?["path"] as? String == home(agent), "a program gets the name as it is")
        // As many agents as nobody has.
        try #require(home.shell("cd .fased/agents; for i in $(seq 600); do mkdir $i; done").code == 0)
        #expect(try home.run("doctor").code == 1)
    }

    @Test(arguments: [false, true]) func `no value of any file is printed, in any form`(isLocked: Bool) throws {
        let home = try Home()
        let canaries = [
            Canary(Value(Canary.text(32))), Canary(Value(Array("sk-ant-".utf8) + Canary.text(40))), Canary(Value(Canary.text(24))),
            // Where capitals alone are taken for a name.
            Canary(Value(String(decoding: Canary.text(24), as: UTF8.self).uppercased())),
        ]
        let (a, b, c, d) = (text(canaries[0]), text(canaries[1]), text(canaries[2]), text(canaries[3]))
        try home.store("anthropic/api-key", a)
        try home.store("cloudflare-ai-gateway/token", b)
        try home.store("ANTHROPIC_API_KEY", c)
        try home.configure("[provider.openai]\napi_key = { env = \"OPENAI_API_KEY\" }\n[profile.p]\nX = \"secret:none\"\n")
        let lines =
            "ANTHROPIC_API_KEY=\(a)\nOPENAI_API_KEY='\(b)'\nexport CF_AIG_TOKEN=\"\(b)\"\n\(c)=\(c)\n\(c)\nX=$\(c)\nif true; then\nexport XAI_API_KEY=\(c)\nA=$(\(c))\nOPENAI_API_KEY_\(d)=\(c)\n\(d)_TOKEN=\nB_TOKEN=${\(d)}\n"
        let json = """
            {models: {providers: {openai: {apiKey: '\(a)', headers: {token: 'Bearer \(b)', 'cf-aig-authorization': '\(c)', 'x-api-key': '${\(d)}', x_token: '$\(d)'}}, z: {apiKey: {source: 'env', id: '\(d)'}}, '\(c)': {apiKey: '\(a)',
            baseUrl: '\(b)'}, x: {apiKey: {source: 'exec', provider: '\(c)', id: '\(b)'}}, y: {apiKey: {source: 'exec', provider: 'w', id: '\(c)'}}}},
            env: {ANTHROPIC_API_KEY: '\(b)', \(c): '\(c)', vars: {OPENAI_API_KEY: '\(c)'}}, apiKeyHelper: '\(c) \(b)', '\(c)': '\(c)', gateway: {auth: {token: '\(c)'}},
            secrets: {providers: {w: {source: 'exec', command: '\(c)', args: ['credential', 'openclaw', '\(c)']}, '\(c)': {source: 'exec', command: '\(b)'}}}}
            """
        let toml = """
            [provider]
            kind = "cloudflare_ai_gateway"
            base_url = "https://x/<\(c)>/openai/compat"
            api_key = "\(a)"
            api_key_env = "\(b)"
            [providers."\(c)"]
            api_key = { exec = ["\(c)", "\(b)"] }
            oauth_access_token = "\(c)"
            [model_providers."\(c)"]
            experimental_bearer_token = "\(a)"
            http_headers = { x-api-key = "\(b)" }
            [model_providers."\(c)".auth]
            command = "\(b)"
            [mcp_servers.m.env]
            M_TOKEN = "\(c)"
            \(d)_API_KEY = "\(c)"
            "\(c)_TOKEN" = "\(c)"
            """
        let profiles = """
            {"profiles":{"anthropic:\(c)":{"type":"api_key","provider":"anthropic","key":"\(a)"},"\(c):x":{"type":"token","provider":"\(c)","token":"\(b)"},
            "o:x":{"type":"oauth","provider":"o","access":"\(c)"}}}
            """
        let unit =
            "[Service]\nEnvironment=\"ANTHROPIC_API_KEY=\(a)\" XAI_API_KEY=\(c) \(c)=\(c) OPENCLAW_SERVICE_MANAGED_ENV_KEYS=\(c),\(d) \(d)_TOKEN=\(c)\nEnvironmentFile=/\(c)\nExecStart=/bin/x \(c)\n"
        for broken in ["", "\n{[\"\(a)\n\(c) '\u{0}"] {
            for file in Self.files {
                let content =
                    file.contains("auth-profiles")
                    ? profiles
                    : file.hasSuffix(".json")
                        ? json
                        : file.hasSuffix(".toml")
                            ? toml
                            : file.contains("systemd/")
                                ? unit : file.hasSuffix(".fish") ? "set -gx ANTHROPIC_API_KEY \(a)\nset -gx \(c) \(b)\n" : lines
                try home.write(content + broken, to: file, mode: 0o644)
            }
            var more = ["ANTHROPIC_API_KEY": b, "OPENAI_API_KEY": c, "CF_AIG_TOKEN": c]
            if isLocked { more["WARDER_KEY_FILE"] = try home.write(.random(32), to: "wrong") }
            for words in [["doctor"], ["-v", "doctor"], ["-q", "doctor"], ["doctor", "--json"], ["-v", "doctor", "--json"]] {
                let outcome = try home.run(words, program: Home.program, with: more)
                #expect(outcome.code == 1)
                let isFound = canaries.contains { $0.isFound(in: Value(outcome.output)) || $0.isFound(in: Value(outcome.error)) }
                #expect(!isFound, "\(words) \(isLocked) \(broken.isEmpty)")
            }
            guard broken.isEmpty else { continue }
            let found = try home.doctor(with: more)
            for file in Self.files where isLocked == false && !file.hasSuffix(".conf") && !file.hasPrefix(".config/systemd") {
                #expect(found.rows.contains { $0.path == file }, "nothing of \(file)")
            }
        }
    }

    private func text(_ canary: Canary) -> String { String(decoding: canary.value.bytes, as: UTF8.self) }
}
