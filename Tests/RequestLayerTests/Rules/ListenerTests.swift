import ClientTokens
import NIOHTTP1
import Testing

@testable import RequestLayer

/// Who may ask at all: users, hosts, web pages, tokens.
@Suite struct ListenerTests {
    private static let path = "/openai/v1/chat/completions"

    @Test(arguments: [
        ("127.0.0.1:9000", 0), ("localhost:9000", 0), ("LOCALHOST:9000", 0), ("[::1]:9000", 0), ("proxy.example:9000", 0),
        ("127.0.0.1", 421), ("localhost", 421), ("127.0.0.1:9001", 421), ("127.0.0.1:90000", 421), ("evil.example", 421),
        ("evil.example:9000", 421), ("localhost.evil.example:9000", 421), ("127.0.0.1.evil.example:9000", 421), ("127.0.0.2:9000", 421),
        ("0.0.0.0:9000", 421), ("[::]:9000", 421), ("[::ffff:127.0.0.1]:9000", 421), ("2130706433:9000", 421), ("127.1:9000", 421),
        ("proxy.example", 421), ("proxy.example:9000.", 421), ("localhost:9000:9000", 421), (":9000", 421), ("api.openai.com", 421),
        ("", 400), ("localhost:9000/", 400), ("user@localhost:9000", 400), ("localhost:9000 ", 400), ("local host", 400),
        ("localhost:9000,evil.example", 400), ("localhost\u{0}:9000", 400), ("http://localhost:9000", 400),
    ])
    func `a host is one of ours or refused`(_ host: String, _ expected: Int) throws {
        #expect(try GateRig().status(.POST, Self.path, host: host) == expected)
    }

    @Test func `one host header is enough, and none too few`() throws {
        let rig = try GateRig()
        #expect(rig.status(.POST, Self.path, host: nil) == 400)
        #expect(rig.status(.POST, Self.path, [("Host", "127.0.0.1:9000")]) == 400)
        #expect(rig.status(.POST, Self.path, [("hOST", "evil.example")]) == 400)
        let unix = ClientAddress.unix(userID: 1000)
        #expect(rig.status(.POST, Self.path, token: .some(nil), from: unix, host: "localhost") == 0)
        #expect(rig.status(.POST, Self.path, token: .some(nil), from: unix, host: nil) == 400)
    }

    @Test func `port 80 needs no port`() throws {
        let rig = try GateRig()
        #expect(rig.status(.POST, Self.path, from: .loopback(port: 80), host: "localhost") == 0)
        #expect(rig.status(.POST, Self.path, from: .loopback(port: 80), host: "localhost:9000") == 421)
    }

    @Test(arguments: [UInt32(0), 999, 1001, .max])
    func `another user's process is refused before anything else`(_ user: UInt32) throws {
        let rig = try GateRig()
        #expect(rig.status(.POST, Self.path, from: .unix(userID: user)) == 403)
        #expect(rig.status(.GET, "/-/status", from: .unix(userID: user), host: nil) == 403)
    }

