internal import Glibc
public import Keystore
internal import PrivateFiles
internal import Profiles
public import Settings

/// Gives consumers their copies, and says who holds what.
public struct Applier<Holder: KeyHolder> {
    private let vault: Vault<Holder>
    private var places: ConsumerPlaces
    private let isForced: Bool
    private let isReplacing: Bool
    private let variables: ConsumerVariables<Holder>

    /// - Parameters:
    ///   - vault: where values come from, and where it is remembered who holds which.
    ///   - settings: what defines the profiles.
    ///   - places: where consumers' own files are.
    ///   - isForced: whether files are also written where a safety rule refuses it; see ``Export/write(_:as:to:existing:force:)``.
    ///   - isReplacing: whether what stands in a file that is not from here may be lost.
    public init(
        _ vault: Vault<Holder>, _ settings: WarderSettings, _ places: ConsumerPlaces, isForced: Bool = false, isReplacing: Bool = false
    ) {
        self.vault = vault
        self.places = places
        self.places.vault = vault.keys.vaultID.bytes.prefix(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        self.isForced = isForced
        self.isReplacing = isReplacing
        variables = ConsumerVariables(vault, settings)
    }

    /// What each consumer holds, by its name.
    ///
    /// - Throws: ``KeystoreError``; ``ExportError/Code/verification``.
    public func held() throws -> [String: HeldCopy] {
        var copies: [String: HeldCopy] = [:]
        for (name, content) in try vault.notes(.consumer) { copies[name.name] = try HeldCopy(note: content) }
        return copies
    }

    /// How what consumers hold differs from what they should hold. Writes nothing and starts nothing.
    public func check(_ consumers: [Consumer]) throws -> [ConsumerStatus] {
        let held = try held()
        return consumers.map { consumer in
            ConsumerStatus(
                name: consumer.name, held: held[consumer.name],
                drift: Result { try planning(consumer).drift(variables.of(consumer), held[consumer.name]) })
        }
    }

    /// Gives each consumer its copy. One that fails keeps what it had and does not stop the others.
    ///
    /// - Parameters:
    ///   - consumers: in this order.
    ///   - isDryRun: whether to say only what would be done.
    ///   - report: called as each consumer is done.
    /// - Throws: only what concerns all of them: ``KeystoreError``, ``ExportError/Code/file(_:)`` if another process is at work.
    public func apply(_ consumers: [Consumer], isDryRun: Bool = false, report: (ConsumerOutcome) -> Void) throws {
        if isDryRun {
            let held = try held()
            for consumer in consumers { report(outcome(consumer) { try rehearse(consumer, held[consumer.name]) }) }
            return
        }
        let lock = try lock(consumers)
        defer { withExtendedLifetime(lock) {} }
        let held = try held()
        var quiet: [(name: NoteName, content: HeldCopy)] = []
        for consumer in consumers {
            report(
                outcome(consumer) {
                    let name = try NoteName(.consumer, consumer.name)
                    return try give(consumer, held[consumer.name]) { copy in
                        // What starts something is remembered at once; other copies together, since every write takes its time.
                        if consumer.hasEffects { try remember([(name, copy)]) } else { quiet.append((name, copy)) }
                    }
                })
        }
        if !quiet.isEmpty { try remember(quiet) }
    }

    /// Forgets what a consumer holds.
    ///
    /// - Parameters:
    ///   - name: the consumer.
    ///   - consumer: what the settings say of it, or nil if they have it no more.
    ///   - isRemovingFiles: whether what it holds is taken away, too: our variables out of a file with others, other files whole.
    /// - Returns: the files that are left, and may have values in them.
    public func forget(_ name: String, _ consumer: Consumer?, isRemovingFiles: Bool) throws -> [String] {
        let lock = try lock(consumer.map { [$0] } ?? [])
        defer { withExtendedLifetime(lock) {} }
        let held = try held()[name]
        var left = held?.files.map(\.path) ?? consumer.map { planning($0).filesThatAreThere } ?? []
        if isRemovingFiles {
            let removal = CopyRemoval(name: name, places: places, owner: consumer?.owner)
            if let held { left = try removal.takeAway(held.files, of: held) }
            // What a crash left is not remembered, but is where it has to be.
            if let consumer { left = try planning(consumer).takeAwayRest(left) }
        }
        if held != nil { try vault.write([(name: NoteName(.consumer, name), content: nil)], as: .forget) }
        return left
    }

    private func planning(_ consumer: Consumer) -> CopyPlanning {
        CopyPlanning(consumer: consumer, places: places, isForced: isForced, isReplacing: isReplacing)
    }

    private func outcome(_ consumer: Consumer, _ body: () throws -> [ConsumerOutcome.Step]) -> ConsumerOutcome {
        ConsumerOutcome(name: consumer.name, steps: Result(catching: body))
    }

    /// Puts the files in place, and does what is to be done then.
    ///
    /// - Parameter remember: called with what the consumer holds, when that is not what is remembered already: before anything is started,
    ///   as not confirmed, and after it has been seen to succeed.
    /// - Returns: what was done.
    private func give(
        _ consumer: Consumer, _ held: HeldCopy?, remember: (HeldCopy) throws -> Void
    ) throws -> [ConsumerOutcome.Step] {
        let variables = try self.variables.of(consumer)
        let planning = planning(consumer)
        let plan = try planning.plan(variables, held, now: WallClock.now())
        var steps = try planning.put(plan)
        let isKnown = held.map { $0.content == plan.held.content && $0.files == plan.held.files } ?? false
        if plan.changes.isEmpty, isKnown, held?.isConfirmed == true { return try steps + planning.clean(plan, held) }
        var new = plan.held
        if consumer.hasEffects {
            new.isConfirmed = false
            if !isKnown || held?.isConfirmed == true { try remember(new) }
            steps += try AfterChange(consumer, places.systemd(consumer.settings.scope)).act(variables, isNew: !plan.changes.isEmpty)
        }
        // Not before: the service manager may have been using the earlier files.
        steps += try planning.clean(plan, held)
        new.isConfirmed = !steps.contains(where: \.isOpen)
        if new.isConfirmed { try remember(new) }
        return steps
    }

    private func rehearse(_ consumer: Consumer, _ held: HeldCopy?) throws -> [ConsumerOutcome.Step] {
        let variables = try self.variables.of(consumer)
        let plan = try planning(consumer).plan(variables, held, now: 0, isRehearsal: true)
        guard !plan.changes.isEmpty else { return [] }
        return CopyPlanning.describe(plan, variables) + AfterChange(consumer, places.systemd(consumer.settings.scope)).describe(plan)
    }

    private func remember(_ notes: [(name: NoteName, content: HeldCopy)]) throws {
        try vault.write(notes.map { (name: $0.name, content: try $0.content.note()) }, as: .apply)
    }

    private func lock(_ consumers: [Consumer]) throws(ExportError) -> ConsumerLock {
        // Only what concerns units is the machine's.
        let scopes = consumers.filter { $0.unit != nil }.map(\.settings.scope)
        do throws(FileError) { return try ConsumerLock(places.lockDirectories(Set(scopes))) } catch { throw ExportError(error) }
    }
}

/// Locks on several directories, in their order. They end with their owner.
final class ConsumerLock {
    private let first: DirectoryLock
    private let rest: ConsumerLock?

    /// Makes the directories if they are not there.
    init(_ directories: [String]) throws(FileError) {
        try PrivateFile.makeDirectory(directories[0])
        first = try DirectoryLock(directories[0])
        rest = directories.count > 1 ? try ConsumerLock(Array(directories.dropFirst())) : nil
    }
}
