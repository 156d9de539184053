internal import SodiumCrypto

/// The index: which generations of which records exist, and the hash of each.
///
/// 256 buckets by the first byte of the record's identifier. A bucket is a sorted run of 56-byte entries
/// `identifier 16 | generation 8 | leaf 32`; its hash stands in a vector of 256 hashes, and the head holds the hash of that vector. So
/// a lookup reads the vector and one bucket, and what is not in the bucket does not exist.
struct Bucket {
    static let entryByteCount = RecordID.byteCount + 8 + Digest.byteCount

    let number: UInt8
    private(set) var bytes: [UInt8]

    init(number: UInt8, bytes: [UInt8]) throws(KeystoreError) {
        guard bytes.count % Self.entryByteCount == 0 else { throw .corrupt("a bucket of the index is cut short") }
        self.number = number
        self.bytes = bytes
    }

    var count: Int { bytes.count / Self.entryByteCount }

    /// Zero for an empty bucket.
    var digest: Digest {
        get throws(KeystoreError) {
            if bytes.isEmpty { return .zero }
            return try inKeystoreTerms {
                var hash = try KeyedHash(label: "bucket")
                hash.update(UInt64(number))
                hash.update(bytes)
                return hash.finalize()
            }
        }
    }

    func id(at index: Int) throws(KeystoreError) -> RecordID {
        try RecordID(Array(bytes[slice(index, 0, RecordID.byteCount)]))
    }

    func generation(at index: Int) -> UInt64 {
        bytes[slice(index, RecordID.byteCount, 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func leaf(at index: Int) -> ArraySlice<UInt8> {
        bytes[slice(index, RecordID.byteCount + 8, Digest.byteCount)]
    }

    /// The entries of one record, oldest generation first.
    func range(of id: RecordID) -> Range<Int> {
        let first = partition { !bytes[slice($0, 0, RecordID.byteCount)].lexicographicallyPrecedes(id.bytes) }
        let end = partition { id.bytes.lexicographicallyPrecedes(bytes[slice($0, 0, RecordID.byteCount)]) }
        return first..<end
    }

    /// Index of the newest entry of each record, in order.
    func newestEntries() -> [Int] {
        (0..<count).filter { index in
            index + 1 == count
                || bytes[slice(index, 0, RecordID.byteCount)] != bytes[slice(index + 1, 0, RecordID.byteCount)]
        }
    }

    /// Adds a generation newer than those that are there.
    mutating func append(_ id: RecordID, generation: UInt64, leaf: Digest) {
        var entry = id.bytes
        entry.append(little: generation)
        entry += leaf.bytes
        bytes.insert(contentsOf: entry, at: range(of: id).upperBound * Self.entryByteCount)
    }

    mutating func remove(at index: Int) {
        bytes.removeSubrange(slice(index, 0, Self.entryByteCount))
    }

    private func slice(_ index: Int, _ offset: Int, _ length: Int) -> Range<Int> {
        let start = index * Self.entryByteCount + offset
        return start..<(start + length)
    }

    /// The first index for which `isPast` holds, given that it holds for all after that.
    private func partition(_ isPast: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isPast(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The hashes of the 256 buckets: 8,192 bytes.
struct BucketVector {
    static let byteCount = 256 * Digest.byteCount

    private(set) var bytes: [UInt8]

    init() { bytes = [UInt8](repeating: 0, count: Self.byteCount) }

    init(bytes: [UInt8]) throws(KeystoreError) {
        guard bytes.count == Self.byteCount else { throw .corrupt("the index is cut short") }
        self.bytes = bytes
    }

    subscript(_ bucket: UInt8) -> [UInt8] {
        Array(bytes[(Int(bucket) * Digest.byteCount)..<((Int(bucket) + 1) * Digest.byteCount)])
    }

    mutating func set(_ bucket: UInt8, _ digest: Digest) {
        bytes.replaceSubrange((Int(bucket) * Digest.byteCount)..<((Int(bucket) + 1) * Digest.byteCount), with: digest.bytes)
    }

    /// What the head holds: the hash of all slots, in the order of their numbers, and of this vector.
    func root(slots: [[UInt8]]) throws(KeystoreError) -> Digest {
        try inKeystoreTerms {
            var hash = try KeyedHash(label: "root")
            hash.update(UInt64(slots.count))
            for slot in slots { hash.update(slot) }
            hash.update(bytes)
            return hash.finalize()
        }
    }
}
