internal import Synchronization

/// A vault in memory: for tests, and for what need not last.
public final class MemoryStorage: RecordStorage {
    struct Contents: StorageSnapshot, Sendable {
        var stored: StoredState?
        var buckets: [UInt8: [UInt8]] = [:]
        var records: [StorageChange.Key: StorageChange.Addition] = [:]
        var entries: [(number: UInt64, box: [UInt8])] = []

        func state() -> StoredState? { stored }
        func bucket(_ number: UInt8) -> [UInt8] { buckets[number] ?? [] }
        func value(_ id: RecordID, generation: UInt64) -> [UInt8]? { records[.init(id: id, generation: generation)]?.value }
        func rowCounts() -> RowCounts {
            RowCounts(
                buckets: UInt64(buckets.count), records: UInt64(records.count), values: UInt64(records.values.count { $0.value != nil }),
                auditEntries: UInt64(entries.count))
        }

        func record(_ id: RecordID, generation: UInt64) -> StoredRecord? {
            records[.init(id: id, generation: generation)]?.record
        }

        func records(bucket: UInt8) -> [StoredRecord] {
            records.values.map(\.record).filter { $0.id.bucket == bucket }.sorted { left, right in
                left.id == right.id
                    ? left.generation < right.generation : left.id.bytes.lexicographicallyPrecedes(right.id.bytes)
            }
        }

        func audit(from first: UInt64, limit: Int) -> [(number: UInt64, box: [UInt8])] {
            Array(entries.lazy.filter { $0.number >= first }.prefix(limit))
        }

        mutating func apply(_ change: StorageChange) {
            if change.replacesEverything { self = Contents() }
            stored = change.state
            for (number, bytes) in change.buckets { buckets[number] = bytes.isEmpty ? nil : bytes }
            for key in change.removals { records[key] = nil }
            for addition in change.additions {
                records[.init(id: addition.record.id, generation: addition.record.generation)] = addition
            }
            entries += change.audit
        }
    }

    let contents = Mutex(Contents())

    /// An empty storage.
    public init() {}

    /// Runs `body` over a copy of the contents.
    public func read<Result>(_ body: (any StorageSnapshot) throws(KeystoreError) -> Result) throws(KeystoreError) -> Result {
        let snapshot = contents.withLock { $0 }
        return try body(snapshot)
    }

    /// Runs `body` over a copy of the contents until the head has not changed meanwhile: what a remote store does too.
    public func write<Result>(
        _ body: (any StorageSnapshot) throws(KeystoreError) -> (StorageChange, Result)
    ) throws(KeystoreError) -> Result {
        for _ in 0..<10_000 {
            let snapshot = contents.withLock { $0 }
            let (change, result) = try body(snapshot)
            let isDone = contents.withLock { contents in
                guard contents.stored?.head == snapshot.stored?.head else { return false }
                contents.apply(change)
                return true
            }
            if isDone { return result }
        }
        throw KeystoreError(.busy, "other writers were always faster")
    }
}
