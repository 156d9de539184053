import Foundation
import NIOHTTP1
import Testing

@testable import RequestLayer

/// What a path may be, and where it leads.
@Suite struct PathTests {
    @Test(arguments: [
        "", "*", "/", "openai/v1/models", "http://127.0.0.1:9000/openai/v1/models", "//openai/v1/models", "/openai//v1/models",
        "/openai/v1//models",
        "/openai/v1/models/", "/openai/./v1/models", "/openai/../openai/v1/models", "/openai/v1/../../admin", "/openai/v1/models/..",
        "/../openai/v1/models", "/openai/%2e%2e/v1/models", "/openai/%2E%2e/v1/models", "/openai/.%2e/v1/models", "/openai/%2e/v1/models",
        "/openai%2fv1/models", "/openai%2Fv1%2Fmodels", "/openai/v1%5cmodels", "/openai\\v1\\models", "/openai/v1/models%00",
        "/openai/v1/models%0d%0aHost:evil", "/openai/v1/models%0a", "/openai/v1/models\r\nHost: evil", "/openai/v1/mod els",
        "/openai/v1/models\t", "/openai/v1/models\u{0}", "/openai/v1/models\u{7F}", "/openai/v1/mod%7fels", "/openai/v1/models/é",
        "/openai/v1/models/%C3%A9", "/openai/v1/models/%c0%ae%c0%ae", "/openai/v1/models/%252e%252e", "/openai/v1/models/%25",
        "/openai/v1/models/%", "/openai/v1/models/%2", "/openai/v1/models/%zz", "/openai/v1/models/%+1", "/openai/v1/models#x",
        "/openai/v1/models?a#b", "/openai/v1/models;x=1", "/openai/..;/v1/models", "/openai/v1/models%3bx", "/openai/v1/models?a=\u{1}",
        "/openai/v1/models/．．/x", "/openai/v1/..%2f..%2fadmin", "/openai/v1/models/%u002e", "/%2e%2e/openai", "/./openai/v1/models",
    ])
    func `what could be read in two ways is refused`(_ uri: String) throws {
        #expect(throws: RequestTarget.Failure.malformed) { try RequestTarget(uri) }
        #expect(try GateRig().status(.GET, uri) == 400)
    }

    @Test func `a long target is refused as such`() throws {
        let rig = try GateRig()
        #expect(rig.status(.GET, "/openai/v1/models?" + String(repeating: "a", count: 4096)) == 414)
        #expect(rig.status(.GET, "/openai/v1/models?" + String(repeating: "a", count: 4000)) == 0)
    }

    @Test(arguments: [
        ("/openai/v1/chat/completions", "/v1/chat/completions"), ("/openai/chat/completions", "/v1/chat/completions"),
        ("/openai/v1/%63hat/completions", "/v1/chat/completions"), ("/open%61i/v1/chat/completions", "/v1/chat/completions"),
        ("/openai/v1/responses", "/v1/responses"), ("/openai/v1/embeddings", "/v1/embeddings"),
        ("/local/v1/chat/completions", "/v1/chat/completions"), ("/local/chat/completions", "/v1/chat/completions"),
        ("/anthropic/v1/messages", "/v1/messages"), ("/anthropic/messages", "/v1/messages"),
        ("/anthropic/v1/messages/count_tokens", "/v1/messages/count_tokens"), ("/anthropic/v1/complete", "/v1/complete"),
        ("/openai/v1/audio/transcriptions", "/v1/audio/transcriptions"), ("/openai/v1/images/generations", "/v1/images/generations"),
        ("/openai/v1/moderations", "/v1/moderations"), ("/openai/v1/responses/resp_1/cancel", "/v1/responses/resp_1/cancel"),
    ])
    func `both forms of a base URL lead to the same place`(_ uri: String, _ path: String) throws {
        let trip = try GateRig().trip(.POST, uri, body: "{\"model\":\"m\"}") { _ in .responds(200) }
        #expect(trip.requests.first?.head.uri == path)
        #expect(trip.requests.first?.server.usesTLS == !uri.hasPrefix("/local"))
    }

