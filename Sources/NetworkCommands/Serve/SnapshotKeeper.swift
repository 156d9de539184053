internal import CPlatform
internal import ClientTokens
internal import Glibc
internal import Keystore
internal import Logging
internal import RequestLayer
internal import Resolver
internal import ServiceLifecycle
internal import UnitCredentials
internal import UnixSignals
internal import WarderCommands

/// Keeps what the daemon serves as new as the vault and the settings: a change takes effect within a second, and a bad one leaves what was
/// there. A lock is followed elsewhere, by ``AgentWatch``: what is read here may wait for other programs.
actor SnapshotKeeper: Service {
    private let options: CommonOptions
    private let gate: ProxyGate
    private let credentials: CredentialServer
    private let uses: KeyUses
    private let log: AccessLog
    private let watch: AgentWatch
    private var budgets: UsedBudgets
    private let rests = KeyRests()

    /// Which vault is served; nil as long as it is locked.
    private var vault: VaultID?
    /// What the last look at vault and settings saw.
    private var seen: DaemonSnapshot.Stamp?
    private var due: ContinuousClock.Instant?
    private var complaint: String?

    /// How often vault, settings and agent are looked at.
    private static let interval = Duration.milliseconds(200)
    /// How long nothing is tried again that has just failed.
    private static let pause = Duration.seconds(1)

    init(
        options: CommonOptions, gate: ProxyGate, credentials: CredentialServer, uses: KeyUses, log: AccessLog, watch: AgentWatch,
        budgets: UsedBudgets
    ) {
        self.options = options
        self.gate = gate
        self.credentials = credentials
        self.uses = uses
        self.log = log
        self.watch = watch
        self.budgets = budgets
    }

    /// The first look.
    func begin() async { await look(isForced: true) }

    /// A key was refused: what is not in the vault may have been replaced without a trace, so everything is looked up again, now and then.
    func refused() {
        let soon = ContinuousClock.now + Self.pause
        due = due.map { min($0, soon) } ?? soon
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) {
                        unsafe platform_notify("RELOADING=1")
                        await self.look(isForced: true)
                        unsafe platform_notify("READY=1")
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: Self.interval)
                        await self.look(isForced: false)
                    }
                }
                await group.next()
                group.cancelAll()
            }
        }
        if vault != nil { writeUses() }
        writeBudgets()
    }

    /// Looks whether anything has changed, and follows it.
    private func look(isForced: Bool) async {
        writeBudgets()
        let stamp = DaemonSnapshot.Stamp(options)
        let isDue = due.map { $0 <= .now } ?? false
        if vault == nil {
            guard isForced || due == nil || isDue else { return }
            due = .now + Self.interval
            return unlock(stamp)
        }
        if isForced || isDue || stamp != seen { reload(stamp) }
        writeUses()
    }

    private func unlock(_ stamp: DaemonSnapshot.Stamp) {
        do {
            let id = try DaemonSnapshot.identity(options)
            guard watch.watch(id) else { return complain("the vault is locked", level: .notice) }
            reload(stamp)
        } catch { failed(error) }
    }

    // MARK: Following changes

    private func reload(_ stamp: DaemonSnapshot.Stamp) {
        due = nil
        do {
            let source = try DaemonSnapshot.Source(options)
            // First what takes something away: it waits for no other program.
            let access = try source.access()
            gate.install(tokens: access.tokens)
            gate.setStopped(access.isPaused)
            let new = try source.read(rests: rests)
            gate.install(new.table)
            credentials.serve(new.credentials)
            vault = source.vaultID
            seen = stamp
            due = new.table.lifetime.map { .now + .seconds($0) }
            report(new.troubles)
            log.say("serving \(new.table.names.count) routes, \(new.credentials.count) credentials", level: .debug)
        } catch { failed(error) }
    }

    private func report(_ troubles: [String]) {
        gate.setHealth(troubles.isEmpty ? .ok : .degraded(troubles.joined(separator: "; ")))
        guard troubles.isEmpty else { return complain(troubles.joined(separator: "; "), level: .warning) }
        if complaint != nil { log.say("all is well again") }
        complaint = nil
    }

    /// What was good stays; without anything good, nothing is served.
    private func failed(_ error: any Error) {
        seen = nil
        due = .now + (vault == nil ? Self.pause : Self.interval)
        var failure = Failure(error)
        if failure.code == KeystoreError.Code.locked.rawValue, let vault {
            // The same vault under new keys: what was taken out of it since cannot be known.
            if (try? DaemonSnapshot.identity(options)) == vault { return DaemonLock.shared.lock() }
            failure.message = "the agent does not have the keys of the vault that is there now"
        }
        gate.setHealth(.degraded(failure.message))
        complain(failure.message, level: .error)
    }

    /// Says what is wrong, once.
    private func complain(_ text: String, level: Logger.Level) {
        guard complaint != text else { return }
        complaint = text
        log.say(text, level: level)
    }

    // MARK: What is written

    /// Writes which secrets were used into the audit trail of the vault.
    private func writeUses() {
        guard complaint == nil, let entries = uses.take() else { return }
        do { try DaemonSnapshot.Source(options).record(entries) } catch {
            uses.putBack(entries)
            complain("the audit trail cannot be written: \(Failure(error).message)", level: .error)
        }
    }

    private func writeBudgets() {
        do { try budgets.write() } catch { complain("what tokens have used cannot be written: \(Failure(error).message)", level: .error) }
    }
}
