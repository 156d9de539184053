import Foundation
import NIOHTTP1
import SodiumCrypto
import Testing

@testable import RequestLayer

/// Which headers go which way.
@Suite struct HeaderTests {
    private static let path = "/anthropic/v1/messages"

    private func sent(_ headers: [(String, String)], _ path: String = path) throws -> HTTPHeaders? {
        try GateRig().trip(.POST, path, headers, body: "{}") { _ in .responds(200) }.requests.first?.head.headers
    }

    @Test(arguments: [
        "Cookie", "Proxy-Authorization", "X-Api-Key", "x-goog-api-key", "api-key", "CF-AIG-Authorization", "cf-aig-metadata",
        "cf-aig-byok-alias",
        "cf-aig-skip-cache", "cf-aig-anything-new", "Cf-Access-Client-Secret", "cf-access-token", "Forwarded", "X-Forwarded-For",
        "x-forwarded-host", "X-Forwarded-Proto", "X-Real-IP", "Via", "OpenAI-Organization", "Keep-Alive", "TE", "Trailer",
        "Transfer-Encoding",
        "Upgrade", "Proxy-Connection", "Content-Length", "Expect", "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "Referer",
        "cf-cache-ttl", "cf-skip-cache", "CF-Connecting-IP", "True-Client-IP", "Sec-WebSocket-Key", "sec-fetch-mode", "HTTP2-Settings",
        "X_Api_Key", "X_Forwarded_For", "cf_aig_authorization", "x-forwarded_host", "Content_Length", "transfer_encoding",
        "xi-api-key", "Groq_API_Key", "Ocp-Apim-Subscription-Key", "Helicone-Auth", "x-portkey-config", "openai_organization",
    ])
    func `what could be a credential, or say where a request is from, does not go upstream`(_ name: String) throws {
        // Beside the token, another key would confuse.
        let isKey = ["x-api-key", "x-goog-api-key", "api-key"].contains(name.lowercased())
        let rig = try GateRig()
        let headers = [(name, isKey ? rig.token : "client-value")]
        let trip = rig.trip(.POST, Self.path, headers, body: "{}") { _ in .responds(200) }
        let head = try #require(trip.requests.first?.head)
        let isOurs = head.headers[name].allSatisfy { $0 != "client-value" && $0 != rig.token }
        #expect(isOurs)
        #expect(!head.headers.contains { $0.value.contains(rig.token) })
        let isForced = head.headers["x-api-key"] == ["sk-ant-CanaryKey0123456789"] && head.headers["authorization"].isEmpty
        #expect(isForced)
    }

    @Test(arguments: [
        ("anthropic-beta", "a,b"), ("openai-beta", "x"), ("X-Stainless-Lang", "python"), ("User-Agent", "sdk/1"), ("Idempotency-Key", "i"),
        ("Accept-Encoding", "gzip"), ("Accept", "text/event-stream"), ("Content-Type", "application/json"), ("x-request-id", "r"),
        ("traceparent", "00-1-2-01"), ("http-referer", "https://app.example"), ("x-title", "t"),
        ("x_custom", "c"), ("api-key-id", "i"),
    ])
    func `what the client says of its request goes on`(_ name: String, _ value: String) throws {
        let headers = try #require(try sent([(name, value)]))
        #expect(headers[name] == [value])
    }

    @Test(arguments: [
        ("gzip", "gzip"), ("gzip, deflate, br, zstd", "gzip, deflate"), ("GZIP;q=0.5, br;q=1.0", "GZIP;q=0.5"), ("br", "identity"),
        ("*", "identity"), ("", "identity"), ("identity", "identity"), ("deflate ;q=1", "deflate ;q=1"),
    ])
    func `of compressions the client gets those that errors can be read in`(_ accepted: String, _ expected: String) throws {
        #expect(try sent([("Accept-Encoding", accepted)])?["accept-encoding"] == [expected])
    }

