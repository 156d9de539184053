internal import CPlatform
internal import ClientTokens
internal import Glibc
internal import Keystore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RequestLayer
internal import ServiceLifecycle
internal import UnitCredentials
internal import UnixSignals
internal import WarderCommands

/// The daemon: the proxy, the socket of credentials, and what they need from the vault, which the agent has unlocked.
///
/// It has the values that its routes and units need, and never a key of the vault.
struct Daemon {
    let options: CommonOptions
    let serving: ServeOptions

    /// How long requests may take to come to their end when the daemon is told to end.
    private static let patience = TimeAmount.seconds(20)

    func run() async throws {
        // Until it is waited for, a wish to read everything anew is no reason to end.
        signal(SIGHUP, SIG_IGN)
        let session = try Session(options)
        let places = session.runtime
        let log = try AccessLog(serving.accessLog)
        let listeners = try Listeners(places: places, port: serving.port)
        unsafe platform_set_process_name("warderd")
        let descriptors = platform_raise_descriptor_limit()

        let group = MultiThreadedEventLoopGroup.singleton
        let uses = KeyUses()
        let (refused, refusals) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let ledger = TokenLedger()
        let gate = ProxyGate(
            userIDs: [geteuid()], ledger: ledger,
            onAccess: { record in
                log.write(record)
                if let name = record.key, let generation = record.generation { uses.note(name, generation, .use) }
            },
            onEvent: { event in
                log.write(event)
                if case .keyRefused = event { refusals.yield() }
            })
        var configuration = ProxyConfiguration()
        // What clients may have leaves room for upstream connections, the vault, the agent and units.
        configuration.connectionLimit = max(64, min(configuration.connectionLimit, (Int(descriptors) - 256) / 2))
        configuration.connectionLimitPerClient = max(48, configuration.connectionLimit / 2)
        configuration.extraCertificateFile = serving.extraCA
        configuration.hostsAllowedPrivateAddresses = Set(serving.privateHosts.map { $0.lowercased() })
        let proxy: ProxyServer
        do { proxy = try ProxyServer(gate: gate, configuration: configuration, eventLoopGroup: group) } catch {
            throw Failure(.unsafeFile, "--extra-ca: the certificates cannot be used")
        }
        let credentials = CredentialServer(manager: options.system ? 0 : geteuid(), logger: log.logger, group: group) { event in
            if case .given(let delivery) = event {
                for source in delivery.sources { uses.note(source.name, source.generation, .deliver) }
            }
        }
        let watch = AgentWatch(socket: places.agent)
        let keeper = SnapshotKeeper(
            options: options, gate: gate, credentials: credentials, uses: uses, log: log, watch: watch,
            budgets: try UsedBudgets(session, ledger))
        DaemonLock.shared.prepare(gate: gate, credentials: credentials, listeners: listeners, log: log)
        watch.begin { DaemonLock.shared.lock() }
        Task { for await _ in refused { await keeper.refused() } }
        // With the vault unlocked it serves from its first request on.
        await keeper.begin()
        for descriptor in listeners.proxy { try await proxy.serve(descriptor) }
        if let descriptor = listeners.credentials { try await credentials.listen(on: descriptor) }
        try listeners.announce(places)
        for line in listeners.descriptions { options.inform("listening at \(line)") }
        unsafe platform_notify("READY=1")

        let services: [any Service] = [keeper, log, Ending(proxy: proxy, credentials: credentials, patience: Self.patience)]
        let lifecycle = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log.logger))
        try await lifecycle.run()
        listeners.remove(places)
    }
}

/// Lets requests come to their end when the daemon is told to end.
private struct Ending: Service {
    let proxy: ProxyServer
    let credentials: CredentialServer
    let patience: TimeAmount

    func run() async throws {
        try? await gracefulShutdown()
        unsafe platform_notify("STOPPING=1")
        await proxy.drain(until: .now() + patience)
        await credentials.shutdown()
    }
}
