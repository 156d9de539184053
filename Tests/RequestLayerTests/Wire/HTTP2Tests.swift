import NIOCore
import NIOHTTP1
import NIOHTTP2
import Testing

@testable import RequestLayer

@Suite struct `HTTP/2 to servers` {
    private func rig(
        _ server: HTTP2Server, _ rules: TestGate.Rules = .init(), _ change: (inout ProxyConfiguration) -> Void = { _ in }
    ) async throws -> Rig {
        try await `TLS to servers`.rig(port: server.port, rules: rules, change)
    }

    @Test func `a request and its response are translated`() async throws {
        let server = try await HTTP2Server { stream, _ in
            try await stream.waitForEnd()
            try await stream.send([(":status", "103"), ("link", "a")])
            try await stream.send([(":status", "200"), ("content-type", "text/plain"), ("x-a", "b")])
            try await stream.send("hello")
            try await stream.send([("x-trailer", "dropped")], ends: true)
        }
        let rig = try await rig(server)
        let client = try await rig.connect()
        try await client.send(
            "POST /path?q=1 HTTP/1.1\r\nHost: here\r\nX-Own: 1\r\nConnection: x-hop\r\nX-Hop: 1\r\nTE: trailers\r\nContent-Length: 4\r\n\r\nbody"
        )
        #expect(
            try await client.response()
                == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        let stream = try await server.stream()
        #expect(
            stream.headers == [
                [":method", "POST"], [":scheme", "https"], [":authority", "here"], [":path", "/path?q=1"], ["x-own", "1"],
                ["x-injected", "by the gate"], ["content-length", "4"],
            ])
        #expect(stream.text == "body")
    }

    @Test func `many requests share one connection, and more than it bears wait or get another`() async throws {
        let server = try await HTTP2Server(maximumStreams: 10) { stream, _ in
            try await stream.waitForEnd()
            let path = stream.headers.first { $0[0] == ":path" }?[1] ?? ""
            try await Task.sleep(for: .milliseconds(20))
            try await stream.send([(":status", "200"), ("content-length", "\(path.utf8.count)")])
            try await stream.send(path, ends: true)
        }
        let rig = try await rig(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 100..<130 {
                group.addTask {
                    let client = try await rig.connect()
                    for _ in 0..<5 {
                        try await client.send("GET /\(number) HTTP/1.1\r\nHost: here\r\n\r\n")
                        #expect(try await client.response() == "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.streams.count == 150)
        // Far fewer than clients, over the loops of the proxy.
        #expect(server.connections.count < 15)
    }

    @Test func `a HEAD, a 204 and a 304 have no body`() async throws {
        let server = try await HTTP2Server { stream, _ in
            try await stream.waitForEnd()
            let status = stream.headers.first { $0[0] == ":path" }?[1].dropFirst() ?? ""
            try await stream.send([(":status", String(status))] + (status == "204" ? [] : [("content-length", "10")]), ends: true)
        }
        let rig = try await rig(server)
        let client = try await rig.connect()
        for (method, status, end) in [
            ("HEAD", 200, "OK\r\ncontent-length: 10"), ("GET", 204, "No Content"), ("GET", 304, "Not Modified\r\ncontent-length: 10"),
        ] {
            try await client.send("\(method) /\(status) HTTP/1.1\r\nHost: here\r\n\r\n")
            try await client.wait(for: "\r\n\r\n")
            #expect(client.text == "HTTP/1.1 \(status) \(end)\r\n\r\n")
            client.forget()
        }
    }

    @Test func `both directions stream, and a client that goes away resets its stream only`() async throws {
        let server = try await HTTP2Server()
        let rig = try await rig(server)
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
        let stream = try await server.stream()
        try await stream.send([(":status", "200")])
        for number in 0..<20 {
            try await client.send(`Streams through the proxy`.chunk("question \(number)"))
            try await RawConnection.wait(for: "the question") { stream.text.hasSuffix("question \(number)") }
            try await stream.send("answer \(number)")
            try await client.wait(for: "answer \(number)")
        }
        client.close()
        try await stream.waitForClose()
        #expect(!stream.hasEnded)
        #expect(try await rig.summaries().first?.end == .clientGone)
        #expect(server.connections.allSatisfy { $0.isActive })
    }

    @Test func `slow ends hold the other end back`() async throws {
        let server = try await HTTP2Server()
        let rig = try await rig(server)
        let client = try await rig.connect()
        try await client.setReading(false)
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let stream = try await server.stream()
        try await stream.send([(":status", "200")])
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        let sent = Counter()
        let sending = Task {
            for number in 1...40 {
                try await stream.send(piece, ends: number == 40)
                sent.add()
            }
        }
        try await Task.sleep(for: .seconds(1))
        #expect(sent.value < 20)
        // Another stream of the same server goes on meanwhile.
        let other = try await rig.connect()
        try await other.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let second = try await server.stream(1)
        try await second.send([(":status", "200"), ("content-length", "5")])
        try await second.send("hello", ends: true)
        #expect(try await other.response().hasSuffix("hello"))
        try await client.setReading(true)
        try await sending.value
        try await RawConnection.wait(for: "the whole body") {
            client.count > 40 * piece.count && client.bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...]
        }
        #expect(try await rig.summaries(2).contains { $0.responseByteCount == 40 * piece.count })
    }

    @Test func `a large body arrives whole`() async throws {
        let server = try await HTTP2Server { stream, _ in
            try await stream.waitForEnd()
            try await stream.send([(":status", "200"), ("content-length", "\(stream.body.count)")])
            try await stream.send(stream.body, ends: true)
        }
        for intake in [BodyIntake.stream, .whole(limit: 1 << 24)] {
            var rules = TestGate.Rules()
            rules.intake = intake
            let rig = try await rig(server, rules)
            let client = try await rig.connect()
            let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            try await client.send(Array("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
            try await RawConnection.wait(for: "the whole body") { client.count > body.count + 40 }
            let isSame = client.bytes.suffix(body.count) == body[...]
            #expect(isSame)
        }
    }

    @Test(arguments: [
        [(":status", "200"), (":status", "200")], [("x-a", "b")], [(":status", "20")], [(":status", "abc")], [(":status", "101")],
        [(":status", "200"), ("X-Upper", "a")], [(":status", "200"), ("connection", "close")],
        [(":status", "200"), ("transfer-encoding", "chunked")],
        [(":status", "200"), ("x-a", "b\r\nx-evil: c")], [(":status", "200"), ("x a", "b")],
        [(":status", "200"), ("content-length", "5"), ("content-length", "6")], [(":status", "200"), ("content-length", "-5")],
        [(":status", "200"), ("content-length", "3")], [(":status", "200"), (":path", "/")],
    ])
    func `a response that is not HTTP/2 is refused`(headers: [(String, String)]) async throws {
        let server = try await HTTP2Server { stream, _ in
            try await stream.send(headers)
            try await stream.send("hello", ends: true)
        }
        let rig = try await rig(server)
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await RawConnection.wait(for: "the end") { !rig.gate.notes.summaries.isEmpty }
        let summary = try #require(rig.gate.notes.summaries.first)
        // A wrong length shows when the body comes: the response has begun then.
        if headers.contains(where: { $0 == ("content-length", "3") }) {
            #expect(summary.end == .upstreamBroke(.malformed) || summary.status == 502)
        } else {
            #expect(rig.gate.notes.failures == [.malformed])
            #expect(summary.status == 502)
        }
        #expect(!client.text.contains("evil"))
    }

    @Test func `a stream that the server refuses on a used connection is opened on a new one`() async throws {
        let server = try await HTTP2Server { stream, number in
            if number == 1 { return try await stream.reset(.refusedStream) }
            try await stream.waitForEnd()
            try await stream.send([(":status", "200"), ("content-length", "5")])
            try await stream.send("hello", ends: true)
        }
        let rig = try await rig(server)
        let client = try await rig.connect()
        for _ in 0..<2 {
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try await client.response().hasSuffix("hello"))
        }
        #expect(rig.gate.notes.failures.isEmpty)
        #expect(server.connections.count == 2)
        #expect(server.streams.count == 3)
    }

    @Test func `a connection that the server takes leave of finishes its streams and gets no new ones`() async throws {
        let server = try await HTTP2Server()
        let rig = try await rig(server)
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let stream = try await server.stream()
        try await stream.send([(":status", "200"), ("content-length", "10")])
        try await stream.send("hello")
        try await client.wait(for: "hello")
        let connection = try #require(server.connections.first)
        let leave = HTTP2Frame(
            streamID: .rootStream, payload: .goAway(lastStreamID: 1, errorCode: .noError, opaqueData: nil))
        try await connection.writeAndFlush(leave)
        // What is asked now comes on another connection, once it is known here that this one ends.
        var others = 0
        while server.connections.count == 1 {
            let other = try await rig.connect()
            try await other.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            others += 1
            let next = try await server.stream(others)
            try await next.send([(":status", "204")], ends: true)
            try await other.wait(for: "204")
        }
        try await stream.send("world", ends: true)
        try await client.wait(for: "helloworld")
        try await RawConnection.wait(for: "the end of the connection") { !connection.isActive }
    }

    @Test func `a stream that says nothing for too long has stalled, one that breaks off is broken`() async throws {
        let server = try await HTTP2Server { stream, number in
            guard number == 1 else { return }
            try await stream.send([(":status", "200")])
            try await stream.send("hello")
            try await stream.reset(.internalError)
        }
        let rig = try await rig(server) { $0.upstreamIdleTimeout = .seconds(5) }
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("stalled"))
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.waitForClose()
        #expect(!client.text.hasSuffix("0\r\n\r\n"))
        #expect(try await rig.summaries(2).last?.end == .upstreamBroke(.closed))
    }

    @Test func `idle connections are closed after a while and when the rules change`() async throws {
        let server = try await HTTP2Server { stream, _ in
            try await stream.waitForEnd()
            try await stream.send([(":status", "204")], ends: true)
        }
        let rig = try await rig(server) { $0.keepAliveTimeout = .milliseconds(500) }
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.wait(for: "204")
        try await RawConnection.wait(for: "the end of the connection") { server.connections.first?.isActive == false }

        let other = try await self.rig(server)
        let second = try await other.connect()
        try await second.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await second.wait(for: "204")
        #expect(server.connections.last?.isActive == true)
        await other.proxy.replaceGate(TestGate(port: 1), servers: [])
        try await RawConnection.wait(for: "the end of the connection") { server.connections.last?.isActive == false }
    }
}
