public import SodiumCrypto

/// A new generation to be written.
public struct SecretWrite: Sendable {
    /// Which secret.
    public var name: SecretName
    /// Its value: 0 bytes to 1 MiB.
    public var value: SecretValue
    /// The metadata, given what the newest generation has (nil for a new secret).
    public var metadata: @Sendable (Metadata?) -> Metadata
    /// The generation that must be the newest, 0 for "there is none"; nil to write in any case.
    public var expected: UInt64?

    /// - Parameters:
    ///   - name: which secret.
    ///   - value: 0 bytes to 1 MiB.
    ///   - expected: the generation that must be the newest, 0 for none.
    ///   - metadata: makes the metadata from that of the newest generation; what is inherited stays by default.
    public init(
        name: SecretName, value: SecretValue, expected: UInt64? = nil,
        metadata: @escaping @Sendable (Metadata?) -> Metadata = { $0?.inherited ?? Metadata() }
    ) {
        self.name = name
        self.value = value
        self.expected = expected
        self.metadata = metadata
    }
}

extension Vault {
    /// Writes new generations in one transaction, and gives their numbers.
    ///
    /// - Parameter progress: called now and then with how many are sealed.
    /// - Throws: ``KeystoreError/Code/conflict`` if one is not of the expected generation; nothing is written then.
    @discardableResult
    public func set(
        _ writes: [SecretWrite], retention: Retention = Retention(), now: UInt64 = WallClock.now(), progress: ((Int) -> Void)? = nil
    ) throws(KeystoreError) -> [UInt64] {
        for write in writes {
            guard write.value.count <= SecretLimits.maximumValueByteCount else {
                throw KeystoreError(.invalid, "\(write.name): a value has at most \(SecretLimits.maximumValueByteCount) bytes")
            }
        }
        return try commit(now: now) { draft throws(KeystoreError) in
            var generations: [UInt64] = []
            var done = 0
            var rest = writes[...]
            while !rest.isEmpty {
                let batch = Array(rest.prefix(128))
                rest = rest.dropFirst(128)
                generations += try add(batch, to: &draft, retention)
                done += batch.count
                progress?(done)
            }
            return generations
        }
    }

    private func add(
        _ writes: [SecretWrite], to draft: inout Draft<Holder>, _ retention: Retention
    ) throws(KeystoreError) -> [UInt64] {
        var generations: [UInt64] = []
        let ids = try keys.recordIDs(of: writes.map(\.name))
        // The same name twice in one batch: the second must see the first in the index.
        guard Set(ids).count == ids.count else {
            for write in writes { generations += try add([write], to: &draft, retention) }
            return generations
        }
        var records: [Draft<Holder>.NewRecord] = []
        for (write, id) in zip(writes, ids) {
            let newest = try draft.newestGeneration(id)
            let current = newest == 0 ? nil : try draft.current(id, newest)
            if let expected = write.expected, expected != (current == nil ? 0 : newest) {
                throw KeystoreError(
                    .conflict, "\(write.name): is at generation \(current == nil ? 0 : newest), not \(expected)")
            }
            let metadata = write.metadata(current)
            try metadata.validate()
            records.append(
                .init(
                    name: write.name, id: id, kind: .value, generation: newest + 1, created: draft.now, metadata: metadata,
                    value: write.value))
            generations.append(newest + 1)
        }
        try draft.add(records)
        for record in records {
            try draft.prune(record.id, retention)
            try draft.note(.set, record.name.description, generation: record.generation)
        }
        return generations
    }

    /// Marks secrets as removed; their history stays until it is purged.
    ///
    /// - Throws: ``KeystoreError/Code/notFound`` if one of them does not exist; nothing is removed then.
    public func remove(_ names: [SecretName], now: UInt64 = WallClock.now()) throws(KeystoreError) {
        try commit(now: now) { draft throws(KeystoreError) in
            for name in names { try draft.remove(name) }
        }
    }

    /// Gives a secret another name: its newest value and metadata under the new one, a removal under the old.
    ///
    /// - Throws: ``KeystoreError/Code/notFound``, ``KeystoreError/Code/conflict`` if the new name is taken.
    public func rename(_ name: SecretName, to newName: SecretName, now: UInt64 = WallClock.now()) throws(KeystoreError) {
        try commit(now: now) { draft throws(KeystoreError) in
            let (record, info) = try draft.live(name)
            let value = try draft.value(record)
            let id = try keys.recordID(of: newName)
            let newest = try draft.newestGeneration(id)
            if newest > 0, try draft.current(id, newest) != nil { throw KeystoreError(.conflict, "\(newName): exists already") }
            try draft.add([
                .init(
                    name: newName, id: id, kind: .value, generation: newest + 1, created: now, metadata: info.metadata, value: value)
            ])
            try draft.remove(name, as: .rename)
            try draft.note(.rename, newName.description, generation: newest + 1)
        }
    }

