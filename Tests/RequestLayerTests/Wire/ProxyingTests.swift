import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import RequestLayer

@Suite struct `Requests through the proxy` {
    static let hello = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"

    @Test func `a request gets the gate's headers and the server's answer`() async throws {
        let server = try await RawServer.answering(Self.hello)
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET /path?q=1 HTTP/1.1\r\nHost: here\r\nX-Own: 1\r\n\r\n")
        let response = try await client.response()
        #expect(response == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nhello")
        let head = try #require(rig.gate.notes.heads.first)
        #expect(head.uri == "/path?q=1")
        let summary = try #require(try await rig.summaries().first)
        #expect(summary.end == .complete)
        #expect(summary.status == 200)
        #expect(summary.responseByteCount == 5)
        #expect(summary.attempts == 1)
        #expect(summary.timeToResponse != nil)
    }

    @Test func `what goes upstream is what the gate said, and its connection is kept`() async throws {
        let server = try await RawServer { connection, _ in
            for _ in 0..<2 {
                try await connection.wait(for: "\r\n\r\n")
                let text = connection.text
                connection.forget()
                try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            }
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        for _ in 0..<2 {
            try await client.send(
                "GET / HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Foo: a\r\n"
                    + "Trailer: b\r\nAccept-Encoding: gzip, br\r\n\r\n")
            let response = try await client.response()
            #expect(
                response.hasSuffix("\r\n\r\nGET / HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip, br\r\nx-injected: by the gate\r\n\r\n"))
        }
        #expect(server.connections.count == 1)
    }

    @Test func `a body with a length and one in chunks arrive whole, framed anew`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "the end")
            try await connection.send("HTTP/1.1 204 No Content\r\n\r\n")
            try await connection.wait(for: "0\r\n\r\n")
            try await connection.send("HTTP/1.1 204 No Content\r\n\r\n")
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 14\r\n\r\nbefore the end")
        #expect(try await client.response() == "HTTP/1.1 204 No Content\r\n\r\n")
        try await client.send(
            "POST /b HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nabc\r\n0004\r\ndefg\r\n0\r\nX-Trailer: dropped\r\n\r\n"
        )
        #expect(try await client.response() == "HTTP/1.1 204 No Content\r\n\r\n")
        let arrived = try await server.connection().text
        let a = "POST /a HTTP/1.1\r\nHost: here\r\nx-injected: by the gate\r\ncontent-length: 14\r\n\r\nbefore the end"
        let b =
            "POST /b HTTP/1.1\r\nHost: here\r\nx-injected: by the gate\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        #expect(arrived == a + b)
        #expect(try await rig.summaries(2).map(\.requestByteCount) == [14, 7])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: x\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "5\r\nhello\r\n0\r\n\r\n"),
        ("HTTP/1.0 200 OK\r\n\r\nhello", "5\r\nhello\r\n0\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "hello"),
    ])
    func `bodies of every framing come through`(sent: String, body: String) async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send(sent)
            if !sent.contains("ength") && !sent.contains("chunked") { connection.close() }
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let response = try await client.response()
        #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(response.hasSuffix("\r\n\r\n" + body))
        #expect(!response.lowercased().contains("connection:"))
    }

    @Test func `a HEAD, a 204 and a 304 have no body, and the connection goes on`() async throws {
        let server = try await RawServer { connection, _ in
            let responses = [
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", Self.hello,
            ]
            for response in responses {
                try await connection.wait(for: "\r\n\r\n")
                connection.forget()
                try await connection.send(response)
            }
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        for (method, end) in [
            ("HEAD", "Content-Length: 1000\r\n\r\n"), ("GET", "No Content\r\n\r\n"), ("GET", "Content-Length: 7\r\n\r\n"),
        ] {
            try await client.send("\(method) / HTTP/1.1\r\nHost: here\r\n\r\n")
            try await client.wait(for: "\r\n\r\n")
            #expect(client.text.hasSuffix(end))
            client.forget()
        }
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(server.connections.count == 1)
    }

    @Test func `pipelined requests are answered one after the other, in order`() async throws {
        let server = try await RawServer { connection, _ in
            for number in 0..<20 {
                try await connection.wait(for: "\r\n\r\n")
                #expect(connection.text.hasPrefix("GET /\(number) "))
                #expect(connection.text.components(separatedBy: "GET ").count == 2)
                connection.forget()
                try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\(100 + number)")
            }
        }
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try await client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: here\r\n\r\n" }.joined())
        try await client.wait(for: "\r\n\r\n119")
        let bodies = client.text.components(separatedBy: "\r\n\r\n").dropFirst().map { $0.prefix(3) }
        #expect(bodies == (100..<120).map { String($0).prefix(3) })
        #expect(server.connections.count == 1)
    }

    @Test func `an answer of the gate's own needs no server`() async throws {
        var rules = TestGate.Rules()
        rules.admission = { .text($0.uri == "/last" ? 403 : 401, "no", closes: $0.uri == "/last") }
        let rig = try await Rig(TestGate(rules, port: 1))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response() == "HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nno")
        // The body of a refused request is read, or it would be taken for the next one.
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 19\r\n\r\nGET /x HTTP/1.1\r\n\r\n")
        try await client.response()
        try await client.send("GET /last HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().contains("connection: close\r\n"))
        try await client.waitForClose()
        #expect(rig.gate.notes.heads.map(\.uri) == ["/", "/", "/last"])
    }

    @Test func `a connection of a Unix socket says whose it is`() async throws {
        let server = try await RawServer.answering(Self.hello)
        let rig = try await Rig(TestGate(port: server.port))
        let path = "/tmp/warder-wire-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        defer { _ = unsafe unlink(path) }
        let descriptor = try Rig.listen(at: path)
        defer { close(descriptor) }
        try await rig.proxy.serve(descriptor)
        let client = try await RawConnection.connect(toPath: path)
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(rig.gate.notes.clients == [.unix(userID: getuid())])
        let other = try await rig.connect()
        try await other.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await other.response()
        #expect(rig.gate.notes.clients.last == .loopback(port: rig.port))
        #expect(rig.proxy.connectionCount == 2)
    }
}

extension String {
    /// The parts between a text.
    func components(separatedBy text: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
