import Foundation
import Testing

/// What curl does on the wire: bodies in chunks, large ones, 100-continue, streams, and connections that are kept.
@Suite struct CurlTests {
    let ways = GatewayWays()
    private static let json = "content-type: application/json"
    private static let chat = #"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#

    private func expectCredentials(_ rig: ServeRig, _ outcomes: Outcome...) throws {
        try rig.expectKeysKept(ways, ["authorization": "Bearer \(ways["openai/api-key"])"], clients: outcomes)
    }

    /// JSON of a chat with a long message, and its hash.
    private func largeBody(_ rig: ServeRig, _ count: Int) throws -> (path: String, hash: String) {
        let path = rig.home("large.json")
        let made = try rig.home.python(
            """
            import hashlib, json, random, sys
            text = random.Random(1).randbytes(int(sys.argv[2]) // 2).hex()
            body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}).encode()
            open(sys.argv[1], "wb").write(body)
            print(hashlib.sha256(body).hexdigest())
            """, path, "\(count)")
        try #require(made.code == 0)
        return (path, String(made.text.dropLast()))
    }

    @Test(arguments: [1 << 10, 1 << 20, 20 << 20], ["content-length", "chunked"])
    func `a body of any length arrives as it was`(_ count: Int, _ framing: String) throws {
        let rig = try ways.rig()
        let (path, hash) = try largeBody(rig, count)
        let outcome = try rig.curl(
            "openai/v1/chat/completions", "-H", Self.json, "--data-binary", "@\(path)", "-H",
            framing == "chunked" ? "transfer-encoding: chunked" : "x-framing: length")
        #expect(outcome.text.contains("forty-two"))
        let requests = try rig.upstream.requests
        try #require(requests.count == 1)
        #expect(requests[0].sha256 == hash && requests[0].length > count)
        try expectCredentials(rig, outcome)
        #expect(rig.accesses.first?["bytes_in"] as? Int == requests[0].length)
    }

    @Test func `a body that comes in by standard input is sent on while it comes`() throws {
        let rig = try ways.rig()
        let (path, hash) = try largeBody(rig, 1 << 20)
        // With -T - curl reads and sends as it can, in chunks.
        let body = try #require(rig.home.content(path))
        let outcome = try rig.curl("openai/v1/chat/completions", "-X", "POST", "-H", Self.json, "-T", "-", input: body)
        #expect(outcome.text.contains("forty-two"))
        #expect(try rig.upstream.requests.map(\.sha256) == [hash])
        try expectCredentials(rig, outcome)
    }

    @Test func `the proxy says continue, and the expectation goes no further`() throws {
        let rig = try ways.rig()
        let (path, hash) = try largeBody(rig, 2 << 20)
        let outcome = try rig.curl(
            "openai/v1/chat/completions", "-v", "-H", Self.json, "-H", "expect: 100-continue", "--expect100-timeout", "45",
            "--data-binary", "@\(path)")
        #expect(outcome.text.contains("forty-two"))
        #expect(outcome.error.contains("HTTP/1.1 100 Continue"))
        let requests = try rig.upstream.requests
        #expect(requests.map(\.sha256) == [hash] && requests.allSatisfy { $0.values("expect").isEmpty })
        // curl's own account of what it sent has the token in it, which is the client's.
        try expectCredentials(rig)
    }

    @Test func `a refused upload is answered without continue, and nothing arrives`() throws {
        let rig = try ways.rig()
        let (path, _) = try largeBody(rig, 2 << 20)
        let outcome = try rig.home.run(
            [
                "-sS", "-v", "--max-time", "50", "-H", "authorization: Bearer none", "-H", "expect: 100-continue", "--expect100-timeout",
                "45", "--data-binary", "@\(path)", rig.address("openai/v1/chat/completions"),
            ], program: "/usr/bin/curl")
        #expect(outcome.text.contains("invalid_token"))
        #expect(!outcome.error.contains("100 Continue") && outcome.error.contains("HTTP/1.1 401"))
        #expect(try rig.upstream.requests.isEmpty)
    }

