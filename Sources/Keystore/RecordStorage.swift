/// Where a vault's sealed records are kept.
///
/// Storage sees only sealed bytes and knows no keys. It has one head and promises two things: a read sees one state, and a write is put
/// in place whole, or not at all, on exactly the state that it was computed from. That fits a file with locks as well as a remote store
/// with a compare-and-set on the head's revision, so a body may run more than once, and has no other effect.
public protocol RecordStorage: AnyObject, Sendable {
    /// Runs `body` over one consistent state.
    func read<Result>(_ body: (any StorageSnapshot) throws(KeystoreError) -> Result) throws(KeystoreError) -> Result

    /// Runs `body` over the newest state, and puts its change in place of that state, or throws.
    ///
    /// - Throws: ``KeystoreError/Code/busy`` if another writer keeps the lock, ``KeystoreError/Code/io``, or what `body` throws.
    func write<Result>(
        _ body: (any StorageSnapshot) throws(KeystoreError) -> (StorageChange, Result)
    ) throws(KeystoreError) -> Result
}

/// One consistent state of a storage.
public protocol StorageSnapshot {
    /// Head, bucket hashes and slots, or nil where no vault has been made yet.
    func state() throws(KeystoreError) -> StoredState?
    /// The entries of one bucket; empty if it has none.
    func bucket(_ number: UInt8) throws(KeystoreError) -> [UInt8]
    /// One record without its value.
    func record(_ id: RecordID, generation: UInt64) throws(KeystoreError) -> StoredRecord?
    /// All records of one bucket without their values, ordered by identifier and generation.
    func records(bucket: UInt8) throws(KeystoreError) -> [StoredRecord]
    /// The sealed value of one record.
    func value(_ id: RecordID, generation: UInt64) throws(KeystoreError) -> [UInt8]?
    /// How many rows there are of each sort, whatever is in them.
    func rowCounts() throws(KeystoreError) -> RowCounts
    /// Audit entries with numbers from `first`, in order, at most `limit` of them.
    func audit(from first: UInt64, limit: Int) throws(KeystoreError) -> [(number: UInt64, box: [UInt8])]
}

/// How many rows a storage has.
public struct RowCounts: Hashable, Sendable {
    /// Buckets that are not empty.
    public var buckets: UInt64
    /// Records.
    public var records: UInt64
    /// Sealed values.
    public var values: UInt64
    /// Audit entries.
    public var auditEntries: UInt64

    /// Counts of each.
    public init(buckets: UInt64, records: UInt64, values: UInt64, auditEntries: UInt64) {
        (self.buckets, self.records, self.values, self.auditEntries) = (buckets, records, values, auditEntries)
    }
}

/// What stands above the records.
public struct StoredState: Hashable, Sendable {
    /// 184 bytes.
    public var head: [UInt8]
    /// 8,192 bytes: the hash of each bucket.
    public var bucketVector: [UInt8]
    /// The slots by number.
    public var slots: [UInt32: [UInt8]]

    var orderedSlots: [[UInt8]] { slots.sorted { $0.key < $1.key }.map(\.value) }
}

/// What one write changes.
public struct StorageChange: Sendable {
    /// One record, and one value unless it is a tombstone.
    public struct Addition: Sendable {
        /// The record.
        public var record: StoredRecord
        /// Its sealed value.
        public var value: [UInt8]?
    }

    /// One record by its key.
    public struct Key: Hashable, Sendable {
        /// Which secret.
        public var id: RecordID
        /// Which generation.
        public var generation: UInt64
    }

    /// The new head, bucket hashes and slots.
    public var state: StoredState
    /// Whether everything that was there goes first.
    public var replacesEverything = false
    /// New content of the buckets that change; empty removes one.
    public var buckets: [UInt8: [UInt8]] = [:]
    /// Records that go, with their values.
    public var removals: [Key] = []
    /// Records that come.
    public var additions: [Addition] = []
    /// Audit entries that come.
    public var audit: [(number: UInt64, box: [UInt8])] = []
}
