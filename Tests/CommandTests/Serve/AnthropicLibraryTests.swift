import Foundation
import Testing

/// Anthropic's own library at the proxy: it knows an address and a local token, and nothing else.
@Suite(.enabled(if: PythonClients.isThere, PythonClients.reason)) struct AnthropicLibraryTests {
    let ways = GatewayWays()
    let own = "client-own-" + String(decoding: Canary.text(24), as: UTF8.self)

    static let routes: [(String, [String: String], Bool)] = [
        ("anthropic", ["x-api-key": "anthropic/api-key"], false),
        ("anthropic", ["x-api-key": "anthropic/api-key"], true),
        ("gw-anthropic", ["x-api-key": "anthropic/api-key", "cf-aig-authorization": "gateway/token"], false),
        ("stored-anthropic", ["cf-aig-authorization": "gateway/token"], false),
        ("stored-anthropic", ["cf-aig-authorization": "gateway/token"], true),
    ]

    private func credentials(_ headers: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: headers.map { ($0, ($0.hasSuffix("authorization") ? "Bearer " : "") + ways[$1]) })
    }

    @Test(arguments: routes)
    func `everything works, with our credentials`(_ route: String, _ headers: [String: String], _ isLocal: Bool) throws {
        let rig = try ways.rig()
        let run = try rig.anthropic(
            route, "messages", "stream", "text_stream", "count_tokens", "models", "beta", "messages=zipped", own: own, isLocal: isLocal)
        #expect(run.text("messages") == "forty-two" && run.number("messages", "tokens") == 3)
        #expect(run.text("messages", "request") == "req_1", "the provider's request id comes through")
        #expect(run.text("messages", "cookie") == nil, "a cookie of the server has come through")
        #expect((run.text("messages", "log") == "01LOG") == (route != "anthropic"))
        #expect(run.text("stream", "last") == "message_stop" && run["stream"]["error"] == nil)
        #expect(run.text("text_stream") == "forty-two" && run.text("text_stream", "final") == "forty-two")
        #expect(run.number("text_stream", "tokens") == 3)
        #expect(run.number("count_tokens", "tokens") == 7)
        #expect(run["models"]["names"] as? [String] == ["claude-sonnet-4-6", "claude-haiku-4-5"])
        #expect(run.text("beta") == "forty-two")
        #expect(run.text("messages=zipped") == "forty-two")

        let requests = try rig.upstream.requests
        let paths = requests.map { "/v1/" + ($0.path.split(separator: "/v1/").last ?? "") }
        #expect(
            paths == [
                "/v1/messages", "/v1/messages", "/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/messages",
                "/v1/messages",
            ])
        let version = try #require(run.text("messages", "version"))
        #expect(requests.allSatisfy { $0.values("anthropic-version") == [version] }, "the library's own version stands")
        #expect(requests.compactMap { $0.values("anthropic-beta").first } == ["context-1m-2025-08-07"])
        try rig.expectKeysKept(ways, credentials(headers), clients: [run.outcome], own: [own])
        let logged = rig.accesses
        #expect(logged.count == 7)
        #expect(logged.allSatisfy { $0["status"] as? Int == 200 && $0["route"] as? String == route })
        #expect(logged.map { $0["tokens_in"] as? Int }.prefix(3) == [7, 7, 7])
        #expect(logged.map { $0["tokens_out"] as? Int }.prefix(3) == [3, 3, 3])
    }

    /// The server sends an event when the client has acknowledged the one before: an event that is held back ends the stream.
    @Test(arguments: [("anthropic", false), ("gw-anthropic", false), ("stored-anthropic", true)])
    func `each event of a stream arrives by itself`(_ route: String, _ isLocal: Bool) throws {
        let rig = try ways.rig()
        let run = try rig.anthropic(route, "stream=acked-messages", isLocal: isLocal)
        #expect(run.number("stream=acked-messages", "events") == 8)
        #expect(run.text("stream=acked-messages", "last") == "message_stop")
    }

    @Test func `a bearer token in the place of the key serves as well, and is replaced`() throws {
        let rig = try ways.rig()
        let run = try rig.anthropic("anthropic", "messages", "stream", more: ["ANTHROPIC_AUTH_TOKEN": rig.token])
        #expect(run.text("messages") == "forty-two" && run.text("stream", "last") == "message_stop")
        try rig.expectKeysKept(ways, ["x-api-key": ways["anthropic/api-key"]], clients: [run.outcome])
    }

    @Test func `twenty requests at once, and a stream, have answers of their own`() throws {
        let rig = try ways.rig()
        let run = try rig.anthropic("gw-anthropic", "asynchronous")
        #expect(run.text("asynchronous") == "forty-two")
        #expect(run["asynchronous"]["answers"] as? [String] == Array(repeating: "forty-two", count: 20))
        try rig.expectKeysKept(
            ways, credentials(["x-api-key": "anthropic/api-key", "cf-aig-authorization": "gateway/token"]), clients: [run.outcome])
    }

    @Test func `a stream that the client leaves ends in the log`() throws {
        let rig = try ways.rig()
        let run = try rig.anthropic("anthropic", "leave=acked-left", "messages")
        #expect(run.text("messages") == "forty-two", "the proxy goes on")
        try AgentRig.wait("nothing in the log") { rig.accesses.contains { $0["end"] as? String == "client-gone" } }
    }

    @Test(arguments: [
        ("anthropic", 400, "BadRequestError", "invalid_request_error"), ("anthropic", 403, "PermissionDeniedError", "permission_error"),
        ("anthropic", 404, "NotFoundError", "not_found_error"), ("anthropic", 429, "RateLimitError", "rate_limit_error"),
        ("anthropic", 500, "InternalServerError", "api_error"), ("anthropic", 529, "OverloadedError", "overloaded_error"),
        ("gw-anthropic", 400, "BadRequestError", "invalid_request_error"), ("gw-anthropic", 429, "RateLimitError", "rate_limit_error"),
        ("gw-anthropic", 529, "OverloadedError", "overloaded_error"),
    ])
    func `errors of the provider are the library's own exceptions`(_ route: String, _ status: Int, _ name: String, _ type: String) throws {
        let rig = try ways.rig()
        let operations = ["messages=final-\(status)", "stream=final-\(status)"]
        let run = try rig.anthropic(route, operations[0], operations[1])
        for operation in operations {
            #expect(run.text(operation, "error") == name)
            #expect(run.number(operation, "status") == status)
            let error = (run[operation]["body"] as? [String: Any])?["error"] as? [String: Any]
            #expect(error?["type"] as? String == type && error?["message"] as? String == "on demand")
        }
    }

    @Test func `a key that the provider refuses is an authentication error, and is not sent again`() throws {
        let rig = try ways.rig()
        var other = ways.configuration
        other.providers["anthropic"] = ["another"]
        try rig.upstream.configure(other)
        let run = try rig.anthropic("anthropic", "messages", "stream")
        #expect(run.text("messages", "error") == "AuthenticationError")
        #expect(run.number("stream", "status") == 503)
        #expect(try rig.upstream.requests.count == 1)
        try rig.expectKeysKept(ways, nil, clients: [run.outcome])
    }

    @Test func `an echo of the key in an error or a stream is masked`() throws {
        let rig = try ways.rig()
        let run = try rig.anthropic("gw-anthropic", "messages=echo-400", "text_stream=echo-stream")
        #expect(run.text("messages=echo-400", "error") == "BadRequestError")
        #expect(run.text("text_stream=echo-stream") == "forty-two")
        // The library shows nothing of a comment, in which the key is.
        let raw = try rig.curl("gw-anthropic/v1/messages", "-d", #"{"model":"echo-stream","messages":[],"stream":true}"#)
        #expect(raw.text.contains("message_stop"))
        try rig.expectKeysKept(ways, nil, clients: [run.outcome, raw])
        #expect(rig.log.contains("ECHO: a response of gw-anthropic"))
    }
}
