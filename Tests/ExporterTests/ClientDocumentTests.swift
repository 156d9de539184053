import SodiumCrypto
import Testing

@testable import Exporter

/// The settings of Claude Code and of Codex: which keys stand in them.
@Suite struct ClientDocumentTests {
    private func taken(_ reading: ImportReading) -> [String] {
        reading.found.map { "\($0.line ?? 0) \($0.name)=\(String(decoding: $0.value.reveal(), as: UTF8.self))" }
    }

    @Test func `Claude Code: the variables that hold keys`() throws {
        let text = """
            {
              "apiKeyHelper": "/bin/x", "model": "m", "token": "t",
              "env": {
                "ANTHROPIC_API_KEY": "k1", "ANTHROPIC_MODEL": "m", "ANTHROPIC_BASE_URL": "https://h", "GITHUB_TOKEN": "k2",
                "ANTHROPIC_CUSTOM_HEADERS": "cf-aig-authorization: Bearer k3", "CLOUDFLARE_ACCOUNT_ID": "id", "N": 1, "DB_PASSWORD": "${X}"
              }
            }
            """
        let reading = try ClaudeCodeDocument.read(Array(text.utf8))
        #expect(
            taken(reading) == ["4 ANTHROPIC_API_KEY=k1", "4 GITHUB_TOKEN=k2", "5 ANTHROPIC_CUSTOM_HEADERS=cf-aig-authorization: Bearer k3"])
        #expect(reading.references.map(\.target) == ["the variable X"] && !reading.isOnlyVariables)
        let plain = try ClaudeCodeDocument.read(Array("{env: {ANTHROPIC_CUSTOM_HEADERS: 'x-team: blue'}}".utf8))
        #expect(plain.found.isEmpty)
        for text in ["[]", "{", "", "\"env\""] {
            #expect(throws: ExportError.self) { try ClaudeCodeDocument.read(Array(text.utf8)) }
        }
    }

    @Test func `Codex: tokens, headers and the variables of its servers`() throws {
        let text = """
            model = "m"
            [model_providers.cf]
            base_url = "https://h"
            env_key = "OPENAI_API_KEY"
            experimental_bearer_token = "k1"
            http_headers = { "cf-aig-authorization" = "Bearer k2", "x-team" = "blue" }
            env_http_headers = { "x-api-key" = "KEY" }
            [mcp_servers.web]
            command = "x"
            [mcp_servers.web.env]
            LEVEL = "info"
            WEB_API_KEY = "k3"
            """
        let reading = try CodexDocument.read(Array(text.utf8), path: "config.toml")
        #expect(taken(reading) == ["5 cf/api-key=k1", "6 cf/token=k2", "12 WEB_API_KEY=k3"])
        #expect(try CodexDocument.read(Array("x = 1\n".utf8), path: "config.toml").found.isEmpty)
        #expect(throws: ExportError.self) { try CodexDocument.read(Array("[x".utf8), path: "config.toml") }
    }

    @Test func `a file is one of them by its directory`() {
        #expect(ClaudeCodeDocument.isPath("/home/me/.claude/settings.json") && !ClaudeCodeDocument.isPath("/home/me/settings.json"))
        #expect(CodexDocument.isPath("/home/me/.codex/config.toml") && !CodexDocument.isPath("/home/me/.loong/config.toml"))
    }
}
