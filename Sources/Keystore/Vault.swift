public import SodiumCrypto

/// Bounds on what a vault takes.
public enum SecretLimits {
    /// 1 MiB.
    public static let maximumValueByteCount = 1 << 20
}

/// A secret with its value.
public struct Secret: Sendable {
    /// Everything but the value.
    public let listing: Listing
    /// The value: 0 bytes to 1 MiB.
    public let value: SecretValue

    /// One that is not in a vault yet.
    package init(listing: Listing, value: SecretValue) {
        self.listing = listing
        self.value = value
    }
}

/// A generation of a secret without its value.
public struct Listing: Hashable, Sendable {
    /// Its name.
    public let name: SecretName
    /// 1 for the first.
    public let generation: UInt64
    /// When this generation was made, in milliseconds since 1970 UTC.
    public let created: UInt64
    /// What is known of it.
    public let metadata: Metadata
    /// Whether this generation says that the secret was removed.
    public let isRemoval: Bool

    /// A generation that is not in a vault yet.
    package init(name: SecretName, generation: UInt64, created: UInt64, metadata: Metadata, isRemoval: Bool = false) {
        self.name = name
        self.generation = generation
        self.created = created
        self.metadata = metadata
        self.isRemoval = isRemoval
    }
}

/// An unlocked vault.
///
/// Every read checks what it touches against the head, and the head against the anchor: it gives what was stored last, or throws. Every
/// write is one transaction that leaves the old state or the new one.
public struct Vault<Holder: KeyHolder>: Sendable {
    let storage: any RecordStorage
    /// What has the keys.
    public let keys: Holder
    let anchor: Anchor?
    let unlockedWith: [UInt32: [UInt8]]?

    /// A vault in `storage` for which `keys` are unlocked.
    ///
    /// - Parameters:
    ///   - storage: the sealed records.
    ///   - keys: what opens them.
    ///   - anchor: what this host has seen of the vault, or nil to have no protection against a rollback of the whole.
    public init(storage: any RecordStorage, keys: Holder, anchor: Anchor?) {
        self.init(storage: storage, keys: keys, anchor: anchor, unlockedWith: nil)
    }

    init(storage: any RecordStorage, keys: Holder, anchor: Anchor?, unlockedWith slots: [UInt32: [UInt8]]?) {
        self.storage = storage
        self.keys = keys
        self.anchor = anchor
        unlockedWith = slots
    }

    /// The newest value of a secret, or that of one generation.
    ///
    /// - Throws: ``KeystoreError/Code/notFound`` if there is none, or it was removed; ``KeystoreError/Code/corrupt`` and the anchor's
    ///   errors if it cannot be trusted.
    public func get(_ name: SecretName, generation: UInt64? = nil) throws(KeystoreError) -> Secret {
        try verified { view throws(KeystoreError) in
            let id = try keys.recordID(of: name)
            let bucket = try view.bucket(id.bucket)
            let range = bucket.range(of: id)
            let index = generation.map { wanted in range.first { bucket.generation(at: $0) == wanted } } ?? range.last
            guard let index else { throw Self.notFound(name, generation) }
            let record = try view.record(bucket, index)
            guard record.header.kind == .value else { throw Self.notFound(name, generation) }
            guard let secret = try secrets(view, [record], [name]).first else { throw Self.notFound(name, generation) }
            return secret
        }
    }

    /// The newest values of several secrets out of one state, nil for each that does not exist.
    public func get(_ names: [SecretName]) throws(KeystoreError) -> [Secret?] {
        try verified { view throws(KeystoreError) in
            var records: [VerifiedRecord] = []
            var found: [SecretName] = []
            var position: [Int?] = []
            for (name, id) in zip(names, try keys.recordIDs(of: names)) {
                if let record = try view.newest(id), record.header.kind == .value {
                    position.append(records.count)
                    records.append(record)
                    found.append(name)
                } else {
                    position.append(nil)
                }
            }
            let secrets = try secrets(view, records, found)
            return position.map { $0.map { secrets[$0] } }
        }
    }

    /// The newest values of all secrets whose names are wanted, out of one state, sorted by name.
    public func get(where isWanted: (SecretName) -> Bool) throws(KeystoreError) -> [Secret] {
        try verified { view throws(KeystoreError) in
            var wanted: [(listing: Listing, record: VerifiedRecord)] = []
            try forEachNewest(view, of: [.value]) { records throws(KeystoreError) in
                for (listing, record) in zip(try listings(view, records), records) where isWanted(listing.name) {
                    wanted.append((listing, record))
                }
            }
            wanted.sort { $0.listing.name < $1.listing.name }
            return zip(wanted, try view.values(wanted.map(\.record))).map { Secret(listing: $0.listing, value: $1) }
        }
    }

