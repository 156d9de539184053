internal import Glibc
internal import SodiumCrypto

/// A write in the making: the next state of a vault, computed from one that was verified.
struct Draft<Holder: KeyHolder> {
    let keys: Holder
    let view: VerifiedSnapshot<Holder>?
    let now: UInt64
    var head: Head
    var vector: BucketVector
    var slots: [UInt32: [UInt8]]
    private var buckets: [UInt8: Bucket] = [:]
    /// Audit entries that are not sealed yet.
    private var notes: [AuditEntry] = []
    private(set) var change: StorageChange
    private(set) var added: [StorageChange.Key: Int] = [:]

    /// Goes on from a verified state.
    init(_ view: VerifiedSnapshot<Holder>, now: UInt64) throws(KeystoreError) {
        keys = view.keys
        self.view = view
        self.now = now
        head = try view.head.successor(written: now)
        vector = view.vector
        slots = view.stored.slots
        change = StorageChange(state: view.stored)
    }

    /// Starts from nothing, in place of whatever is there: a new vault, a new root key, a restore. `head` is the one to follow.
    init(keys: Holder, following head: Head, slots: [UInt32: [UInt8]], now: UInt64) throws(KeystoreError) {
        self.keys = keys
        view = nil
        self.now = now
        self.head = try head.successor(written: now)
        (self.head.recordCount, self.head.auditCount, self.head.auditChain) = (0, 0, .zero)
        vector = BucketVector()
        self.slots = slots
        change = StorageChange(state: StoredState(head: [], bucketVector: [], slots: [:]), replacesEverything: true)
    }

    /// A record to be added.
    struct NewRecord {
        var name: SecretName
        var id: RecordID
        var kind: RecordKind
        var generation: UInt64
        var created: UInt64
        var metadata: Metadata
        var value: SecretValue?
    }

    mutating func bucket(_ number: UInt8) throws(KeystoreError) -> Bucket {
        if let bucket = buckets[number] { return bucket }
        let bucket: Bucket
        if let view { bucket = try view.bucket(number) } else { bucket = try Bucket(number: number, bytes: []) }
        buckets[number] = bucket
        return bucket
    }

    /// The newest generation of a record; 0 if it has none.
    mutating func newestGeneration(_ id: RecordID) throws(KeystoreError) -> UInt64 {
        let bucket = try bucket(id.bucket)
        let newest = bucket.range(of: id).last.map { bucket.generation(at: $0) } ?? 0
        guard newest < 1 << 62 else { throw .corrupt("a record has an impossible generation") }
        return newest
    }

    /// Seals records and enters them into the index.
    mutating func add(_ records: [NewRecord]) throws(KeystoreError) {
        var rest = records[...]
        while !rest.isEmpty {
            try addBatch(Array(rest.prefix(128)))
            rest = rest.dropFirst(128)
        }
    }

    private mutating func addBatch(_ records: [NewRecord]) throws(KeystoreError) {
        var headers: [RecordHeader] = []
        var infos: [SealRequest] = []
        for record in records {
            let header = RecordHeader(
                kind: record.kind, vault: head.vault, id: record.id, generation: record.generation, created: record.created)
            headers.append(header)
            let info = RecordInfo(name: record.name, metadata: record.metadata)
            infos.append(SealRequest(plaintext: try info.sealable(), context: header.encoded))
        }
        let infoBoxes = try keys.seal(infos)
        var stored: [StoredRecord] = []
        var values: [SealRequest] = []
        for ((record, header), box) in zip(zip(records, headers), infoBoxes) {
            let row = StoredRecord(id: record.id, generation: record.generation, header: header.encoded, info: box.bytes)
            stored.append(row)
            if let value = record.value {
                let verified = VerifiedRecord(header: header, info: box.bytes, leaf: try row.leaf)
                values.append(SealRequest(plaintext: try PaddedValue.pad(value), context: verified.valueContext))
            }
        }
        var boxes = try keys.seal(values)[...]
        guard infoBoxes.count == records.count, boxes.count == values.count else { throw .corrupt("the keys gave too little") }
        for (record, row) in zip(records, stored) {
            try enter(row, value: record.value == nil ? nil : boxes.removeFirst().bytes)
        }
    }

