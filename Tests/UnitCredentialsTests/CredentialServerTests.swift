import Foundation
import Glibc
import NIOCore
import SodiumCrypto
import Testing

@testable import UnitCredentials

/// The server, asked through real sockets in the way of systemd.
struct CredentialServerTests {
    @Test(arguments: [
        [0x2A], [0], [10], [0, 10, 0], [0xFF, 0xFE, 0x80], Array(0...255), Array("two words\n".utf8),
        [UInt8](repeating: 7, count: 65_536), [UInt8](repeating: 8, count: 65_537),
        (0..<(1 << 20) - 3).map { UInt8(truncatingIfNeeded: $0 &* 31) },
    ])
    func `a unit gets exactly the bytes of its credential`(_ value: [UInt8]) async throws {
        let live = try await LiveServer()
        try live.serve(value)
        let isExact = try live.ask().bytes == value
        #expect(isExact, "\(value.count) bytes")
    }

    @Test func `what was given is told, with its generation`() async throws {
        let live = try await LiveServer()
        try live.serve([1, 2, 3], named: "key", to: "a@.service", generation: 7)
        _ = try live.ask(of: "a@x.service")
        guard case .given(let delivery)? = try await live.events(1).first else { return #expect(Bool(false), "nothing was given") }
        #expect(delivery.unit == "a@x.service" && delivery.credential == "key" && delivery.consumer == "c" && delivery.process == getpid())
        #expect(delivery.sources == [.init(name: "s/key", generation: 7)])
        #expect(live.log.lines == ["debug a unit gets a credential credential=key pid=\(getpid()) unit=a@x.service"])
    }

    @Test func `another snapshot counts from the next question on, and after a lock there is none`() async throws {
        let live = try await LiveServer()
        #expect(try live.ask().isRefusal)
        for value in [[1], [2], [3]] as [[UInt8]] {
            try live.serve(value)
            let isNew = try live.ask().bytes == value
            #expect(isNew)
        }
        live.server.lock()
        #expect(try live.ask().isRefusal)
        #expect(
            live.log.lines.last
                == "warning the vault is locked: a unit gets no credential, and cannot start credential=key pid=\(getpid()) unit=a.service")
    }