    /// Writes an older generation's value and metadata as a new generation, and gives its number.
    ///
    /// - Throws: ``KeystoreError/Code/notFound`` if that generation has no value any more.
    @discardableResult
    public func rollback(
        _ name: SecretName, to generation: UInt64, retention: Retention = Retention(), now: UInt64 = WallClock.now()
    ) throws(KeystoreError) -> UInt64 {
        try commit(now: now) { draft throws(KeystoreError) in
            let id = try keys.recordID(of: name)
            let newest = try draft.newestGeneration(id)
            let (record, info) = try draft.record(name, id, generation)
            let value = try draft.value(record)
            try draft.add([
                .init(
                    name: name, id: id, kind: .value, generation: newest + 1, created: now, metadata: info.metadata, value: value)
            ])
            try draft.prune(id, retention)
            try draft.note(.rollback, name.description, generation: newest + 1)
            return newest + 1
        }
    }

    /// Erases a secret with all its history, or one older generation.
    ///
    /// - Throws: ``KeystoreError/Code/notFound``; ``KeystoreError/Code/conflict`` for the newest of several generations.
    public func purge(_ name: SecretName, generation: UInt64? = nil, now: UInt64 = WallClock.now()) throws(KeystoreError) {
        try commit(now: now) { draft throws(KeystoreError) in
            let id = try keys.recordID(of: name)
            let newest = try draft.newestGeneration(id)
            let before = draft.head.recordCount
            if let generation, generation == newest, newest > 0 {
                throw KeystoreError(
                    .conflict, "\(name): generation \(generation) is the newest; purge the whole secret, or roll back first")
            }
            try draft.erase(id) { generation == nil || generation == $0 }
            guard draft.head.recordCount < before else { throw Self.notFound(name, generation) }
            try draft.note(.purge, name.description, generation: generation ?? 0)
        }
    }

    /// One write: verified before, put in place whole, remembered by the anchor after.
    func commit<Result>(
        now: UInt64, _ body: (inout Draft<Holder>) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> Result {
        try write(now: now, body).result
    }

    /// As ``commit(now:_:)``, with the head that it left.
    func write<Result>(
        now: UInt64, _ body: (inout Draft<Holder>) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> (head: Head, result: Result) {
        let mark = try anchor?.read(keys)
        let (head, result) = try storage.write { snapshot throws(KeystoreError) in
            let view = try VerifiedSnapshot(snapshot, keys: keys, unlockedWith: unlockedWith)
            try anchor?.check(view.head, against: mark, keys)
            var draft = try Draft(view, now: now)
            let result = try body(&draft)
            let (change, head) = try draft.finish()
            return (change, (head, result))
        }
        try anchor?.settle(head, keys)
        return (head, result)
    }
}

extension Draft {
    /// The newest generation's metadata, or nil if it is a removal.
    mutating func current(_ id: RecordID, _ generation: UInt64) throws(KeystoreError) -> Metadata? {
        let bucket = try bucket(id.bucket)
        let stored: StoredRecord?
        if let index = added[.init(id: id, generation: generation)] {
            stored = change.additions[index].record
        } else {
            stored = try view?.storage.record(id, generation: generation)
        }
        guard let view, let stored, let index = bucket.range(of: id).last else { throw .corrupt("a record is not there") }
        let record = try view.check(stored, bucket, index)
        return record.header.kind == .value ? try view.infos([record]).first?.metadata : nil
    }

    /// A record with a value out of the state before this draft.
    func record(_ name: SecretName, _ id: RecordID, _ generation: UInt64) throws(KeystoreError) -> (VerifiedRecord, RecordInfo) {
        guard let view else { throw Vault<Holder>.notFound(name, generation) }
        let bucket = try view.bucket(id.bucket)
        guard let index = bucket.range(of: id).first(where: { bucket.generation(at: $0) == generation }) else {
            throw Vault<Holder>.notFound(name, generation)
        }
        let record = try view.record(bucket, index)
        guard record.header.kind == .value, let info = try view.infos([record]).first, info.name == name else {
            throw Vault<Holder>.notFound(name, generation)
        }
        return (record, info)
    }

    mutating func live(_ name: SecretName) throws(KeystoreError) -> (VerifiedRecord, RecordInfo) {
        let id = try keys.recordID(of: name)
        let newest = try newestGeneration(id)
        do throws(KeystoreError) {
            return try record(name, id, newest)
        } catch {
            throw error.code == .notFound ? Vault<Holder>.notFound(name, nil) : error
        }
    }

    func value(_ record: VerifiedRecord) throws(KeystoreError) -> SecretValue {
        guard let value = try view?.values([record]).first else { throw .corrupt("a value is not there") }
        return value
    }

    mutating func remove(_ name: SecretName, as operation: AuditEntry.Operation = .remove) throws(KeystoreError) {
        let (record, _) = try live(name)
        let generation = record.header.generation + 1
        try add([
            .init(
                name: name, id: record.header.id, kind: .tombstone, generation: generation, created: now, metadata: Metadata(),
                value: nil)
        ])
        try note(operation, name.description, generation: generation)
    }
}
