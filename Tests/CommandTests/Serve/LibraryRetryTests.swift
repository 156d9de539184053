import Foundation
import Testing

/// How the libraries' own retries and those of the proxy go together.
@Suite(.enabled(if: PythonClients.isThere, PythonClients.reason)) struct LibraryRetryTests {
    let ways = GatewayWays()

    private func rig(_ more: String = "", _ secrets: [String: String] = [:]) throws -> ServeRig {
        var configuration = ways.configuration
        configuration.providers["openai"]? += secrets.values
        return try ServeRig(upstream: configuration, secrets: ways.secrets.merging(secrets) { $1 }) { port in
            GatewayWays.settings(port) + more.replacing("PORT", with: "\(port)")
        }
    }

    @Test(arguments: [500, 429, 529]) func `the library tries again as often as it does without a proxy`(_ status: Int) throws {
        let rig = try rig()
        let chat = "chat=flaky-2-\(status)-\(UUID().uuidString.prefix(4))"
        let openAI = try rig.openAI("openai", chat)
        #expect(openAI.text(chat) == "forty-two" && openAI.number(chat, "retries") == 2)
        let messages = "messages=flaky-2-\(status)-\(UUID().uuidString.prefix(4))"
        let anthropic = try rig.anthropic("anthropic", messages)
        #expect(anthropic.text(messages) == "forty-two" && anthropic.number(messages, "retries") == 2)
        let requests = try rig.upstream.requests
        #expect(requests.count == 6)
        let counts = requests.flatMap { $0.values("x-stainless-retry-count") }
        #expect(counts == ["0", "1", "2", "0", "1", "2"], "the library's own headers come through")
    }

    @Test func `the library gives up after two retries, with the provider's own error`() throws {
        let rig = try rig()
        let openAI = try rig.openAI("openai", "chat=error-500")
        #expect(openAI.text("chat=error-500", "error") == "InternalServerError")
        #expect(try rig.upstream.requests.count == 3)
        let anthropic = try rig.anthropic("anthropic", "messages=error-529")
        #expect(anthropic.number("messages=error-529", "status") == 529)
        #expect(try rig.upstream.requests.count == 6)
        let headers = anthropic["messages=error-529"]["headers"] as? [String: String]
        #expect(headers?["retry-after"] == "1" && headers?["retry-after-ms"] == "20", "what the provider says of waiting comes through")
    }

    @Test func `what the provider says of trying again comes through`() throws {
        let rig = try rig()
        let final = try rig.openAI("openai", "chat=final-500")
        #expect(final.text("chat=final-500", "error") == "InternalServerError")
        #expect(try rig.upstream.requests.count == 1)
        let later = try rig.openAI("openai", "chat=later-1-400")
        #expect(later.text("chat=later-1-400") == "forty-two" && later.number("chat=later-1-400", "retries") == 1)
        #expect(try rig.upstream.requests.count == 3)
    }

    private static let pool = """
        [provider.pool]
        kind = "openai"
        base_url = "http://127.0.0.1:PORT/direct/openai/v1"
        api_keys = ["secret:pool/one", "secret:pool/two"]
        [route.both]
        models = ["pool/error-500", "anthropic-chat/gpt-4o"]
        [provider.anthropic-chat]
        base_url = "http://127.0.0.1:PORT/direct/openai/v1"
        style = "openai-chat"
        api_key = "secret:pool/three"
        """

    private static let keys = [
        "pool/one": "sk-one-0123456789abcdefghij", "pool/two": "sk-two-0123456789abcdefghij", "pool/three": "sk-three-0123456789abcdefgh",
    ]

    @Test func `another key answers before the library hears of an error`() throws {
        let rig = try rig(Self.pool, Self.keys)
        let run = try rig.openAI("pool", "chat=flaky-1-429")
        #expect(run.text("chat=flaky-1-429") == "forty-two" && run.number("chat=flaky-1-429", "retries") == 0)
        let requests = try rig.upstream.requests
        let areBoth =
            Set(requests.flatMap { $0.values("authorization") }) == [
                "Bearer \(Self.keys["pool/one"] ?? "")", "Bearer \(Self.keys["pool/two"] ?? "")",
            ]
        #expect(requests.count == 2 && areBoth)
        let shown = try rig.home.run("serve", "status").text
        #expect(shown.contains("resting   pool/"))
    }

    @Test func `when all keys have failed, the library does not try again`() throws {
        let rig = try rig(Self.pool, Self.keys)
        let run = try rig.openAI("pool", "chat=error-429")
        #expect(run.text("chat=error-429", "error") == "RateLimitError")
        let headers = run["chat=error-429"]["headers"] as? [String: String]
        #expect(headers?["x-should-retry"] == "false")
        #expect(try rig.upstream.requests.count == 2, "each key once")
    }

    @Test func `a route goes on to its next model, in chat and in streams`() throws {
        let rig = try rig(Self.pool, Self.keys)
        let run = try rig.openAI("both", "chat=whatever", "stream=whatever")
        #expect(run.text("chat=whatever") == "forty-two" && run.number("chat=whatever", "retries") == 0)
        #expect(run.text("stream=whatever") == "forty-two")
        let models = try rig.upstream.requests.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.body.utf8)) as? [String: Any])["model"] as? String
        }
        #expect(models.last == "gpt-4o" && models.first == "error-500")
        #expect(!models.contains("whatever"))
    }
}
