internal import Agent
internal import Exporter
internal import Keystore
internal import PrivateFiles
internal import Settings
internal import Wiring

/// What wiring changes in the settings: the profile with the program's variables, and the consumer that gets them. What was written for an
/// earlier wiring and is not needed any more goes.
struct WireTables {
    /// What changes, a line each, with `-` or `+` before it.
    private(set) var changes: [String] = []
    /// The profile that has the program's variables, if it needs any.
    private(set) var profile: String?
    /// Whether that was made for it, now or before.
    private(set) var isNewProfile = false
    /// The variables that are Warder's in it, with what each refers to.
    private(set) var variables: [String: String] = [:]
    /// The consumer that was made for the program, now or before.
    private(set) var consumer: String?

    private let session: Session
    private let file: String
    private let before: String
    private var after: String
    /// The consumer that gets its copy anew, and the one that goes.
    private var changedConsumer: String?
    private var lostConsumer: String?

    /// What a wiring needs, after what an earlier one needed.
    ///
    /// - Parameters:
    ///   - plan: the wiring; nil if it is taken back.
    ///   - old: what was there before.
    ///   - others: the records of other files of the program, whose variables stay.
    /// - Throws: 19 if a variable is somebody else's, and another one.
    init(_ plan: WiringPlan?, _ old: WiringRecord?, others: [WiringRecord], _ session: Session) throws {
        try self.init(session)
        let wanted = plan?.profile?.variables ?? []
        let shared = Set(others.flatMap(\.variables.keys))
        if let old, let name = old.profile {
            for (variable, reference) in old.variables.sorted(by: { $0.key < $1.key })
            where !wanted.contains(where: { $0.name == variable }) && !shared.contains(variable) {
                try take(variable, reference, from: name)
            }
        }
        consumer = old?.consumer ?? (plan?.consumer == nil ? nil : others.lazy.compactMap(\.consumer).first)
        if let plan, let profile = plan.profile { try need(profile, plan.consumer, old, others, shared: shared) }
        if let plan { try exclude(plan) }
        // Nobody needs it any more: it goes with the last of its variables, and gets its copy anew as long as it has some of its user's.
        if plan?.consumer == nil, let made = old?.consumer, others.isEmpty {
            if try hasOwnVariables(old) {
                changedConsumer = made
            } else {
                try remove(["consumer", made])
                lostConsumer = made
                consumer = nil
            }
        }
        try removeEmptyProfile(old)
    }

    /// Whether a profile has variables that its user wrote.
    private func hasOwnVariables(_ old: WiringRecord?) throws -> Bool {
        guard let old, let name = old.profile, old.isNewProfile else { return false }
        return try WarderSettings.parse(after, file: file).profiles[name].map { !$0.entries.isEmpty || $0.extends != nil } ?? false
    }

    /// Refuses variables that would take a key elsewhere, or another one to where these go.
    private func exclude(_ plan: WiringPlan) throws {
        guard let name = profile else { return }
        let wanted = Set(plan.profile?.variables.map(\.name) ?? [])
        let entries = try WarderSettings.parse(after, file: file).entries(ofProfile: name) ?? []
        guard let other = entries.first(where: { plan.excluded.contains($0.name) && !wanted.contains($0.name) }) else { return }
        throw Self.conflict(name, other.name)
    }

    /// A profile alone.
    init(profile: (name: String, variables: [(name: String, reference: String)]), _ session: Session) throws {
        try self.init(session)
        try need(profile, nil, nil, [], shared: [])
    }

    private init(_ session: Session) throws {
        self.session = session
        file = session.writableSettingsPath
        before = try SettingsFile.text(file)
        after = before
    }

    // MARK: Changes

