internal import Agent
internal import CPlatform
internal import ClientTokens
internal import Glibc
internal import Keystore
internal import Logging
internal import RequestLayer
internal import Resolver
internal import ServiceLifecycle
internal import Settings
internal import UnitCredentials
internal import UnixSignals
internal import WarderCommands

/// Keeps what the daemon serves as new as the vault and the settings: a change takes effect within a second, a bad one leaves what was there,
/// and a lock ends the process that had the values.
actor SnapshotKeeper: Service {
    private let options: CommonOptions
    private let gate: ProxyGate
    private let proxy: ProxyServer
    private let credentials: CredentialServer
    private let uses: KeyUses
    private let listeners: Listeners
    private let log: AccessLog
    private var budgets: UsedBudgets

    /// What is served now; nil while the vault is locked.
    private var snapshot: DaemonSnapshot?
    /// A connection that ends when the agent locks.
    private var watch: Int32?
    /// What the last look at vault and settings saw.
    private var seen: DaemonSnapshot.Stamp?
    private var due: ContinuousClock.Instant?
    private var complaint: String?
    private let rests = KeyRests()

    /// How often vault, settings and agent are looked at.
    private static let interval = Duration.milliseconds(200)

    init(
        options: CommonOptions, gate: ProxyGate, proxy: ProxyServer, credentials: CredentialServer, uses: KeyUses, listeners: Listeners,
        log: AccessLog, budgets: UsedBudgets
    ) {
        self.budgets = budgets
        self.options = options
        self.gate = gate
        self.proxy = proxy
        self.credentials = credentials
        self.uses = uses
        self.listeners = listeners
        self.log = log
    }

    /// The first look.
    func begin() async { await look(isForced: true) }

    /// A key was refused: what is not in the vault may have been replaced without a trace, so everything is looked up again, now and then.
    func refused() {
        let soon = ContinuousClock.now + .seconds(1)
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
        if snapshot != nil { writeUses() }
        writeBudgets()
    }

    /// Looks whether anything has changed, and follows it.
    private func look(isForced: Bool) async {
        if snapshot != nil, agentHasLocked() { await lock() }
        guard snapshot != nil else { return await tryUnlock() }
        let stamp = DaemonSnapshot.Stamp(options)
        let isDue = due.map { $0 <= .now } ?? false
        if isForced || isDue || stamp != seen { await reload(stamp) }
        if snapshot != nil { writeUses() }
        writeBudgets()
    }

    private func writeBudgets() {
        do { try budgets.write() } catch { complain("what tokens have used cannot be written: \(Failure(error).message)", level: .error) }
    }

    // MARK: Locked and unlocked

    /// Whether the agent has locked this vault: its connection has ended, and it has no keys for a new one.
    private func agentHasLocked() -> Bool {
        if let watch {
            var waiting = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&waiting, 1, 0) == 0 { return false }
            close(watch)
            self.watch = nil
        }
        return !startWatching()
    }

    /// Has a connection that tells of the lock, if the agent has this vault's keys.
    private func startWatching() -> Bool {
        guard let session = try? Session(options), let client = AgentClient(at: session.runtime.agent),
            let descriptor = try? client.watch()
        else { return false }
        watch = descriptor
        // After the connection is there: a lock in between would be seen at it.
        return (try? DaemonSnapshot.isUnlocked(session)) ?? false
    }

    /// No value is left in a process that is another program. Nothing is served from now on; a unit that is reading a credential has a
    /// second to read it to its end, since half of one would be taken for a whole.
    private func lock() async -> Never {
        gate.install(nil)
        gate.install(tokens: nil)
        credentials.lock()
        let (ends, end) = AsyncStream<Void>.makeStream()
        Task {
            await credentials.shutdown()
            end.finish()
        }
        Task {
            try? await Task.sleep(for: .seconds(1))
            end.finish()
        }
        for await _ in ends {}
        writeBudgets()
        log.flush()
        log.say("the vault is locked: starting anew without what was in it")
        listeners.startAnew()
    }

    private func tryUnlock() async {
        guard startWatching() else {
            if let watch { close(watch) }
            watch = nil
            complain("the vault is locked", level: .notice)
            return
        }
        await reload(DaemonSnapshot.Stamp(options))
    }

    // MARK: Following changes

    private func reload(_ stamp: DaemonSnapshot.Stamp) async {
        seen = stamp
        let new: DaemonSnapshot
        do { new = try DaemonSnapshot.read(options, rests: rests) } catch {
            var failure = Failure(error)
            // The agent has not locked, as far as its connection tells: then it is another vault that is there now.
            if failure.code == KeystoreError.Code.locked.rawValue {
                failure.message = "the agent does not have the keys of the vault that is there now"
            }
            // What was good stays; without anything good, nothing is served.
            gate.setHealth(.degraded(failure.message))
            complain(failure.message, level: .error)
            seen = nil
            return
        }
        snapshot = new
        gate.install(new.table)
        gate.install(tokens: new.tokens)
        gate.setStopped(new.isPaused)
        credentials.serve(new.credentials)
        due = new.table.lifetime.map { .now + .seconds($0) }
        let troubles = new.troubles
        gate.setHealth(troubles.isEmpty ? .ok : .degraded(troubles.joined(separator: "; ")))
        if troubles.isEmpty {
            if complaint != nil { log.say("all is well again") }
            complaint = nil
        } else {
            complain(troubles.joined(separator: "; "), level: .warning)
        }
        log.say("serving \(new.table.names.count) routes, \(new.tokens.count) tokens, \(new.credentials.count) credentials", level: .debug)
    }

    /// Says what is wrong, once.
    private func complain(_ text: String, level: Logger.Level) {
        guard complaint != text else { return }
        complaint = text
        log.say(text, level: level)
    }

    /// Writes which secrets were used into the audit trail of the vault.
    private func writeUses() {
        guard let entries = uses.take() else { return }
        do { try DaemonSnapshot.record(entries, options) } catch {
            uses.putBack(entries)
            log.say("the audit trail cannot be written: \(Failure(error).message)", level: .error)
        }
    }
}
