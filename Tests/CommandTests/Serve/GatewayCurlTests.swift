import Foundation
import Testing

/// curl at the proxy, on each way to a provider.
@Suite struct GatewayCurlTests {
    let ways = GatewayWays()

    /// A request that is made on a way, and what must arrive.
    struct Way: CustomTestStringConvertible {
        let name: String
        let path: String
        var body: String
        let arrives: String
        let credential: String
        /// Names of secrets, by header.
        let headers: [String: String]

        var testDescription: String { name }
    }

    private static let chat = #"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#
    private static let message = #"{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#
    private static let content = #"{"contents":[{"parts":[{"text":"hi"}]}]}"#
    private static let compat = #"{"model":"openai/gpt-4o","messages":[{"role":"user","content":"hi"}]}"#
    private static let account = "/v1/\(GatewayWays.account)"

    static let all = [
        Way(
            name: "openai", path: "openai/v1/chat/completions", body: chat, arrives: "/direct/openai/v1/chat/completions",
            credential: "request", headers: ["authorization": "openai/api-key"]),
        Way(
            name: "anthropic", path: "anthropic/v1/messages", body: message, arrives: "/direct/anthropic/v1/messages",
            credential: "request", headers: ["x-api-key": "anthropic/api-key"]),
        Way(
            name: "open-openai", path: "open-openai/chat/completions", body: chat, arrives: "\(account)/open/openai/chat/completions",
            credential: "request", headers: ["authorization": "openai/api-key"]),
        Way(
            name: "gw-openai", path: "gw-openai/v1/chat/completions", body: chat, arrives: "\(account)/auth/openai/chat/completions",
            credential: "request", headers: ["authorization": "openai/api-key", "cf-aig-authorization": "gateway/token"]),
        Way(
            name: "gw-anthropic", path: "gw-anthropic/v1/messages", body: message, arrives: "\(account)/auth/anthropic/v1/messages",
            credential: "request", headers: ["x-api-key": "anthropic/api-key", "cf-aig-authorization": "gateway/token"]),
        Way(
            name: "gw-gemini", path: "gw-gemini/v1beta/models/gemini-2.5-pro:generateContent", body: content,
            arrives: "\(account)/auth/google-ai-studio/v1beta/models/gemini-2.5-pro:generateContent", credential: "request",
            headers: ["x-goog-api-key": "gemini/api-key", "cf-aig-authorization": "gateway/token"]),
        Way(
            name: "gw-workers", path: "gw-workers/v1/chat/completions",
            body: chat.replacing("gpt-4o", with: "@cf/meta/llama-3.1-8b-instruct"),
            arrives: "\(account)/auth/workers-ai/v1/chat/completions", credential: "request",
            headers: ["authorization": "workers/token", "cf-aig-authorization": "gateway/token"]),
        Way(
            name: "gw-compat", path: "gw-compat/chat/completions", body: compat, arrives: "\(account)/auth/compat/chat/completions",
            credential: "request", headers: ["authorization": "openai/api-key", "cf-aig-authorization": "gateway/token"]),
        Way(
            name: "stored-openai", path: "stored-openai/v1/chat/completions", body: chat,
            arrives: "\(account)/stored/openai/chat/completions", credential: "stored:default",
            headers: ["cf-aig-authorization": "gateway/token"]),
        Way(
            name: "stored-team", path: "stored-team/v1/chat/completions", body: chat,
            arrives: "\(account)/stored/openai/chat/completions", credential: "stored:team",
            headers: ["cf-aig-authorization": "gateway/token"]),
        Way(
            name: "stored-anthropic", path: "stored-anthropic/v1/messages", body: message,
            arrives: "\(account)/stored/anthropic/v1/messages", credential: "stored:default",
            headers: ["cf-aig-authorization": "gateway/token"]),
        Way(
            name: "stored-compat", path: "stored-compat/v1/chat/completions", body: compat,
            arrives: "\(account)/stored/compat/chat/completions", credential: "stored:default",
            headers: ["cf-aig-authorization": "gateway/token"]),
        Way(
            name: "paid-openai", path: "paid-openai/v1/chat/completions", body: chat, arrives: "\(account)/paid/openai/chat/completions",
            credential: "unified", headers: ["cf-aig-authorization": "gateway/token"]),
    ]

