internal import SodiumCrypto

/// One state of a vault whose head, slots and index have been checked; what it hands out is checked against them.
struct VerifiedSnapshot<Holder: KeyHolder> {
    let storage: any StorageSnapshot
    let keys: Holder
    let stored: StoredState
    let head: Head
    let vector: BucketVector

    /// Checks the head's MAC, then the root over slots and index.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt`` if one of them is not what was written under these keys.
    init(_ storage: any StorageSnapshot, keys: Holder, unlockedWith slots: [UInt32: [UInt8]]?) throws(KeystoreError) {
        guard let stored = try storage.state() else { throw KeystoreError(.notFound, "there is no vault") }
        let head = try Head(decoding: stored.head)
        let expected = try keys.authenticate(head.authenticated)
        guard head.vault == keys.vaultID, isEqualInConstantTime(expected.bytes, head.mac.bytes) else {
            if let slots, slots != stored.slots {
                throw KeystoreError(.busy, "the vault's slots changed while it was unlocked: try again")
            }
            throw .corrupt("the vault's head was changed")
        }
        let vector = try BucketVector(bytes: stored.bucketVector)
        guard isEqualInConstantTime(try vector.root(slots: stored.orderedSlots).bytes, head.root.bytes) else {
            throw .corrupt("the vault's index or slots were changed")
        }
        self.storage = storage
        self.keys = keys
        self.stored = stored
        self.head = head
        self.vector = vector
    }

    func bucket(_ number: UInt8) throws(KeystoreError) -> Bucket {
        let expected = vector[number]
        if expected == Digest.zero.bytes { return try Bucket(number: number, bytes: []) }
        let bucket = try Bucket(number: number, bytes: try storage.bucket(number))
        guard isEqualInConstantTime(try bucket.digest.bytes, expected) else { throw .corrupt("the vault's index was changed") }
        return bucket
    }

    /// The record behind an entry of the index.
    func record(_ bucket: Bucket, _ index: Int) throws(KeystoreError) -> VerifiedRecord {
        let id = try bucket.id(at: index)
        let generation = bucket.generation(at: index)
        guard let record = try storage.record(id, generation: generation) else { throw .corrupt("a record is not there") }
        return try check(record, bucket, index)
    }

    func check(_ record: StoredRecord, _ bucket: Bucket, _ index: Int) throws(KeystoreError) -> VerifiedRecord {
        let leaf = try record.leaf
        guard isEqualInConstantTime(leaf.bytes, Array(bucket.leaf(at: index))) else { throw .corrupt("a record was changed") }
        let header = try RecordHeader(decoding: record.header)
        guard header.vault == head.vault, header.id == record.id, header.generation == record.generation,
            record.id == (try bucket.id(at: index)), record.generation == bucket.generation(at: index)
        else { throw .corrupt("a record was changed") }
        return VerifiedRecord(header: header, info: record.info, leaf: leaf)
    }

    /// The newest record of `id`, or nil if it has none.
    func newest(_ id: RecordID) throws(KeystoreError) -> VerifiedRecord? {
        let bucket = try bucket(id.bucket)
        let range = bucket.range(of: id)
        return range.isEmpty ? nil : try record(bucket, range.upperBound - 1)
    }

    /// Names and metadata of records, in their order.
    func infos(_ records: [VerifiedRecord]) throws(KeystoreError) -> [RecordInfo] {
        var requests: [OpenRequest] = []
        for record in records { requests.append(OpenRequest(box: try box(record.info), context: record.header.encoded)) }
        var infos: [RecordInfo] = []
        for opened in try keys.open(requests) { infos.append(try RecordInfo(opened: opened)) }
        guard infos.count == records.count else { throw .corrupt("a record does not open") }
        guard zip(infos, records).allSatisfy({ $0.name.isNote == ($1.header.kind == .note) }) else {
            throw .corrupt("a record has a name of another kind")
        }
        return infos
    }

    /// Values of records, in their order.
    func values(_ records: [VerifiedRecord]) throws(KeystoreError) -> [SecretValue] {
        var requests: [OpenRequest] = []
        for record in records {
            guard let bytes = try storage.value(record.header.id, generation: record.header.generation) else {
                throw .corrupt("a value is not there")
            }
            requests.append(OpenRequest(box: try box(bytes), context: record.valueContext))
        }
        var values: [SecretValue] = []
        for padded in try keys.open(requests) { values.append(try PaddedValue.unpad(padded)) }
        guard values.count == records.count else { throw .corrupt("a value does not open") }
        return values
    }

    private func box(_ bytes: [UInt8]) throws(KeystoreError) -> SealedBox {
        try inKeystoreTerms { try SealedBox(bytes) }
    }
}

/// A record that the index vouches for.
struct VerifiedRecord {
    var header: RecordHeader
    var info: [UInt8]
    var leaf: Digest

    /// What the sealed value is bound to: this record and no other.
    var valueContext: [UInt8] { Array("WRDV".utf8) + leaf.bytes }
}