    /// Enters a sealed record into the index.
    mutating func enter(_ record: StoredRecord, value: [UInt8]?) throws(KeystoreError) {
        guard (1..<1 << 62).contains(record.generation) else { throw .corrupt("a record has an impossible generation") }
        var bucket = try bucket(record.id.bucket)
        bucket.append(record.id, generation: record.generation, leaf: try record.leaf)
        buckets[record.id.bucket] = bucket
        head.recordCount += 1
        added[.init(id: record.id, generation: record.generation)] = change.additions.count
        change.additions.append(.init(record: record, value: value))
    }

    /// Takes out every generation of a record for which `isGone` holds.
    mutating func erase(_ id: RecordID, where isGone: (UInt64) throws(KeystoreError) -> Bool) throws(KeystoreError) {
        var bucket = try bucket(id.bucket)
        for index in bucket.range(of: id).reversed() {
            let generation = bucket.generation(at: index)
            guard try isGone(generation) else { continue }
            bucket.remove(at: index)
            head.recordCount -= 1
            change.removals.append(.init(id: id, generation: generation))
        }
        buckets[id.bucket] = bucket
    }

    /// Takes out generations that are neither among the newest nor young. Those of this very write stay.
    mutating func prune(_ id: RecordID, _ retention: Retention) throws(KeystoreError) {
        let bucket = try bucket(id.bucket)
        let range = bucket.range(of: id)
        guard range.count > retention.generations, let view else { return }
        let newest = bucket.generation(at: range.upperBound - retention.generations)
        let now = self.now
        try erase(id) { generation throws(KeystoreError) in
            guard generation < newest, let stored = try view.storage.record(id, generation: generation) else { return false }
            return !retention.isYoung(try RecordHeader(decoding: stored.header).created, now: now)
        }
    }

    /// Adds an entry to the audit trail.
    ///
    /// - Throws: ``KeystoreError/Code/auditUnavailable`` if the trail is not as long as the head says.
    mutating func note(_ operation: AuditEntry.Operation, _ subject: String, generation: UInt64 = 0) throws(KeystoreError) {
        let entry = AuditEntry(
            number: head.auditCount + 1, time: now, user: geteuid(), process: UInt32(getpid()), operation: operation, subject: subject,
            generation: generation)
        try note(entry)
    }

    /// Adds an entry that was written before, under the keys of this draft.
    mutating func note(_ entry: AuditEntry) throws(KeystoreError) {
        if change.audit.isEmpty, notes.isEmpty { try view?.checkTrail() }
        head.auditCount = entry.number
        notes.append(entry)
        // Sealed in batches, as the records are.
        if notes.count == 128 { try sealNotes() }
    }

    private mutating func sealNotes() throws(KeystoreError) {
        var requests: [SealRequest] = []
        for entry in notes {
            let context = AuditTrail.context(vault: head.vault, number: entry.number)
            requests.append(SealRequest(plaintext: try AuditTrail.encode(entry), context: context))
        }
        let boxes = try keys.seal(requests)
        guard boxes.count == notes.count else { throw .corrupt("the keys gave too little") }
        for (entry, box) in zip(notes, boxes) {
            head.auditChain = try AuditTrail.link(head.auditChain, number: entry.number, box: box.bytes)
            change.audit.append((entry.number, box.bytes))
        }
        notes = []
    }

    /// Takes over an audit entry that is already sealed under these keys.
    mutating func enter(audit number: UInt64, box: [UInt8]) throws(KeystoreError) {
        head.auditCount = number
        head.auditChain = try AuditTrail.link(head.auditChain, number: number, box: box)
        change.audit.append((number, box))
    }

    /// The finished change, under a head that vouches for it.
    consuming func finish() throws(KeystoreError) -> (StorageChange, Head) {
        try sealNotes()
        for (number, bucket) in buckets {
            let digest = try bucket.digest
            if vector[number] != digest.bytes || change.replacesEverything {
                vector.set(number, digest)
                change.buckets[number] = bucket.bytes
            }
        }
        // In the order of the tables, so that a large write goes through them once.
        change.additions.sort { left, right in
            left.record.id == right.record.id
                ? left.record.generation < right.record.generation
                : left.record.id.bytes.lexicographicallyPrecedes(right.record.id.bytes)
        }
        var state = StoredState(head: [], bucketVector: vector.bytes, slots: slots)
        head.root = try vector.root(slots: state.orderedSlots)
        head.mac = try keys.authenticate(head.authenticated)
        state.head = head.encoded
        change.state = state
        return (change, head)
    }
}