    @Test func `the client's version of Anthropic's interface wins, and ours stands in for it`() throws {
        #expect(try sent([])?["anthropic-version"] == ["2023-06-01"])
        #expect(try sent([("Anthropic-Version", "2024-01-01")])?["anthropic-version"] == ["2024-01-01"])
        #expect(try sent([("anthropic-version", "1"), ("anthropic-version", "2")])?["anthropic-version"] == ["1"])
        #expect(try sent([("anthropic-version", "1")], "/openai/v1/responses")?["anthropic-version"] == [])
    }

    @Test func `the host is the server's, once`() throws {
        #expect(try sent([])?["host"] == ["api.anthropic.com"])
        #expect(try sent([], "/local/v1/chat/completions")?["host"] == ["127.0.0.1:8080"])
    }

    @Test func `headers that connection names go no further, whatever else they are`() throws {
        let headers = try #require(
            try sent([("Connection", "close, X-Secret , x-other"), ("x-secret", "1"), ("X-Other", "2"), ("x-third", "3")]))
        #expect(headers["x-secret"].isEmpty && headers["x-other"].isEmpty && headers["x-third"] == ["3"] && headers["connection"].isEmpty)
        // Ours are forced afterwards.
        let forced = try #require(try sent([("Connection", "x-api-key, host")]))
        let isThere = forced["x-api-key"].count == 1 && forced["host"] == ["api.anthropic.com"]
        #expect(isThere)
    }

    @Test(arguments: [
        ("x-a", "b\r\nx-api-key: evil"), ("x-a", "b\nc"), ("x-a", "b\rc"), ("x-a", "b\u{0}c"), ("x-a\r\nx-b", "c"), ("x a", "b"),
        ("x-a:", "b"),
        ("", "b"), ("x-a", "\u{7F}"), ("x-é", "b"), ("x-a", "\u{1}"), ("x-a\u{0}", "b"),
    ])
    func `a header that could be two is refused`(_ name: String, _ value: String) throws {
        let rig = try GateRig()
        #expect(rig.status(.POST, Self.path, [(name, value)]) == 400)
        #expect(rig.status(.POST, Self.path, [("x-a", "b\tc ü")]) == 0)
    }

    @Test func `headers that any target has are nobody's to set, on any route`() throws {
        let rig = try GateRig(
            """
            [provider.a]
            base_url = "https://a.example/v1"
            api_key = "secret:a/key"
            headers = { "x-tenant" = "a", "x-second" = "${secret:a/second}" }
            [provider.b]
            base_url = "https://b.example/v1"
            api_key = "secret:b/key"
            """, secrets: ["a/key": "KeyOfACanary0123", "a/second": "SecondOfACanary0123", "b/key": "KeyOfBCanary0123"])
        let headers = [("X-Tenant", "evil"), ("x-second", "evil"), ("x-SECOND", "evil2")]
        let trip = rig.trip(.POST, "/b/v1/chat/completions", headers, body: "{}") { _ in .responds(200) }
        let b = try #require(trip.requests.first?.head.headers)
        #expect(b["x-tenant"].isEmpty && b["x-second"].isEmpty)
        let a = try #require(
            rig.trip(.POST, "/a/v1/chat/completions", headers, body: "{}") { _ in .responds(200) }.requests.first?.head.headers)
        let isForced =
            a["x-tenant"] == ["a"] && a["x-second"] == ["SecondOfACanary0123"] && a["authorization"] == ["Bearer KeyOfACanary0123"]
        #expect(isForced)
    }

    @Test func `the gateway's settings are the settings', and a client's are not`() throws {
        let rig = try GateRig(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "acct"
            gateway_id = "gw"
            route = "anthropic"
            [provider.cloudflare-ai-gateway.gateway]
            token = "secret:cf/token"
            cache_ttl = 3600
            metadata = { team = "search" }
            """, secrets: ["cf/token": "cfut_CanaryToken0123456789", "anthropic/api-key": "sk-ant-CanaryKey0123456789"])
        let trip = rig.trip(
            .POST, "/cloudflare-ai-gateway/v1/messages",
            [("cf-aig-cache-ttl", "1"), ("CF-AIG-Metadata", "{}"), ("cf-aig-skip-cache", "true"), ("cf-aig-authorization", "Bearer x")],
            body: "{}"
        ) { _ in .responds(200) }
        let request = try #require(trip.requests.first)
        #expect(request.head.uri == "/v1/acct/gw/anthropic/v1/messages" && request.server.host == "gateway.ai.cloudflare.com")
        let headers = request.head.headers
        #expect(headers["cf-aig-cache-ttl"] == ["3600"] && headers["cf-aig-metadata"] == ["{\"team\":\"search\"}"])
        let isForced =
            headers["cf-aig-authorization"] == ["Bearer cfut_CanaryToken0123456789"]
            && headers["x-api-key"] == ["sk-ant-CanaryKey0123456789"]
        #expect(isForced && headers["cf-aig-skip-cache"].isEmpty)
    }

    // MARK: Responses

    @Test(arguments: [
        "set-cookie", "Set-Cookie", "alt-svc", "location", "x-api-key", "authorization", "connection", "keep-alive", "transfer-encoding",
        "upgrade", "www-authenticate", "proxy-authenticate", "access-control-allow-origin", "Access-Control-Allow-Credentials",
        "openai-organization", "clear-site-data", "strict-transport-security", "refresh", "x-goog-api-key",
    ])
    func `some headers of a response don't come back`(_ name: String) throws {
        let trip = try GateRig().trip(.POST, Self.path, body: "{}") { _ in .responds(200, [(name, "v"), ("x-kept", "k")], ["ok"]) }
        #expect(trip.status == 200 && trip.headers[name].isEmpty && trip.headers["x-kept"] == ["k"] && trip.body == "ok")
    }

    @Test(arguments: [
        "sk-ant-CanaryKey0123456789", "Bearer sk-ant-CanaryKey0123456789; x", Data("sk-ant-CanaryKey0123456789".utf8).base64EncodedString(),
        "x=" + Data("user:sk-ant-CanaryKey0123456789".utf8).base64EncodedString(),
    ])
    func `a header that holds the key is dropped, and that is told`(_ value: String) throws {
        let rig = try GateRig()
        for status in [200, 400] {
            let trip = rig.trip(.POST, Self.path, body: "{}") { _ in .responds(status, [("x-debug", value), ("x-kept", "k")], ["{}"]) }
            #expect(trip.status == status && trip.headers["x-debug"].isEmpty && trip.headers["x-kept"] == ["k"])
        }
        let echoes = rig.events.all.filter {
            if case .echo(let route, let key, 1) = $0 { route == "anthropic" && key == "anthropic/api-key" } else { false }
        }
        #expect(echoes.count == 2)
        #expect(rig.records.all.map(\.echoes) == [1, 1])
    }

    @Test(arguments: [300, 301, 302, 303, 305, 307, 308, 399])
    func `a redirect is not followed and not passed on`(_ status: Int) throws {
        let rig = try GateRig()
        let trip = rig.trip(.POST, Self.path, body: "{}") { _ in
            .responds(status, [("location", "https://evil.example/"), ("x-api-key", "sk-ant-CanaryKey0123456789")], ["moved"])
        }
        #expect(trip.status == 502 && trip.requests.count == 1 && trip.headers["location"].isEmpty && !trip.body.contains("evil"))
    }

    @Test func `not modified is no redirect, and a change of protocols is refused`() throws {
        let rig = try GateRig()
        #expect(rig.trip(.GET, "/anthropic/v1/models") { _ in .responds(304) }.status == 304)
        #expect(rig.trip(.GET, "/anthropic/v1/models") { _ in .responds(101) }.status == 502)
    }
}
