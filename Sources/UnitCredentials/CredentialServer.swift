internal import Glibc
public import Logging
public import NIOCore
internal import NIOPosix
internal import SodiumCrypto
internal import Synchronization

/// Answers service managers that load credentials for units: `LoadCredential=NAME:/run/warder/credentials.sock`.
///
/// Everything that it gives is in memory, so that no unit waits for it. It knows nothing of the vault: whoever opens that hands it a
/// ``CredentialSnapshot``, and takes it back on lock. A connection that has begun ends with the snapshot that it began with.
public final class CredentialServer: Sendable {
    /// Bounds for what peers may cost.
    public struct Limits: Sendable {
        /// How many connections are answered at once; others wait.
        public var connections = 1024
        /// How long the service manager may take to read one credential. It holds nothing up in between.
        public var patience: TimeAmount = .seconds(15)

        /// The usual ones.
        public init() {}
    }

    private let manager: UInt32
    private let limits: Limits
    private let logger: Logger
    private let group: any EventLoopGroup
    private let report: @Sendable (CredentialEvent) -> Void
    private let snapshot = Mutex<CredentialSnapshot?>(nil)
    private let listeners = Mutex<[any Channel]>([])
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Locked at first: no unit gets anything before ``serve(_:)``.
    ///
    /// - Parameters:
    ///   - manager: the user whose service manager is answered: 0 for the machine's, a user's own number for `systemd --user`.
    ///   - limits: bounds for what peers may cost.
    ///   - logger: gets one line for each refusal, with names and never a value; for what was given, at the level `debug`.
    ///   - group: where connections live.
    ///   - report: told what became of each question, on an event loop: it must not block.
    public init(
        manager: UInt32, limits: Limits = Limits(), logger: Logger, group: any EventLoopGroup,
        report: @escaping @Sendable (CredentialEvent) -> Void
    ) {
        self.manager = manager
        self.limits = limits
        self.logger = logger
        self.group = group
        self.report = report
    }

    /// From now on units get these, and no others.
    public func serve(_ new: CredentialSnapshot) { exchange(new) }

    /// From now on no unit gets anything.
    public func lock() { exchange(nil) }

    private func exchange(_ new: CredentialSnapshot?) {
        // The values of the old one are wiped where nobody waits for it.
        let old = snapshot.withLock { current in
            let old = current
            current = new
            return old
        }
        withExtendedLifetime(old) {}
    }

    /// Begins to answer on a socket, which was made by systemd or by the daemon.
    ///
    /// - Parameter descriptor: a listening Unix stream socket. It stays the caller's; a duplicate of it is used.
    /// - Throws: ``CredentialServerError``.
    public func listen(on descriptor: CInt) async throws(CredentialServerError) {
        guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX, Self.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue),
            Self.option(SO_ACCEPTCONN, of: descriptor) == 1
        else { throw .notAListener }
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else { throw .failed }
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.autoRead, value: true)
                .serverChannelInitializer { [limits] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                        try channel.pipeline.syncOperations.addHandler(
                            AcceptLimit(maximum: limits.connections) { self.keep($0) })
                    }
                }
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(self.handler()) }
                }
                .withBoundSocket(own).get()
            listeners.withLock { $0.append(channel) }
        } catch {
            throw .failed
        }
    }

    private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }

    /// Knows a connection until it is closed.
    private func keep(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        connections.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { _ in self.connections.withLock { $0[key] = nil } }
    }

    /// Accepts nothing more. Ends when the connections that have begun are answered, after ``Limits/patience`` at the latest; those that
    /// wait are there for whoever listens next.
    public func shutdown() async {
        let channels = listeners.withLock { channels in
            defer { channels = [] }
            return channels
        }
        // A connection that is taken in while its listener closes would be closed, too, and the unit find an empty file: so none is taken in
        // for a moment before.
        for channel in channels { try? await channel.setOption(.autoRead, value: false).get() }
        if !channels.isEmpty { try? await Task.sleep(for: .milliseconds(50)) }
        for channel in channels { try? await channel.close() }
        for channel in connections.withLock({ Array($0.values) }) { try? await channel.closeFuture.get() }
    }

    private func handler() -> AnswerHandler {
        AnswerHandler(patience: limits.patience) {
            self.answer($0)
        } finished: {
            self.finished($0, $1, isWhole: $2)
        }
    }

    // MARK: Decisions

    /// What a peer gets.
    func answer(_ peer: SocketPeer?) -> CredentialAnswer {
        guard let peer, peer.user == manager else { return .nothing(.foreign) }
        guard let name = PeerName(address: peer.address) else { return .nothing(.unnamed) }
        let found = credential(name)
        if case .refusal(let reason) = found, name.purpose == .check { return .nothing(reason) }
        return found
    }

    private func credential(_ name: PeerName) -> CredentialAnswer {
        guard let current = snapshot.withLock({ $0 }) else { return .refusal(.locked) }
        switch current.entry(name.credential, of: name.unit) {
        case .credential(let credential):
            let fits = name.credential.utf8.count + credential.value.count <= CredentialAnswer.maximumByteCount
            return credential.value.count > 0 && fits ? .credential(credential) : .refusal(.unusable)
        case .ambiguous: return .refusal(.ambiguous)
        case nil: return .refusal(current.knows(name.unit) ? .unknownCredential : .unknownUnit)
        }
    }

    private func finished(_ peer: SocketPeer?, _ answer: CredentialAnswer, isWhole: Bool) {
        let name = peer.flatMap { $0.user == manager ? PeerName(address: $0.address) : nil }
        var metadata: Logger.Metadata = [:]
        if let peer { metadata["pid"] = "\(peer.process)" }
        // What another user's process calls itself is not repeated.
        if let name { metadata.merge(["unit": "\(name.unit)", "credential": "\(name.credential)"]) { $1 } }
        switch answer {
        case .credential(let credential) where isWhole:
            guard let peer, let name, name.purpose == .unit else { return }
            logger.debug("a unit gets a credential", metadata: metadata)
            report(
                .given(
                    .init(
                        unit: name.unit, credential: name.credential, consumer: credential.consumer, sources: credential.sources,
                        process: peer.process)))
        case .credential: refuse(.stalled, name, peer, metadata)
        case .refusal(let reason), .nothing(let reason): refuse(reason, name, peer, metadata)
        }
    }

    private func refuse(_ reason: RefusalReason, _ name: PeerName?, _ peer: SocketPeer?, _ metadata: Logger.Metadata) {
        var metadata = metadata
        if name == nil, let peer { metadata["uid"] = "\(peer.user)" }
        logger.warning("\(reason.message)", metadata: metadata)
        report(
            .refused(
                .init(
                    reason: reason, question: name.map { ($0.unit, $0.credential) }, process: peer?.process, user: peer?.user)))
    }
}

/// Why a socket cannot be used.
public enum CredentialServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not a Unix stream socket that listens.
    case notAListener
    /// The system refused.
    case failed

    /// One line.
    public var description: String {
        switch self {
        case .notAListener: "the socket for credentials is not a listening Unix stream socket"
        case .failed: "the socket for credentials cannot be used"
        }
    }
}
