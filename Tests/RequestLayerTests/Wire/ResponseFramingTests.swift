import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer

/// What a server sends, and what comes of it.
struct BadResponse: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let failure: UpstreamFailure

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ failure: UpstreamFailure = .malformed) {
        self.name = name
        self.text = text
        self.failure = failure
    }

    static func ok(_ headers: String, _ body: String = "hello") -> String { "HTTP/1.1 200 OK\r\n\(headers)\r\n\r\n\(body)" }

    /// Before anything can be given to the client.
    static let heads: [BadResponse] = [
        .init("noise", "\u{1}\u{2}\u{3}"),
        .init("text", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        .init("HTML alone", "<html></html>\r\n\r\n"),
        .init("an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"),
        .init("HTTP/2", "HTTP/2 200\r\n\r\n"),
        .init("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("http in lower case", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("a status of letters", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"),
        .init("status 000", "HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("status 600", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("no status", "HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
        .init("two blanks before the status", "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n"),
        .init("a reason with an escape", "HTTP/1.1 200 \u{1b}[2J\r\nContent-Length: 0\r\n\r\n"),
        .init("line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        .init("a carriage return alone", "HTTP/1.1 200 OK\r\nX-A: b\rc\r\n\r\n"),
        .init("a folded header", ok("X-A: b\r\n c\r\nContent-Length: 5")),
        .init("a blank before the colon", ok("Content-Length : 5")),
        .init("NUL in a header", ok("X-A: \0\r\nContent-Length: 5")),
        .init("a name that is none", ok("X A: b\r\nContent-Length: 5")),
        .init("two lengths", ok("Content-Length: 5\r\nContent-Length: 6")),
        .init("the same length twice", ok("Content-Length: 5\r\nContent-Length: 5")),
        .init("a length in a list", ok("Content-Length: 5, 5")),
        .init("a length below nothing", ok("Content-Length: -5")),
        .init("a length with a sign", ok("Content-Length: +5")),
        .init("a length that overflows", ok("Content-Length: 99999999999999999999")),
        .init("a length and chunks", ok("Content-Length: 5\r\nTransfer-Encoding: chunked")),
        .init("gzip and chunks", ok("Transfer-Encoding: gzip, chunked")),
        .init("chunks twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
        .init("identity", ok("Transfer-Encoding: identity")),
        .init("chunks of HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init("other protocols", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        .init("an interim response with a length", "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello"),
        .init("interim responses without an end", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 100)),
        .init("a head that is too long", ok((0..<100).map { "X-\($0): \(String(repeating: "a", count: 1000))" }.joined(separator: "\r\n"))),
        .init("too many headers", ok((0..<200).map { "X-\($0): a" }.joined(separator: "\r\n"))),
        .init("half a head", "HTTP/1.1 200 OK\r\nContent-", .closed),
        .init("an interim response alone", "HTTP/1.1 100 Continue\r\n\r\n", .closed),
        .init("nothing", "", .closed),
    ]

    /// After the head has gone to the client.
    static let bodies: [BadResponse] = [
        .init("less than the length", ok("Content-Length: 50"), .closed),
        .init("chunks without an end", ok("Transfer-Encoding: chunked", "5\r\nhello\r\n"), .closed),
        .init("half a chunk", ok("Transfer-Encoding: chunked", "5\r\nhel"), .closed),
        .init("chunks without the last line", ok("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n"), .closed),
        .init("a size of letters", ok("Transfer-Encoding: chunked", "5\r\nhello\r\nxyz\r\n")),
        .init("a size with a blank", ok("Transfer-Encoding: chunked", "5 \r\nhello\r\n0\r\n\r\n")),
        .init("a line feed after the size", ok("Transfer-Encoding: chunked", "5\nhello\r\n0\r\n\r\n")),
        .init("more than a chunk's size", ok("Transfer-Encoding: chunked", "5\r\nhello world\r\n0\r\n\r\n")),
        .init("a trailer that is a length", ok("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n")),
    ]
}

@Suite struct `The framing of responses` {
    @Test(arguments: BadResponse.heads)
    func `is refused before anything of it reaches the client`(_ response: BadResponse) async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send(response.text)
            if response.failure == .closed { return connection.close() }
            try await connection.waitForClose()
            connection.close()
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let answer = try await client.response()
        #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n\(response.failure.rawValue)"))
        #expect(rig.gate.notes.failures == [response.failure])
        // The client's connection is as good as before.
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.response()
        #expect(try await rig.summaries(2).allSatisfy { $0.end == .complete && $0.status == 502 })
    }

    @Test(arguments: BadResponse.bodies)
    func `that breaks in the body breaks the client's connection`(_ response: BadResponse) async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send(response.text)
            if response.failure == .closed { return connection.close() }
            try await connection.waitForClose()
            connection.close()
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.waitForClose()
        #expect(!client.text.hasSuffix("0\r\n\r\n"))
        #expect(client.text.isEmpty || client.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(try await rig.summaries().first?.end == .upstreamBroke(response.failure))
        #expect(rig.gate.notes.failures.isEmpty)
    }

    @Test func `that has more after it than was asked for ends the server's connection, and no client sees it`() async throws {
        let server = try await RawServer.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        for number in 1...3 {
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try await client.response().hasSuffix("\r\n\r\nhello"))
            #expect(server.connections.count == number)
        }
    }

    @Test func `that comes unasked on a kept connection ends it`() async throws {
        let server = try await RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.response()
        let kept = try await server.connection()
        try await kept.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        try await kept.waitForClose()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("\r\n\r\nhello"))
        #expect(server.connections.count == 2)
    }

    @Test func `is never longer than the head said, whatever the rules make of the body`() async throws {
        let server = try await RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        for (change, isWhole) in [("hell", false), ("hello!", false), ("HELLO", true)] {
            var rules = TestGate.Rules()
            rules.relay = { _ in ByteBuffer(string: change) }
            let rig = try await Rig(TestGate(rules, port: server.port))
            let client = try await rig.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            try await client.waitForClose()
            #expect(client.text.hasSuffix("\r\n\r\nHELLO") == isWhole)
            #expect(!client.text.contains("hello!"))
            #expect(try await rig.summaries().first?.end == (isWhole ? .complete : .upstreamBroke(.malformed)))
        }
    }

    @Test func `goes in chunks when the rules drop the length`() async throws {
        let server = try await RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello")
        var rules = TestGate.Rules()
        rules.received = { head, _ in
            var head = head
            head.headers.remove(name: "content-length")
            return .relay(head)
        }
        rules.relay = { ByteBuffer(string: "[" + String(buffer: $0)) }
        rules.relayedAll = { ByteBuffer(string: "]") }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(
            try await client.response()
                == "HTTP/1.1 200 OK\r\nX-A: b\r\ntransfer-encoding: chunked\r\n\r\n6\r\n[hello\r\n1\r\n]\r\n0\r\n\r\n")
    }

    @Test(arguments: ["a\r\nX-Evil: b", "a\nb", "a\0", "a\rb"])
    func `can't be given a header with a line's end in it, nor can a request`(value: String) async throws {
        let server = try await RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        var rules = TestGate.Rules()
        rules.received = { head, _ in
            var head = head
            head.headers.add(name: "X-A", value: value)
            return .relay(head)
        }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response() == "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")

        rules = TestGate.Rules()
        rules.added = [("X-A", value)]
        let other = try await Rig(TestGate(rules, port: server.port))
        let count = server.connections.count
        let second = try await other.connect()
        try await second.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await second.response() == "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
        #expect(server.connections.dropFirst(count).allSatisfy { $0.count == 0 })
    }
}