    /// The headers that a request must have with its credentials.
    private func credentials(_ way: Way) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: way.headers.map { name, secret in
                (name, (name.hasSuffix("authorization") ? "Bearer " : "") + ways[secret])
            })
    }

    @Test(arguments: all) func `the right credentials arrive, and none of the client's`(_ way: Way) throws {
        let rig = try ways.rig()
        let own = "client-own-" + String(decoding: Canary.text(24), as: UTF8.self)
        let outcome = try rig.curl(
            way.path, "-H", "content-type: application/json", "-H", "cookie: session=\(own)", "-H", "cf-aig-authorization: Bearer \(own)",
            "-H", "cf-aig-byok-alias: \(own)", "-H", "proxy-authorization: Basic \(own)", "-H", "x-forwarded-for: \(own)", "-H",
            "x-api-key: \(rig.token)", "-d", way.body)
        try #require(outcome.code == 0)
        #expect(outcome.text.contains("forty-two"))
        let requests = try rig.upstream.requests
        try #require(requests.count == 1)
        #expect(requests[0].path == way.arrives)
        #expect(requests[0].credential == way.credential)
        let isSame = requests[0].body == way.body
        #expect(isSame, "the body has been changed")
        if way.name == "gw-compat" { #expect(requests[0].values("cf-aig-metadata") == [#"{"team":"tests"}"#]) }
        try rig.expectKeysKept(ways, credentials(way), clients: [outcome], own: [own])
    }

    /// Status, gateway's code, and the way on which it comes.
    @Test(arguments: [("stored-lost", 400, 2040), ("strict-openai", 400, 2041), ("poor-openai", 402, 2021), ("limited-openai", 429, 2003)])
    func `the gateway's own errors come through as they are`(_ name: String, _ status: Int, _ code: Int) throws {
        let rig = try ways.rig()
        let outcome = try rig.curl(
            "\(name)/v1/chat/completions", "-H", "content-type: application/json", "-d", Self.chat, "-w", "\n%{http_code}")
        let lines = outcome.text.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[1] == "\(status)")
        let envelope = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(envelope["name"] as? String == "AiGatewayError" && envelope["internalCode"] as? Int == code)
        try rig.expectKeysKept(ways, nil, clients: [outcome])
    }

    @Test func `a key for one provider's models goes to no other's`() throws {
        let rig = try ways.rig()
        let body = Self.compat.replacing("openai/gpt-4o", with: "anthropic/claude-sonnet-4-6")
        let outcome = try rig.curl("gw-compat/chat/completions", "-d", body, "-w", "\n%{http_code}")
        #expect(outcome.text.hasSuffix("\n403") && outcome.text.contains("no_key_for_model"))
        #expect(try rig.upstream.requests.isEmpty)
    }

    @Test func `a gateway's token that is not taken rests, and the provider's key does not`() throws {
        let rig = try ways.rig()
        var other = ways.configuration
        other.gateways["auth"]?.token = "another"
        try rig.upstream.configure(other)
        func chat(_ name: String) throws -> [Substring] {
            try rig.curl("\(name)/v1/chat/completions", "-d", Self.chat, "-w", "\n%{http_code}").text.split(separator: "\n")
        }
        let refused = try chat("gw-openai")
        #expect(refused.last == "401" && refused.first?.contains("2009") == true)
        #expect(try chat("gw-openai").last == "503", "what was refused is not sent again")
        #expect(try chat("openai").last == "200")
        #expect(try rig.upstream.requests.count == 2)
        let status = try rig.home.run("serve", "status")
        #expect(status.text.contains("resting   gateway/token"))
        let routes = status.text.split(separator: "\n").first { $0.hasPrefix("routes ") }?.dropFirst(10).split(separator: ", ") ?? []
        #expect(routes.contains("gw-openai") && Set(routes).count == routes.count, "each is named once")
        try rig.expectKeysKept(ways, nil, clients: [status])
    }
}