    @Test func `the service manager gets more than it takes where there is no credential, and no value`() async throws {
        let live = try await LiveServer()
        var snapshot = CredentialSnapshot()
        let value = try SecretValue(copying: [0x41])
        snapshot.add(UnitCredential(value: value, consumer: "c", sources: []), named: "key", to: "a.service")
        for _ in 0..<2 { snapshot.add(UnitCredential(value: value, consumer: "c", sources: []), named: "twice", to: "a.service") }
        snapshot.add(UnitCredential(value: try SecretValue(copying: []), consumer: "c", sources: []), named: "empty", to: "a.service")
        let long = try SecretValue(copying: [UInt8](repeating: 1, count: (1 << 20) - 3))
        snapshot.add(UnitCredential(value: long, consumer: "c", sources: []), named: "long", to: "a.service")
        live.server.serve(snapshot)
        let questions: [(String, String, RefusalReason)] = [
            ("key", "b.service", .unknownUnit), ("other", "a.service", .unknownCredential), ("twice", "a.service", .ambiguous),
            ("empty", "a.service", .unusable), ("long", "a.service", .unusable), ("key", "a@b.service", .unknownUnit),
        ]
        for (index, question) in questions.enumerated() {
            #expect(try live.ask(question.0, of: question.1).isRefusal)
            guard case .refused(let refusal)? = try await live.events(index + 1).last else { return #expect(Bool(false), "it was given") }
            #expect(refusal.reason == question.2 && refusal.question?.unit == question.1 && refusal.question?.credential == question.0)
        }
        #expect(live.log.lines.count == questions.count && live.log.lines.allSatisfy { $0.hasPrefix("warning ") })
    }

    @Test func `a refusal comes to an end where nobody minds its length`() async throws {
        let live = try await LiveServer()
        let socket = try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/k".utf8)))
        defer { close(socket) }
        var count = 0
        var hasContent = false
        while true {
            let bytes = UnixSocket.read(socket, atMost: 1 << 20)
            if bytes.isEmpty { break }
            count += bytes.count
            if bytes.contains(where: { $0 != 0 }) { hasContent = true }
        }
        #expect(count == CredentialAnswer.refusalByteCount && !hasContent)
    }

    @Test(arguments: [
        "", "\0", "\0x", "\01/unit/a.service", "\01/unit/a@.service/key", "\01/units/a.service/key", "\0G/unit/a.service/key",
    ])
    func `a connection without a name of systemd's gets nothing`(_ address: String) async throws {
        let live = try await LiveServer()
        try live.serve([1])
        // The kernel has one name for one process at a time.
        let unique = address.isEmpty || address.contains("/") ? address : address + UnixSocket.random()
        #expect(try live.ask(address: Array(unique.utf8)).bytes.isEmpty)
        guard case .refused(let refusal)? = try await live.events(1).first else { return #expect(Bool(false), "it was given") }
        #expect(refusal.reason == .unnamed && refusal.question == nil && refusal.user == getuid())
    }

    @Test func `a question of another user's process gets nothing, and its name is not repeated`() async throws {
        let live = try await LiveServer(manager: getuid() + 1)
        try live.serve([1])
        for purpose in ["unit", "check"] { #expect(try live.ask(as: purpose).bytes.isEmpty) }
        for case .refused(let refusal) in try await live.events(2) { #expect(refusal.reason == .foreign && refusal.question == nil) }
        let line = "warning a process that is not the service manager's gets no credential pid=\(getpid()) uid=\(getuid())"
        #expect(live.log.lines == [line, line])
    }

    @Test func `a check gets the value and is no delivery, and without a value it gets nothing`() async throws {
        let live = try await LiveServer()
        try live.serve([1, 2])
        let isSame = try live.ask(as: "check").bytes == [1, 2]
        #expect(isSame)
        #expect(try live.ask("other", as: "check").bytes.isEmpty)
        // The only thing that was reported.
        guard case .refused(let refusal)? = try await live.events(1).first else { return #expect(Bool(false), "a check is no delivery") }
        #expect(refusal.reason == .unknownCredential && live.log.lines.count == 1)
    }

    @Test func `a reader that stalls is dropped and keeps nobody waiting`() async throws {
        var limits = CredentialServer.Limits()
        limits.patience = .seconds(2)
        let live = try await LiveServer(limits: limits)
        try live.serve([UInt8](repeating: 1, count: 1_000_000))
        let stuck = try (0..<20).map { _ in
            try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/key".utf8)))
        }
        defer { for socket in stuck { close(socket) } }
        #expect(try live.ask().bytes.count == 1_000_000)
        let events = try await live.events(21)
        let stalled = events.filter { if case .refused(let refusal) = $0 { refusal.reason == .stalled } else { false } }
        #expect(stalled.count == 20)
        for socket in stuck {
            let count = UnixSocket.read(socket).count
            #expect(count < 1_000_000)
        }
    }

    @Test func `a peer that goes away costs nothing, and the next is answered`() async throws {
        let live = try await LiveServer()
        try live.serve([UInt8](repeating: 1, count: 1_000_000))
        for _ in 0..<50 {
            let socket = try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/key".utf8)))
            close(socket)
        }
        #expect(try live.ask().bytes.count == 1_000_000)
        #expect(try await live.events(51).count == 51)
    }

    @Test func `more connections than are answered at once wait, and each is answered`() async throws {
        var limits = CredentialServer.Limits()
        limits.connections = 2
        let live = try await LiveServer(limits: limits)
        let value = [UInt8](repeating: 3, count: 700_000)
        try live.serve(value)
        let sockets = try (0..<40).map { _ in
            try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/key".utf8)))
        }
        // Whoever comes last is read first, as far as there is anything to read.
        for socket in sockets {
            let isExact = UnixSocket.read(socket) == value
            #expect(isExact)
            close(socket)
        }
    }

    @Test func `after a shutdown the socket is there for the next server, and so are those who wait`() async throws {
        let live = try await LiveServer()
        try live.serve([1])
        #expect(try live.ask().bytes.count == 1)
        await live.server.shutdown()
        let waiting = try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/key".utf8)))
        defer { close(waiting) }
        try await live.server.listen(on: live.descriptor)
        #expect(UnixSocket.read(waiting).count == 1)
    }

    @Test func `a shutdown waits for who has begun to read`() async throws {
        let live = try await LiveServer()
        try live.serve([UInt8](repeating: 1, count: 1_000_000))
        let socket = try #require(UnixSocket.connect(to: live.path, as: [0] + Array("\(UnixSocket.random())/unit/a.service/key".utf8)))
        #expect(UnixSocket.read(socket, atMost: 1).count == 1)
        let reading = Task.detached {
            try await Task.sleep(for: .milliseconds(200))
            let count = UnixSocket.read(socket).count
            close(socket)
            return count
        }
        await live.server.shutdown()
        #expect(live.events.all.count == 1)
        #expect(try await reading.value == 999_999)
    }

    @Test func `what does not listen is refused, and stays open`() async throws {
        let live = try await LiveServer()
        let connected = try #require(UnixSocket.connect(to: live.path, as: []))
        defer { close(connected) }
        let internet = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(internet) }
        for descriptor in [connected, internet, -1] {
            await #expect(throws: CredentialServerError.notAListener) { try await live.server.listen(on: descriptor) }
        }
        #expect(fcntl(connected, F_GETFD) >= 0)
    }
}
