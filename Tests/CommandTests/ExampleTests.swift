import Foundation
import Testing

/// The example program, which asks a model with what the resolver says.
@Suite struct ExampleTests {
    private let home: Home
    private let server: ModelServer

    init() throws {
        home = try Home()
        server = try ModelServer(for: home)
    }

    /// The program beside the command.
    private static let program = URL(fileURLWithPath: Home.program).deletingLastPathComponent().appending(path: "ask-example").path

    private func configure(_ text: String) throws { try home.configure(text.replacing("PORT", with: "\(server.port)")) }

    private func ask(_ model: String...) throws -> Outcome {
        try home.run(model, program: Self.program, input: Value("What is the answer?"))
    }

    @Test func `asks with the key of the vault`() throws {
        let key = Canary(Value(Canary.text(32)))
        try home.store("local/api-key", key.value)
        try configure("[provider.local]\nbase_url = \"http://127.0.0.1:PORT/v1\"\n[default]\nmodel = \"local/some/model\"\n")
        let outcome = try ask()
        #expect(outcome.code == 0)
        #expect(outcome.text == "forty-two\n")
        let request = try #require(try server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/v1/chat/completions")
        #expect(request.body.contains(#""some\/model""#))
        let isSent = request.values("authorization") == ["Bearer " + String(decoding: key.value.bytes, as: UTF8.self)]
        #expect(isSent)
        let isSilent =
            !key.isFound(in: Value(outcome.output)) && !key.isFound(in: Value(outcome.error)) && !key.isFound(in: Value(request.body))
        #expect(isSilent)
    }

    @Test func `asks as each provider wants it`() throws {
        try home.store("mine/api-key", Value("the key"))
        try home.store("mine/token", Value("the token"))
        try configure(
            """
            [provider.mine]
            base_url = "http://127.0.0.1:PORT/gateway"
            style = "anthropic-messages"
            headers = { "cf-aig-authorization" = "Bearer ${secret:mine/token}" }

            """)
        #expect(try ask("mine/claude").text == "forty-two\n")
        let request = try #require(try server.requests.first)
        #expect(request.path == "/gateway/v1/messages")
        #expect(request.values("x-api-key") == ["the key"])
        #expect(request.values("cf-aig-authorization") == ["Bearer the token"])
        #expect(request.values("anthropic-version") == ["2023-06-01"])
    }

    @Test func `goes through a route and a pool until there is an answer`() throws {
        for name in ["one", "two", "good"] { try home.store(name, Value("key-\(name)")) }
        try configure(
            """
            [provider.limited]
            base_url = "http://127.0.0.1:PORT/429"
            api_keys = ["secret:one", { key = "secret:two", weight = 3 }]
            [provider.good]
            base_url = "http://127.0.0.1:PORT/v1"
            api_key = "secret:good"
            [route.chat]
            models = ["limited/a", "good/b"]

            """)
        let outcome = try ask("chat")
        #expect(outcome.text == "forty-two\n")
        #expect(outcome.error == "ask: limited: HTTP 429\nask: limited: HTTP 429\n")
        let keys = try server.requests.flatMap { $0.values("authorization") }
        #expect(keys == ["Bearer key-two", "Bearer key-one", "Bearer key-good"])
    }

    @Test func `takes its key nowhere by a redirect`() throws {
        try home.store("away/api-key", Value("the key"))
        try configure("[provider.away]\nbase_url = \"http://127.0.0.1:PORT/redirect\"\n")
        let outcome = try ask("away/a")
        #expect(outcome.code == 1)
        #expect(try server.requests.count == 1)
    }

    @Test func `says why there is no resolution`() throws {
        let outcome = try ask("nobody/a")
        #expect(outcome.code == 1)
        #expect(outcome.text == "")
        #expect(outcome.error == "ask: there is no such provider\n")
    }
}
