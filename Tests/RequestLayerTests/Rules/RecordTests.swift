import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer
@testable import Resolver

/// What is written down, and what is not.
@Suite struct RecordTests {
    private static let messages = "/anthropic/v1/messages"

    @Test func `a record has what happened, and nothing of what was said`() throws {
        let rig = try GateRig()
        let trip = rig.trip(
            .POST, "/anthropic/v1/messages?beta=secret-in-a-query", [("x-custom", "header-value")],
            body: #"{"model":"m","prompt":"private"}"#
        ) { _ in
            .responds(
                200, [("content-type", "application/json"), ("cf-aig-cache-status", "HIT"), ("cf-aig-log-id", "01ABC")],
                [#"{"usage":{"input_tokens":12,"output_tokens":34}}"#])
        }
        #expect(trip.status == 200)
        let record = try #require(rig.records.all.first)
        #expect(record.token == "all" && record.route == "anthropic" && record.provider == "anthropic" && record.key == "anthropic/api-key")
        #expect(record.generation == 1 && record.method == "POST" && record.operation == "messages" && record.status == 200)
        #expect(record.inputTokens == 12 && record.outputTokens == 34 && record.cacheStatus == "HIT" && record.gatewayLog == "01ABC")
        #expect(
            record.attempts == 1 && record.milliseconds == 7 && record.millisecondsToResponse == 3 && record.end == "complete"
                && record.refusal == nil)
        let line = record.json
        for word in ["secret-in-a-query", "header-value", "private", "CanaryKey", rig.token] {
            let isThere = line.contains(word)
            #expect(!isThere)
        }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["key"] as? String == "anthropic/api-key" && object["tokens_out"] as? Int == 34 && object["status"] as? Int == 200)
        #expect(!line.contains("\n"))
    }

