internal import SodiumCrypto

/// What became of a vault whose keys were drawn anew.
public struct RekeyOutcome: Sendable {
    /// The vault under its new keys.
    public let vault: Vault<LocalKeys>
    /// Slots that are gone: the one that was removed, and those whose secret was absent.
    public let dropped: [Slot]
}

extension Vault where Holder == LocalKeys {
    /// Draws all keys anew and seals everything again in one write, optionally without one slot.
    ///
    /// Recipients get the new root key sealed to them. A slot with a passphrase or key file needs that secret again, since nothing else
    /// may plant a root key. The fingerprint changes; this host's anchor moves in the same step, other hosts need a person's word.
    ///
    /// - Parameters:
    ///   - removed: the slot to leave out.
    ///   - credentials: what is at hand for the slots that stay.
    ///   - dropAbsent: whether slots whose secret is not among `credentials` go, too.
    /// - Throws: ``KeystoreError/Code/conflict`` if a secret is absent and `dropAbsent` is not set, or no slot would be left.
    public func rekey(
        removing removed: UInt32? = nil, credentials: [Credentials], dropAbsent: Bool = false, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) -> RekeyOutcome {
        let before = try slots()
        if let removed, !before.contains(where: { $0.number == removed }) {
            throw KeystoreError(.notFound, "there is no slot \(removed)")
        }
        let newKeys = try LocalKeys(root: newRoot(), vaultID: keys.vaultID)
        var wrapped: [UInt32: [UInt8]] = [:]
        var dropped: [Slot] = []
        for slot in before {
            if slot.number == removed {
                dropped.append(slot)
            } else if let bytes = try rewrap(slot, newKeys, credentials) {
                wrapped[slot.number] = bytes
            } else if dropAbsent {
                dropped.append(slot)
            } else {
                throw KeystoreError(
                    .conflict,
                    "the secret of slot \(slot.number) (\(slot.kind.name)) is needed: give it, or drop the slot with --drop-absent")
            }
        }
        guard !wrapped.isEmpty else { throw KeystoreError(.conflict, "no slot would be left to open the vault") }
        let seen = Set(before.map(\.bytes))
        let mark = try anchor?.read(keys)
        let head = try storage.write { snapshot throws(KeystoreError) -> (StorageChange, Head) in
            let view = try VerifiedSnapshot(snapshot, keys: keys, unlockedWith: unlockedWith)
            try anchor?.check(view.head, against: mark, keys)
            guard Set(view.stored.slots.values) == seen else { throw KeystoreError(.busy, "the slots changed meanwhile: try again") }
            var draft = try Draft(keys: newKeys, following: view.head, slots: wrapped, now: now)
            try draft.takeOver(view)
            for slot in dropped { try draft.note(.slotRemove, "\(slot.number)") }
            try draft.note(.rekey, "")
            let (change, head) = try draft.finish()
            try anchor?.prepare(for: head, newKeys)
            return (change, head)
        }
        try anchor?.settle(head, newKeys)
        return RekeyOutcome(
            vault: Vault(storage: storage, keys: newKeys, anchor: anchor, unlockedWith: wrapped), dropped: dropped)
    }

    private func newRoot() throws(KeystoreError) -> SecretKey {
        do throws(SodiumError) { return try .random() } catch { throw KeystoreError(error) }
    }

    private func rewrap(
        _ slot: Slot, _ newKeys: LocalKeys, _ credentials: [Credentials]
    ) throws(KeystoreError) -> [UInt8]? {
        var new = NewSlot(kind: slot.kind, label: slot.label, recipient: slot.recipient, cost: slot.cost)
        if slot.kind == .recipient { return try new.wrap(newKeys, number: slot.number, created: slot.created) }
        for known in credentials {
            guard try slot.unwrap(known) != nil else { continue }
            new.credentials = known
            return try new.wrap(newKeys, number: slot.number, created: slot.created)
        }
        return nil
    }
}

extension Draft {
    /// Opens all records and audit entries of `view` and seals them under the keys of this draft.
    mutating func takeOver<Old: KeyHolder>(_ view: VerifiedSnapshot<Old>) throws(KeystoreError) {
        for number in UInt8.min...UInt8.max {
            let bucket = try view.bucket(number)
            let rows = bucket.count == 0 ? [] : try view.storage.records(bucket: number)
            guard rows.count == bucket.count else { throw .corrupt("records were added or taken away") }
            for first in stride(from: 0, to: rows.count, by: 128) {
                var records: [VerifiedRecord] = []
                for index in first..<min(rows.count, first + 128) { records.append(try view.check(rows[index], bucket, index)) }
                var values = try view.values(records.filter { $0.header.kind.hasValue })[...]
                let infos = try view.infos(records)
                var new: [NewRecord] = []
                for ((record, info), id) in zip(zip(records, infos), try keys.recordIDs(of: infos.map(\.name))) {
                    new.append(
                        NewRecord(
                            name: info.name, id: id, kind: record.header.kind, generation: record.header.generation,
                            created: record.header.created, metadata: info.metadata,
                            value: record.header.kind.hasValue ? values.removeFirst() : nil))
                }
                try add(new)
            }
        }
        for entry in try view.auditTrail() { try note(entry) }
    }
}
