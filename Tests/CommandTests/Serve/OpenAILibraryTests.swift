import Foundation
import Testing

/// OpenAI's own library at the proxy: it knows an address and a local token, and nothing else.
@Suite(.enabled(if: PythonClients.isThere, PythonClients.reason)) struct OpenAILibraryTests {
    let ways = GatewayWays()
    let own = "client-own-" + String(decoding: Canary.text(24), as: UTF8.self)

    /// A route, what each request has, and whether it has no token of ours since it comes by the Unix socket.
    static let routes: [(String, [String: String], Bool)] = [
        ("openai", ["authorization": "openai/api-key"], false),
        ("openai", ["authorization": "openai/api-key"], true),
        ("gw-openai", ["authorization": "openai/api-key", "cf-aig-authorization": "gateway/token"], false),
        ("stored-openai", ["cf-aig-authorization": "gateway/token"], false),
        ("stored-openai", ["cf-aig-authorization": "gateway/token"], true),
    ]

    @Test(arguments: routes)
    func `everything works, with our credentials`(_ route: String, _ headers: [String: String], _ isLocal: Bool) throws {
        let rig = try ways.rig()
        let run = try rig.openAI(
            route, "chat", "stream", "responses", "responses_stream", "embeddings", "models", "chat=zipped", own: own, isLocal: isLocal)
        #expect(run.text("chat") == "forty-two" && run.number("chat", "tokens") == 10)
        #expect(run.text("chat", "request") == "req_1", "the provider's request id comes through")
        #expect(run.text("chat", "cookie") == nil, "a cookie of the server has come through")
        #expect((run.text("chat", "log") == "01LOG") == (route != "openai"))
        #expect(run.text("stream") == "forty-two" && run.number("stream", "tokens") == 10)
        #expect(run.text("responses") == "forty-two" && run.number("responses", "tokens") == 10)
        #expect(run.text("responses_stream") == "forty-two" && run.text("responses_stream", "last") == "response.completed")
        #expect(run.number("embeddings", "count") == 2 && run["embeddings"]["vector"] as? [Double] == [0.5, -1, 2])
        #expect(run["models"]["names"] as? [String] == ["gpt-4o", "gpt-5"])
        #expect(run.text("chat=zipped") == "forty-two")

        let paths = try rig.upstream.requests.map { String($0.path.split(separator: "/openai").last ?? "").replacing("/v1/", with: "/") }
        #expect(
            paths == [
                "/chat/completions", "/chat/completions", "/responses", "/responses", "/embeddings", "/models", "/chat/completions",
            ])
        let credentials = headers.mapValues { "Bearer " + ways[$0] }
        try rig.expectKeysKept(ways, credentials, clients: [run.outcome], own: [own])
        let logged = rig.accesses
        #expect(logged.count == 7)
        #expect(logged.allSatisfy { $0["status"] as? Int == 200 && $0["route"] as? String == route })
        #expect(logged.allSatisfy { $0["token"] as? String == (isLocal ? nil : "test") })
        #expect(logged.map { $0["tokens_out"] as? Int } == [3, 3, 3, 3, nil, nil, nil])
    }

    @Test(arguments: ["gw-compat", "stored-compat"]) func `one address serves the models of all providers`(_ route: String) throws {
        let rig = try ways.rig()
        let run = try rig.openAI(route, "chat=openai/gpt-4o", "stream=openai/gpt-4o", "models", "chat=nobody/x", own: own)
        #expect(run.text("chat=openai/gpt-4o") == "forty-two")
        #expect(run.text("stream=openai/gpt-4o") == "forty-two")
        // The gateway has no list there, and says so.
        #expect(run.number("models", "status").map { (400..<500).contains($0) } == true)
        #expect(run.number("chat=nobody/x", "status").map { (400..<500).contains($0) } == true)
        try rig.expectKeysKept(ways, nil, clients: [run.outcome], own: [own])
    }

    /// The server sends an event when the client has acknowledged the one before: an event that is held back ends the stream.
    @Test(arguments: [("openai", false), ("gw-openai", false), ("stored-openai", true)])
    func `each event of a stream arrives by itself`(_ route: String, _ isLocal: Bool) throws {
        let rig = try ways.rig()
        let run = try rig.openAI(route, "stream=acked-chat", "responses_stream=acked-responses", isLocal: isLocal)
        #expect(run.text("stream=acked-chat") == "forty-two" && run.number("stream=acked-chat", "events") == 6)
        #expect(run.number("stream=acked-chat", "tokens") == 10)
        let last = run.text("responses_stream=acked-responses", "last")
        #expect(last == "response.completed" && run.number("responses_stream=acked-responses", "events") == 5)
    }

    @Test func `twenty requests at once, and a stream, have answers of their own`() throws {
        let rig = try ways.rig()
        let run = try rig.openAI("gw-openai", "asynchronous")
        #expect(run.text("asynchronous") == "forty-two")
        #expect(run["asynchronous"]["answers"] as? [String] == Array(repeating: "forty-two", count: 20))
        try rig.expectKeysKept(
            ways, ["authorization": "Bearer \(ways["openai/api-key"])", "cf-aig-authorization": "Bearer \(ways["gateway/token"])"],
            clients: [run.outcome])
    }

    @Test func `a stream that the client leaves ends in the log`() throws {
        let rig = try ways.rig()
        let run = try rig.openAI("openai", "leave=acked-left", "chat")
        #expect(run.text("chat") == "forty-two", "the proxy goes on")
        try AgentRig.wait("nothing in the log") { rig.accesses.contains { $0["end"] as? String == "client-gone" } }
    }

    @Test(arguments: ["openai", "gw-openai"]) func `errors of the provider are the library's own exceptions`(_ route: String) throws {
        let rig = try ways.rig()
        let cases = [
            ("chat=error-400", "BadRequestError", 400), ("chat=error-403", "PermissionDeniedError", 403),
            ("chat=error-404", "NotFoundError", 404), ("chat=error-422", "UnprocessableEntityError", 422),
            ("stream=error-400", "BadRequestError", 400), ("responses=error-400", "BadRequestError", 400),
            ("chat=final-429", "RateLimitError", 429), ("chat=final-500", "InternalServerError", 500),
        ]
        // A refusal makes the key rest, so that each has a daemon of its own but for those that are the request's fault.
        for (operation, name, status) in cases {
            let rig = ["403", "429", "500"].contains { operation.hasSuffix($0) } ? try ways.rig() : rig
            let run = try rig.openAI(route, operation)
            #expect(run.text(operation, "error") == name)
            #expect(run.number(operation, "status") == status)
            #expect(run.text(operation, "message")?.contains("on demand") == true)
        }
    }

    @Test func `a key that the provider refuses is an authentication error, and is not sent again`() throws {
        let rig = try ways.rig()
        var other = ways.configuration
        other.providers["openai"] = ["another"]
        try rig.upstream.configure(other)
        let run = try rig.openAI("openai", "chat", "stream")
        #expect(run.text("chat", "error") == "AuthenticationError" && run.number("chat", "status") == 401)
        #expect(run.text("chat", "code") == "invalid_api_key")
        #expect(run.number("stream", "status") == 503 && run.text("stream", "code") == "key_refused")
        #expect(try rig.upstream.requests.count == 1)
        // A new key is taken within a second, and the library goes on.
        other.providers["openai"] = ["sk-new-0123456789abcdefghij"]
        try rig.upstream.configure(other)
        try rig.home.store("openai/api-key", "sk-new-0123456789abcdefghij")
        try AgentRig.wait("the new key is not taken") { try rig.openAI("openai", "chat").text("chat") == "forty-two" }
        try rig.expectKeysKept(ways, nil, clients: [run.outcome])
    }

    @Test func `a token that is none is an authentication error, and nothing arrives`() throws {
        let rig = try ways.rig()
        let other = String(rig.token.dropLast(4)) + "0000"
        for token in ["none", other] {
            let run = try rig.openAI("openai", "chat", "stream", "models", token: token)
            for operation in ["chat", "stream", "models"] {
                #expect(run.text(operation, "error") == "AuthenticationError")
                #expect(run.text(operation, "code") == "invalid_token")
            }
        }
        let revoked = try rig.newToken("revoked")
        try AgentRig.wait("the new token is not known") { try rig.openAI("openai", "models", token: revoked)["models"]["names"] != nil }
        let count = try rig.upstream.requests.count
        try #require(rig.home.run("serve", "token", "revoke", "revoked").code == 0)
        try AgentRig.wait("the token is not revoked") {
            try rig.openAI("openai", "models", token: revoked).text("models", "error") == "AuthenticationError"
        }
        #expect(try rig.upstream.requests.count >= count)
    }

    @Test func `an echo of the key in an error or a stream is masked`() throws {
        let rig = try ways.rig()
        let run = try rig.openAI("openai", "chat=echo-400", "stream=echo-stream")
        #expect(run.text("chat=echo-400", "error") == "BadRequestError")
        #expect(run.text("stream=echo-stream") == "forty-two")
        let raw = try rig.curl("openai/chat/completions", "-d", #"{"model":"echo-stream","messages":[],"stream":true}"#)
        #expect(raw.text.contains("[DONE]"))
        try rig.expectKeysKept(ways, nil, clients: [run.outcome, raw])
        #expect(rig.log.contains("ECHO: a response of openai"))
    }
}
