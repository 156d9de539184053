internal import Exporter
internal import PrivateFiles
public import Settings
public import SodiumCrypto

/// A program's configuration, with what Warder changes in it: prepared, shown, written, taken back.
public struct WiredFile {
    /// The program.
    public let system: WiredSystem
    /// The path of the configuration.
    public let path: String
    /// Lines that begin with `-`, `+` or a space: what changes, without secrets.
    public let difference: [String]
    /// Whether anything changes.
    public var isChanged: Bool { after != before }

    private let file: ConfigurationFile
    private let directories: UserDirectories
    private let before: [UInt8]
    private let after: [UInt8]
    private let record: WiringRecord
    private let backup: [UInt8]?

    // MARK: Wiring

    /// Prepares the change. What was changed before is taken back first, so that the file has one wiring at most.
    ///
    /// - Parameters:
    ///   - plan: what shall stand in it.
    ///   - directories: the user's.
    ///   - secrets: the values of the secrets that the plan refers to: they may stand in the file, where references replace them.
    ///   - made: the tables of the settings that are made for it.
    /// - Throws: ``WiringError``; ``WiringError/Code/conflict`` if another key than the vault's would be lost.
    public init(
        _ plan: WiringPlan, _ directories: UserDirectories, secrets: [String: SecretValue], made: (profile: String?, consumer: String?)
    ) throws(WiringError) {
        do throws(WiringError) {
            file = try ConfigurationFile(plan.file)
            let now = file.bytes ?? []
            let old = try WiringRecord.read(plan.system, file: plan.file, directories)
            var original = now
            var kept: [WiringRecord.Change] = []
            if let old, let undone = try Self.undone(old, now, secrets) {
                original = undone
            } else if let old {
                // Somebody has changed what was written.
                kept = old.changes
            }
            let redaction = try Redaction(original, as: plan.kind, known: Array(secrets.values))
            let (edited, splices) = try plan.edit(original)
            let changes = splices.map { WiringRecord.Change($0, secrets: secrets) }
            for part in changes.flatMap(\.plainParts) where redaction.apply(to: part) != part {
                throw WiringError(
                    .conflict, "a key stands in it that is another one than the vault's",
                    hint: "take it into the vault: warder import \(plan.file) --dry-run")
            }
            record = WiringRecord(
                system: plan.system, file: plan.file, isNewFile: kept.isEmpty ? old?.isNewFile ?? (file.bytes == nil) : false,
                changes: kept + changes, profile: made.profile ?? old?.profile, consumer: made.consumer ?? old?.consumer)
            before = now
            after = edited
            difference = LineDifference.lines(
                redaction.apply(to: now), redaction.apply(to: edited))
            backup = old == nil && file.bytes != nil ? redaction.apply(to: original) : nil
        } catch {
            throw error.about(plan.file)
        }
        (system, path, self.directories) = (plan.system, plan.file, directories)
    }

    private static func undone(
        _ record: WiringRecord, _ bytes: [UInt8], _ secrets: [String: SecretValue]
    ) throws(WiringError) -> [UInt8]? {
        var bytes = bytes
        for change in record.changes.reversed() {
            guard let undone = try change.splice(secrets).undone(in: bytes) else { return nil }
            bytes = undone
        }
        return bytes
    }

    // MARK: Taking back

    /// Prepares the way back.
    ///
    /// - Parameters:
    ///   - record: what was changed.
    ///   - directories: the user's.
    ///   - secrets: the values of ``WiringRecord/secrets``.
    /// - Throws: ``WiringError``; ``WiringError/Code/conflict`` if what was written is not there any more as it was.
    public init(
        undoing record: WiringRecord, _ directories: UserDirectories, secrets: [String: SecretValue]
    ) throws(WiringError) {
        do throws(WiringError) {
            file = try ConfigurationFile(record.file)
            before = file.bytes ?? []
            if file.bytes == nil {
                after = []
            } else {
                guard let undone = try Self.undone(record, before, secrets) else {
                    throw WiringError(
                        .conflict, "somebody has changed what Warder wrote, so it cannot be taken back",
                        hint: "take it out by hand, then: warder wire \(record.system.rawValue) --remove --forget")
                }
                after = undone
            }
            guard record.secrets.isEmpty || file.isPrivate else {
                throw WiringError(.unsafeFile, "others can read it, and a key would stand in it again", hint: "chmod 600 \(record.file)")
            }
            let redaction = try Redaction(after, as: record.system.kind, known: Array(secrets.values))
            difference = LineDifference.lines(redaction.apply(to: before), redaction.apply(to: after))
        } catch {
            throw error.about(record.file)
        }
        (system, path, self.directories, self.record, backup) = (record.system, record.file, directories, record, nil)
        isTakingBack = true
        isRemovingFile = record.isNewFile && after.allSatisfy { [0x20, 0x0A, 0x0D].contains($0) }
    }

    private var isTakingBack = false
    /// Whether there was no such file before.
    public private(set) var isRemovingFile = false

    // MARK: Writing

    /// Where the configuration as it was is kept, without secrets.
    public var backupPath: String { WiringRecord.path(system, path, directories) + ".before" }

    /// Writes what is prepared. The record comes before the change, so that one which a crash leaves can be taken back.
    ///
    /// - Throws: ``WiringError``; the file is as it was.
    public func write() throws(WiringError) {
        do throws(WiringError) {
            if isTakingBack {
                if isRemovingFile { try file.remove() } else if isChanged { try file.write(after) }
                return try record.remove(directories)
            }
            if let backup { try writeBackup(backup) }
            try record.write(directories)
            if isChanged { try file.write(after) }
        } catch {
            throw error.about(path)
        }
    }

    private func writeBackup(_ bytes: [UInt8]) throws(WiringError) {
        do throws(FileError) {
            try PrivateFile.makeDirectory(WiringRecord.directory(directories))
            try PrivateFile.write(bytes, to: backupPath, existing: .replace)
        } catch { throw WiringError(error) }
    }
}

extension WiringError {
    /// The error with the file that it is about.
    func about(_ file: String) -> WiringError {
        description.contains(file) ? self : WiringError(code, "\(file): \(description)", hint: hint)
    }
}
