import Foundation
import Glibc
import Logging
import NIOPosix
import SodiumCrypto
import Synchronization
import UnitCredentials

/// What answers on the socket for credentials in the rig: the server of the daemon, with values of a test.
final class StandInDaemon: Sendable {
    static let systemPath = "/run/warder/credentials.sock"

    private let server: CredentialServer
    private let path: String
    private let descriptor: CInt
    private let lines = Mutex<[String]>([])
    private let given = Mutex<[String]>([])

    /// What was logged, one line for each refusal.
    var log: [String] { lines.withLock { $0 } }
    /// What the service manager has taken: `UNIT/CREDENTIAL`.
    var deliveries: [String] { given.withLock { $0 } }

    /// Locked at first.
    init(at path: String = systemPath, manager: UInt32 = 0) async throws {
        self.path = path
        descriptor = try Self.listener(at: path)
        let box = Box()
        server = CredentialServer(
            manager: manager, logger: Logger(label: "credentials") { _ in box }, group: MultiThreadedEventLoopGroup.singleton
        ) { box.take($0) }
        box.daemon = self
        try await server.listen(on: descriptor)
    }

    /// Serves values by unit and name.
    func serve(_ units: [String: [String: [UInt8]]]) throws {
        var snapshot = CredentialSnapshot()
        for (unit, values) in units {
            for (name, value) in values {
                snapshot.add(UnitCredential(value: try SecretValue(copying: value), consumer: "test", sources: []), named: name, to: unit)
            }
        }
        server.serve(snapshot)
    }

    func lock() { server.lock() }

    /// Takes the socket away.
    func stop() async {
        await server.shutdown()
        close(descriptor)
        unsafe _ = unlink(path)
    }

    /// A socket that listens, made by hand.
    static func listener(at path: String) throws -> CInt {
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        unsafe _ = unlink(path)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, status == 0, listen(descriptor, 512) == 0 else { throw Missing("a socket cannot be made") }
        return descriptor
    }

    /// What the server says, for a daemon that is still being made.
    private final class Box: LogHandler, Sendable {
        private let owner = Mutex<Weak>(Weak())
        private struct Weak { weak var daemon: StandInDaemon? }

        var daemon: StandInDaemon? {
            get { owner.withLock { $0.daemon } }
            set { owner.withLock { $0.daemon = newValue } }
        }

        func take(_ event: CredentialEvent) {
            if case .given(let delivery) = event { daemon?.given.withLock { $0.append("\(delivery.unit)/\(delivery.credential)") } }
        }

        func log(event: LogEvent) {
            let metadata = event.metadata ?? [:]
            let place = ["unit", "credential"].compactMap { metadata[$0].map { "\($0)" } }.joined(separator: "/")
            daemon?.lines.withLock { $0.append("\(place): \(event.message)") }
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
            get { .info }
            set {}
        }
    }
}
