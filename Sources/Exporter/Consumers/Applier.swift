internal import Glibc
public import Keystore
internal import PrivateFiles
internal import Profiles
public import Settings

/// Gives consumers their copies, and says who holds what.
public struct Applier<Holder: KeyHolder> {
    private let vault: Vault<Holder>
    private let places: ConsumerPlaces
    private let isForced: Bool
    private let variables: ConsumerVariables<Holder>

    /// - Parameters:
    ///   - vault: where values come from, and where it is remembered who holds which.
    ///   - settings: what defines the profiles.
    ///   - places: where consumers' own files are.
    ///   - isForced: whether files are also written where a safety rule refuses it; see ``Export/write(_:as:to:force:)``.
    public init(_ vault: Vault<Holder>, _ settings: WarderSettings, _ places: ConsumerPlaces, isForced: Bool = false) {
        self.vault = vault
        self.places = places
        self.isForced = isForced
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
        let lock = try Self.lock(places)
        let held = try held()
        var quiet: [(name: NoteName, content: HeldCopy)] = []
        for consumer in consumers {
            report(
                outcome(consumer) {
                    let (steps, new) = try give(consumer, held[consumer.name])
                    guard let new else { return steps }
                    let note = (name: try NoteName(.consumer, consumer.name), content: new)
                    // What started something is remembered at once, so that a crash does not start it again.
                    if consumer.unit == nil, consumer.settings.onChange == .nothing { quiet.append(note) } else { try remember([note]) }
                    return steps
                })
        }
        if !quiet.isEmpty { try remember(quiet) }
        lock.release()
    }

    /// Forgets what a consumer holds.
    ///
    /// - Parameter isRemovingFiles: whether what it holds is taken away, too: our variables out of a file with others, other files whole.
    /// - Returns: the files that are left, with values in them.
    public func forget(_ name: String, _ consumer: Consumer?, isRemovingFiles: Bool) throws -> [String] {
        let lock = try Self.lock(places)
        var left: [String] = []
        if let held = try held()[name] {
            left = held.files.map(\.path)
            if isRemovingFiles, let consumer { left = try planning(consumer).takeAway(held) }
            try vault.write([(name: NoteName(.consumer, name), content: nil)], as: .forget)
        }
        lock.release()
        return left
    }

    private func planning(_ consumer: Consumer) -> CopyPlanning { CopyPlanning(consumer: consumer, places: places, isForced: isForced) }

    private func outcome(_ consumer: Consumer, _ body: () throws -> [ConsumerOutcome.Step]) -> ConsumerOutcome {
        ConsumerOutcome(name: consumer.name, steps: Result(catching: body))
    }

    /// Puts the files in place, and does what is to be done then.
    ///
    /// - Returns: what was done, and what the consumer holds now; nil if that is what is remembered already.
    private func give(_ consumer: Consumer, _ held: HeldCopy?) throws -> (steps: [ConsumerOutcome.Step], held: HeldCopy?) {
        let variables = try self.variables.of(consumer)
        let planning = planning(consumer)
        let plan = try planning.plan(variables, held, now: WallClock.now())
        var steps = try planning.put(plan)
        // A failure from here on finds the files in place: the next run goes on where this one ended.
        let isKnown = held.map { $0.content == plan.held.content && $0.files == plan.held.files } ?? false
        if plan.changes.isEmpty, isKnown {
            try planning.clean(plan)
            return (steps, nil)
        }
        steps += try AfterChange(consumer, places.systemd(consumer.settings.scope)).act(variables, plan)
        // Not before: the service manager may have been using the earlier files.
        try planning.clean(plan)
        // What could not be seen to succeed is not remembered: the next run tries it again.
        return (steps, steps.contains(where: \.isOpen) ? nil : plan.held)
    }

    private func rehearse(_ consumer: Consumer, _ held: HeldCopy?) throws -> [ConsumerOutcome.Step] {
        let variables = try self.variables.of(consumer)
        let plan = try planning(consumer).plan(variables, held, now: 0)
        guard !plan.changes.isEmpty else { return [] }
        return CopyPlanning.describe(plan, variables) + AfterChange(consumer, places.systemd(consumer.settings.scope)).describe(plan)
    }

    private func remember(_ notes: [(name: NoteName, content: HeldCopy)]) throws {
        try vault.write(notes.map { (name: $0.name, content: try $0.content.note()) }, as: .apply)
    }

    private static func lock(_ places: ConsumerPlaces) throws(ExportError) -> DirectoryLock {
        do throws(FileError) {
            try PrivateFile.makeDirectory(places.lockDirectory)
            return try DirectoryLock(places.lockDirectory)
        } catch {
            throw ExportError(error)
        }
    }
}
