import Foundation
import SodiumCrypto
import Testing

@testable import Exporter

/// The configurations of the five systems: which keys stand in them, and what only leads elsewhere.
@Suite struct ImportDocumentTests {
    private func taken(_ reading: ImportReading) -> [String] {
        reading.found.map { "\($0.line ?? 0) \($0.name)=\(String(decoding: $0.value.reveal(), as: UTF8.self))" }
    }

    private func references(_ reading: ImportReading) -> [String] { reading.references.map { "\($0.line) \($0.name): \($0.target)" } }

    private func left(_ reading: ImportReading) -> [String] {
        reading.left.map { "\($0.lines?.lowerBound ?? 0) \($0.name ?? "?"): \($0.reason)" }
    }

    @Test func `OpenClaw: keys, headers and env blocks are taken, references are not`() throws {
        let text = """
            // a comment
            {
              env: { GROQ_API_KEY: "k1", shellEnv: { enabled: true, timeoutMs: 15000 }, vars: { MY_VAR: 'k2', OTHER: "${ELSE}" } },
              models: { mode: "merge", providers: {
                anthropic: { apiKey: "k3", baseUrl: "https://h/x", models: [{ id: "m", maxTokens: 100, cost: { input: 1 } }] },
                "cloudflare_ai_gateway": {
                  apiKey: "${CLOUDFLARE_AI_GATEWAY_API_KEY}",
                  headers: { "cf-aig-authorization": "Bearer k4", "cf-aig-metadata": "{}", "x-api-key": "k5", Authorization: "bearer  k6" },
                },
                openai: { apiKey: { source: "env", provider: "default", id: "OPENAI_API_KEY" } },
                google: { apiKey: "$GEMINI_API_KEY" }, // a trailing comma:
                mistral: { apiKey: { source: "file", id: "/x" } }, groq: { apiKey: { source: 'exec', id: "x" } },
                xai: { apiKey: "$${NOT_FILLED_IN}" }, zai: { apiKey: "__OPENCLAW_REDACTED__" }, none: { apiKey: " " }, lower: { apiKey: "${lower}x" },
                venice: { apiKey: "VENICE_API_KEY" },
              } },
              gateway: { port: 1, auth: { mode: "token", token: "k7", password: "Bearer ${PASS_WORD}" } },
              channels: { telegram: { botToken: "k8", accounts: { team: { botToken: "k9" } } }, slack: { signingSecret: "k10", channelId: "c" } },
              skills: { entries: { "my skill": { apiKey: "k11", env: { SKILL: "k12" } } } },
            }
            """
        let reading = try OpenClawDocument.read([UInt8](text.utf8))
        #expect(
            taken(reading) == [
                "3 GROQ_API_KEY=k1", "3 MY_VAR=k2", "5 anthropic/api-key=k3", "8 cloudflare-ai-gateway/token=k4",
                "8 cloudflare-ai-gateway/x-api-key=k5", "8 cloudflare-ai-gateway/authorization=k6", "13 lower/api-key=${lower}x",
                "16 gateway/auth/token=k7", "17 channels/telegram/bot-token=k8", "17 channels/telegram/accounts/team/bot-token=k9",
                "17 channels/slack/signing-secret=k10", "18 skills/entries/my-skill/api-key=k11", "18 SKILL=k12",
            ])
        #expect(
            references(reading) == [
                "3 OTHER: the variable ELSE", "7 cloudflare-ai-gateway/api-key: the variable CLOUDFLARE_AI_GATEWAY_API_KEY",
                "10 openai/api-key: the variable OPENAI_API_KEY", "11 google/api-key: the variable GEMINI_API_KEY",
                "12 mistral/api-key: a file", "12 groq/api-key: a program", "16 gateway/auth/password: the variable PASS_WORD",
            ])
        #expect(
            left(reading) == [
                "13 xai/api-key: a text with ${…} in it that is not filled in", "13 zai/api-key: a placeholder in place of the key",
                "14 venice/api-key: the name of a variable where the key itself belongs",
            ])
        #expect(!reading.isOnlyVariables)
    }

    @Test func `OpenClaw: of a name that is there twice the last counts, and the other is told`() throws {
        let reading = try OpenClawDocument.read([UInt8]("{models:{providers:{a:{apiKey:'k1',\napiKey:'k2'}}}}".utf8))
        #expect(taken(reading) == ["2 a/api-key=k2"])
        #expect(left(reading) == ["1 ?: the same name stands again below, which counts"])
    }

    @Test func `OpenClaw: auth profiles`() throws {
        let text = """
            {"version": 1, "profiles": {
            "anthropic:default": {"type": "api_key", "provider": "anthropic", "key": "k1"},
            "openai:team": {"type": "api_key", "provider": "openai", "keyRef": {"source": "env", "provider": "default", "id": "OPENAI_API_KEY"}},
            "openai:Home Use": {"type": "token", "provider": "openai", "token": "k2"},
            "cloudflare-ai-gateway:default": {"type": "api_key", "provider": "cloudflare-ai-gateway", "key": "k3", "metadata": {"accountId": "a"}},
            "openai-codex:default": {"type": "oauth", "provider": "openai-codex", "access": "k4", "refresh": "k5"}},
            "usageStats": {}}
            """
        let reading = try OpenClawDocument.read([UInt8](text.utf8))
        #expect(taken(reading) == ["2 anthropic/api-key=k1", "4 openai/home-use/token=k2", "5 cloudflare-ai-gateway/api-key=k3"])
        #expect(references(reading) == ["3 openai/team/api-key: the variable OPENAI_API_KEY"])
        #expect(left(reading) == ["6 openai-codex: a login that its program renews itself"])
    }

    @Test func `docker-agent: headers and env blocks, while token_key only names a variable`() throws {
        let text = """
            agents:
              root:
                model: cf
                toolsets:
                  - type: mcp
                    env:
                      GITHUB_TOKEN: k1
                      NUMBER: 012
                      OTHER: ${env.FOO}
                      PASSWORD: op://vault/item
                  - type: mcp
                    remote: {url: "https://h", headers: {Authorization: Bearer k2, Accept: "*/*"}}
            models:
              cf:
                provider: my_gw
                max_tokens: 4096
                provider_opts:
                  http_headers: {cf-aig-authorization: Bearer k3, X-Title: t}
            providers:
              my_gw:
                base_url: https://h
                token_key: CLOUDFLARE_API_TOKEN
              bad:
                token_key: sk-ant-api03-0123456789
            """
        let reading = try DockerAgentDocument.read([UInt8](text.utf8), path: "agent.yaml")
        #expect(
            taken(reading) == [
                "7 GITHUB_TOKEN=k1", "8 NUMBER=012", "12 agents/root/toolsets/2/remote/authorization=k2", "18 my-gw/token=k3",
            ])
        #expect(
            references(reading) == [
                "9 OTHER: the variable FOO", "10 PASSWORD: 1Password", "22 my-gw/token-key: the variable CLOUDFLARE_API_TOKEN",
            ])
        #expect(left(reading) == ["24 bad/token-key: not the name of a variable, which belongs here: it may be the key itself"])
    }

    @Test func `loong: a bare string is the key, everything else leads elsewhere`() throws {
        let text = """
            active_provider = "openai"
            [provider]
            kind = "cloudflare_ai_gateway"
            api_key = "k1"
            [provider.headers]
            cf-aig-authorization = "Bearer k2"
            x-title = "t"
            [providers.openai]
            api_key = { env = "OPENAI_API_KEY" }
            oauth_access_token = 'k3'
            [providers.a]
            api_key = "${A_KEY}"
            [providers.b]
            api_key = "$B_KEY"
            [providers.c]
            api_key = "env:C_KEY"
            [providers.d]
            api_key = " %D_KEY% "
            [providers.e]
            api_key = { file = "/x" }
            [providers.f]
            api_key = { exec = ["pass", "show", "x"] }
            [providers.g]
            api_key_env = "G_KEY"
            [providers.h]
            api_key = "ARK_API_KEY"
            [providers.i]
            api_key_env = "gsk_0123456789abcdef"
            """
        let reading = try LoongDocument.read([UInt8](text.utf8), path: "config.toml")
        #expect(
            taken(reading) == ["4 cloudflare-ai-gateway/api-key=k1", "6 cloudflare-ai-gateway/token=k2", "10 openai/oauth-access-token=k3"])
        #expect(
            references(reading) == [
                "9 openai/api-key: the variable OPENAI_API_KEY", "12 a/api-key: the variable A_KEY", "14 b/api-key: the variable B_KEY",
                "16 c/api-key: the variable C_KEY", "18 d/api-key: the variable D_KEY", "20 e/api-key: a file",
                "24 g/api-key-env: the variable G_KEY", "22 f/api-key: a program",
            ])
        #expect(
            left(reading) == [
                "26 h/api-key: the name of a variable where the key itself belongs",
                "28 i/api-key-env: not the name of a variable, which belongs here: it may be the key itself",
            ])
    }

    @Test func `refuses other documents without repeating them`() {
        let secret = "hunter2hunter2"
        let documents: [(ImportFormat, String)] = [
            (.openClaw, "['\(secret)']"), (.openClaw, "{a: \(secret)}"), (.dockerAgent, "a: \(secret)"),
            (.dockerAgent, "models: [\(secret)"),
            (.dockerAgent, "models:\n  \(secret): 1\n  \(secret): 2\n"), (.dockerAgent, "models: *\(secret)"), (.dockerAgent, ""),
            (.dockerAgent, String(repeating: "- ", count: 100_000)), (.dockerAgent, String(repeating: "[", count: 100_000)),
            (.loong, "a = '\(secret)'"), (.loong, "[provider]\nb = \(secret)"),
        ]
        for (index, (format, text)) in documents.enumerated() {
            let error = failure(format, [UInt8](text.utf8))
            #expect(error?.exitCode == 25, "\(index)")
            let isSilent = error.map { !$0.description.contains(secret) } ?? false
            #expect(isSilent, "\(index)")
        }
    }

    private func failure(_ format: ImportFormat, _ bytes: [UInt8]) -> ExportError? {
        do throws(ExportError) {
            switch format {
            case .openClaw: _ = try OpenClawDocument.read(bytes)
            case .dockerAgent: _ = try DockerAgentDocument.read(bytes, path: "f")
            default: _ = try LoongDocument.read(bytes, path: "f")
            }
            return nil
        } catch {
            return error
        }
    }

    @Test func `refuses a few lines of YAML that stand for millions`() {
        var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefgh", "abcdefg") {
            text += "\(name): &\(name) [" + [String](repeating: "*\(before)", count: 9).joined(separator: ",") + "]\n"
        }
        let error = exportError { () throws(ExportError) in try DockerAgentDocument.read([UInt8]("\(text)models: {}\n".utf8), path: "f") }
        #expect(error?.description == "f: too large or nested too deeply")
    }

    @Test func `makes names of paths`() {
        let segments = ["apiKey", "API_KEY", "cloudflare_ai_gateway", "xAI", "My Skill!", "a.b", "--x--", "é", "GPT4Turbo", "bot token"]
        #expect(
            segments.map(DocumentWalk.segment) == [
                "api-key", "api-key", "cloudflare-ai-gateway", "x-ai", "my-skill", "a.b", "x", "", "gpt4-turbo", "bot-token",
            ])
        #expect(DocumentWalk.segment("sk-ant-api03-0123456789").isEmpty)
    }

    @Test func `knows the variables of providers, and those of every session`() {
        for name in [
            "ANTHROPIC_API_KEY", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_GATEWAY_ID", "CLOUDFLARE_AI_GATEWAY_API_KEY",
            "HF_TOKEN",
            "AWS_BEARER_TOKEN_BEDROCK", "OPENCLAW_GATEWAY_TOKEN", "OPENAI_API_KEYS", "OPENAI_API_KEY_2", "OPENCLAW_LIVE_OPENAI_KEY",
            "Z_AI_API_KEY",
        ] {
            #expect(KnownVariables.holdsKey(name), "\(name)")
            #expect(!KnownVariables.describesSession(name), "\(name)")
        }
        for name in ["PATH", "HOME", "PWD", "SHLVL", "LANG", "LC_ALL", "TERM", "_", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK"] {
            #expect(!KnownVariables.holdsKey(name), "\(name)")
            #expect(KnownVariables.describesSession(name), "\(name)")
        }
        for name in ["EDITORS", "MY_API_KEY", "X_API_KEYS", "OPENCLAW_LIVE_X_KEY", "OPENCLAW_LIVE__KEY", ""] {
            #expect(!KnownVariables.holdsKey(name), "\(name)")
        }
    }

    @Test func `a name of pass becomes one of a secret`() {
        let names = ["api/openai", "a b/c@d.e", "x/.hidden", "é/x", "-/x", "a/_b", "api/key-"]
        #expect(names.map(PasswordStore.valid) == ["api/openai", "a-b/c-d.e", "x/hidden", nil, nil, "a/b", "api/key"])
    }
}
