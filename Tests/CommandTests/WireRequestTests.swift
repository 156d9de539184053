import Foundation
import Testing

/// From a fresh home to the request that each program makes: the exact address and headers, an authenticated gateway's included.
@Suite struct WireRequestTests {
    let home: Home
    let server: RecordingServer
    let key = String(decoding: Canary.text(40), as: UTF8.self)
    let token = String(decoding: Canary.text(40), as: UTF8.self)
    static let account = "0123456789abcdef0123456789abcdef"
    static let client: Set<String> = ["host", "accept-encoding", "content-length"]

    init() throws {
        home = try Home()
        server = try RecordingServer(in: home.streams)
        try home.store("cloudflare-ai-gateway/api-key", key)
        try home.store("cloudflare-ai-gateway/token", token)
        try home.store("openai/api-key", key)
    }

    private func configure(_ route: String, _ more: String = "", authenticated: Bool = true) throws {
        try home.configure(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "\(Self.account)"
            gateway_id = "my-gw"
            route = "\(route)"
            \(more)
            [provider.cloudflare-ai-gateway.gateway]
            authenticated = \(authenticated)
            """)
    }

    /// The request of a program, with the headers that it has beside those of every client.
    private func request(_ system: String, _ file: String, profile: String? = nil) throws -> (line: String, headers: [String: String]) {
        let script = try #require(Bundle.module.path(forResource: "wired-clients", ofType: "py", inDirectory: "Resources"))
        let exec = try #require(Bundle.module.path(forResource: "openclaw-exec", ofType: "js", inDirectory: "Resources"))
        let words = ["/usr/bin/python3", script, system, file, "\(server.port)", exec]
        let more = ["ENV_FILE": home(".config/warder/docker-agent.env")]
        let outcome =
            try profile.map { try home.run(["run", "-P", $0, "--"] + words, program: Home.program, with: more) }
            ?? home.run(Array(words.dropFirst()), program: words[0], with: more)
        try #require(outcome.code == 0, "the client failed")
        let requests = try server.requests()
        try #require(requests.count == 1)
        return (requests[0].line, requests[0].headers(without: Self.client))
    }

    @Test(arguments: ["fased", "genesis", "openclaw"]) func `OpenClaw's family asks an authenticated gateway`(_ system: String) throws {
        try configure("anthropic")
        let wired = try home.run("wire", system, "--model", "cloudflare-ai-gateway/claude-sonnet-4-6")
        try #require(wired.code == 0)
        let (line, headers) = try request(system, home(".\(system)/\(system).json"))
        #expect(line == "POST /v1/\(Self.account)/my-gw/anthropic/v1/messages HTTP/1.1")
        let isExact = headers == ["x-api-key": key, "cf-aig-authorization": "Bearer \(token)", "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
    }

    @Test func `Fased takes the key from its own file, too`() throws {
        try configure("anthropic")
        let wired = try home.run("wire", "fased", "--model", "cloudflare-ai-gateway/claude-sonnet-4-6", "--keys", "env")
        try #require(wired.code == 0)
        let (_, headers) = try request("fased", home(".fased/fased.json"))
        let isExact = headers == ["x-api-key": key, "cf-aig-authorization": "Bearer \(token)", "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
    }

    @Test func `Fased asks a gateway without authentication, and a model of the compat address`() throws {
        try configure("compat", authenticated: false)
        try #require(home.run("wire", "fased", "--model", "cloudflare-ai-gateway/openai/gpt-4o").code == 0)
        let (line, headers) = try request("fased", home(".fased/fased.json"))
        #expect(line == "POST /v1/\(Self.account)/my-gw/compat/chat/completions HTTP/1.1")
        let isExact = headers == ["authorization": "Bearer \(key)", "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
        #expect(home.content(home(".fased/.env")) == nil, "there is nothing to put into it")
    }

    @Test(arguments: ["exec", "env"]) func `loong asks an authenticated gateway by the REST API`(_ keys: String) throws {
        try configure("compat")
        try #require(home.run("wire", "loong", "--model", "cloudflare-ai-gateway/openai/gpt-4o", "--keys", keys).code == 0)
        let (line, headers) = try request("loong", home(".loong/config.toml"), profile: keys == "env" ? "loong" : nil)
        #expect(line == "POST /client/v4/accounts/\(Self.account)/ai/v1/chat/completions HTTP/1.1")
        let isExact = headers == ["authorization": "Bearer \(token)", "cf-aig-gateway-id": "my-gw", "x-host": "api.cloudflare.com"]
        #expect(isExact)
    }

    @Test(arguments: [
        ("anthropic", "claude-sonnet-4-6", "anthropic/v1/messages", "x-api-key", ""),
        ("compat", "openai/gpt-4o", "compat/chat/completions", "authorization", "Bearer "),
        ("openai", "gpt-4o", "openai/chat/completions", "authorization", "Bearer "),
    ])
    func `loong asks a gateway without authentication at the account's own address`(
        _ route: String, _ model: String, _ path: String, _ header: String, _ prefix: String
    ) throws {
        try configure(route, authenticated: false)
        try #require(home.run("wire", "loong", "--model", "cloudflare-ai-gateway/\(model)").code == 0)
        let (line, headers) = try request("loong", home(".loong/config.toml"))
        #expect(line == "POST /v1/\(Self.account)/my-gw/\(path) HTTP/1.1")
        let isExact = headers == [header: prefix + key, "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
    }

    @Test func `loong asks a provider that it knows at the address that it knows`() throws {
        try #require(home.run("wire", "loong", "--model", "openai/gpt-4o").code == 0)
        let (line, headers) = try request("loong", home(".loong/config.toml"))
        #expect(line == "POST /v1/chat/completions HTTP/1.1")
        let isExact = headers == ["authorization": "Bearer \(key)", "x-host": "api.openai.com"]
        #expect(isExact)
    }

    @Test func `docker-agent asks an authenticated gateway by the REST API, and another by compat`() throws {
        try configure("compat")
        let agent = try home.write(
            "agents:\n  root:\n    model: warder/openai/gpt-4o\n    description: d\n    instruction: i\n", to: "agent.yaml")
        try #require(home.run("wire", "docker-agent", "--file", agent, "--model", "cloudflare-ai-gateway/openai/gpt-4o").code == 0)
        let (line, headers) = try request("docker-agent", agent)
        #expect(line == "POST /client/v4/accounts/\(Self.account)/ai/v1/chat/completions HTTP/1.1")
        let isExact = headers == ["authorization": "Bearer \(token)", "cf-aig-gateway-id": "my-gw", "x-host": "api.cloudflare.com"]
        #expect(isExact)
    }

    @Test func `docker-agent asks a gateway without authentication by compat`() throws {
        try configure("compat", authenticated: false)
        let agent = try home.write(
            "agents: { root: { model: warder/openai/gpt-4o } }\nproviders:\n  mine:\n    base_url: x\n", to: "agent.yaml")
        try #require(home.run("wire", "docker-agent", "--file", agent, "--model", "cloudflare-ai-gateway/openai/gpt-4o").code == 0)
        let (line, headers) = try request("docker-agent", agent)
        #expect(line == "POST /v1/\(Self.account)/my-gw/compat/chat/completions HTTP/1.1")
        let isExact = headers == ["authorization": "Bearer \(key)", "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
    }

    @Test func `Claude Code asks an authenticated gateway when Warder starts it`() throws {
        try configure("anthropic")
        try #require(home.run("wire", "claude-code", "--model", "cloudflare-ai-gateway/claude-sonnet-4-6").code == 0)
        let (line, headers) = try request("claude-code", home(".claude/settings.json"), profile: "claude-code")
        #expect(line == "POST /v1/\(Self.account)/my-gw/anthropic/v1/messages HTTP/1.1")
        let isExact =
            headers == [
                "x-api-key": key, "authorization": "Bearer \(key)", "cf-aig-authorization": "Bearer \(token)",
                "x-host": "gateway.ai.cloudflare.com",
            ]
        #expect(isExact)
    }

    @Test func `Claude Code asks the REST API without anything in its environment`() throws {
        try configure("rest", "style = \"anthropic-messages\"")
        try #require(home.run("wire", "claude-code", "--model", "cloudflare-ai-gateway/anthropic/claude-sonnet-4-6").code == 0)
        let (line, headers) = try request("claude-code", home(".claude/settings.json"))
        #expect(line == "POST /client/v4/accounts/\(Self.account)/ai/v1/messages HTTP/1.1")
        let isExact =
            headers == [
                "x-api-key": token, "authorization": "Bearer \(token)", "cf-aig-gateway-id": "my-gw", "x-host": "api.cloudflare.com",
            ]
        #expect(isExact)
    }

    @Test func `Codex asks an authenticated gateway when Warder starts it`() throws {
        try configure("openai")
        try #require(home.run("wire", "codex", "--model", "cloudflare-ai-gateway/gpt-5").code == 0)
        let (line, headers) = try request("codex", home(".codex/config.toml"), profile: "codex")
        #expect(line == "POST /v1/\(Self.account)/my-gw/openai/responses HTTP/1.1")
        let isExact =
            headers == ["authorization": "Bearer \(key)", "cf-aig-authorization": "Bearer \(token)", "x-host": "gateway.ai.cloudflare.com"]
        #expect(isExact)
    }

    /// The code itself, with the address of this machine.
    @Test func `Cloudflare's pattern in plain code asks an authenticated gateway`() throws {
        try configure("compat")
        let snippet = try home.run(
            "wire", "ai-gateway-provider", "--snippet", "fetch", "--model", "cloudflare-ai-gateway/openai/gpt-4o")
        try #require(snippet.code == 0)
        let script = try home.write(snippet.text.replacing("${process.env.OPENAI_BASE_URL}", with: "${process.env.HERE}"), to: "ask.mjs")
        _ = try home.run(
            ["run", "-P", "ai-gateway-provider", "--", "/usr/bin/env", "node", script], program: Home.program,
            with: ["HERE": "http://127.0.0.1:\(server.port)/compat"])
        let requests = try server.requests()
        try #require(requests.count == 1)
        #expect(requests[0].line == "POST /compat/chat/completions HTTP/1.1")
        let isExact = requests[0]["authorization"] == "Bearer \(key)" && requests[0]["cf-aig-authorization"] == "Bearer \(token)"
        #expect(isExact)
    }

    private static let hasOpenAI = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", "import openai"]
        process.standardError = nil
        try? process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// The code itself, with OpenAI's library.
    @Test(
        .enabled(if: hasOpenAI, "SKIPPED: needs OpenAI's library for Python, which Debian does not have"), arguments: ["request", "stored"])
    func `OpenAI's library asks an authenticated gateway`(_ way: String) throws {
        try configure("compat")
        try home.configure("provider_key = \"\(way)\"\n")
        let snippet = try home.run(
            "wire", "ai-gateway-provider", "--snippet", "openai-python", "--model", "cloudflare-ai-gateway/openai/gpt-4o")
        let script = try home.write(snippet.text, to: "ask.py")
        _ = try home.run(
            [
                "run", "-P", "ai-gateway-provider", "--", "/usr/bin/env", "OPENAI_BASE_URL=http://127.0.0.1:\(server.port)", "python3",
                script,
            ],
            program: Home.program)
        let requests = try server.requests()
        try #require(requests.count == 1)
        let isExact =
            requests[0]["authorization"] == (way == "request" ? "Bearer \(key)" : nil)
            && requests[0]["cf-aig-authorization"] == "Bearer \(token)"
        #expect(isExact)
    }

    @Test(arguments: ["ai-gateway-provider", "openai", "fetch", "workers"]) func `code for node is code`(_ name: String) throws {
        for provider in ["request", "stored"] {
            let home = try Home()
            try home.store("cloudflare-ai-gateway/token", token)
            try home.store("openai/api-key", key)
            try home.configure(
                """
                [provider.cloudflare-ai-gateway]
                account_id = "\(Self.account)"
                gateway_id = "my-gw"
                route = "compat"
                [provider.cloudflare-ai-gateway.gateway]
                provider_key = "\(provider)"
                """)
            let snippet = try home.run(
                "wire", "ai-gateway-provider", "--snippet", name, "--model", "cloudflare-ai-gateway/openai/gpt-4o")
            let script = try home.write(snippet.text, to: "ask.mjs")
            #expect(try home.run(["node", "--check", script], program: "/usr/bin/env").code == 0)
        }
    }
}
