internal import FoundationEssentials
internal import PrivateFiles
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// One consumer at work: what it holds, what it should hold, and the way there.
struct CopyPlanning {
    let consumer: Consumer
    let places: ConsumerPlaces
    let isForced: Bool
    let isReplacing: Bool

    /// What has to change so that the consumer holds these variables.
    ///
    /// - Parameters:
    ///   - variables: what it should hold, under its names.
    ///   - held: what it was given last, or nil.
    ///   - now: milliseconds since 1970 UTC.
    ///   - isRehearsal: whether the plan is only to be shown: credentials are left empty then.
    func plan(_ variables: [EnvironmentVariable], _ held: HeldCopy?, now: UInt64, isRehearsal: Bool = false) throws -> CopyPlan {
        let prints = try held.map { held in try CopyFingerprints(held) } ?? CopyFingerprints()
        let content = try self.content(variables, prints)
        let new = HeldCopy(
            key: prints.stored, content: content, files: [],
            variables: variables.map { variable in
                HeldCopy.Variable(name: variable.name, secrets: variable.sources.map { .init(name: $0.name, generation: $0.generation) })
            }, format: consumer.settings.format, given: now, isConfirmed: true, ownerUser: consumer.owner?.user,
            ownerGroup: consumer.owner?.group)
        var plan = CopyPlan(held: new)
        switch consumer.copy {
        case .file(let path, let format):
            let copy = FileCopy(path: path, format: format, owner: consumer.owner)
            (plan.changes, plan.held.files) = try PrivateFile.asOwner(consumer.owner, of: path) {
                let found = try copy.plan(variables, held, prints, isForced: isForced, isReplacing: isReplacing)
                if !isForced, !found.changes.isEmpty { try Export.checkPlace(of: path, owner: consumer.owner) }
                return found
            }
            if !plan.changes.isEmpty, let unit = consumer.unit { try places.systemd(consumer.settings.scope).demand(unit) }
        case .unit(let unit, let kind):
            let copy = unitCopy(unit, kind)
            (plan.changes, plan.held.files) = try copy.plan(variables, held, prints, content: content, isRehearsal: isRehearsal)
            if !plan.changes.isEmpty {
                plan.directories = (kind == .socket ? [] : [copy.directory]) + [PrivateFile.split(copy.dropInPath).parent]
            }
            plan.leftovers = copy.leftovers(beside: plan.held.files)
            plan.touchesUnits = !plan.changes.isEmpty
        }
        // Where it was before, if the settings name another place now.
        let kept = Set(plan.held.files.map(\.path)).union(plan.leftovers)
        for copy in held?.candidates ?? [] {
            for file in copy.files where !kept.contains(file.path) {
                if removal.isOurs(file.path) { plan.leftovers.append(file.path) } else { plan.moved.append((file, copy)) }
            }
        }
        return plan
    }

    /// How the copy that is there differs from what was given, and from what it should be.
    func drift(_ variables: [EnvironmentVariable], _ held: HeldCopy?) throws -> [Drift] {
        guard let held else { return [.notGiven] }
        let prints = try CopyFingerprints(held)
        let content = try self.content(variables, prints)
        let isElsewhere = held.format != consumer.settings.format || held.files.last?.path != mainPath
        if isElsewhere { return [.moved] }
        var found: [Drift] = held.isConfirmed ? [] : [.unconfirmed]
        for file in held.files {
            found += try PrivateFile.asOwner(held.owner, of: file.path) { try drift(file, held, prints) }
        }
        if held.content != content { found.append(.outdated) }
        return found
    }

    var removal: CopyRemoval { CopyRemoval(name: consumer.name, places: places) }

    /// The file by which the consumer finds everything.
    private var mainPath: String {
        switch consumer.copy {
        case .file(let path, _): path
        case .unit(let unit, let kind): unitCopy(unit, kind).dropInPath
        }
    }

    private func drift(_ file: HeldCopy.File, _ held: HeldCopy, _ prints: CopyFingerprints) throws -> [Drift] {
        let bytes: [UInt8]?
        do throws(ExportError) {
            bytes = try PlainFile.read(file.path, isForced: true)
        } catch {
            return [.unsafe(file.path)]
        }
        guard let bytes else { return [.missing(file.path)] }
        var found: [Drift] = []
        let isSame: Bool
        switch consumer.copy {
        case .file(let path, let format) where file.path == path:
            if let drift = PlainFile.drift(path, consumer.owner) { found.append(drift) }
            let copy = FileCopy(path: path, format: format, owner: consumer.owner)
            // A file that does not even parse was changed.
            isSame = (try? copy.fingerprint(bytes, prints, names: held.variables.map(\.name))) == file.fingerprint
        default:
            if file.path != mainPath, let drift = PlainFile.drift(file.path, nil) { found.append(drift) }
            isSame = try prints.file(bytes) == file.fingerprint
        }
        return isSame ? found : found + [.changed(file.path)]
    }

    private func content(_ variables: [EnvironmentVariable], _ prints: CopyFingerprints) throws -> Data {
        try prints.content(variables.map { (name: $0.name, value: $0.value.reveal()) })
    }

    func unitCopy(_ unit: UnitName, _ kind: CopyForm.UnitKind) -> UnitCopy {
        UnitCopy(
            consumer: consumer.name, unit: unit, kind: kind, systemd: places.systemd(consumer.settings.scope),
            directory: places.unitDirectory(consumer.name, consumer.settings.scope))
    }
}