    @Test(arguments: [
        [("Origin", "https://evil.example")], [("origin", "null")], [("ORIGIN", "")], [("Origin", "http://127.0.0.1:9000")],
        [("Sec-Fetch-Site", "cross-site")], [("sec-fetch-site", "same-origin")], [("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "")],
        [("Access-Control-Request-Method", "POST")], [("access-control-request-headers", "authorization")],
    ])
    func `requests of web pages are refused, also with a token, and get no headers that would let them in`(_ headers: [(String, String)])
        throws
    {
        let rig = try GateRig()
        for client in [ClientAddress.loopback(port: 9000), .unix(userID: 1000)] {
            for method in [HTTPMethod.GET, .POST, .OPTIONS, .PUT] {
                guard case .answer(let answer) = rig.admit(method, Self.path, headers, from: client) else {
                    Issue.record("forwarded")
                    continue
                }
                #expect(answer.head.status == .forbidden)
                #expect(!answer.head.headers.contains { $0.name.lowercased().hasPrefix("access-control") })
            }
        }
    }

    @Test func `a request that the user makes in a browser is one like others`() throws {
        #expect(try GateRig().status(.POST, Self.path, [("Sec-Fetch-Site", "none")]) == 0)
    }

    @Test(arguments: [
        (HTTPMethod.OPTIONS, 403), (.CONNECT, 400), (.TRACE, 400), (.PUT, 405), (.DELETE, 405), (.GET, 405), (.HEAD, 405), (.PATCH, 405),
    ])
    func `methods are those of the operation`(_ method: HTTPMethod, _ expected: Int) throws {
        let rig = try GateRig()
        #expect(rig.status(method, Self.path) == expected)
        guard case .answer(let answer) = rig.admit(method, Self.path) else { return }
        #expect(answer.head.headers["allow"] == (expected == 405 ? ["POST"] : []))
    }

    // MARK: Tokens

    @Test(arguments: [
        "/openai/v1/chat/completions", "/nonexistent/v1/chat/completions", "/", "/-/status", "/-/health", "/-/metrics", "/openai/../x",
        "//",
        "/openai/v1/files", "/anthropic/v1/messages", "/chat/v1/chat/completions", "x", "/%00", "/groq/v1/models",
    ])
    func `without a token the answer is the same whatever the path`(_ path: String) throws {
        let rig = try GateRig()
        guard case .answer(let known) = rig.admit(.POST, "/openai/v1/chat/completions", token: .some(nil)) else {
            Issue.record("forwarded")
            return
        }
        for token in [nil, "", "wd_", "wd_" + String(repeating: "A", count: 43), rig.token + "A", String(rig.token.dropLast()), "sk-x"] {
            guard case .answer(let answer) = rig.admit(.POST, path, token: .some(token)) else {
                Issue.record("forwarded")
                continue
            }
            #expect(answer.head.status == .unauthorized && answer.body == known.body && answer.head.headers == known.head.headers)
        }
    }

    @Test(arguments: ["authorization", "x-api-key", "x-goog-api-key", "api-key", "X-Api-Key", "AUTHORIZATION"])
    func `a token is taken wherever a library puts its key`(_ header: String) throws {
        let rig = try GateRig()
        let isBearer = header.lowercased() == "authorization"
        let value = (isBearer ? "Bearer " : "") + rig.token
        #expect(rig.status(.POST, Self.path, [(header, value)], token: .some(nil)) == 0)
        #expect(rig.status(.POST, Self.path, [(header, value), ("x-api-key", rig.token)], token: .some(nil)) == 0)
        #expect(rig.status(.POST, Self.path, [(header, value), (header, value)], token: .some(nil)) == 0)
        #expect(rig.status(.POST, Self.path, [(header, value), ("x-api-key", "sk-other")], token: .some(nil)) == 401)
        #expect(rig.status(.POST, Self.path, [(header, value), ("x-goog-api-key", "wd_other")], token: .some(nil)) == 401)
        #expect(rig.status(.POST, Self.path, [(header, value + " ")], token: .some(nil)) == 401)
    }

    @Test(arguments: ["Basic", "bearer", "BEARER", "Token", ""])
    func `only the bearer scheme has a token`(_ scheme: String) throws {
        let rig = try GateRig()
        let status = rig.status(.POST, Self.path, [("authorization", "\(scheme) \(rig.token)")], token: .some(nil))
        #expect(status == (scheme.lowercased() == "bearer" ? 0 : 401))
    }

    @Test func `a query has no token`() throws {
        let rig = try GateRig()
        #expect(rig.status(.POST, Self.path + "?key=" + rig.token, token: .some(nil)) == 401)
    }

    @Test func `on the Unix socket a token is optional, and counts if it is one of ours`() throws {
        let (limited, text) = try GateRig.limited { $0.routes = ["anthropic"] }
        let rig = try GateRig(tokens: [limited])
        let unix = ClientAddress.unix(userID: 1000)
        #expect(rig.status(.POST, Self.path, token: .some(nil), from: unix) == 0)
        #expect(rig.status(.POST, Self.path, token: "dummy", from: unix) == 0)
        #expect(rig.status(.POST, Self.path, [("x-api-key", "other")], token: "dummy", from: unix) == 0)
        #expect(rig.status(.POST, Self.path, token: .some(text), from: unix) == 404)
        #expect(rig.status(.POST, "/anthropic/v1/messages", token: .some(text), from: unix) == 0)
        #expect(rig.status(.POST, Self.path, token: "wd_unknown", from: unix) == 401)
        #expect(rig.status(.POST, Self.path, [("x-api-key", "dummy")], token: "wd_unknown", from: unix) == 401)
    }
}
