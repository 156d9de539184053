import ClientTokens
import Foundation
import NIOHTTP1
import SodiumCrypto
import Testing

@testable import RequestLayer

/// What tokens may do, how much, and how long.
@Suite struct TokenTests {
    private static let chat = "/openai/v1/chat/completions"

    @Test func `a new token is long, random, and kept as a hash only`() throws {
        let texts = try (0..<50).map { _ in String(decoding: try ClientToken.generate().reveal(), as: UTF8.self) }
        #expect(Set(texts).count == 50)
        for text in texts {
            let isToken =
                text.hasPrefix("wd_") && text.utf8.count == 46
                && text.utf8.dropFirst(3).allSatisfy { Byte.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
            #expect(isToken)
        }
        let token = try ClientToken(name: "n", token: try SecretValue(copying: Array(texts[0].utf8)), created: 7)
        let json = String(decoding: try JSONEncoder().encode(token), as: UTF8.self)
        let isHidden = !json.contains(texts[0]) && token.hash.utf8.count == 64
        #expect(isHidden)
        #expect(try JSONDecoder().decode(ClientToken.self, from: Data(json.utf8)) == token)
    }

    @Test func `its form in storage has these names`() throws {
        let text = """
            {"name":"ci","hash":"\(String(repeating: "0f", count: 32))","routes":["chat"],"models":["gpt-*"],"methods":["POST"],"expires":9,
             "requests_per_minute":3,"concurrent_streams":2,"budget":5,"created":1}
            """
        let token = try JSONDecoder().decode(ClientToken.self, from: Data(text.utf8))
        #expect(token.name == "ci" && token.routes == ["chat"] && token.models == ["gpt-*"] && token.methods == ["POST"])
        #expect(
            token.expires == 9 && token.requestsPerMinute == 3 && token.concurrentStreams == 2 && token.budget == 5 && token.created == 1)
        let bare = try JSONDecoder().decode(ClientToken.self, from: Data(#"{"name":"n","hash":"x","created":1}"#.utf8))
        #expect(bare.routes == nil && bare.budget == nil)
        // A hash that is none is nobody's.
        #expect(TokenTable([bare], ledger: TokenLedger()).find([]) == nil)
    }

    @Test(arguments: [
        (["openai"], Self.chat, 0), (["openai"], "/anthropic/v1/messages", 404), (["openai"], "/chat/v1/chat/completions", 404),
        (["chat"], "/chat/v1/chat/completions", 0), (["chat"], Self.chat, 404), ([], Self.chat, 404), (["openai"], "/nonexistent/x", 404),
        (["openai"], "/-/status", 404), (["-"], "/-/status", 404), (["openai", "groq"], "/groq/v1/chat/completions", 503),
        (["openai"], "/groq/v1/chat/completions", 404), (["OPENAI"], Self.chat, 404),
    ])
    func `a route that a token is not for looks like one that is not there`(_ routes: [String], _ path: String, _ expected: Int) throws {
        let (token, text) = try GateRig.limited { $0.routes = routes }
        let rig = try GateRig(tokens: [token])
        #expect(rig.status(.POST, path, token: .some(text)) == expected)
        guard expected == 404, case .answer(let hidden) = rig.admit(.POST, path, token: .some(text)),
            case .answer(let absent) = rig.admit(.POST, "/nothing/at/all", token: .some(text))
        else { return }
        #expect(hidden.body == absent.body && hidden.head == absent.head)
    }

    @Test func `an alias stands for the provider that it means`() throws {
        let (token, text) = try GateRig.limited { $0.routes = ["anthropic"] }
        let rig = try GateRig(tokens: [token])
        #expect(rig.status(.POST, "/anthropic_compatible/v1/messages", token: .some(text)) == 0)
    }

    @Test(arguments: [
        (["GET"], HTTPMethod.GET, "/openai/v1/models", 0), (["GET"], .POST, Self.chat, 403), (["POST"], .POST, Self.chat, 0),
        ([], .POST, Self.chat, 403),
    ])
    func `methods are those of the token`(_ methods: [String], _ method: HTTPMethod, _ path: String, _ expected: Int) throws {
        let (token, text) = try GateRig.limited { $0.methods = methods }
        #expect(try GateRig(tokens: [token]).status(method, path, token: .some(text)) == expected)
    }

    @Test(arguments: [(nil, 0), (Int.max, 0), (0, 401), (1, 401), (-5, 401)] as [(Int?, Int)])
    func `a token that has ended is none`(_ expires: Int?, _ expected: Int) throws {
        let (token, text) = try GateRig.limited { $0.expires = expires }
        #expect(try GateRig(tokens: [token]).status(.POST, Self.chat, token: .some(text)) == expected)
    }

    @Test func `a revoked token ends with the next request, and what is under way goes on`() throws {
        let (token, text) = try GateRig.limited { _ in }
        let rig = try GateRig(tokens: [token])
        guard case .forward(let exchange) = rig.admit(.POST, Self.chat, token: .some(text)) else {
            Issue.record("refused")
            return
        }
        rig.gate.install(tokens: [])
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 401)
        guard case .send = exchange.nextAttempt(body: nil) else {
            Issue.record("not sent")
            return
        }
        exchange.finished(Trip.summary(200))
    }

    // MARK: Models

    private static let models: [(models: [String], path: String, body: String, status: Int)] = [
        (["gpt-4o"], chat, #"{"model":"gpt-4o"}"#, 200), (["gpt-4o"], chat, #"{"model":"gpt-4o-mini"}"#, 403),
        (["gpt-4o*"], chat, #"{"model":"gpt-4o-mini"}"#, 200), (["openai/gpt-4o"], chat, #"{"model":"gpt-4o"}"#, 200),
        (["openai/*"], chat, #"{"model":"anything"}"#, 200), (["anthropic/*"], chat, #"{"model":"anything"}"#, 403),
        ([], chat, #"{"model":"gpt-4o"}"#, 403), (["gpt-4o"], chat, #"{"model":"GPT-4o"}"#, 403),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","model":"o1"}"#, 400), (["gpt-4o"], chat, #"{"model":"o1","model":"gpt-4o"}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","\u006dodel":"o1"}"#, 400), (["gpt-4o"], chat, #"{"model":"gpt-4o","Model":"o1"}"#, 400),
        (["gpt-4o"], chat, #"{"MODEL":"gpt-4o"}"#, 400), (["gpt-4o"], chat, #"{"\u006dodel":"gpt-4o"}"#, 200),
        (["gpt-4o"], chat, #"{"model":"gpt\u002d4o"}"#, 200), (["gpt-4o"], chat, #"{"model":"gpt-4o\u0000"}"#, 403),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","models":["o1"]}"#, 400), (["gpt-4o"], chat, #"{"model":"gpt-4o","fallbacks":["o1"]}"#, 400),
        (["gpt-4o"], chat, #"{"model":["gpt-4o"]}"#, 400), (["gpt-4o"], chat, #"{"model":null}"#, 400),
        (["gpt-4o"], chat, #"{"model":""}"#, 400),
        (["gpt-4o"], chat, #"{}"#, 400), (["gpt-4o"], chat, #"{"x":{"model":"gpt-4o"}}"#, 400),
        (["gpt-4o"], chat, #"[{"model":"gpt-4o"}]"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o"} {"model":"o1"}"#, 400), (["gpt-4o"], chat, #"{"model":"gpt-4o",}"#, 400),
        (["gpt-4o"], chat, #"{/**/"model":"gpt-4o"}"#, 400), (["gpt-4o"], chat, #"{'model':'gpt-4o'}"#, 400), (["gpt-4o"], chat, "", 400),
        (["gpt-4o"], chat, "model=gpt-4o", 400), (["gpt-4o"], chat, "\u{FEFF}{\"model\":\"gpt-4o\"}", 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","x":NaN}"#, 400), (["gpt-4o"], chat, #"{"model":"\ud800"}"#, 400),
        (["gpt-4o"], "/openai/v1/audio/transcriptions", "x", 403), (["gpt-4o"], "/openai/v1/moderations", #"{"input":"x"}"#, 400),
        (["large"], "/chat/v1/chat/completions", #"{"model":"ignored"}"#, 200),
        (["o1"], "/chat/v1/chat/completions", #"{"model":"o1"}"#, 403),
        (["large"], "/chat/v1/chat/completions", #"{"model":"x","models":["o1"]}"#, 400),
        (["large"], "/chat/v1/chat/completions", #"{"model":"x","y":{"model":"o1"}}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","engine":"o1"}"#, 400), (["gpt-4o"], chat, #"{"model":"gpt-4o","Deployment":"o1"}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","context_window_fallbacks":[]}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","x":[{"y":{"mode\u006c":"o1"}}]}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","x":{"MODEL":1}}"#, 400), (["gpt-4o"], chat, #"{"model":"gpt-4o","model\u0000":"o1"}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","x":{"\u0000y":1}}"#, 400),
        (["gpt-4o"], chat, #"{"model":"gpt-4o","x":"\"model\":1"}"#, 200),
    ]

    @Test(arguments: models.indices)
    func `a token for some models is for those, however a body names another`(_ index: Int) throws {
        let row = Self.models[index]
        let (token, text) = try GateRig.limited { $0.models = row.models }
        let rig = try GateRig(tokens: [token])
        let trip = rig.trip(.POST, row.path, body: row.body, token: .some(text)) { _ in .responds(200) }
        #expect(trip.status == row.status, "\(row.body)")
        #expect(trip.requests.count == (row.status == 200 ? 1 : 0))
    }

    @Test(arguments: [
        ("?model=o1", 400), ("?x=1&MODEL=gpt-4o", 400), ("?%6dodel=o1", 400), ("?model[0]=o1", 400), ("?deployment=o1", 400),
        ("?x=model", 200), ("?mode=1", 200), ("", 200),
    ])
    func `a token for some models has none in its query`(_ query: String, _ status: Int) throws {
        let (token, text) = try GateRig.limited { $0.models = ["gpt-4o"] }
        let rig = try GateRig(tokens: [token])
        let body = #"{"model":"gpt-4o"}"#
        #expect(rig.trip(.POST, Self.chat + query, body: body, token: .some(text)) { _ in .responds(200) }.status == status)
        // Others may, for all that the proxy knows.
        #expect(rig.trip(.POST, Self.chat + query, body: body) { _ in .responds(200) }.status == 200)
    }

    @Test func `of a route a token gets those models that it is for`() throws {
        let (token, text) = try GateRig.limited { $0.models = ["gpt-4o"] }
        let rig = try GateRig(tokens: [token])
        let trip = rig.trip(.POST, "/chat/v1/chat/completions", body: "{}", token: .some(text)) { _ in .responds(200) }
        #expect(trip.requests.map(\.server.host) == ["api.openai.com"] && trip.sent == #"{"model":"gpt-4o"}"#)
    }

    @Test(arguments: [("gemini-2.5-pro", 200), ("gemini-2.5-flash", 403), ("gemini-2.5-pro%3Ax", 403)])
    func `where the path names the model, it is that one`(_ model: String, _ status: Int) throws {
        let (token, text) = try GateRig.limited { $0.models = ["gemini-2.5-pro"] }
        let rig = try GateRig(
            "[provider.gemini-native]\nbase_url = 'https://generativelanguage.googleapis.com/v1beta'\nstyle = 'gemini'\napi_key = 'secret:g/key'",
            secrets: ["g/key": "AIzaCanaryKey0123456789"], tokens: [token])
        let trip = rig.trip(.POST, "/gemini-native/v1beta/models/\(model):streamGenerateContent?alt=sse&key=\(text)", token: .some(text)) {
            _ in
            .responds(200)
        }
        #expect(trip.status == status)
        if status == 200 { #expect(trip.requests.first?.head.uri == "/v1beta/models/\(model):streamGenerateContent?alt=sse") }
        let isGoogles = status == 200 || trip.body.contains("\"status\":\"PERMISSION_DENIED\"")
        #expect(isGoogles)
    }

    @Test(arguments: [
        ("application/json", 200), ("Application/JSON; charset=UTF-8", 200), ("application/json;charset=\"utf-8\"", 200),
        ("application/json; charset=utf-16", 400), ("application/json; charset=utf-8; x=y", 400), ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400), ("multipart/form-data; boundary=x", 400), ("application/jsonx", 400), ("", 400),
    ])
    func `a token for some models sends JSON and says so`(_ type: String, _ status: Int) throws {
        let (token, text) = try GateRig.limited { $0.models = ["gpt-4o"] }
        let rig = try GateRig(tokens: [token])
        func answer(_ headers: [(String, String)], _ token: String) -> Int {
            rig.trip(.POST, Self.chat, headers, body: #"{"model":"gpt-4o"}"#, token: .some(token)) { _ in .responds(200) }.status
        }
        #expect(answer([("content-type", type)], text) == status && answer([("content-type", type)], rig.token) == 200)
        #expect(answer([("content-type", "application/json"), ("Content_Type", type)], text) == 400)
        #expect(answer([("content-type", "application/json"), ("content-encoding", type)], text) == 400)
    }

    @Test(arguments: [
        (#"{"requests":[{"model":"models/m"},{"model":"m"}]}"#, 200), (#"{"requests":[{"model":"models/o"}]}"#, 400),
        (#"{"requests":[{"model":1}]}"#, 400), (#"{"model":"models/o"}"#, 400), (#"{"requests":[]}"#, 200), ("[", 400),
    ])
    func `a body names no other model than the path`(_ body: String, _ status: Int) throws {
        let (token, text) = try GateRig.limited { $0.models = ["m"] }
        let rig = try GateRig(
            "[provider.native]\nbase_url = 'https://generativelanguage.googleapis.com/v1beta'\nstyle = 'gemini'\napi_key = 'secret:g/key'",
            secrets: ["g/key": "AIzaCanaryKey0123456789"], tokens: [token])
        let path = "/native/v1beta/models/m:batchEmbedContents"
        #expect(rig.trip(.POST, path, body: body, token: .some(text)) { _ in .responds(200) }.status == status)
        #expect(rig.trip(.POST, path, body: body) { _ in .responds(200) }.status == 200)
    }

    // MARK: How much

    @Test func `so many requests in a minute, filled up steadily`() throws {
        let (token, _) = try GateRig.limited { $0.requestsPerMinute = 6 }
        let meter = TokenMeter()
        for _ in 0..<6 { #expect(meter.begin(token, now: 1000) == nil) }
        #expect(meter.begin(token, now: 1000) == .rate(wait: 10))
        #expect(meter.begin(token, now: 10_999) == .rate(wait: 1))
        #expect(meter.begin(token, now: 11_000) == nil)
        #expect(meter.begin(token, now: 11_000) == .rate(wait: 10))
        // A clock that goes back fills nothing up, and a long pause no more than there is room for.
        #expect(meter.begin(token, now: 0) == .rate(wait: 10))
        for _ in 0..<6 { #expect(meter.begin(token, now: 10_000_000) == nil) }
        #expect(meter.begin(token, now: 10_000_000) == .rate(wait: 10))
        let (none, _) = try GateRig.limited { $0.requestsPerMinute = 0 }
        #expect(TokenMeter().begin(none, now: 5) == .rate(wait: 60))
    }

    @Test func `the rate is answered with when to come again`() throws {
        let (token, text) = try GateRig.limited { $0.requestsPerMinute = 1 }
        let rig = try GateRig(tokens: [token])
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 0)
        guard case .answer(let answer) = rig.admit(.POST, Self.chat, token: .some(text)) else {
            Issue.record("forwarded")
            return
        }
        #expect(answer.head.status == .tooManyRequests && Int(answer.head.headers.first(name: "retry-after") ?? "") ?? 0 > 50)
        // What is refused anyway does not count.
        #expect(rig.status(.POST, "/openai/v1/files", token: .some(text)) == 404)
    }

    @Test func `so many at once, until one has ended`() throws {
        let (token, text) = try GateRig.limited { $0.concurrentStreams = 2 }
        let rig = try GateRig(tokens: [token])
        let exchanges = (0..<2).compactMap { _ in
            if case .forward(let exchange) = rig.admit(.POST, Self.chat, token: .some(text)) { exchange } else { nil }
        }
        #expect(exchanges.count == 2)
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 429)
        #expect(rig.status(.POST, Self.chat) == 0)
        exchanges.first?.finished(Trip.summary(200))
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 0)
        #expect(rig.gate.status.tokens.first { $0.name == "limited" }?.streams == 1)
    }

    @Test func `so many in all, over every change of settings and tokens, and over a restart`() throws {
        let (token, text) = try GateRig.limited { $0.budget = 3 }
        let rig = try GateRig(tokens: [token])
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 0)
        rig.gate.install(tokens: [token])
        rig.gate.install(nil)
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 503)
        rig.gate.install(try RouteTable(settings: rig.parsed, resolver: rig.resolver))
        #expect(rig.status(.POST, Self.chat, token: .some(text)) == 0)
        let kept = rig.gate.ledger.used
        #expect(kept[token.hash] == 2)
        let next = try GateRig(tokens: [token])
        next.gate.ledger.restore(kept)
        #expect(next.status(.POST, Self.chat, token: .some(text)) == 0)
        guard case .answer(let answer) = next.admit(.POST, Self.chat, token: .some(text)) else {
            Issue.record("forwarded")
            return
        }
        #expect(answer.head.status == .tooManyRequests && answer.head.headers["x-should-retry"] == ["false"])
        // Another token is another budget, also under the same name.
        let (second, other) = try GateRig.limited { $0.budget = 1 }
        next.gate.install(tokens: [second])
        #expect(next.status(.POST, Self.chat, token: .some(other)) == 0)
        #expect(next.status(.POST, Self.chat, token: .some(other)) == 429)
    }

    // MARK: Nobody

    @Test func `the kill switch stops everything, and can be taken back`() throws {
        let rig = try GateRig()
        rig.gate.setStopped(true)
        for path in [Self.chat, "/nonexistent/x", "/chat/v1/chat/completions"] { #expect(rig.status(.POST, path) == 503) }
        #expect(rig.status(.POST, Self.chat, token: .some(nil)) == 401)
        rig.gate.setStopped(false)
        #expect(rig.status(.POST, Self.chat) == 0)
    }

    @Test func `while the vault is locked nothing goes out, and the client is to come again`() throws {
        let rig = try GateRig()
        rig.gate.install(nil)
        guard case .answer(let answer) = rig.admit(.POST, Self.chat) else {
            Issue.record("forwarded")
            return
        }
        #expect(answer.head.status == .serviceUnavailable && answer.head.headers["retry-after"] == ["5"])
        #expect(answer.head.headers["x-should-retry"].isEmpty)
        rig.gate.install(tokens: nil)
        #expect(rig.status(.POST, Self.chat) == 503)
        #expect(rig.status(.POST, Self.chat, token: .some(nil)) == 401)
        #expect(rig.status(.POST, Self.chat, token: .some(nil), from: .unix(userID: 1000)) == 503)
    }
}
