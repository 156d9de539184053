internal import SodiumCrypto

/// What a check of the whole vault found to be in order.
public struct VerificationReport: Sendable {
    /// The fingerprint of the root key.
    public let fingerprint: Fingerprint
    /// How many writes the vault has seen.
    public let sequence: UInt64
    /// Generations with a value.
    public let values: UInt64
    /// Removals.
    public let removals: UInt64
    /// Audit entries.
    public let auditEntries: UInt64
    /// Slots.
    public let slots: Int
}

extension Vault {
    /// Opens and checks everything: every slot's form, every record, every value, the whole audit trail, and that nothing else is there.
    ///
    /// - Throws: ``KeystoreError`` at the first thing that is not in order.
    public func verify() throws(KeystoreError) -> VerificationReport {
        try verified { view throws(KeystoreError) in try view.verifyEverything() }
    }

    /// The audit trail, oldest entry first, after a check of the whole chain.
    ///
    /// - Throws: ``KeystoreError/Code/auditUnavailable`` if it does not lead to the link that the head holds.
    public func auditTrail() throws(KeystoreError) -> [AuditEntry] {
        try verified { view throws(KeystoreError) in try view.auditTrail() }
    }

    /// Takes the vault as it is for the newest, on a person's word, and remembers that in its audit trail.
    ///
    /// - Parameters:
    ///   - fingerprint: what the vault's fingerprint must be.
    ///   - sequence: what its sequence must be.
    ///   - anchor: this host's anchor, which moves there.
    /// - Throws: ``KeystoreError/Code/replaced`` if it is another vault or state.
    public func accept(
        fingerprint: Fingerprint, sequence: UInt64, anchor: Anchor, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) {
        let unanchored = Vault(storage: storage, keys: keys, anchor: nil, unlockedWith: unlockedWith)
        let seen = try anchor.highestSequence()
        let head = try unanchored.write(now: now) { draft throws(KeystoreError) in
            guard let view = draft.view else { throw .corrupt("there is no vault") }
            guard keys.fingerprint == fingerprint, view.head.sequence == sequence else {
                throw KeystoreError(.replaced, "the vault is \(keys.fingerprint):\(view.head.sequence), not what was to be accepted")
            }
            _ = try view.verifyEverything()
            try draft.note(.accept, "")
            // After all that this host has seen, so that what was rejected now cannot come back later.
            draft.head.sequence = try Head.next(after: max(seen, view.head.sequence))
        }.head
        try anchor.move(to: head, keys)
    }
}

extension VerifiedSnapshot {
    func verifyEverything() throws(KeystoreError) -> VerificationReport {
        _ = try Slot.decode(stored.slots, of: head.vault)
        var values: UInt64 = 0
        var removals: UInt64 = 0
        var buckets: UInt64 = 0
        for number in UInt8.min...UInt8.max {
            let bucket = try bucket(number)
            if bucket.count > 0 { buckets += 1 }
            let rows = try storage.records(bucket: number)
            guard rows.count == bucket.count else { throw .corrupt("records were added or taken away") }
            for first in stride(from: 0, to: rows.count, by: 128) {
                var records: [VerifiedRecord] = []
                for index in first..<min(rows.count, first + 128) { records.append(try check(rows[index], bucket, index)) }
                let names = try infos(records).map(\.name)
                guard try keys.recordIDs(of: names) == records.map(\.header.id) else {
                    throw .corrupt("a record has another name than its own")
                }
                let withValue = records.filter { $0.header.kind.hasValue }
                _ = try self.values(withValue)
                values += UInt64(withValue.count)
                removals += UInt64(records.count - withValue.count)
            }
        }
        guard values + removals == head.recordCount else { throw .corrupt("the head counts other records than there are") }
        let rows = try storage.rowCounts()
        guard rows.records == head.recordCount, rows.buckets == buckets else { throw .corrupt("records were added or taken away") }
        guard rows.values == values else { throw .corrupt("there are values without a record") }
        let entries = try auditTrail()
        return VerificationReport(
            fingerprint: keys.fingerprint, sequence: head.sequence, values: values, removals: removals,
            auditEntries: UInt64(entries.count), slots: stored.slots.count)
    }

    func auditTrail() throws(KeystoreError) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var link = Digest.zero
        while true {
            let batch = try storage.audit(from: UInt64(entries.count) + 1, limit: 128)
            if batch.isEmpty { break }
            var requests: [OpenRequest] = []
            for (offset, entry) in batch.enumerated() {
                guard entry.number == UInt64(entries.count + offset + 1) else { throw Self.brokenTrail }
                link = try AuditTrail.link(link, number: entry.number, box: entry.box)
                guard let box = try? SealedBox(entry.box) else { throw Self.brokenTrail }
                requests.append(OpenRequest(box: box, context: AuditTrail.context(vault: head.vault, number: entry.number)))
            }
            guard UInt64(entries.count + batch.count) <= head.auditCount else { throw Self.brokenTrail }
            let opened: [SecretValue]
            do throws(KeystoreError) { opened = try keys.open(requests) } catch { throw error.code == .corrupt ? Self.brokenTrail : error }
            for (entry, plaintext) in zip(batch, opened) { entries.append(try AuditTrail.decode(plaintext, number: entry.number)) }
        }
        guard UInt64(entries.count) == head.auditCount, isEqualInConstantTime(link.bytes, head.auditChain.bytes) else {
            throw Self.brokenTrail
        }
        guard try storage.rowCounts().auditEntries == head.auditCount else { throw Self.brokenTrail }
        return entries
    }

    /// Checks that the trail leads to the link that the head holds, without opening an entry: what a write asks before it adds one.
    ///
    /// - Throws: ``KeystoreError/Code/auditUnavailable``.
    func checkTrail() throws(KeystoreError) {
        var (count, link) = (UInt64(0), Digest.zero)
        while true {
            let batch = try storage.audit(from: count + 1, limit: 1024)
            if batch.isEmpty { break }
            for entry in batch {
                guard entry.number == count + 1, count < head.auditCount else { throw Self.brokenTrail }
                link = try AuditTrail.link(link, number: entry.number, box: entry.box)
                count += 1
            }
        }
        guard count == head.auditCount, isEqualInConstantTime(link.bytes, head.auditChain.bytes),
            try storage.rowCounts().auditEntries == count
        else { throw Self.brokenTrail }
    }

    private static var brokenTrail: KeystoreError {
        KeystoreError(.auditUnavailable, "the audit trail is not the one that the vault vouches for")
    }
}