    private mutating func need(
        _ wanted: (name: String, variables: [(name: String, reference: String)]), _ consumer: (name: String, format: String, path: String)?,
        _ old: WiringRecord?, _ others: [WiringRecord], shared: Set<String>
    ) throws {
        let existing = consumer.flatMap { consumer in session.consumers.first { $0.name == consumer.name } }
        let name = existing?.profile ?? wanted.name
        let known = session.settings.profiles[name]
        if known == nil, let existing {
            throw Failure(
                .conflict, "[consumer.\(existing.name)] gets the profile \(name), which the settings do not have",
                hints: ["warder consumer remove \(existing.name) --with-copy, and then again"])
        }
        guard known.map({ $0.file == file }) ?? true else {
            throw Failure(.conflict, "[profile.\(name)] stands in \(known?.file ?? "another file"), which stays as it is")
        }
        profile = name
        isNewProfile = known == nil || ([old].compactMap(\.self) + others).contains { $0.profile == name && $0.isNewProfile }
        for (variable, reference) in wanted.variables {
            let now = try SettingsEditor.string(["profile", name, variable], in: after)
            let isOurs = now != nil && (old?.variables[variable] == now || shared.contains(variable))
            if now == reference {
                if isOurs { variables[variable] = reference }
                continue
            }
            let isThere = try SettingsEditor.has(["profile", name, variable], in: after)
            guard !isThere || (isOurs && !shared.contains(variable)) else { throw Self.conflict(name, variable) }
            variables[variable] = reference
            if now != nil { changes.append("- [profile.\(name)] \(variable)") }
            changes.append("+ [profile.\(name)] \(variable) = \"\(reference)\"")
            after = try SettingsEditor.set(table: ["profile", name], key: variable, value: reference, in: after, file: file)
        }
        guard let consumer else { return }
        changedConsumer = consumer.name
        guard let existing else {
            changes.append("+ [consumer.\(consumer.name)] \(consumer.path)")
            after = try SettingsEditor.add(
                table: ["consumer", consumer.name],
                [("format", .text(consumer.format)), ("path", .text(consumer.path)), ("profile", .text(name))], to: after, file: file)
            return self.consumer = consumer.name
        }
        guard existing.path.map(session.directories.expand) == consumer.path else {
            throw Failure(
                .conflict, "[consumer.\(existing.name)] writes \(existing.path ?? "for a unit"), and the program reads \(consumer.path)",
                hints: ["warder consumer remove \(existing.name), or give it another name"])
        }
    }

    private static func conflict(_ profile: String, _ variable: String) -> Failure {
        Failure(
            .conflict, "[profile.\(profile)] has \(variable) for something else, and the program would take it there",
            hints: ["take it out there, or take the other wiring back"])
    }

    /// Takes a variable away, if it is still what was written.
    private mutating func take(_ variable: String, _ reference: String, from profile: String) throws {
        guard try SettingsEditor.string(["profile", profile, variable], in: after) == reference else { return }
        changes.append("- [profile.\(profile)] \(variable)")
        after = try SettingsEditor.remove(table: ["profile", profile], key: variable, in: after, file: file)
    }

    private mutating func remove(_ table: [String]) throws {
        guard try SettingsEditor.has(table, in: after) else { return }
        changes.append("- [\(table.joined(separator: "."))]")
        after = try SettingsEditor.remove(table: table, in: after, file: file)
    }

    /// A profile goes when nothing is left in it, and nobody gets it.
    private mutating func removeEmptyProfile(_ old: WiringRecord?) throws {
        guard let old, let name = old.profile, old.isNewProfile, profile != name else { return }
        let settings = try WarderSettings.parse(after, file: file)
        guard let left = settings.profiles[name], left.entries.isEmpty, left.extends == nil,
            !settings.consumers.values.contains(where: { $0.profile == name }),
            !settings.profiles.values.contains(where: { $0.extends == name })
        else { return }
        try remove(["profile", name])
    }

    // MARK: Writing

    /// Changes the settings, if they are still what they were.
    func write() throws { try replace(before, by: after) }

    /// Takes that back, and the copy of a consumer that was made.
    func undo(_ vault: Vault<VaultKeys>) throws {
        if let made = changedConsumer, !session.consumers.contains(where: { $0.name == made }) {
            let now = try Session(session.options)
            let consumer = try now.consumers.first { $0.name == made }.map { try now.consumer($0) }
            _ = try now.applier(vault).forget(made, consumer, isRemovingFiles: true)
        }
        try replace(after, by: before)
    }

    private func replace(_ old: String, by new: String) throws {
        guard old != new else { return }
        _ = try WarderSettings.parse(new, file: file)
        var isOther = false
        try SettingsFile.update(file) { current throws(SettingsError) in
            isOther = current != old
            return isOther ? current : new
        }
        guard !isOther else { throw Failure(.conflict, "\(file): another process has changed it meanwhile", hints: ["run it again"]) }
    }

    /// Gives the consumer its copy.
    func apply(_ vault: Vault<VaultKeys>) throws {
        guard let changedConsumer else { return }
        let session = try Session(self.session.options)
        let (consumers, broken) = session.usable(try session.consumers(named: [changedConsumer]))
        if let (_, failure) = broken.first { throw failure }
        // A program that has not been started yet has no directory.
        for path in consumers.compactMap(\.settings.path).map(session.directories.expand) {
            try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
        }
        var failure: Failure?
        try session.applier(vault).apply(consumers) { outcome in
            if case .failure(let error) = outcome.steps { failure = Failure(error) }
        }
        if let failure { throw failure }
    }

    /// Takes the copy away of the consumer that goes.
    func takeCopy(_ vault: Vault<VaultKeys>) throws {
        guard let lostConsumer, let settings = session.consumers.first(where: { $0.name == lostConsumer }) else { return }
        let left = try session.applier(vault).forget(lostConsumer, try? session.consumer(settings), isRemovingFiles: true)
        for path in left { session.options.warn("\(path) may still hold its copy") }
    }
}
