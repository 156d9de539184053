internal import PrivateFiles
internal import Profiles
internal import Settings

extension CopyPlanning {
    /// Puts the files of a plan in place, in its order. Each file is replaced whole or not at all.
    ///
    /// - Throws: ``ExportError/Code/file(_:)``. What the consumer reads is as it was: the last file of a plan is the one that counts.
    func put(_ plan: CopyPlan) throws -> [ConsumerOutcome.Step] {
        var steps: [ConsumerOutcome.Step] = []
        do {
            for directory in plan.directories {
                try PrivateFile.makeDirectory(directory, mode: isForAll(directory) ? 0o755 : 0o700)
                if isForAll(directory) { continue }
                try PrivateFile.checkDirectory(directory)
                guard PlainFile.isDirectory(directory) else { throw FileError(.unsafe, directory, "is a symbolic link") }
            }
            for change in plan.changes {
                let existing: PrivateFile.Existing = isForced ? .force : .replace
                try PrivateFile.asOwner(change.owner, of: change.path) {
                    try PrivateFile.write(change.content, to: change.path, existing: existing, owner: change.owner, mode: change.mode)
                }
                steps.append(.done("wrote \(change.path)"))
            }
            // Before the manager reads its units again: an earlier drop-in names files that will be gone.
            for path in plan.leftovers where path.hasSuffix(UnitCopy.dropInName(consumer.name)) { try PrivateFile.remove(path) }
        } catch let error as FileError {
            throw ExportError(error)
        }
        return steps
    }

    /// Takes away what nobody reads any more: files of earlier contents, and copies at earlier places.
    func clean(_ plan: CopyPlan) throws -> [ConsumerOutcome.Step] {
        for path in plan.leftovers { try PrivateFile.remove(path) }
        var steps: [ConsumerOutcome.Step] = []
        // Several copies may have been at one place: the file is what one of them says.
        for (path, copies) in Dictionary(grouping: plan.moved, by: \.file.path).sorted(by: { $0.key < $1.key })
        where PlainFile.isThere(path) {
            let isGone = try copies.contains { try removal.takeAway([$0.file], of: $0.copy).isEmpty }
            steps.append(isGone ? .done("took the copy out of \(path)") : .finding("\(path) may still hold an earlier copy: look into it"))
        }
        return steps
    }

    /// The files of this consumer that are there, remembered or not.
    var filesThatAreThere: [String] {
        switch consumer.copy {
        case .file(let path, _): PlainFile.isThere(path) ? [path] : []
        case .unit(let unit, let kind):
            unitCopy(unit, kind).leftovers(beside: []) + [unitCopy(unit, kind).dropInPath].filter(PlainFile.isThere)
        }
    }

    /// Takes away what is in our own places, whether it is remembered or not.
    ///
    /// - Returns: those of the others that are there.
    func takeAwayRest(_ others: [String]) throws -> [String] {
        guard case .unit(let unit, let kind) = consumer.copy else { return others }
        for path in filesThatAreThere.reversed() { try PrivateFile.remove(path) }
        let copy = unitCopy(unit, kind)
        for directory in [copy.directory, PrivateFile.split(copy.dropInPath).parent] { PrivateFile.removeEmptyDirectory(directory) }
        try places.systemd(consumer.settings.scope).reloadUnits()
        return others.filter { !removal.isOurs($0) }
    }

    /// The directory of a drop-in of the machine's units, which everybody may look into.
    private func isForAll(_ directory: String) -> Bool { consumer.settings.scope == .system && directory.hasSuffix(".d") }

    /// What a plan would do, values left out.
    static func describe(_ plan: CopyPlan, _ variables: [EnvironmentVariable]) -> [ConsumerOutcome.Step] {
        var steps: [ConsumerOutcome.Step] = []
        for change in plan.changes {
            steps.append(.done("would write \(change.path) (0\(String(change.mode, radix: 8)))"))
            // A drop-in holds names and paths; every other file holds values.
            if change.mode != 0o600 {
                for line in String(decoding: change.content, as: UTF8.self).split(separator: "\n") { steps.append(.done("    \(line)")) }
            }
        }
        for variable in variables { steps.append(.done("    \(variable.name)=<redacted>")) }
        for path in plan.leftovers { steps.append(.done("would remove \(path)")) }
        return steps
    }
}
