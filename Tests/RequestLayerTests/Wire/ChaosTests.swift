import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer

@Suite struct `Clients and servers that do as they like` {
    /// What a server does with a request.
    private static let behaviours: [@Sendable (RawConnection) async throws -> Void] = [
        { try await $0.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") },
        { try await $0.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") },
        { try await $0.send("HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") },
        { try await $0.send("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 100000\r\n\r\nhe") },
        { try await $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel") },
        { try await $0.send("HTTP/1.1 200 OK\r\n\r\nhello") },
        { try await $0.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more") },
        { try await $0.send("garbage\r\n\r\n") },
        { $0.close() },
        { try await $0.send([UInt8](repeating: 0, count: 100_000)) },
        {
            try await $0.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".utf8) + [UInt8](repeating: 0x78, count: 1_000_000))
        },
        { _ in },
    ]

    private static let requests = [
        "GET / HTTP/1.1\r\nHost: here\r\n\r\n", "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody",
        "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n\r\nbody",
        "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo",
        "POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: here\r\n\r\n",
        "GET /",
        "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        String(repeating: "GET / HTTP/1.1\r\nHost: here\r\n\r\n", count: 5),
        "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 300000\r\n\r\n" + String(repeating: "x", count: 300_000),
    ]

    @Test(arguments: [BodyIntake.stream, .whole(limit: 100_000), .replayable(limit: 100_000)], [1, 2, 3])
    func `leave every exchange ended exactly once, and nothing behind`(intake: BodyIntake, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let choices = (0..<4096).map { _ in Int.random(in: 0..<1000, using: &generator) }
        let server = try await RawServer { connection, number in
            var round = number
            while !connection.isClosed {
                try await RawConnection.wait(for: "a request", seconds: 600) { connection.isClosed || connection.text.contains("\r\n\r\n") }
                connection.forget()
                round += 37
                try await Self.behaviours[choices[round % 4096] % Self.behaviours.count](connection)
            }
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.intake = intake
        rules.failed = { failure, attempt in attempt < 3 ? .retry : .answer(.text(502, failure.rawValue)) }
        rules.received = { head, attempt in
            switch head.status.code {
            case 429 where attempt < 3: .retry
            case 429: .collect(limit: 10)
            case 500: .collect(limit: 1000)
            default: .relay(head)
            }
        }
        rules.collected = { head, _, isWhole in isWhole ? .relay(head) : .answer(.text(503, "not whole")) }
        var configuration = ProxyConfiguration()
        configuration.upstreamIdleTimeout = .seconds(1)
        configuration.lingerTimeout = .milliseconds(500)
        let rig = try await Rig(TestGate(rules, port: server.port), configuration)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    for turn in 0..<3 {
                        let choice = choices[(number * 61 + turn * 7) % 4096]
                        let client = try await rig.connect()
                        try? await client.send(Self.requests[choice % Self.requests.count])
                        if choice % 3 == 0 {
                            try await Task.sleep(for: .milliseconds(choice % 20))
                        } else {
                            try? await RawConnection.wait(for: "an answer", seconds: 1) {
                                client.isClosed || client.text.contains("\r\n\r\n")
                            }
                        }
                        if choice % 5 == 0 { try? await client.send("more") }
                        client.close()
                    }
                }
            }
            try await group.waitForAll()
        }
        try await RawConnection.wait(for: "all connections to end") { rig.proxy.connectionCount == 0 }
        #expect(rig.gate.notes.summaries.count == rig.gate.notes.heads.count)
        #expect(!rig.gate.notes.heads.isEmpty)
        await rig.proxy.drain(until: .now())
        try await RawConnection.wait(for: "all connections upstream to end") { server.connections.allSatisfy { $0.isClosed } }
    }
}
