internal import NIOCore

/// The upstream connections of one event loop: those that wait for a request, and those that are being made.
final class UpstreamPool {
    private unowned let loop: ProxyLoop
    private var kept: [UpstreamServer: [HTTP1Upstream]] = [:]
    /// All that there are, so that the time can be looked at.
    private var connections: [ObjectIdentifier: HTTP1Upstream] = [:]
    private var dials: [ObjectIdentifier: UpstreamDial] = [:]
    /// Servers to which connections are kept; nil for all.
    private var wanted: Set<UpstreamServer>?

    init(loop: ProxyLoop) { self.loop = loop }

    /// A connection that waits for a request.
    func takeKept(to server: UpstreamServer) -> (any UpstreamLink)? {
        guard let index = kept.index(forKey: server) else { return nil }
        return kept.values[index].popLast()
    }

    /// Makes a connection. The client is told.
    func dial(_ server: UpstreamServer, for client: ClientConnection) -> UpstreamDial {
        let dial = UpstreamDial(server: server, loop: loop, client: client)
        dials[ObjectIdentifier(dial)] = dial
        dial.start()
        return dial
    }

    /// A dial has ended.
    func ended(_ dial: UpstreamDial) {
        dials[ObjectIdentifier(dial)] = nil
    }

    /// A connection was made.
    func add(_ connection: HTTP1Upstream) {
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
    }

    /// Closes what waits.
    func closeKept() {
        for connection in kept.values.joined() { connection.close() }
        kept = [:]
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline) {
        for dial in dials.values { dial.tick(now) }
        for connection in connections.values { connection.tick(now, limit: loop.configuration.upstreamIdleTimeout) }
        for connection in kept.values.joined() where now - connection.idleSince > loop.configuration.keepAliveTimeout { connection.close() }
    }

    var isEmpty: Bool { connections.isEmpty && dials.isEmpty }
}
