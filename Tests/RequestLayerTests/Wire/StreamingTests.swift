import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import RequestLayer

@Suite struct `Streams through the proxy` {
    static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// A chunk of an event.
    static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    @Test func `each event arrives before the next one is sent`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let upstream = try await server.connection()
        try await upstream.wait(for: "\r\n\r\n")
        try await upstream.send(Self.streamHead)
        try await client.wait(for: "\r\n\r\n")
        for number in 0..<50 {
            try await upstream.send(Self.chunk("data: \(number)\n\n"))
            try await client.wait(for: "data: \(number)\n\n")
        }
        try await upstream.send("0\r\n\r\n")
        try await client.wait(for: "\r\n0\r\n\r\n")
        #expect(client.text.hasSuffix(Self.chunk("data: 48\n\n") + Self.chunk("data: 49\n\n") + "0\r\n\r\n"))
        // A chunk that comes in halves is not waited for either.
        upstream.forget()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await upstream.wait(for: "\r\n\r\n")
        try await upstream.send(Self.streamHead + "9\r\ndata:")
        try await client.wait(for: "5\r\ndata:\r\n")
        try await upstream.send(" 1\n\n\r\n0\r\n\r\n")
        try await client.wait(for: "4\r\n 1\n\n\r\n0\r\n\r\n")
    }

    @Test func `a client that goes away ends the request upstream, and only that`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let (first, second) = (try await rig.connect(), try await rig.connect())
        try await first.send("GET /1 HTTP/1.1\r\nHost: here\r\n\r\n")
        let upstream = try await server.connection(0)
        try await upstream.wait(for: "\r\n\r\n")
        try await second.send("GET /2 HTTP/1.1\r\nHost: here\r\n\r\n")
        let other = try await server.connection(1)
        try await upstream.send(Self.streamHead + Self.chunk("one"))
        try await other.send(Self.streamHead + Self.chunk("one"))
        try await first.wait(for: "one")
        try await second.wait(for: "one")
        first.close()
        try await upstream.waitForClose()
        let summary = try #require(try await rig.summaries().first)
        #expect(summary.end == .clientGone)
        #expect(summary.status == 200)
        #expect(summary.responseByteCount == 3)
        try await other.send(Self.chunk("two") + "0\r\n\r\n")
        try await second.wait(for: "two\r\n0\r\n\r\n")
        #expect(!other.isClosed)
    }

    @Test func `a client that goes away before the answer ends the request upstream too`() async throws {
        let server = try await RawServer()
        var rules = TestGate.Rules()
        rules.intake = .whole(limit: 100)
        let rig = try await Rig(TestGate(rules, port: server.port))
        for request in ["GET / HTTP/1.1\r\nHost: here\r\n\r\n", "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody"] {
            let client = try await rig.connect()
            let count = server.connections.count
            try await client.send(request)
            let upstream = try await server.connection(count)
            try await upstream.wait(for: "\r\n\r\n")
            client.close()
            try await upstream.waitForClose()
        }
        #expect(try await rig.summaries(2).map(\.end) == [.clientGone, .clientGone])
        #expect(rig.gate.notes.failures.isEmpty)
    }

    @Test func `a client that goes away in the middle of its body leaves no request that looks whole`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        for framing in ["Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"] {
            let client = try await rig.connect()
            let count = server.connections.count
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\n\(framing)")
            let upstream = try await server.connection(count)
            try await upstream.wait(for: "hello")
            client.close()
            try await upstream.waitForClose()
            #expect(!upstream.text.hasSuffix("0\r\n\r\n"))
        }
        #expect(try await rig.summaries(2).map(\.end) == [.clientGone, .clientGone])
    }

    @Test func `a client that reads slowly holds the server back`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.setReading(false)
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let upstream = try await server.connection()
        try await upstream.wait(for: "\r\n\r\n")
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        let total = 64
        try await upstream.send("HTTP/1.1 200 OK\r\nContent-Length: \(total * piece.count)\r\n\r\n")
        let sent = Counter()
        let sending = Task {
            for _ in 0..<total {
                try await upstream.send(piece)
                sent.add()
            }
        }
        // What both kernels and the proxy hold is far less than all; it comes to rest.
        try await Self.waitForRest(of: sent)
        #expect(sent.value < total / 2)
        try await client.setReading(true)
        try await RawConnection.wait(for: "the whole body") { client.count > total * piece.count }
        try await sending.value
        #expect(try await rig.summaries().first?.responseByteCount == total * piece.count)
    }

    @Test func `a server that reads slowly holds the client back`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        for isChunked in [false, true] {
            let client = try await rig.connect()
            let piece = [UInt8](repeating: 0x78, count: 1 << 20)
            let total = 64
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(total * piece.count)"
            let count = server.connections.count
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\n\(framing)\r\n\r\n")
            let upstream = try await server.connection(count)
            try await upstream.setReading(false)
            let sent = Counter()
            let sending = Task {
                for _ in 0..<total {
                    try await client.send(isChunked ? Array("100000\r\n".utf8) + piece + Array("\r\n".utf8) : piece)
                    sent.add()
                }
                if isChunked { try await client.send("0\r\n\r\n") }
            }
            try await Self.waitForRest(of: sent)
            #expect(sent.value < total / 2)
            try await upstream.setReading(true)
            try await RawConnection.wait(for: "the whole body") { upstream.count > total * piece.count }
            try await sending.value
            if isChunked {
                try await RawConnection.wait(for: "the last chunk") { upstream.bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...] }
            }
            try await upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
            #expect(try await client.response().hasSuffix("ok"))
        }
    }

    /// Waits until a count has not changed for a while.
    private static func waitForRest(of counter: Counter) async throws {
        var last = -1
        var since = ContinuousClock.now
        try await RawConnection.wait(for: "rest") {
            if counter.value != last {
                last = counter.value
                since = .now
            }
            return ContinuousClock.now - since > .milliseconds(700)
        }
    }

    @Test func `both directions may stream at once`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
        let upstream = try await server.connection()
        try await upstream.wait(for: "\r\n\r\n")
        try await upstream.send(Self.streamHead)
        for number in 0..<20 {
            try await client.send(Self.chunk("question \(number)"))
            try await upstream.wait(for: "question \(number)")
            try await upstream.send(Self.chunk("answer \(number)"))
            try await client.wait(for: "answer \(number)")
        }
        try await client.send("0\r\n\r\n")
        try await upstream.wait(for: "\r\n0\r\n\r\n")
        try await upstream.send("0\r\n\r\n")
        try await client.wait(for: "\r\n0\r\n\r\n")
        #expect(try await rig.summaries().first?.end == .complete)
    }

    @Test func `a server may answer before it has the whole body`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "hello")
            try await connection.send("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
            try await connection.waitForClose()
            connection.close()
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhello")
        #expect(try await client.response().hasSuffix("no"))
        // Its connection has half a request on it and is not used again; the client's goes on after the rest.
        try await server.connection().waitForClose()
        try await client.send("worldPOST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try await client.response().hasSuffix("no"))
        #expect(server.connections.count == 2)
        // A rest that is large ends the client's connection instead, which still gets the answer.
        let other = try await rig.connect()
        try await other.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000000\r\n\r\nhello")
        try await other.waitForClose()
        #expect(other.text.hasSuffix("\r\n\r\nno"))
    }

    @Test(arguments: [BodyIntake.stream, .whole(limit: 100), .replayable(limit: 100)])
    func `a client that waits to be told to send its body is told once it is wanted`(intake: BodyIntake) async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "hello")
            try await connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        var rules = TestGate.Rules()
        rules.intake = intake
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        try await client.wait(for: "\r\n\r\n")
        #expect(client.text == "HTTP/1.1 100 Continue\r\n\r\n")
        client.forget()
        try await client.send("hello")
        #expect(try await client.response() == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        #expect(try await !server.connection().text.lowercased().contains("expect"))
    }

    @Test func `a client that waits for it is not told when the body is not wanted`() async throws {
        let gone = try RefusedPort()
        var rules = TestGate.Rules()
        rules.admission = { $0.uri == "/no" ? .text(401, "no") : nil }
        let rig = try await Rig(TestGate(rules, port: gone.port))
        for (target, length, status) in [("/no", 5, 401), ("/", 5, 502), ("/", 1 << 40, 413)] {
            let client = try await rig.connect()
            try await client.send("POST \(target) HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
            try await client.waitForClose()
            #expect(client.text.hasPrefix("HTTP/1.1 \(status) "))
            #expect(client.text.contains("connection: close"))
        }
    }
}

/// A count that tasks share.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