    /// All secrets whose names match, sorted by name. No value is opened.
    ///
    /// - Parameter includingRemoved: whether those whose newest generation is a removal are listed too.
    public func list(matching pattern: NamePattern? = nil, includingRemoved: Bool = false) throws(KeystoreError) -> [Listing] {
        try verified { view throws(KeystoreError) in
            var listings: [Listing] = []
            try forEachNewest(view, of: includingRemoved ? [.value, .tombstone] : [.value]) { records throws(KeystoreError) in
                listings += try self.listings(view, records)
            }
            if let pattern { listings.removeAll { !pattern.matches($0.name.description) } }
            return listings.sorted { $0.name < $1.name }
        }
    }

    /// All kept generations of a secret, newest first; removals are among them.
    ///
    /// - Throws: ``KeystoreError/Code/notFound`` if there is none.
    public func history(_ name: SecretName) throws(KeystoreError) -> [Listing] {
        try verified { view throws(KeystoreError) in
            let id = try keys.recordID(of: name)
            let bucket = try view.bucket(id.bucket)
            var records: [VerifiedRecord] = []
            for index in bucket.range(of: id).reversed() { records.append(try view.record(bucket, index)) }
            guard !records.isEmpty else { throw Self.notFound(name, nil) }
            return try listings(view, records)
        }
    }

    /// How many writes the vault has seen, and how many generations it holds.
    public func size() throws(KeystoreError) -> (sequence: UInt64, records: UInt64) {
        try verified { view throws(KeystoreError) in (view.head.sequence, view.head.recordCount) }
    }

    /// Runs `body` over one state that is neither changed nor older than what this host has seen.
    func verified<Result>(
        _ body: (VerifiedSnapshot<Holder>) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> Result {
        let mark = try anchor?.read(keys)
        let (result, head) = try storage.read { snapshot throws(KeystoreError) in
            let view = try VerifiedSnapshot(snapshot, keys: keys, unlockedWith: unlockedWith)
            // Rolled back or forked comes before anything that the old state might say.
            if let mark { try Anchor.compare(view.head, mark) }
            return (try body(view), view.head)
        }
        try anchor?.check(head, against: mark, keys)
        return result
    }

    /// Gives the newest record of each secret or note, if it is of these kinds, to `body`, in batches that are worth a request to the
    /// keys: a bucket has few.
    func forEachNewest(
        _ view: VerifiedSnapshot<Holder>, of kinds: Set<RecordKind>, _ body: ([VerifiedRecord]) throws(KeystoreError) -> Void
    ) throws(KeystoreError) {
        var batch: [VerifiedRecord] = []
        for number in UInt8.min...UInt8.max {
            batch += try newest(view, bucket: number, of: kinds)
            if batch.count >= 128 {
                try body(batch)
                batch = []
            }
        }
        if !batch.isEmpty { try body(batch) }
    }

    /// The newest record of each secret or note in one bucket, after a check that the bucket has exactly the records that it should.
    private func newest(
        _ view: VerifiedSnapshot<Holder>, bucket number: UInt8, of kinds: Set<RecordKind>
    ) throws(KeystoreError) -> [VerifiedRecord] {
        let bucket = try view.bucket(number)
        if bucket.count == 0 { return [] }
        let rows = try view.storage.records(bucket: number)
        guard rows.count == bucket.count else { throw .corrupt("records were added or taken away") }
        var records: [VerifiedRecord] = []
        for index in bucket.newestEntries() { records.append(try view.check(rows[index], bucket, index)) }
        return records.filter { kinds.contains($0.header.kind) }
    }

    func listings(_ view: VerifiedSnapshot<Holder>, _ records: [VerifiedRecord]) throws(KeystoreError) -> [Listing] {
        var listings: [Listing] = []
        var rest = records[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(128))
            rest = rest.dropFirst(128)
            let infos = try view.infos(batch)
            // That the identifier is this name's is what keeps one record from standing for another.
            for ((record, info), id) in zip(zip(batch, infos), try keys.recordIDs(of: infos.map(\.name))) {
                guard id == record.header.id else { throw .corrupt("a record has another name than its own") }
                listings.append(
                    Listing(
                        name: info.name, generation: record.header.generation, created: record.header.created, metadata: info.metadata,
                        isRemoval: record.header.kind == .tombstone))
            }
        }
        return listings
    }

    private func secrets(
        _ view: VerifiedSnapshot<Holder>, _ records: [VerifiedRecord], _ names: [SecretName]
    ) throws(KeystoreError) -> [Secret] {
        let listings = try listings(view, records)
        guard listings.map(\.name) == names else { throw .corrupt("a record has another name than its own") }
        return zip(listings, try view.values(records)).map { Secret(listing: $0, value: $1) }
    }

    static func notFound(_ name: SecretName, _ generation: UInt64?) -> KeystoreError {
        KeystoreError(.notFound, generation.map { "\(name): there is no generation \($0)" } ?? "\(name): there is no such secret")
    }
}
