import Foundation
import Testing

/// From an empty home to the request that a program makes, by nothing but what the documents say.
@Suite struct FreshHomeTests {
    static let account = "0123456789abcdef0123456789abcdef"
    let home: Home
    let server: RecordingServer
    let key = "sk-ant-api03-" + String(decoding: Canary.text(40), as: UTF8.self)
    let token = String(decoding: Canary.text(40), as: UTF8.self)

    init() throws {
        home = try Home(withVault: false)
        server = try RecordingServer(in: home.streams)
        try home.write(key, to: "\(home.streams)/key-value")
        try home.write(token, to: "\(home.streams)/token-value")
    }

    private func onboard() throws {
        let outcome = try home.shell(
            """
            set -e
            "$WARDER" init -q --key-file ~/.config/warder/key
            "$WARDER" onboard --non-interactive --mode local --auth-choice cloudflare-ai-gateway-api-key \\
                --cloudflare-ai-gateway-account-id \(Self.account) --cloudflare-ai-gateway-gateway-id my-gw \\
                --cloudflare-ai-gateway-api-key-file - --cloudflare-ai-gateway-token-file '\(home.streams)/token-value' \\
                <'\(home.streams)/key-value'
            """)
        try #require(outcome.code == 0)
    }

    private func request(_ system: String, _ file: String, profile: String? = nil) throws -> RecordingServer.Request {
        let script = try #require(Bundle.module.path(forResource: "wired-clients", ofType: "py", inDirectory: "Resources"))
        let exec = try #require(Bundle.module.path(forResource: "openclaw-exec", ofType: "js", inDirectory: "Resources"))
        let words = ["/usr/bin/python3", script, system, home(file), "\(server.port)", exec]
        let more = ["ENV_FILE": home(".config/warder/docker-agent.env")]
        let outcome =
            try profile.map { try home.run(["run", "-P", $0, "--"] + words, program: Home.program, with: more) }
            ?? home.run(Array(words.dropFirst()), program: words[0], with: more)
        try #require(outcome.code == 0, "the client failed")
        return try #require(try server.requests().first)
    }

    @Test(arguments: ["fased", "genesis", "claude-code"]) func `the Messages API behind an authenticated gateway`(_ system: String) throws {
        try onboard()
        try #require(home.run("wire", system).code == 0)
        let file = ["claude-code": ".claude/settings.json"][system] ?? ".\(system)/\(system).json"
        let request = try request(system, file, profile: system == "claude-code" ? "claude-code" : nil)
        #expect(request.line == "POST /v1/\(Self.account)/my-gw/anthropic/v1/messages HTTP/1.1")
        let isExact = request["x-api-key"] == key && request["cf-aig-authorization"] == "Bearer \(token)"
        #expect(isExact)
        #expect(try home.run("doctor").code == 0, "and nothing is wrong")
    }

    @Test(arguments: [("loong", ".loong/config.toml"), ("docker-agent", "agent.yaml")])
    func `an authenticated gateway by the REST API`(_ system: String, _ file: String) throws {
        try onboard()
        try home.write("agents:\n  root:\n    model: warder/anthropic/claude-sonnet-4-6\n", to: "agent.yaml")
        try #require(
            home.run(["wire", system] + (system == "docker-agent" ? ["--file", home(file)] : []), program: Home.program).code == 0)
        let request = try request(system, file)
        #expect(request.line == "POST /client/v4/accounts/\(Self.account)/ai/v1/chat/completions HTTP/1.1")
        let isExact = request["authorization"] == "Bearer \(token)" && request["cf-aig-gateway-id"] == "my-gw"
        #expect(isExact)
    }

    @Test func `the variables of the default profile, for any program`() throws {
        try onboard()
        let text = try home.shell(
            "\"$WARDER\" run -- sh -c 'printf \"%s|%s|%s\" \"$ANTHROPIC_BASE_URL\" \"$ANTHROPIC_API_KEY\" \"$ANTHROPIC_CUSTOM_HEADERS\"'"
        ).text
        let isRight =
            text == "https://gateway.ai.cloudflare.com/v1/\(Self.account)/my-gw/anthropic|\(key)|cf-aig-authorization: Bearer \(token)"
        #expect(isRight)
    }
}