    @Test func `events come one by one`() throws {
        let rig = try ways.rig()
        // Acknowledges each event when it is there: -N has curl write at once what it gets.
        let body = #"{"model":"acked-curl","messages":[],"stream":true}"#
        let script = """
            curl -sSN --max-time 50 -H "authorization: Bearer $TOKEN" -H '\(Self.json)' -d '\(body)' "$ADDRESS" | while read -r line; do
                case $line in data:*) echo "$line"; curl -sS --max-time 30 -X POST "$ACKNOWLEDGE" ;; esac
            done
            """
        let outcome = try rig.home.shell(
            script,
            with: [
                "TOKEN": rig.token, "ADDRESS": rig.address("openai/v1/chat/completions"),
                "ACKNOWLEDGE": "http://127.0.0.1:\(rig.upstream.port)/-/ack/curl",
            ])
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 6 && lines.last == "data: [DONE]")
        try expectCredentials(rig, outcome)
    }

    @Test func `one connection serves many requests, of either kind`() throws {
        let rig = try ways.rig()
        let address = rig.address("openai/v1/chat/completions")
        var arguments: [String] = []
        for number in 0..<12 {
            if number > 0 { arguments.append("--next") }
            arguments += ["-sS", "--max-time", "50", "-H", "authorization: Bearer \(rig.token)", "-w", "\n%{num_connects}\n"]
            switch number % 3 {
            case 0: arguments += ["-d", Self.chat, address]
            case 1: arguments += ["-H", "transfer-encoding: chunked", "-d", Self.chat.dropLast() + #","stream":true}"#, address]
            default: arguments.append(rig.address("openai/v1/models"))
            }
        }
        let outcome = try rig.home.run(arguments, program: "/usr/bin/curl")
        try #require(outcome.code == 0)
        let connects = outcome.text.split(separator: "\n").filter { $0 == "0" || $0 == "1" }
        #expect(connects == ["1"] + Array(repeating: "0", count: 11))
        #expect(try rig.upstream.requests.count == 12)
        try expectCredentials(rig, outcome)
    }

    @Test func `a key in the query is the client's, and goes no further`() throws {
        let rig = try ways.rig()
        let own = String(decoding: Canary.text(32), as: UTF8.self)
        let content = #"{"contents":[{"parts":[{"text":"hi"}]}]}"#
        let outcome = try rig.curl(
            "gw-gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&key=\(own)&api_key=\(own)", "-H", Self.json, "-d",
            content)
        #expect(outcome.text.components(separatedBy: "data: ").count == 4)
        let requests = try rig.upstream.requests
        #expect(requests.map { $0.path.split(separator: "/").last ?? "" } == ["gemini-2.5-pro:streamGenerateContent?alt=sse"])
        try rig.expectKeysKept(
            ways, ["x-goog-api-key": ways["gemini/api-key"], "cf-aig-authorization": "Bearer \(ways["gateway/token"])"],
            clients: [outcome], own: [own])
    }

    @Test(arguments: ["-I", "-X PUT -d x", "-X PATCH -d x", "-X DELETE", "-X OPTIONS"])
    func `other methods are refused, and nothing arrives`(_ options: String) throws {
        let rig = try ways.rig()
        let outcome = try rig.home.run(
            options.split(separator: " ").map(String.init) + [
                "-sS", "--max-time", "50", "-o", "/dev/null", "-w", "%{http_code}", "-H", "authorization: Bearer \(rig.token)",
                rig.address("openai/v1/chat/completions"),
            ], program: "/usr/bin/curl")
        #expect(outcome.text.hasSuffix("405") || outcome.text.hasSuffix("403"))
        #expect(try rig.upstream.requests.isEmpty)
    }

    @Test func `an old version, an upgrade, and a request to another host are refused, and nothing arrives`() throws {
        let rig = try ways.rig()
        func status(_ options: String..., to address: String? = nil) throws -> String {
            try rig.home.run(
                options + [
                    "-sS", "--max-time", "50", "-o", "/dev/null", "-w", "%{http_code}", "-H", "authorization: Bearer \(rig.token)",
                    address ?? rig.address("openai/v1/models"),
                ], program: "/usr/bin/curl"
            ).text
        }
        #expect(try status("--http1.0") == "505")
        #expect(try status("--http2") == "400")
        #expect(try status("-H", "connection: upgrade", "-H", "upgrade: websocket") == "400")
        #expect(try status("-x", "http://127.0.0.1:\(rig.port)", to: "http://example.com/openai/v1/models") == "400")
        #expect(try status("-H", "host: example.com") == "421")
        #expect(try status("-H", "origin: https://example.com") == "403")
        #expect(try rig.upstream.requests.isEmpty)
        #expect(try status() == "200", "the proxy goes on")
    }
}