    @Test(arguments: [
        ("/openai/v1/models", "/v1/models"), ("/openai/models/gpt-4o", "/v1/models/gpt-4o"), ("/openai/v1/models/a/b", "/v1/models/a/b"),
        ("/openai/v1/models/a%20b", "/v1/models/a%20b"), ("/openai/v1/models/ft:gpt-4o:x", "/v1/models/ft:gpt-4o:x"),
        ("/openai/v1/models/%22x%22", "/v1/models/%22x%22"), ("/openai/v1/responses/resp_1", "/v1/responses/resp_1"),
        ("/openai/v1/responses/resp_1/input_items?limit=2", "/v1/responses/resp_1/input_items?limit=2"),
        ("/anthropic/v1/models?limit=2&after_id=x", "/v1/models?limit=2&after_id=x"), ("/anthropic/v1/models/claude", "/v1/models/claude"),
    ])
    func `paths are written anew, and queries stay`(_ uri: String, _ path: String) throws {
        let trip = try GateRig().trip(.GET, uri) { _ in .responds(200) }
        #expect(trip.requests.first?.head.uri == path)
    }

    @Test(arguments: [
        "/openai", "/openai/v1", "/openai/v2/models", "/openai/v1/files", "/openai/v1/batches", "/openai/v1/fine_tuning/jobs",
        "/openai/v1/organization/api_keys", "/openai/v1/chat", "/openai/v1/chat/completions/x", "/openai/v1/messages",
        "/openai/v1/v1/models",
        "/openai/V1/models", "/openai/v1/Models", "/anthropic/v1/organizations/api_keys", "/anthropic/v1/messages/batches",
        "/anthropic/v1/files", "/anthropic/v1/chat/completions", "/nonexistent/v1/models", "/OPENAI/v1/models", "/openai.evil/v1/models",
        "/-/status", "/chat/v1/files", "/api.openai.com/v1/models", "/groq:443/v1/models",
    ])
    func `what is not in the list is not there`(_ uri: String) throws {
        #expect(try GateRig().status(.GET, uri) == 404)
    }

    @Test(
        arguments: [
            ("key=wd_x", nil), ("api_key=x", nil), ("api-key=x", nil), ("API_KEY=x", nil), ("%6Bey=x", nil), ("k%65y=x", nil),
            ("access_token=x", nil),
            ("key", nil), ("key[]=x", nil), ("x-api-key=1", nil), ("token=t", nil), ("Authorization=b", nil), ("a=1&key=x&b=2", "a=1&b=2"),
            ("a=1;key=x", "a=1"), ("alt=sse&key=x", "alt=sse"), ("alt=sse", "alt=sse"), ("keyword=x", "keyword=x"),
            ("after=key", "after=key"),
            ("subscription-key=k&a=1", "a=1"), ("auth_token=k", nil), ("key[0]=k", nil), ("api_key%5B1%5D=k&b", "b"), ("[key]=k", nil),
            ("keys=k&[0]=1", "keys=k&[0]=1"),
            ("a=%20+b", "a=%20+b"), ("a=1&a=2&&", "a=1&a=2&&"), ("", nil), ("&", "&"),
        ] as [(String, String?)])
    func `what could be a key is taken out of a query`(_ query: String, _ expected: String?) throws {
        #expect(try RequestTarget("/openai/v1/models?" + query).query == expected)
    }

    // MARK: Against another parser

    @Test func `what is accepted is what Python's parser reads, and is normal already`() throws {
        var random = SeededRandom(41)
        let pieces = [
            "/", "/", "a", "models", "%41", "%2e", ".", "..", "%2F", "%5c", "%25", "\\", "%20", ":", "@", "~", "%7E", "%", "v1", "?",
            "key=1", "&",
            "=", ";", "%3B", "+", "%2B", "//", "#", "é", "%C3", "%00", "*", "'", "(", "%22",
        ]
        var accepted: [(uri: String, path: String, sent: String)] = []
        for _ in 0..<20_000 {
            let uri = "/" + (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let target = try? RequestTarget(uri) else { continue }
            let path = "/" + target.name + target.path
            accepted.append((uri, path, RequestTarget.encoded(path)))
        }
        #expect(accepted.count > 500)
        let script = """
            import json, posixpath, sys
            from urllib.parse import urlsplit, unquote
            wrong = 0
            for line in sys.stdin:
                uri, path, sent = json.loads(line)
                parts = urlsplit("http://h" + uri)
                ok = unquote(parts.path) == path and posixpath.normpath(path) == path and unquote(sent) == path
                ok = ok and parts.netloc == "h" and urlsplit("http://h" + sent).path == sent and "%2f" not in sent.lower()
                wrong += not ok
            print(wrong)
            """
        let lines = try accepted.map { String(decoding: try JSONEncoder().encode([$0.uri, $0.path, $0.sent]), as: UTF8.self) }
        #expect(try Python.run(script, lines.joined(separator: "\n")) == "0")
    }
}

/// Random numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2 + 1 }

    /// Source: SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Another program's opinion.
enum Python {
    /// What a script prints, without the last line feed.
    static func run(_ script: String, _ input: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("warder-rules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("input")
        try Data(input.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
