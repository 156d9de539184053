import NIOCore
import NIOPosix
import Testing

@testable import RequestLayer

@Suite struct `Limits and times` {
    static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    private func configuration(_ change: (inout ProxyConfiguration) -> Void) -> ProxyConfiguration {
        var configuration = ProxyConfiguration()
        change(&configuration)
        return configuration
    }

    @Test func `a head that takes too long is answered with 408, and an idle connection is closed`() async throws {
        let rig = try await Rig(
            TestGate(port: 1),
            configuration {
                $0.headTimeout = .seconds(6)
                $0.clientIdleTimeout = .seconds(7)
            })
        let (slow, idle) = (try await rig.connect(), try await rig.connect())
        try await slow.send("GET / HTTP/1.1\r\nHost:")
        try await slow.waitForClose()
        #expect(slow.text == "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        try await idle.waitForClose()
        #expect(idle.text.isEmpty)
        try await RawConnection.wait(for: "both to be forgotten") { rig.proxy.connectionCount == 0 }
    }

    @Test func `a body that takes too long is answered with 408`() async throws {
        var rules = TestGate.Rules()
        rules.intake = .whole(limit: 100)
        let rig = try await Rig(TestGate(rules, port: 1), configuration { $0.clientIdleTimeout = .seconds(6) })
        let client = try await rig.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhello")
        try await client.waitForClose()
        #expect(client.text.hasPrefix("HTTP/1.1 408 "))
        #expect(try await rig.summaries().first?.status == 408)
    }

    @Test func `a server that says nothing for too long has stalled`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port), configuration { $0.upstreamIdleTimeout = .seconds(5) })
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("stalled"))
        try await server.connection().waitForClose()
        #expect(rig.gate.notes.failures == [.stalled])
        // In the middle of a stream there is nothing left to say.
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let upstream = try await server.connection(1)
        try await upstream.wait(for: "\r\n\r\n")
        try await upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        try await client.waitForClose()
        #expect(client.text.hasSuffix("5\r\nhello\r\n"))
        #expect(try await rig.summaries(2).last?.end == .upstreamBroke(.stalled))
    }

    @Test func `a stream that goes on lasts longer than any limit between its parts`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<32 {
                try await connection.send("1\r\nx\r\n")
                try await Task.sleep(for: .milliseconds(250))
            }
            try await connection.send("0\r\n\r\n")
        }
        let rig = try await Rig(
            TestGate(port: server.port),
            configuration {
                $0.upstreamIdleTimeout = .seconds(6)
                $0.clientIdleTimeout = .seconds(6)
                $0.headTimeout = .seconds(6)
            })
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let text = try await client.response()
        #expect(text.components(separatedBy: "1\r\nx\r\n").count == 33)
    }

    @Test func `a client that takes nothing for too long is broken off`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while !connection.isClosed { try await connection.send([UInt8](repeating: 0x78, count: 1 << 20)) }
        }
        let rig = try await Rig(TestGate(port: server.port), configuration { $0.clientStallTimeout = .milliseconds(300) })
        let client = try await rig.connect()
        try await client.setReading(false)
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await rig.summaries().first?.end == .clientGone)
    }

    @Test func `a kept connection is closed when it has waited long enough`() async throws {
        let server = try await RawServer.answering(Self.hello)
        let rig = try await Rig(TestGate(port: server.port), configuration { $0.keepAliveTimeout = .milliseconds(500) })
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.response()
        try await server.connection().waitForClose()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await client.response().hasSuffix("hello"))
    }

    @Test func `more connections than there may be are turned away`() async throws {
        let server = try await RawServer.answering(Self.hello)
        for change in [\ProxyConfiguration.connectionLimit, \.connectionLimitPerClient] {
            let rig = try await Rig(TestGate(port: server.port), configuration { $0[keyPath: change] = 2 })
            let (first, second) = (try await rig.connect(), try await rig.connect())
            try await RawConnection.wait(for: "both") { rig.proxy.connectionCount == 2 }
            let third = try await rig.connect()
            try await third.waitForClose()
            #expect(third.text == "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            first.close()
            try await RawConnection.wait(for: "room") { rig.proxy.connectionCount == 1 }
            for client in [second, try await rig.connect()] {
                try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                #expect(try await client.response().hasSuffix("hello"))
            }
        }
    }

    @Test func `no body may be longer than the limit, however it comes`() async throws {
        let server = try await RawServer { connection, _ in
            try await connection.waitForClose()
            connection.close()
        }
        let rig = try await Rig(TestGate(port: server.port), configuration { $0.requestBodyLimit = 10 })
        for body in ["Content-Length: 11\r\n\r\nhello world", "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n"] {
            let client = try await rig.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: here\r\n\(body)")
            try await client.waitForClose()
            #expect(client.text.hasPrefix("HTTP/1.1 413 "))
        }
        for connection in server.connections {
            try await connection.waitForClose()
            #expect(!connection.text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `pipelined requests without an end are not read into memory`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        let sent = Counter()
        let request = Array(String(repeating: "GET / HTTP/1.1\r\nHost: here\r\n\r\n", count: 40_000).utf8)
        let sending = Task {
            for _ in 0..<64 {
                try await client.send(request)
                sent.add()
            }
        }
        try await Task.sleep(for: .seconds(1))
        #expect(sent.value < 32)
        client.close()
        _ = await sending.result
        #expect(rig.gate.notes.heads.count == 1)
    }
}
