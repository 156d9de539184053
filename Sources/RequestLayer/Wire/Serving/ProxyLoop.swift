internal import NIOCore

/// What the connections of one event loop share: the rules, the pool, the clock. Used on that loop only.
final class ProxyLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: ProxyConfiguration
    let headLimits: HeadLimits
    let census: ConnectionCensus
    let tls: UpstreamTLS
    var gate: any Gate
    private(set) var isDraining = false
    /// The time, as exact as the limits need it.
    private(set) var now = NIODeadline.now()
    private(set) lazy var pool = UpstreamPool(loop: self)
    private var clients: [ObjectIdentifier: ClientConnection] = [:]
    private var drained: [EventLoopPromise<Void>] = []
    private var isTicking = false

    init(eventLoop: any EventLoop, configuration: ProxyConfiguration, census: ConnectionCensus, tls: UpstreamTLS, gate: any Gate) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.census = census
        self.tls = tls
        self.gate = gate
        headLimits = configuration.headLimits
    }

    func add(_ client: ClientConnection) {
        clients[ObjectIdentifier(client)] = client
        startTicking()
    }

    func remove(_ client: ClientConnection) {
        guard clients.removeValue(forKey: ObjectIdentifier(client)) != nil, isDraining, clients.isEmpty else { return }
        for promise in drained { promise.succeed() }
        drained = []
    }

    /// Ends connections as they come to rest.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        pool.closeKept()
        let promise = eventLoop.makePromise(of: Void.self)
        if clients.isEmpty { promise.succeed() } else { drained.append(promise) }
        for client in clients.values { client.drain() }
        return promise.futureResult
    }

    /// Ends all connections.
    func breakOff() {
        for client in clients.values { client.breakOff() }
    }

    /// Looks at the time while there is anything that waits.
    private func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        now = .now()
        eventLoop.assumeIsolated().scheduleTask(in: configuration.tick) { self.tick() }
    }

    private func tick() {
        now = .now()
        for client in clients.values { client.tick(now) }
        pool.tick(now)
        isTicking = false
        if !clients.isEmpty || !pool.isEmpty { startTicking() }
    }
}
