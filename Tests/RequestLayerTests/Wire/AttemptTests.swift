import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer

@Suite struct `Attempts of an exchange` {
    static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    @Test func `another server is tried when the first can't be reached`() async throws {
        let server = try await RawServer.answering(Self.hello)
        let gone = try RefusedPort()
        var rules = TestGate.Rules()
        rules.intake = .whole(limit: 100)
        rules.failed = { _, _ in .retry }
        let ports = [gone.port, gone.port, server.port]
        let gate = TestGate(rules) { UpstreamServer(host: "127.0.0.1", port: ports[$0], usesTLS: false) }
        let rig = try await Rig(gate)
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(gate.notes.failures == [.connect, .connect])
        let bodies = gate.notes.bodies.map { $0.map { String(buffer: $0) } }
        #expect(bodies == ["body", "body", "body"])
        #expect(try await rig.summaries().first?.attempts == 3)
        #expect(try await server.connection().text.isEmpty)
    }

    @Test func `a response may be dropped for another attempt, which has the same body`() async throws {
        let server = try await RawServer { connection, number in
            try await connection.wait(for: "body")
            try await connection.send(number == 0 ? "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 9\r\n\r\nslow" : Self.hello)
            try await connection.waitForClose()
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.intake = .replayable(limit: 100)
        rules.received = { head, _ in head.status.code == 429 ? .retry : .relay(head) }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(server.connections.count == 2)
        #expect(server.connections.allSatisfy { $0.text.hasSuffix("content-length: 4\r\n\r\nbody") })
        // What is left of the first response is not waited for.
        try await server.connection(0).waitForClose()
    }

    @Test func `a response's body can be seen before it is decided on`() async throws {
        let server = try await RawServer.answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nhello")
        for (limit, wanted, isWhole) in [(5, "hello", true), (4, "hello", false)] {
            var rules = TestGate.Rules()
            rules.received = { _, _ in .collect(limit: limit) }
            rules.collected = { head, body, whole in
                whole == isWhole && String(buffer: body) == wanted ? .relay(head) : .answer(.text(500, "not as wanted"))
            }
            let rig = try await Rig(TestGate(rules, port: server.port))
            let client = try await rig.connect()
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                #expect(try await client.response() == "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 5\r\n\r\nhello")
            }
        }
    }

    @Test func `a response that was collected can be answered instead, tried again, and is never collected without an end`() async throws {
        let server = try await RawServer.answering(Self.hello)
        var rules = TestGate.Rules()
        rules.received = { head, attempt in attempt < 3 ? .collect(limit: 100) : .relay(head) }
        rules.collected = { _, _, _ in .retry }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(try await rig.summaries().first?.attempts == 3)
        // Collected whole, its connection was kept each time.
        #expect(server.connections.count == 1)

        rules.collected = { _, _, _ in .collect(limit: 100) }
        let other = try await Rig(TestGate(rules, port: server.port))
        let second = try await other.connect()
        try await second.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await second.response().hasPrefix("HTTP/1.1 502 "))

        rules.received = { _, _ in .answer(.text(503, "another")) }
        let last = try await Rig(TestGate(rules, port: server.port))
        let third = try await last.connect()
        try await third.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await third.response().hasSuffix("another"))
        #expect(last.gate.notes.responses.count == 1)
    }

    @Test func `a collected response that broke off is said not to be whole`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 50\r\n\r\nhello")
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.received = { _, _ in .collect(limit: 100) }
        rules.collected = { _, body, isWhole in .answer(.text(502, "\(String(buffer: body)) \(isWhole)")) }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello false"))
        #expect(rig.gate.notes.failures.isEmpty)
    }

    @Test(arguments: [BodyIntake.whole(limit: 10), .replayable(limit: 10)], ["", "\r\nContent-Length: 4\r\n\r\nbody"])
    func `a kept connection that the server has closed is replaced, and nobody's failure`(intake: BodyIntake, rest: String) async throws {
        let server = try await RawServer { connection, number in
            try await connection.wait(for: "\r\n\r\n")
            connection.forget()
            try await connection.send(Self.hello)
            guard number < 3 else { return }
            // It reads the next request and closes without an answer, as if the close had crossed the request.
            try await connection.wait(for: "\r\n\r\n")
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.intake = intake
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        for _ in 0..<4 {
            try await client.send("\(rest.isEmpty ? "GET" : "POST") / HTTP/1.1\r\nHost: here\(rest.isEmpty ? "\r\n\r\n" : rest)")
            #expect(try await client.response().hasSuffix("hello"))
        }
        #expect(rig.gate.notes.failures.isEmpty)
        #expect(try await rig.summaries(4).map(\.attempts) == [1, 1, 1, 1])
    }

    @Test func `a new connection that closes without an answer is a failure, and so is a body that can't be sent again`() async throws {
        let server = try await RawServer { connection, number in
            if number == 0 {
                try await connection.wait(for: "\r\n\r\n")
                connection.forget()
                try await connection.send(Self.hello)
            }
            try await connection.wait(for: "\r\n\r\nbody")
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.failed = { failure, _ in .retry }
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.response()
        // On the kept connection, then on a new one: streamed each time, so it is asked once and not done.
        for _ in 0..<2 {
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody")
            #expect(try await client.response() == "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
        }
        #expect(rig.gate.notes.failures == [.closed, .closed])
        #expect(server.connections.count == 2)
    }

    @Test func `a body that is too long for the rules is refused, or streams`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "0\r\n\r\n")
            try await connection.send(Self.hello)
        }
        var rules = TestGate.Rules()
        rules.intake = .whole(limit: 10)
        let rig = try await Rig(TestGate(rules, port: server.port))
        for body in ["Content-Length: 11\r\n\r\nhello world", "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"] {
            let client = try await rig.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\n\(body)")
            try await client.waitForClose()
            #expect(client.text == "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        #expect(server.connections.isEmpty)
        #expect(try await rig.summaries(2).map(\.status) == [413, 413])

        rules.intake = .replayable(limit: 10)
        let other = try await Rig(TestGate(rules, port: server.port))
        let client = try await other.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
        #expect(try await server.connection().text.hasSuffix("\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"))
        #expect(other.gate.notes.bodies == [nil])
    }

    @Test func `a body of the rules' own goes instead of the client's`() async throws {
        let server = try await RawServer.answering(Self.hello)
        for intake in [BodyIntake.whole(limit: 100), .stream] {
            var rules = TestGate.Rules()
            rules.intake = intake
            rules.body = ByteBuffer(string: "another body")
            let rig = try await Rig(TestGate(rules, port: server.port))
            let count = server.connections.count
            let client = try await rig.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody")
            #expect(try await client.response().hasSuffix("hello"))
            // The next request is read from where the client's body ends.
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try await client.response().hasSuffix("hello"))
            #expect(server.connections.count == count + 1)
        }
    }

    @Test func `what became of one request is not said of the next`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.intake = .whole(limit: 100)
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("closed"))
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhello")
        try await RawConnection.wait(for: "the second request") { rig.gate.notes.heads.count == 2 }
        client.close()
        #expect(try await rig.summaries(2).map(\.end) == [.complete, .clientGone])
        #expect(rig.gate.notes.summaries.last?.status == nil)
    }
}
