internal import SodiumCrypto

/// A backup that has been opened and checked to its last byte, and not been written anywhere yet.
public struct CheckedBackup: Sendable {
    /// The vault it is of.
    public var fingerprint: Fingerprint { keys.fingerprint }
    /// The write after which it was made.
    public let sequence: UInt64
    /// How many generations it holds.
    public let recordCount: UInt64

    private let keys: LocalKeys
    private let slots: [UInt32: [UInt8]]
    private var records: [StorageChange.Addition] = []
    private var audit: [(number: UInt64, box: [UInt8])] = []

    /// Opens a backup with what opens one of its slots.
    ///
    /// - Throws: ``KeystoreError``: `noMatch`, `corrupt` for any byte that is not as it was written, `tooNew`.
    public init(_ bytes: [UInt8], credentials: Credentials) throws(KeystoreError) {
        var reader = ByteReader(bytes)
        try reader.expect("WRDB")
        try reader.expectVersion()
        let slotCount = Int(try reader.number(UInt16.self))
        let vault = try VaultID(try reader.take(VaultID.byteCount))
        var slots: [UInt32: [UInt8]] = [:]
        guard slotCount <= Slot.maximumCount else { throw .corrupt("the backup has too many slots") }
        for _ in 0..<slotCount {
            let slot = try reader.take(Int(try reader.number(UInt32.self)))
            slots[try Slot(decoding: slot).number] = slot
        }
        guard slots.count == slotCount else { throw .corrupt("the backup has a slot twice") }
        let prologue = Array(bytes.prefix(reader.offset))
        keys = try Slot.decode(slots, of: vault).unlock(credentials).keys
        self.slots = slots
        let header = try reader.take(SecretStream.headerByteCount)
        let key = try keys.backupKey()
        var opener: SecretStream.Opener
        do throws(SodiumError) { opener = try SecretStream.Opener(key: key, header: header) } catch { throw KeystoreError(error) }
        var manifest = ByteReader(try Self.next(&reader, &opener, Backup.binding(prologue)).chunk)
        sequence = try manifest.number()
        recordCount = try manifest.number()
        let auditCount = try manifest.number(UInt64.self)
        try manifest.expectEnd()
        while true {
            let (chunk, isLast) = try Self.next(&reader, &opener)
            if isLast {
                guard chunk.isEmpty else { throw .corrupt("the backup's last chunk is not empty") }
                break
            }
            try take(chunk)
        }
        try reader.expectEnd()
        guard UInt64(records.count) == recordCount, UInt64(audit.count) == auditCount else {
            throw .corrupt("the backup holds something else than it says")
        }
        try check()
    }

    private static func next(
        _ reader: inout ByteReader, _ opener: inout SecretStream.Opener, _ context: [UInt8] = []
    ) throws(KeystoreError) -> (chunk: [UInt8], isLast: Bool) {
        let length = Int(try reader.number(UInt32.self))
        guard length <= Backup.maximumChunkByteCount else { throw .corrupt("the backup has a chunk that is too long") }
        let sealed = try reader.take(length)
        do throws(SodiumError) { return try opener.open(sealed, authenticating: context) } catch {
            throw .corrupt("the backup was changed")
        }
    }

    private mutating func take(_ chunk: [UInt8]) throws(KeystoreError) {
        var reader = ByteReader(chunk)
        while reader.remaining > 0 {
            switch try reader.number(UInt8.self) {
            case 1:
                let header = try reader.take(RecordHeader.byteCount)
                let fields = try RecordHeader(decoding: header)
                let info = try reader.take(Int(try reader.number(UInt32.self)))
                let hasValue = try reader.number(UInt8.self) == 1
                let value = hasValue ? try reader.take(Int(try reader.number(UInt32.self))) : nil
                guard fields.vault == keys.vaultID, hasValue == fields.kind.hasValue else {
                    throw .corrupt("the backup is inconsistent")
                }
                let record = StoredRecord(id: fields.id, generation: fields.generation, header: header, info: info)
                records.append(.init(record: record, value: value))
            case 2:
                let number = try reader.number(UInt64.self)
                audit.append((number, try reader.take(Int(try reader.number(UInt32.self)))))
            default:
                throw KeystoreError(.tooNew, "the backup has items that this program does not know")
            }
        }
    }

    /// Builds the vault in memory and verifies it there, before anything is written to a disk.
    private func check() throws(KeystoreError) {
        let storage = MemoryStorage()
        try put(in: storage, after: 0, anchor: nil, now: WallClock.now())
        _ = try Vault(storage: storage, keys: keys, anchor: nil).verify()
    }

    /// Whether this host knows another vault in the place of this one, or the settings pin another. A backup proves only that whoever made
    /// it could open a slot of its own; a person must say that it is the right one.
    public func replacesOther(_ anchor: Anchor) throws(KeystoreError) -> Bool {
        try anchor.knowsOther(than: fingerprint)
    }

    /// Writes the backup into `storage`, in place of whatever is there, as the newest state that this host has seen. The anchor knows
    /// both states until ``settle(in:anchor:)``.
    ///
    /// - Parameters:
    ///   - storage: where to.
    ///   - sequence: what the vault that it replaces had reached, 0 for none.
    ///   - anchor: this host's anchor.
    public func put(
        in storage: any RecordStorage, after sequence: UInt64, anchor: Anchor?, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) {
        var before = Head(vault: keys.vaultID)
        before.sequence = max(self.sequence, sequence, try anchor?.highestSequence() ?? 0)
        try storage.write { _ throws(KeystoreError) -> (StorageChange, Void) in
            var draft = try Draft(keys: keys, following: before, slots: slots, now: now)
            for addition in records { try draft.enter(addition.record, value: addition.value) }
            for entry in audit { try draft.enter(audit: entry.number, box: entry.box) }
            try draft.note(.restore, "")
            let (change, head) = try draft.finish()
            try anchor?.prepare(for: head, keys)
            return (change, ())
        }
    }

    /// Moves the anchor to the restored vault, once its file is in place.
    public func settle(in storage: any RecordStorage, anchor: Anchor) throws(KeystoreError) {
        try Vault(storage: storage, keys: keys, anchor: anchor).settle()
    }
}
