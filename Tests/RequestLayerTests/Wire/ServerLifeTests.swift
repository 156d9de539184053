import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import RequestLayer

@Suite struct `The life of a proxy` {
    static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    @Test func `rules are replaced under load without a failed request, and streams keep theirs`() async throws {
        let server = try await RawServer { connection, _ in
            while !connection.isClosed {
                try await RawConnection.wait(for: "a request", seconds: 600) { connection.isClosed || connection.text.contains("\r\n\r\n") }
                let generation = connection.text.components(separatedBy: "x-generation: ").last?.prefix { $0.isNumber } ?? ""
                let isStream = connection.text.hasPrefix("GET /stream")
                connection.forget()
                if isStream {
                    try await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    return
                }
                try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(generation.count)\r\n\r\n\(generation)")
            }
        }
        @Sendable func gate(_ generation: Int) -> TestGate {
            var rules = TestGate.Rules()
            rules.added = [("x-generation", "\(generation)")]
            rules.relay = { $0.readableBytes == 4 ? ByteBuffer(string: "rules\(generation)") : $0 }
            return TestGate(rules, port: server.port)
        }
        let rig = try await Rig(gate(0))
        let stream = try await rig.connect()
        try await stream.send("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
        try await stream.wait(for: "\r\n\r\n")
        let upstream = try #require(server.connections.first)

        let newest = Counter()
        let answered = Counter()
        let load = Task { [rig] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let client = try await rig.connect()
                        while newest.value < 100 {
                            let before = newest.value
                            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                            let text = try await client.response()
                            let generation = try #require(Int(text.components(separatedBy: "\r\n\r\n").last ?? ""))
                            // Once replaced, the old rules decide on nothing new.
                            #expect(generation >= before)
                            answered.add()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        for generation in 1...100 {
            let count = answered.value
            await rig.proxy.replaceGate(gate(generation))
            newest.add()
            if generation % 10 == 0 { try await RawConnection.wait(for: "requests between") { answered.value > count } }
        }
        try await load.value
        try await upstream.send("4\r\ndata\r\n0\r\n\r\n")
        try await stream.wait(for: "6\r\nrules0\r\n0\r\n\r\n")
    }

    @Test func `kept connections to servers that the new rules don't name are closed`() async throws {
        let (old, new) = (try await RawServer.answering(Self.hello), try await RawServer.answering(Self.hello))
        let rig = try await Rig(TestGate(port: old.port))
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.response()
        let servers: Set = [UpstreamServer(host: "127.0.0.1", port: new.port, usesTLS: false)]
        await rig.proxy.replaceGate(TestGate(port: new.port), servers: servers)
        try await old.connection().waitForClose()
        for _ in 0..<2 {
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            try await client.response()
        }
        #expect(new.connections.count == 1)
        await rig.proxy.replaceGate(TestGate(port: new.port), servers: servers)
        #expect(try await !new.connection().isClosed)
    }

    @Test func `to drain is to answer what came, close what rests, and break off what is late`() async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let (idle, quick, late) = (try await rig.connect(), try await rig.connect(), try await rig.connect())
        try await quick.send("GET /quick HTTP/1.1\r\nHost: here\r\n\r\n")
        let upstream = try await server.connection(0)
        try await upstream.wait(for: "\r\n\r\n")
        try await late.send("GET /late HTTP/1.1\r\nHost: here\r\n\r\n")
        let other = try await server.connection(1)
        try await other.wait(for: "\r\n\r\n")
        try await RawConnection.wait(for: "all three") { rig.proxy.connectionCount == 3 }

        let draining = Task { await rig.proxy.drain(until: .now() + .seconds(15)) }
        try await idle.waitForClose()
        try await upstream.send(Self.hello)
        try await quick.waitForClose()
        #expect(quick.text == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
        await draining.value
        try await late.waitForClose()
        try await other.waitForClose()
        #expect(rig.proxy.connectionCount == 0)
        #expect(try await rig.summaries(2).map(\.end) == [.complete, .clientGone])
    }

    @Test func `the socket stays bound when no more is accepted, and another proxy can take it over`() async throws {
        let server = try await RawServer.answering(Self.hello)
        let (descriptor, port) = try Rig.listen()
        defer { close(descriptor) }
        let group = MultiThreadedEventLoopGroup.singleton
        let first = try ProxyServer(gate: TestGate(port: server.port), eventLoopGroup: group)
        try await first.serve(descriptor)
        let old = try await RawConnection.connect(toPort: port)
        try await old.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await old.response()
        await first.stopAccepting()
        // Nobody accepts now, but the kernel does.
        let waiting = try await RawConnection.connect(toPort: port)
        try await waiting.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        let second = try ProxyServer(gate: TestGate(port: server.port), eventLoopGroup: group)
        try await second.serve(descriptor)
        #expect(try await waiting.response().hasSuffix("hello"))
        try await old.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try await old.response().hasSuffix("hello"))
        #expect((first.connectionCount, second.connectionCount) == (1, 1))
        await first.drain(until: .now())
        await second.drain(until: .now())
        #expect(fcntl(descriptor, F_GETFD) >= 0)
    }

    @Test func `a descriptor that is no socket is refused`() async throws {
        let proxy = try ProxyServer(gate: TestGate(port: 1), eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        await #expect(throws: (any Error).self) { try await proxy.serve(-1) }
        await #expect(throws: (any Error).self) { try await proxy.serve(0x7fff) }
        // One that other machines could reach.
        let (descriptor, _) = try Rig.listen(on: 0)
        defer { close(descriptor) }
        await #expect(throws: (any Error).self) { try await proxy.serve(descriptor) }
    }
}
