import Foundation
import Glibc
import Logging
import NIOPosix
import SodiumCrypto
import Synchronization
import Testing

@testable import UnitCredentials

/// A server on a socket of its own, with all that it said.
final class LiveServer: Sendable {
    let server: CredentialServer
    let path: String
    let descriptor: CInt
    let log = CapturedLog()
    let events: CapturedEvents

    init(manager: UInt32 = getuid(), limits: CredentialServer.Limits = .init()) async throws {
        let directory = try #require(mkdtemp(pattern: "/tmp/warder-credentials-XXXXXX"))
        path = "\(directory)/s"
        descriptor = try #require(UnixSocket.listen(at: path))
        let events = CapturedEvents()
        self.events = events
        var logger = Logger(label: "credentials") { [log] _ in log }
        logger.logLevel = .trace
        server = CredentialServer(manager: manager, limits: limits, logger: logger, group: MultiThreadedEventLoopGroup.singleton) {
            events.add($0)
        }
        try await server.listen(on: descriptor)
    }

    deinit {
        close(descriptor)
        unsafe _ = unlink(path)
        unsafe _ = rmdir(String(path.dropLast(2)))
    }

    /// Serves one value, as the only one.
    func serve(_ value: [UInt8], named name: String = "key", to unit: String = "a.service", generation: UInt64 = 1) throws {
        var snapshot = CredentialSnapshot()
        snapshot.add(
            UnitCredential(
                value: try SecretValue(copying: value), consumer: "c", sources: [.init(name: "s/\(name)", generation: generation)]),
            named: name, to: unit)
        server.serve(snapshot)
    }

    /// Asks as systemd does.
    func ask(_ name: String = "key", of unit: String = "a.service", as purpose: String = "unit") throws -> Answer {
        try ask(address: [0] + Array("\(UnixSocket.random())/\(purpose)/\(unit)/\(name)".utf8))
    }

    func ask(address: [UInt8]) throws -> Answer {
        let socket = try #require(UnixSocket.connect(to: path, as: address))
        defer { close(socket) }
        return Answer(bytes: UnixSocket.read(socket, atMost: (1 << 20) + 1))
    }

    /// Waits until so many questions have been answered.
    func events(_ count: Int) async throws -> [CredentialEvent] {
        for _ in 0..<2000 {
            let all = events.all
            if all.count >= count { return all }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw NotInTime()
    }
}

struct NotInTime: Error {}

/// What came back, up to the first byte too many for systemd.
struct Answer {
    let bytes: [UInt8]
    /// More than systemd takes, and nothing in it.
    var isRefusal: Bool { bytes.count == (1 << 20) + 1 && bytes.allSatisfy { $0 == 0 } }
}

/// A log in memory.
final class CapturedLog: LogHandler, Sendable {
    private let entries = Mutex<[String]>([])
    var lines: [String] { entries.withLock { $0 } }

    func log(event: LogEvent) {
        let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        entries.withLock { $0.append(([event.level.rawValue, event.message.description] + words).joined(separator: " ")) }
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
}

final class CapturedEvents: Sendable {
    private let events = Mutex<[CredentialEvent]>([])
    var all: [CredentialEvent] { events.withLock { $0 } }
    func add(_ event: CredentialEvent) { events.withLock { $0.append(event) } }
}

/// Unix sockets as systemd uses them.
enum UnixSocket {
    static func random() -> String { String(UInt64.random(in: 1...UInt64.max), radix: 16) }

    static func listen(at path: String, type: CInt = CInt(SOCK_STREAM.rawValue)) -> CInt? {
        let descriptor = socket(AF_UNIX, type | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, bind(descriptor, Array(path.utf8)) else { return nil }
        guard Glibc.listen(descriptor, 4096) == 0 else { return nil }
        return descriptor
    }

    /// A connection from an address, or from none, which is closed for writing at once.
    static func connect(to path: String, as address: [UInt8]) -> CInt? {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, address.isEmpty || bind(descriptor, address) else { return nil }
        guard unsafe withAddress(Array(path.utf8), { unsafe Glibc.connect(descriptor, $0, $1) }) == 0 else { return nil }
        shutdown(descriptor, CInt(SHUT_WR))
        return descriptor
    }

    static func bind(_ descriptor: CInt, _ address: [UInt8]) -> Bool {
        unsafe withAddress(address) { unsafe Glibc.bind(descriptor, $0, $1) } == 0
    }

    /// Reads to the end, or until there are so many.
    static func read(_ descriptor: CInt, atMost maximum: Int = .max) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < maximum {
            let count = unsafe Glibc.read(descriptor, &buffer, min(buffer.count, maximum - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func withAddress(_ name: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count <= MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name.first == 0 ? 0 : 1))
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}

func mkdtemp(pattern: String) -> String? {
    var template = Array(pattern.utf8CString)
    return unsafe Glibc.mkdtemp(&template).flatMap { unsafe String(validatingCString: $0) }
}
