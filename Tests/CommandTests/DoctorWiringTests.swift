import Foundation
import Glibc
import Testing

/// `warder doctor` and what the systems' configurations point at.
@Suite struct DoctorWiringTests {
    let home: Home

    init() throws { home = try Home() }

    private func configure(_ command: String, id: String = "anthropic/api-key", alias: String = "warder") throws {
        try home.write(
            """
            {
              models: {providers: {anthropic: {apiKey: {source: "exec", provider: "\(alias)",
                id: "\(id)"}}}},
              secrets: {providers: {warder: {source: "exec",
                command: "\(command)", args: ["credential", "openclaw"]}}},
            }
            """, to: ".fased/fased.json")
    }

    @Test func `a program that is not there, or that is refused`() throws {
        try home.store("anthropic/api-key", "one")
        let program = home(".local/lib/warder")
        let file = ".fased/fased.json"
        func makeProgram(mode: mode_t = 0o700) throws { try home.write("#!/bin/sh\n", to: program, mode: mode) }
        try configure(program)
        try home.expectCured("program-missing", file, 5, subject: "fased", fix: "`warder wire fased`") { try makeProgram() }
        unsafe chmod(program, 0o600)
        try home.expectCured("program-missing", file, 5, subject: "fased", fix: "`warder wire fased`") { unsafe chmod(program, 0o700) }
        unsafe chmod(program, 0o775)
        try home.expectCured("program-unsafe", file, 5, subject: "fased", fix: "`chmod go-w ~/.local/lib/warder`") {
            try home.cure("chmod go-w ~/.local/lib/warder")
        }
        try #require(unsafe symlink(program, home("link")) == 0)
        try configure(home("link"))
        try home.expectCured("program-unsafe", file, 5, subject: "fased", fix: "`warder wire fased`") { try configure(program) }
        try configure("warder")
        try home.expectCured("program-unsafe", file, 5, subject: "fased", fix: "`warder wire fased`") { try configure(program) }
        #expect(try home.doctor().rows.allSatisfy { $0.severity == "info" })
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func `a program of somebody else's`() throws {
        try home.store("anthropic/api-key", "one")
        let program = try home.write("#!/bin/sh\n", to: "program", mode: 0o755)
        try #require(unsafe chown(program, 65534, 65534) == 0)
        try configure(program)
        #expect(try home.doctor().has("program-unsafe", ".fased/fased.json", 5))
    }

    @Test func `a link will do where the configuration allows it`() throws {
        let program = try home.write("#!/bin/sh\n", to: "program", mode: 0o700)
        try #require(unsafe symlink(program, home("link")) == 0)
        try home.write(
            "{secrets: {providers: {w: {source: 'exec', command: '\(home("link"))', allowSymlinkCommand: true}}}}",
            to: ".openclaw/openclaw.json")
        #expect(try home.doctor().code == 0)
        unsafe unlink(program)
        #expect(try home.doctor().has("program-missing", ".openclaw/openclaw.json", 1))
    }

    @Test func `a reference to a secret, or a provider, that is not there`() throws {
        let program = try home.write("#!/bin/sh\n", to: "program", mode: 0o700)
        let file = ".fased/fased.json"
        try configure(program)
        try home.expectCured("reference-missing", file, 3, subject: "anthropic/api-key", fix: "`warder set anthropic/api-key`") {
            try home.cure("warder set anthropic/api-key", input: Value("one"))
        }
        // Hyphens stand for underscores.
        try configure(program, id: "OPENAI-API-KEY")
        try home.expectCured("reference-missing", file, 3, subject: "OPENAI-API-KEY", fix: "`warder set OPENAI-API-KEY`") {
            try home.cure("warder set OPENAI_API_KEY", input: Value("one"))
        }
        try configure(program, alias: "nobody")
        try home.expectCured("reference-missing", file, 3, subject: "fased", fix: "`warder wire fased`") {
            try configure(program, id: "OPENAI-API-KEY")
        }
        // An agent's references go by the configuration of its system.
        let profiles = ".fased/agents/main/agent/auth-profiles.json"
        try home.write(
            "{\"profiles\":{\"xai:default\":{\"type\":\"api_key\",\"provider\":\"xai\",\n"
                + "\"keyRef\":{\"source\":\"exec\",\"provider\":\"warder\",\"id\":\"xai/api-key\"}}}}", to: profiles)
        try home.expectCured("reference-missing", profiles, 2, subject: "xai/api-key", fix: "`warder set xai/api-key`") {
            try home.cure("warder set xai/api-key", input: Value("one"))
        }
    }

    @Test func `programs of loong, Claude Code and Codex`() throws {
        let program = home("bin/warder")
        try home.write("[provider]\nkind = \"openai\"\napi_key = { exec = [\"\(program)\", \"get\"] }\n", to: ".loong/config.toml")
        try home.write("{\n\"apiKeyHelper\": \"'\(program)' credential claude\"}", to: ".claude/settings.json")
        try home.write("[model_providers.x.auth]\ncommand = \"\(program)\"\n", to: ".codex/config.toml")
        for (file, line, system) in [
            (".loong/config.toml", 3, "loong"), (".claude/settings.json", 2, "claude-code"), (".codex/config.toml", 2, "codex"),
        ] {
            unsafe unlink(program)
            try home.expectCured("program-missing", file, line, subject: system, fix: "`warder wire \(system)`") {
                try home.write("#!/bin/sh\n", to: program, mode: 0o755)
            }
        }
        // A link will do for these, and a name that is found.
        try #require(unsafe rename(program, home("real")) == 0)
        try #require(unsafe symlink(home("real"), program) == 0)
        try home.write("{\"apiKeyHelper\": \"sh -c x\"}", to: ".claude/settings.json")
        let found = try home.doctor()
        #expect(found.code == 0, "\(found.rows)")
        try home.write("{\"apiKeyHelper\": \"no-such-program x\"}", to: ".claude/settings.json")
        #expect(try home.doctor().has("program-missing", ".claude/settings.json", 1))
    }

    @Test func `an address of the gateway that leads elsewhere`() throws {
        let head = "[providers.cf]\nkind = \"cloudflare_ai_gateway\"\n"
        let good = "base_url = \"https://gateway.ai.cloudflare.com/v1/a1/g1/compat\"\n"
        for (bad, line) in [
            ("", 2), ("base_url = \"https://gateway.ai.cloudflare.com/v1/<account_id>/<gateway_name>/openai/compat\"\n", 3),
            ("base_url = \"https://gateway.ai.cloudflare.com/v1/a1/g1/openai/compat\"\n", 3),
        ] {
            try home.write(head + bad, to: ".loong/config.toml")
            try home.expectCured("gateway-address", ".loong/config.toml", line, subject: "loong", fix: "/v1/ACCOUNT_ID/GATEWAY_ID/compat\"")
            {
                try home.write(head + good, to: ".loong/config.toml")
            }
        }
        #expect(try home.doctor().code == 0)
    }
}
