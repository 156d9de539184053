internal import Glibc
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// The proxy's data path: takes requests from bound sockets, asks a ``Gate`` about each, and carries it to a server and back.
public final class ProxyServer: Sendable {
    private let loops: [ProxyLoop]
    private let loopsByID: [ObjectIdentifier: ProxyLoop]
    private let group: any EventLoopGroup
    private let census: ConnectionCensus
    private let listeners = Mutex<[any Channel]>([])

    /// - Parameters:
    ///   - gate: the rules.
    ///   - configuration: limits and times.
    ///   - eventLoopGroup: what it runs on. Each connection stays on one loop, and its upstream connections with it.
    /// - Throws: if the file of extra certificates can't be used.
    public init(gate: any Gate, configuration: ProxyConfiguration = ProxyConfiguration(), eventLoopGroup: any EventLoopGroup) throws {
        let census = ConnectionCensus(configuration)
        let tls = try UpstreamTLS(extraCertificateFile: configuration.extraCertificateFile)
        let loops = eventLoopGroup.makeIterator().map {
            ProxyLoop(eventLoop: $0, configuration: configuration, census: census, tls: tls, gate: gate)
        }
        self.loops = loops
        self.census = census
        loopsByID = Dictionary(loops.map { (ObjectIdentifier($0.eventLoop), $0) }) { first, _ in first }
        group = eventLoopGroup
    }

    /// Accepts connections on a socket that is bound and listens already: Unix, or TCP on loopback.
    ///
    /// The descriptor stays the caller's; a copy of it is used.
    ///
    /// - Throws: if it is no such socket, or one that other machines reach.
    public func serve(_ descriptor: CInt) async throws {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "fcntl") }
        let loops = loopsByID
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { return channel.close() }
                return ClientEntry.admit(channel, to: loop)
            }
            .withBoundSocket(copy)
            .get()
        switch listener.localAddress {
        case .unixDomainSocket?: break
        case let address? where AddressPlace(address) == .loopback: break
        default:
            try await listener.close()
            throw IOError(errnoCode: EADDRNOTAVAIL, reason: "neither a Unix socket nor one of loopback")
        }
        listeners.withLock { $0.append(listener) }
    }

    /// Accepts no more connections. Those that are open go on, and the sockets stay bound.
    public func stopAccepting() async {
        let closing = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in closing { try? await listener.close().get() }
    }

    /// Lets requests come to their end, then closes every connection.
    ///
    /// - Parameter deadline: when connections are broken off that still have not.
    public func drain(until deadline: NIODeadline) async {
        await stopAccepting()
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask {
                    let task = loop.eventLoop.scheduleTask(deadline: deadline) { loop.breakOff() }
                    try? await loop.eventLoop.flatSubmit { loop.drain() }.get()
                    task.cancel()
                }
            }
        }
    }

    /// Lets other rules decide from now on. Requests that are on their way keep theirs.
    ///
    /// - Parameters:
    ///   - gate: the new rules.
    ///   - servers: the servers that these lead to: idle connections to others are closed. Nil keeps all.
    public func replaceGate(_ gate: any Gate, servers: Set<UpstreamServer>? = nil) async {
        for loop in loops {
            try? await loop.eventLoop.submit {
                loop.gate = gate
                loop.pool.keepOnly(servers)
            }.get()
        }
    }

    /// How many clients are connected.
    public var connectionCount: Int { census.count }
}
