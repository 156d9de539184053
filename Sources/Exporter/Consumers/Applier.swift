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
        // Every write of the vault takes its time: consumers that nothing is started for share one.
        var batch: [Work] = []
        for consumer in consumers {
            do {
                guard let work = try work(consumer, held[consumer.name]) else {
                    report(ConsumerOutcome(name: consumer.name, steps: .success([])))
                    continue
                }
                batch.append(work)
                if consumer.hasEffects || batch.count == 64 {
                    try perform(batch, report)
                    batch = []
                }
            } catch let error as KeystoreError {
                throw error
            } catch {
                report(ConsumerOutcome(name: consumer.name, steps: .failure(error)))
            }
        }
        try perform(batch, report)
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
        var left =
            held.map { Set($0.candidates.flatMap { $0.files.map(\.path) }).sorted() } ?? consumer.map { planning($0).filesThatAreThere }
            ?? []
        if isRemovingFiles {
            let removal = CopyRemoval(name: name, places: places)
            if let held { left = try removal.takeAway(held) }
            // The manager must not look for files that are gone, also where the settings do not say any more whose it is.
            if consumer == nil, let dropIn = held?.files.last(where: { $0.path.hasSuffix(UnitCopy.dropInName(name)) }) {
                try places.systemd(dropIn.path.hasPrefix("/etc/") ? .system : .user).reloadUnits()
            }
            // What a crash left is not remembered, but is where it has to be.
            if let consumer { left = try planning(consumer).takeAwayRest(left) }
        }
        if held != nil { try vault.write([(name: NoteName(.consumer, name), content: nil)], as: .forget) }
        return left
    }

    /// The variables of a consumer under its own names.
    func values(of consumer: Consumer) throws -> [EnvironmentVariable] { try variables.of(consumer) }

    private func planning(_ consumer: Consumer) -> CopyPlanning {
        CopyPlanning(consumer: consumer, places: places, isForced: isForced, isReplacing: isReplacing)
    }

    private func outcome(_ consumer: Consumer, _ body: () throws -> [ConsumerOutcome.Step]) -> ConsumerOutcome {
        ConsumerOutcome(name: consumer.name, steps: Result(catching: body))
    }

    /// One consumer whose copy is not right, or not confirmed.
    private struct Work {
        let planning: CopyPlanning
        let variables: [EnvironmentVariable]
        let plan: CopyPlan
        /// What is remembered before anything is written: not confirmed, with what was there before. Nil if that is remembered already.
        let announced: HeldCopy?
    }

    /// What there is to do for a consumer, or nil.
    private func work(_ consumer: Consumer, _ held: HeldCopy?) throws -> Work? {
        let variables = try self.variables.of(consumer)
        let planning = planning(consumer)
        let plan = try planning.plan(variables, held, now: WallClock.now())
        let isKnown = held.map { $0.content == plan.held.content && $0.files == plan.held.files } ?? false
        if plan.changes.isEmpty, isKnown, held?.isConfirmed == true {
            _ = try planning.clean(plan)
            return nil
        }
        var announced: HeldCopy?
        if !isKnown || held?.isConfirmed == true {
            announced = plan.held
            announced?.isConfirmed = false
            announced?.earlier = held.map { Array($0.candidates.map(\.withoutEarlier).prefix(4)) }
        }
        return Work(planning: planning, variables: variables, plan: plan, announced: announced)
    }

    /// Announces, puts in place, tells the consumers, and remembers what has been seen to succeed. A copy that a crash leaves is one that
    /// the vault knows of.
    private func perform(_ batch: [Work], _ report: (ConsumerOutcome) -> Void) throws {
        try remember(batch.compactMap { work in work.announced.map { (work.planning.consumer.name, $0) } })
        var confirmed: [(name: String, copy: HeldCopy)] = []
        for work in batch {
            let consumer = work.planning.consumer
            report(
                outcome(consumer) {
                    var steps = try work.planning.put(work.plan)
                    if consumer.hasEffects {
                        let after = AfterChange(consumer, places.systemd(consumer.settings.scope))
                        steps += try after.act(work.variables, isNew: !work.plan.changes.isEmpty)
                    }
                    // Not before: the service manager may have been using the earlier files.
                    steps += try work.planning.clean(work.plan)
                    if !steps.contains(where: \.isOpen) { confirmed.append((consumer.name, work.plan.held)) }
                    return steps
                })
        }
        try remember(confirmed)
    }

    private func rehearse(_ consumer: Consumer, _ held: HeldCopy?) throws -> [ConsumerOutcome.Step] {
        let variables = try self.variables.of(consumer)
        let plan = try planning(consumer).plan(variables, held, now: 0, isRehearsal: true)
        guard !plan.changes.isEmpty || plan.held.content != held?.content else { return [] }
        return CopyPlanning.describe(plan, variables) + AfterChange(consumer, places.systemd(consumer.settings.scope)).describe(plan)
    }

    private func remember(_ copies: [(name: String, copy: HeldCopy)]) throws {
        guard !copies.isEmpty else { return }
        let notes = try copies.map { (name: try NoteName(.consumer, $0.name), content: Optional(try $0.copy.note())) }
        try vault.write(notes, as: .apply)
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
