internal import SodiumCrypto

/// A whole vault in one authenticated stream: any changed bit is refused.
///
/// `"WRDB" | u16 1 | u16 number of slots | vault 16 | slots, each u32 length and bytes | stream header 24 | chunks, each u32 length and sealed
/// bytes`. The chunks are a secretstream under `H(root, "backup", vault)`; the first is bound to the hash of all before it. Its plaintext
/// is `u64 sequence | u64 records | u64 audit entries`; those that follow are runs of items; the last is empty and says that it is.
/// Item: `u8 1 | header 56 | u32 length | info | u8 has value | u32 length | value`, or `u8 2 | u64 number | u32 length | audit box`.
enum Backup {
    static let maximumChunkByteCount = 8 << 20

    struct Manifest {
        var sequence: UInt64
        var records: UInt64
        var auditEntries: UInt64
    }

    static func prologue(vault: VaultID, slots: [[UInt8]]) -> [UInt8] {
        var bytes = Array("WRDB".utf8)
        bytes.append(little: UInt16(1))
        bytes.append(little: UInt16(slots.count))
        bytes += vault.bytes
        for slot in slots {
            bytes.append(little: UInt32(slot.count))
            bytes += slot
        }
        return bytes
    }

    /// What the first chunk is bound to.
    static func binding(_ prologue: [UInt8]) throws(KeystoreError) -> [UInt8] {
        try inKeystoreTerms {
            var hash = try KeyedHash(label: "backup")
            hash.update(prologue)
            return hash.finalize().bytes
        }
    }

    static func item(_ record: StoredRecord, value: [UInt8]?) -> [UInt8] {
        var bytes: [UInt8] = [1]
        bytes += record.header
        bytes.append(little: UInt32(record.info.count))
        bytes += record.info
        bytes.append(value == nil ? 0 : 1)
        if let value {
            bytes.append(little: UInt32(value.count))
            bytes += value
        }
        return bytes
    }

    static func item(audit number: UInt64, box: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [2]
        bytes.append(little: number)
        bytes.append(little: UInt32(box.count))
        return bytes + box
    }
}

extension Vault {
    /// The whole vault as one stream, given to `write` in pieces, after everything in it has been checked.
    ///
    /// - Returns: how many generations it holds.
    public func backup(to write: ([UInt8]) throws(KeystoreError) -> Void) throws(KeystoreError) -> UInt64 {
        try verified { view throws(KeystoreError) in
            _ = try view.verifyEverything()
            let prologue = Backup.prologue(vault: view.head.vault, slots: view.stored.orderedSlots)
            var sealer = try keys.backupSealer()
            try write(prologue + sealer.header)
            func put(_ chunk: [UInt8], _ context: [UInt8] = [], isLast: Bool = false) throws(KeystoreError) {
                let sealed = sealer.seal(chunk, authenticating: context, isLast: isLast)
                var bytes: [UInt8] = []
                bytes.append(little: UInt32(sealed.count))
                try write(bytes + sealed)
            }
            var manifest: [UInt8] = []
            manifest.append(little: view.head.sequence)
            manifest.append(little: view.head.recordCount)
            manifest.append(little: view.head.auditCount)
            try put(manifest, Backup.binding(prologue))
            var chunk: [UInt8] = []
            for number in UInt8.min...UInt8.max {
                for record in try view.storage.records(bucket: number) {
                    chunk += Backup.item(record, value: try view.storage.value(record.id, generation: record.generation))
                    if chunk.count > 256 << 10 {
                        try put(chunk)
                        chunk = []
                    }
                }
            }
            var next: UInt64 = 1
            while true {
                let entries = try view.storage.audit(from: next, limit: 1000)
                guard let last = entries.last else { break }
                for entry in entries { chunk += Backup.item(audit: entry.number, box: entry.box) }
                next = last.number + 1
                try put(chunk)
                chunk = []
            }
            if !chunk.isEmpty { try put(chunk) }
            try put([], isLast: true)
            return view.head.recordCount
        }
    }
}
