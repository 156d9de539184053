import Foundation
import Glibc
import Testing

/// `warder credential`: the helper protocols of other programs.
@Suite struct CredentialTests {
    let home: Home

    init() throws { home = try Home() }

    // MARK: OpenClaw's exec provider

    private func openclaw(_ request: String, with more: [String: String] = [:]) throws -> Outcome {
        try home.run("credential", "openclaw", input: Value(request), with: more)
    }

    /// What OpenClaw's own rules make of the answer.
    private func exec(_ ids: [String], arguments: [String] = [], environment: [String: String]) throws -> [String: Any] {
        let script = try #require(Bundle.module.path(forResource: "openclaw-exec", ofType: "js", inDirectory: "Resources"))
        func json(_ value: Any) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: value, options: .withoutEscapingSlashes), as: UTF8.self)
        }
        let outcome = try home.run(
            ["node", script, Home.program, try json(arguments + ["credential", "openclaw"]), try json(environment)] + ids,
            program: "/usr/bin/env")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    }

    @Test func `answers OpenClaw, Fased and Genesis as they want it`() throws {
        let key = "sk-ant-Canary\"\\é\u{1F511}/\n"
        try home.store("anthropic/api-key", key)
        try home.store("OPENAI_API_KEY", "two")
        let ids = ["anthropic/api-key", "OPENAI-API-KEY", "none/here", "not a name"]
        let answer = try exec(ids, environment: ["HOME": home.path])
        #expect(answer["failure"] == nil)
        let values = try #require(answer["values"] as? [String: String])
        let isSame = values == ["anthropic/api-key": key, "OPENAI-API-KEY": "two"]
        #expect(isSame)
        #expect(answer["errors"] as? [String: String] == ["none/here": "NOT_FOUND", "not a name": "NOT_FOUND"])
    }

    @Test func `answers 512 ids at once, each once, out of one state`() throws {
        let lines = (0..<512).map { "{\"name\":\"n/\($0)\",\"value\":\"v\($0)\"}\n" }.joined()
        try #require(home.run("set", "--batch", input: Value(lines)).code == 0)
        let answer = try exec((0..<512).map { "n/\($0)" }, environment: ["HOME": home.path])
        let values = try #require(answer["values"] as? [String: String])
        #expect(values.count == 512 && values["n/511"] == "v511")
        let ids = "[" + (0..<513).map { "\"n/\($0)\"" }.joined(separator: ",") + "]"
        #expect(try openclaw("{\"protocolVersion\":1,\"provider\":\"w\",\"ids\":\(ids)}").refused(2))
    }

    @Test func `gives no key to an id that could be either of two secrets`() throws {
        try home.store("A-B", "hyphen")
        try home.store("A_B", "underscore")
        let answer = try exec(["A-B", "A_B"], environment: ["HOME": home.path])
        #expect(answer["values"] as? [String: String] == ["A_B": "underscore"])
        #expect(answer["errors"] as? [String: String] == ["A-B": "AMBIGUOUS_DUPLICATE_KEY"])
    }

    @Test func `asks for nothing, and answers for each id when the vault is locked`() throws {
        try home.store("a", "x")
        try home.write("", to: home.settings)
        let answer = try exec(["a", "b"], environment: ["HOME": home.path])
        #expect(answer["errors"] as? [String: String] == ["a": "UNAVAILABLE", "b": "UNAVAILABLE"])
        #expect((answer["values"] as? [String: String])?.isEmpty == true)
        try FileManager.default.removeItem(atPath: home.vault)
        #expect(try exec(["a"], environment: ["HOME": home.path])["errors"] as? [String: String] == ["a": "UNAVAILABLE"])
    }

    @Test func `says of a value that is no text that it is none`() throws {
        try home.store("a", Value([0xFF, 0xFE]))
        #expect(try exec(["a"], environment: ["HOME": home.path])["errors"] as? [String: String] == ["a": "NOT_TEXT"])
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "{\"protocolVersion\":2,\"ids\":[\"a\"]}", "{\"protocolVersion\":1}", "{\"protocolVersion\":1,\"ids\":[]}",
        "{\"protocolVersion\":1,\"ids\":\"a\"}", "{\"protocolVersion\":1,\"ids\":[1]}", "{\"protocolVersion\":1,\"ids\":[\"a\"]",
        "{\"protocolVersion\":\"1\",\"ids\":[\"a\"]}", String(repeating: " ", count: 300_000) + "{\"protocolVersion\":1,\"ids\":[\"a\"]}",
    ]) func `refuses what is no request`(_ request: String) throws {
        let outcome = try openclaw(request)
        #expect(outcome.refused(2) || outcome.refused(21))
    }

    /// Without HOME the user's directory is that of the password file, here one of the test's own.
    @Test(.enabled(if: geteuid() == 0, "SKIPPED: needs root to put another /etc/passwd in place"))
    func `needs neither HOME nor PATH`() throws {
        try home.store("a", "x")
        try home.write("root:x:0:0::\(home.path):/bin/sh\n", to: "passwd", mode: 0o644)
        let script = """
            mount --bind "$1/passwd" /etc/passwd && printf '{"protocolVersion":1,"provider":"w","ids":["a"]}' |
                exec env -i "$2" credential openclaw
            """
        let outcome = try home.run(
            ["--mount", "sh", "-c", script, "sh", home.path, Home.program], program: "/usr/bin/unshare")
        #expect(outcome.text == "{\"protocolVersion\":1,\"values\":{\"a\":\"x\"},\"errors\":{}}\n")
    }

    // MARK: Keys alone

    @Test func `prints a key for Claude Code and for Codex`() throws {
        try home.store("anthropic/api-key", "sk-ant-one")
        try home.store("OPENAI_API_KEY", "two")
        #expect(try home.run("credential", "claude").text == "sk-ant-one\n")
        #expect(try home.run("credential", "codex").text == "two\n")
        try home.configure(
            "[provider.cloudflare-ai-gateway]\naccount_id = \"a\"\ngateway_id = \"g\"\nroute = \"anthropic\"\n"
                + "[provider.stored]\nkind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"\nroute = \"openai\"\n"
                + "[provider.stored.gateway]\nprovider_key = \"stored\"\n")
        #expect(try home.run("credential", "claude", "cloudflare-ai-gateway").text == "sk-ant-one\n")
        #expect(try home.run("credential", "claude", "cloudflare-ai-gateway/claude-sonnet-4-6").text == "sk-ant-one\n")
        #expect(try home.run("credential", "codex", "stored").refused(22), "the gateway has the key")
        #expect(try home.run("credential", "codex", "groq").refused(22))
        #expect(try home.run("credential", "codex", "nobody").refused(22))
        #expect(try home.run("credential", "codex", "sk-ant-api03-canarycanary").refused(2))
    }

    @Test func `gives no key to a host that it may not go to, and asks for no passphrase`() throws {
        try #require(home.run("set", "openai/api-key", "--allow-host", "example.com", input: Value("x")).code == 0)
        #expect(try home.run("credential", "codex").refused(28))
        try home.write("", to: home.settings)
        #expect(try home.run("credential", "codex").refused(10))
    }
}