    @Test func `a refusal is a record too, which names no path`() throws {
        let rig = try GateRig()
        _ = rig.status(.POST, "/secret-path/x", token: .some(nil))
        _ = rig.status(.POST, "/secret-path/x")
        _ = rig.status(HTTPMethod.RAW(value: "SECRET-METHOD"), Self.messages)
        #expect(rig.records.all.map(\.refusal) == ["invalid_token", "not_found", "method_not_allowed"])
        #expect(rig.records.all.map(\.status) == [401, 404, 405] && rig.records.all.allSatisfy { $0.attempts == 0 })
        let lines = rig.records.all.map(\.json).joined()
        #expect(!lines.contains("secret-path") && !lines.contains("SECRET-METHOD"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_007, "2000-02-29T00:00:00.007Z"), (1_795_295_718_123, "2026-11-21T21:15:18.123Z"),
        (4_102_444_799_999, "2099-12-31T23:59:59.999Z"), (1_709_251_199_050, "2024-02-29T23:59:59.050Z"),
    ])
    func `times are those of the calendar`(_ milliseconds: Int, _ text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }

    /// A content type, the parts of a body, and the tokens that it tells of.
    private static let usages: [(type: String, parts: [String], tokens: (Int?, Int?))] = [
        ("application/json", [#"{"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#], (1, 2)),
        ("application/json; charset=utf-8", ["{\"usage\": {\"prompt_tok", "ens\" : 10, \"completion_tokens\":20}}"], (10, 20)),
        (
            "text/event-stream",
            [
                "data: {\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n", "data: {\"delta\":{}}\n\n",
                "data: {\"usage\":{\"output_tokens\":15}}\n\n",
            ], (25, 15)
        ),
        (
            "text/event-stream", ["data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":8}}\n\ndata: [DONE]\n\n"],
            (7, 8)
        ),
        ("application/json", [#"{"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":5}}"#], (4, 5)),
        ("application/json", [#"{"content":"\"output_tokens\":99","usage":{"input_tokens":1}}"#], (1, nil)),
        ("application/json", [#"{"usage":{"input_tokens":"1","output_tokens":-5}}"#], (nil, nil)),
        ("text/plain", [#"{"usage":{"input_tokens":1}}"#], (nil, nil)),
        ("application/json", [#"{"usage":{"prompt_tokens":9223372036854775807,"completion_tokens":1000000001}}"#], (nil, nil)),
        ("application/json", [#"{"usage":{"prompt_tokens":1000000000,"completion_tokens":99999999999999999999}}"#], (1_000_000_000, nil)),
        ("application/json", [#"{"arguments":{"prompt_tokens":5},"completion_tokens":6}"#], (nil, nil)),
        ("application/json", [#"{"usage":{"details":{"input_tokens":5},"text":"}\"","output_tokens":6},"input_tokens":7}"#], (nil, 6)),
        ("application/json", [#"{"usage":"#], (nil, nil)), ("application/json", [#"{"usage":{"input_tokens\"#], (nil, nil)),
        ("application/json", [#"{"usage":{"input_tokens":"#], (nil, nil)),
        ("application/json", [String(repeating: "x", count: 100_000), #""usage":{"input_tokens":3,"output_tokens":4}}"#], (3, 4)),
        ("application/json", [String(repeating: "x", count: 100_000) + #""usage":{"input_tokens":3,"output_tokens":4}}"#], (3, 4)),
    ]

    @Test(arguments: usages.indices)
    func `tokens are those that the response tells of`(_ index: Int) {
        let row = Self.usages[index]
        var reader = UsageReader(contentType: row.type)
        for part in row.parts { reader?.read(ByteBuffer(string: part)) }
        #expect(reader?.tokens.input == row.tokens.0 && reader?.tokens.output == row.tokens.1)
        var bytewise = UsageReader(contentType: row.type)
        for byte in row.parts.joined().utf8.suffix(3000) { bytewise?.read(ByteBuffer(bytes: [byte])) }
        #expect(bytewise?.tokens.output == row.tokens.1)
    }

    @Test func `numbers that a server makes up do not end the daemon`() throws {
        let rig = try GateRig()
        for _ in 0..<3 {
            let trip = rig.trip(.POST, Self.messages, body: "{}") { _ in
                .responds(
                    200, [("content-type", "application/json")],
                    [#"{"input":{"prompt_tokens":9223372036854775807},"usage":{"output_tokens":9223372036854775807}}"#])
            }
            #expect(trip.status == 200)
        }
        let text = page(rig, "/-/metrics").body
        #expect(!text.contains("922337203"))
        var record = try #require(rig.records.all.first)
        (record.inputTokens, record.outputTokens, record.requestBytes, record.milliseconds) = (.max, .max, .max, .max)
        let metrics = GateMetrics()
        for _ in 0..<2 { metrics.count(record) }
        #expect(metrics.text(resting: [], streams: 0).contains("warder_input_tokens_total{route=\"anthropic\"} \(Int.max)"))
    }

    // MARK: Local pages

    private func page(_ rig: GateRig, _ path: String, _ method: HTTPMethod = .GET, token: String? = nil) -> Trip {
        rig.trip(method, path, token: .some(token), from: .unix(userID: 1000)) { _ in .fails(.connect) }
    }

    @Test func `health says how it is, and why`() throws {
        let rig = try GateRig()
        #expect(page(rig, "/-/health").status == 200 && page(rig, "/-/health").body == "{\"health\":\"ok\",\"reason\":null}\n")
        rig.gate.setHealth(.degraded("the settings of 12:00 are not valid"))
        #expect(
            page(rig, "/-/health").status == 200 && page(rig, "/-/health").body.contains("\"degraded\",\"reason\":\"the settings of 12:00"))
        rig.gate.setStopped(true)
        #expect(page(rig, "/-/health").status == 503 && page(rig, "/-/health").body.contains("stopped"))
        rig.gate.setStopped(false)
        rig.gate.install(nil)
        #expect(page(rig, "/-/health").status == 503 && page(rig, "/-/health").body.contains("locked"))
    }

    @Test(arguments: ["/-", "/-/", "/-/nothing", "/-/health/x", "/-/Health"])
    func `other local paths are not there`(_ path: String) throws {
        #expect([400, 404].contains(try page(GateRig(), path).status))
    }

    @Test func `local pages are for the Unix socket, for reading, and for nobody with a token`() throws {
        let rig = try GateRig()
        for path in ["/-/health", "/-/metrics", "/-/status"] {
            #expect(rig.status(.GET, path) == 404 && page(rig, path, .POST).status == 405)
            #expect(page(rig, path, token: rig.token).status == 404)
        }
    }

    @Test func `metrics have bounded labels and no values`() throws {
        let rig = try GateRig()
        for number in 0..<50 { _ = rig.status(.POST, "/name-\(number)/x") }
        _ = rig.trip(.POST, Self.messages, body: "{}") { _ in .responds(429, [("retry-after", "9")]) }
        let text = page(rig, "/-/metrics").body
        #expect(text.contains(#"warder_requests_total{route="none",status="404",key="none"} 50"#) && !text.contains("name-1"))
        #expect(text.contains(#"warder_requests_total{route="anthropic",status="429",key="anthropic/api-key"} 1"#))
        #expect(text.contains(#"warder_request_seconds_bucket{route="anthropic",le="0.010"} 1"#) && text.contains(#"le="+Inf"} 1"#))
        #expect(text.contains(#"warder_key_rest_seconds{key="anthropic/api-key",model=""} 10"#) || text.contains(#"model=""} 9"#))
        let isHidden = !text.contains("Canary") && !text.contains(rig.token)
        #expect(isHidden)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.split(separator: " ").count == 2 || line.contains("\" "), "\(line)")
        }
    }

    @Test func `the status has rates, problems, rests and what tokens have used`() throws {
        let rig = try GateRig(GateRig.settings + "\n[provider.broken]\nbase_url = 'https://b.example'\napi_key = 'secret:missing'\n")
        _ = rig.trip(.POST, Self.messages, body: "{}") { _ in .responds(401, [], ["{}"]) }
        let status = rig.gate.status
        #expect(
            status.requests == 1 && status.errors == 0 && status.requestsOfLastMinute == 1 && status.requestsByRoute == ["anthropic": 1])
        #expect(status.problems.map(\.route) == ["broken"] && status.routes.contains("chat") && !status.routes.contains("broken"))
        #expect(
            status.resting.count == 1 && status.resting[0].reason == "unauthorized" && status.resting[0].seconds == 301
                && status.resting[0].generation == 1)
        #expect(status.tokens == [.init(name: "all", used: 1, budget: nil, streams: 0)])
        let read = try JSONDecoder().decode(GateStatus.self, from: Data(page(rig, "/-/status").body.utf8))
        #expect(read.version == 1 && read.resting == status.resting)
    }

    @Test func `the status has each name once, and no aliases`() throws {
        let routes = try GateRig().gate.status.routes
        #expect(Set(routes).count == routes.count && routes.contains("anthropic") && !routes.contains("anthropic_compatible"))
    }

    // MARK: Answers

    @Test(arguments: ["/openai/v1/nothing", "/anthropic/v1/nothing", "/groq/v1/chat/completions", "/claude/v1/audio/speech"])
    func `errors are those of both vendors' libraries`(_ path: String) throws {
        guard case .answer(let answer) = try GateRig().admit(.POST, path) else {
            Issue.record("forwarded")
            return
        }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.readableBytesView)) as? [String: Any])
        let error = try #require(object["error"] as? [String: Any])
        #expect(object["type"] as? String == "error" && error["message"] is String && error["type"] is String && error["code"] is String)
        #expect(answer.head.headers["content-type"] == ["application/json"])
    }

    @Test func `an error that is too long is not half given`() throws {
        let rig = try GateRig()
        let trip = rig.trip(.POST, Self.messages, body: "{}") { _ in .responds(400, [], [String(repeating: "x", count: 70_000)]) }
        #expect(trip.status == 502 && trip.body.contains("upstream_error_too_long"))
    }

    @Test func `a key in an error and in a stream is masked, and told`() throws {
        let rig = try GateRig()
        let key = "sk-ant-CanaryKey0123456789"
        let error = rig.trip(.POST, Self.messages, body: "{}") { _ in .responds(400, [], ["bad key sk-ant-Canar***6789, \(key)"]) }
        let isMasked = error.status == 400 && !error.body.contains("sk-ant-C") && error.body.hasPrefix("bad key ")
        #expect(isMasked)
        let stream = rig.trip(.POST, Self.messages, body: "{}") { _ in
            .responds(200, [], ["data: \(key.prefix(9))", "\(key.dropFirst(9))\n\n"])
        }
        let isStreamMasked = stream.body == "data: \(String(repeating: "*", count: key.utf8.count))\n\n"
        #expect(isStreamMasked)
        #expect(rig.events.all.count == 2)
        // What is compressed goes through as it is.
        let zipped = rig.trip(.POST, Self.messages, body: "{}") { _ in .responds(200, [("content-encoding", "gzip")], ["\u{1F}x", "y"]) }
        #expect(zipped.body == "\u{1F}xy" && zipped.headers["content-encoding"] == ["gzip"])
    }

    @Test(arguments: [
        ["identity", "gzip"], ["gzip", "identity"], ["gzip, identity"], ["gzip,"], ["identity", "identity"],
    ])
    func `a response with several compressions is not given`(_ encodings: [String]) throws {
        let key = "sk-ant-CanaryKey0123456789"
        for (status, code) in [(200, "upstream_encoding"), (400, "upstream_error_too_long")] {
            let trip = try GateRig().trip(.POST, Self.messages, body: "{}") { _ in
                .responds(status, encodings.map { ("content-encoding", $0) }, [key])
            }
            let isHidden = trip.status == 502 && trip.body.contains(code) && !trip.body.contains(key)
            #expect(isHidden)
        }
    }

    @Test func `a compression that nobody knows hides nothing`() throws {
        let trip = try GateRig().trip(.POST, Self.messages, body: "{}") { _ in
            .responds(200, [("content-encoding", "none")], ["sk-ant-CanaryKey0123456789"])
        }
        #expect(trip.status == 200 && trip.body == String(repeating: "*", count: 26))
    }
}
