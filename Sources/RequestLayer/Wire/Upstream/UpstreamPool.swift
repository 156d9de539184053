internal import NIOCore

/// The upstream connections of one event loop: those that wait for a request, and those that are being made.
final class UpstreamPool {
    private unowned let loop: ProxyLoop
    private var kept: [UpstreamServer: [HTTP1Upstream]] = [:]
    /// All that there are, so that the time can be looked at.
    private var connections: [ObjectIdentifier: HTTP1Upstream] = [:]
    private var sessions: [UpstreamServer: [HTTP2Session]] = [:]
    /// Servers with TLS that chose HTTP/1.1: connections to them serve one client.
    private var speaksHTTP1: Set<UpstreamServer> = []
    private var dials: [ObjectIdentifier: UpstreamDial] = [:]
    /// Servers to which connections are kept; nil for all.
    private var wanted: Set<UpstreamServer>?

    init(loop: ProxyLoop) { self.loop = loop }

    /// A connection that waits for a request.
    func takeKept(to server: UpstreamServer) -> (any UpstreamLink)? {
        guard let index = kept.index(forKey: server) else { return nil }
        return kept.values[index].popLast()
    }

    /// Finds a connection or makes one. The client is told.
    ///
    /// - Parameter isNew: whether it has to be one that was not used before.
    func connect(to server: UpstreamServer, isNew: Bool, for ticket: UpstreamTicket) {
        if !isNew, server.usesTLS {
            if let session = sessions[server]?.first(where: \.hasRoom) {
                session.open(for: ticket, isUsed: true)
                return
            }
            // What is being made may serve many: nobody knows before it speaks.
            if !speaksHTTP1.contains(server), let dial = dials.values.first(where: { $0.server == server }) {
                dial.add(ticket)
                return
            }
        }
        dial(server, for: ticket)
    }

    /// Makes a connection.
    func dial(_ server: UpstreamServer, for ticket: UpstreamTicket) {
        let dial = UpstreamDial(server: server, loop: loop, ticket: ticket)
        dials[ObjectIdentifier(dial)] = dial
        dial.start()
    }

    /// A dial has ended.
    func ended(_ dial: UpstreamDial) {
        dials[ObjectIdentifier(dial)] = nil
    }

    /// A connection of HTTP/2 was made.
    func add(_ session: HTTP2Session) {
        speaksHTTP1.remove(session.server)
        sessions[session.server, default: []].append(session)
    }

    /// A connection of HTTP/2 has ended.
    func remove(_ session: HTTP2Session) {
        sessions[session.server]?.removeAll { $0 === session }
        if sessions[session.server]?.isEmpty ?? false { sessions[session.server] = nil }
    }

    /// A connection was made.
    func add(_ connection: HTTP1Upstream) {
        if connection.server.usesTLS { speaksHTTP1.insert(connection.server) }
        connections[ObjectIdentifier(connection)] = connection
    }

    /// A response is complete, and the connection good for another request.
    func keep(_ connection: HTTP1Upstream) {
        guard !loop.isDraining, wanted?.contains(connection.server) ?? true,
            kept[connection.server, default: []].count < loop.configuration.keptConnectionLimit
        else { return connection.close() }
        connection.idleSince = loop.now
        kept[connection.server, default: []].append(connection)
    }

    /// A connection has ended.
    func remove(_ connection: HTTP1Upstream) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        kept[connection.server]?.removeAll { $0 === connection }
    }

    /// Closes what waits for servers that are not among these, and keeps no more connections to them.
    func keepOnly(_ servers: Set<UpstreamServer>?) {
        wanted = servers
        guard let servers else { return }
        for (server, connections) in kept where !servers.contains(server) {
            kept[server] = nil
            for connection in connections { connection.close() }
        }
        for session in sessions.values.joined() where !servers.contains(session.server) { session.retire() }
        speaksHTTP1.formIntersection(servers)
    }

    /// Closes what waits.
    func closeKept() {
        let waiting = kept.values.joined()
        kept = [:]
        for connection in waiting { connection.close() }
        for session in sessions.values.joined() { session.retire() }
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline) {
        for dial in dials.values { dial.tick(now) }
        for connection in connections.values { connection.tick(now, limit: loop.configuration.upstreamIdleTimeout) }
        for session in sessions.values.joined() { session.tick(now) }
        for connection in kept.values.joined() where now - connection.idleSince > loop.configuration.keepAliveTimeout { connection.close() }
    }

    var isEmpty: Bool { connections.isEmpty && dials.isEmpty && sessions.isEmpty }
}
