internal import Foundation
internal import PrivateFiles

/// A program's configuration, with what Warder changes in it: prepared, shown, written, taken back.
public struct WiredFile {
    /// Lines that begin with `-` or `+`: what changes, without secrets.
    public let lines: [String]
    /// What is to be remembered of it.
    public let record: WiringRecord
    /// Whether anything changes in the file.
    public var isChanged: Bool { file.bytes != after }

    private let file: ConfigurationFile
    /// What shall stand in it; nil if there shall be no file.
    private let after: [UInt8]?
    private let mode: UInt32
    /// Whether what stands there now is kept beside it.
    private var isKeepingOther = false

    /// Where that is kept.
    public var otherPath: String? { isKeepingOther && isChanged && file.bytes != nil ? "\(record.file).before-remove" : nil }

    // MARK: Wiring

    /// Prepares the change. What was changed before is taken back first, so that the file has one wiring at most.
    ///
    /// - Parameters:
    ///   - plan: what shall stand in it.
    ///   - old: what was changed in it before.
    ///   - settings: the profile that has the program's variables, whether it was made for them, those that were written there, and the
    ///     consumer that was made for it.
    /// - Throws: ``WiringError``; ``WiringError/Code/conflict`` if somebody has changed what was written before.
    public init(
        _ plan: WiringPlan, old: WiringRecord?,
        settings: (profile: String?, isNewProfile: Bool, variables: [String: String], consumer: String?)
    ) throws(WiringError) {
        do throws(WiringError) {
            let file = try ConfigurationFile(plan.file)
            let original: [UInt8]?
            if let old { original = try Self.undone(old, file) } else { original = file.bytes }
            let edited = try plan.edit(original ?? [])
            self.file = file
            after = edited.bytes
            mode = file.mode & (old?.mode ?? file.mode)
            lines = edited.bytes == file.bytes ? [] : edited.lines
            record = WiringRecord(
                system: plan.system, file: plan.file, original: original.map { Data($0) }, mode: old?.mode ?? file.mode,
                isNewDirectory: old?.isNewDirectory ?? !file.hasDirectory,
                states: try [edited.bytes, file.bytes ?? [], original ?? []].map { bytes throws(WiringError) in
                    try WiringRecord.state(bytes)
                }, changes: edited.changes, profile: settings.profile, isNewProfile: settings.isNewProfile, variables: settings.variables,
                consumer: settings.consumer)
        } catch { throw error.about(plan.file) }
    }

    /// The file without what was changed: as it was, if it is as it was written, else without Warder's own part.
    private static func undone(_ record: WiringRecord, _ file: ConfigurationFile) throws(WiringError) -> [UInt8]? {
        guard let now = file.bytes else { return nil }
        if record.states.contains(try WiringRecord.state(now)) { return record.original.map(Array.init) }
        let bytes = try record.system.undo(record.changes, in: now)
        // What is left of a file that was made for this.
        let isEmpty = bytes.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.count <= 2 && record.original == nil
        return isEmpty && ["", "{}"].contains(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }) ? nil : bytes
    }

    // MARK: Taking back

    /// Prepares the way back.
    ///
    /// - Parameters:
    ///   - record: what was changed.
    ///   - isForced: whether the whole file becomes what it was before, whatever has been changed since.
    /// - Throws: ``WiringError``; ``WiringError/Code/conflict`` if what was written is not there any more as it was.
    public init(undoing record: WiringRecord, isForced: Bool) throws(WiringError) {
        do throws(WiringError) {
            file = try ConfigurationFile(record.file)
            guard file.bytes != nil || record.original == nil || isForced else {
                throw WiringError(.notFound, "is not there any more", hint: "--force makes it again, as it was before")
            }
            after = isForced ? record.original.map(Array.init) : try Self.undone(record, file)
            isKeepingOther = isForced
            // What stood there may be a key: nobody gets to see it who did not before.
            mode = file.mode & record.mode
        } catch {
            throw WiringError(
                error.code, error.about(record.file).description,
                hint: error.code == .conflict
                    ? "or `warder wire \(record.system.rawValue) --remove --force`: the whole file as it was before" : error.hint)
        }
        self.record = record
        lines = file.bytes == after ? [] : record.changes.map { "- \($0.path.joined(separator: "."))" }
    }

    // MARK: Writing

    /// Writes what is prepared.
    ///
    /// - Throws: ``WiringError``; the file is as it was.
    public func write() throws(WiringError) {
        do throws(WiringError) {
            guard isChanged else { return }
            if let otherPath { try file.keep(at: otherPath) }
            guard let after else { return try file.remove() }
            try file.write(after, mode: mode)
        } catch { throw error.about(record.file) }
    }

    /// Takes the directory away that was made for the file, if nothing is in it.
    public func removeDirectory() {
        if record.isNewDirectory, after == nil { PrivateFile.removeEmptyDirectory(PrivateFile.split(record.file).parent) }
    }
}

extension WiringError {
    /// The error with the file that it is about.
    func about(_ file: String) -> WiringError {
        description.contains(file) ? self : WiringError(code, "\(file): \(description)", hint: hint)
    }
}
