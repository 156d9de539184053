internal import PrivateFiles
internal import Profiles
internal import Settings

extension CopyPlanning {
    /// Puts the files of a plan in place, in its order. Each file is replaced whole or not at all.
    ///
    /// - Throws: ``ExportError/Code/file(_:)``. What the consumer reads is as it was: the last file of a plan is the one that counts.
    func put(_ plan: CopyPlan) throws(ExportError) -> [ConsumerOutcome.Step] {
        var steps: [ConsumerOutcome.Step] = []
        do throws(FileError) {
            for directory in plan.directories {
                try PrivateFile.makeDirectory(directory, mode: isForAll(directory) ? 0o755 : 0o700)
                if !isForAll(directory) { try PrivateFile.checkDirectory(directory) }
            }
            for change in plan.changes {
                let existing: PrivateFile.Existing = isForced ? .force : .replace
                try PrivateFile.write(change.content, to: change.path, existing: existing, owner: change.owner, mode: change.mode)
                steps.append(.done("wrote \(change.path)"))
            }
        } catch {
            throw ExportError(error)
        }
        for path in plan.abandoned { steps.append(.finding("\(path) still holds an earlier copy: take it away by hand")) }
        return steps
    }

    /// Takes away what nobody reads any more.
    func clean(_ plan: CopyPlan) throws(ExportError) {
        do throws(FileError) {
            for path in plan.leftovers { try PrivateFile.remove(path) }
        } catch {
            throw ExportError(error)
        }
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

    /// Takes away what a consumer holds.
    ///
    /// - Returns: the files that stay, because they hold something else.
    func takeAway(_ held: HeldCopy) throws -> [String] {
        var left: [String] = []
        // The drop-in, which comes last, goes first: no unit may look for files that are not there.
        for file in held.files.reversed() {
            switch consumer.copy {
            case .file(let path, let format) where path == file.path && format.keepsOtherLines:
                guard let bytes = try PlainFile.read(path) else { continue }
                let rest = try ManagedFile.merge([], into: bytes, forgetting: Set(held.variables.map(\.name)), as: format)
                if rest.isEmpty { try PrivateFile.remove(path) } else { try write(rest, to: path) }
            case .file(let path, _) where path == file.path:
                let prints = try CopyFingerprints(held)
                // A whole file that somebody else wrote meanwhile is theirs.
                if let bytes = try PlainFile.read(path), try prints.file(bytes) != file.fingerprint {
                    left.append(path)
                } else {
                    try PrivateFile.remove(path)
                }
            default:
                if isOurs(file.path) { try PrivateFile.remove(file.path) } else { left.append(file.path) }
            }
        }
        if case .unit = consumer.copy {
            try places.systemd(consumer.settings.scope).reloadUnits()
            for directory in Set(held.files.map { PrivateFile.split($0.path).parent }) { PrivateFile.removeEmptyDirectory(directory) }
        }
        return left
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try PrivateFile.write(bytes, to: path, existing: isForced ? .force : .replace, owner: consumer.owner)
    }
}
