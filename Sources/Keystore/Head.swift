internal import SodiumCrypto

/// The one structure that vouches for all others: 184 bytes, the last 32 a MAC under a key that only an unlocked vault has.
struct Head: Equatable {
    static let byteCount = 184

    var vault: VaultID
    /// Goes up by one with every write.
    var sequence: UInt64
    /// Number of records, tombstones and history included.
    var recordCount: UInt64
    /// When it was written, in milliseconds since 1970 UTC.
    var written: UInt64
    /// Hash of the slots and of the index.
    var root: Digest
    /// Number of audit entries.
    var auditCount: UInt64
    /// Hash chain over all audit entries.
    var auditChain: Digest
    /// The MAC of the head before this one.
    var previousMAC: Digest
    /// MAC over all of the above.
    var mac: Digest

    /// What the MAC covers.
    var authenticated: [UInt8] {
        var bytes = Array("WRDH".utf8)
        bytes.append(little: UInt16(1))
        bytes.append(little: UInt16(0))
        bytes += vault.bytes
        bytes.append(little: sequence)
        bytes.append(little: recordCount)
        bytes.append(little: written)
        bytes += root.bytes
        bytes.append(little: auditCount)
        bytes += auditChain.bytes
        bytes += previousMAC.bytes
        return bytes
    }

    var encoded: [UInt8] { authenticated + mac.bytes }

    /// Follows `self`: next number, not yet with its MAC.
    func successor(written: UInt64) throws(KeystoreError) -> Head {
        var next = self
        next.sequence = try Self.next(after: sequence)
        next.written = written
        next.previousMAC = mac
        next.mac = .zero
        return next
    }

    /// The number after `sequence`. One that no honest vault reaches is corrupt, long before it would overflow.
    static func next(after sequence: UInt64) throws(KeystoreError) -> UInt64 {
        guard sequence < 1 << 62 else { throw .corrupt("the vault has an impossible sequence") }
        return sequence + 1
    }

    /// The head before the first: number 0, nothing in it.
    init(vault: VaultID) {
        self.vault = vault
        (sequence, recordCount, written, auditCount) = (0, 0, 0, 0)
        (root, auditChain, previousMAC, mac) = (.zero, .zero, .zero, .zero)
    }

    /// Reads a head; its MAC is not checked here.
    init(decoding bytes: [UInt8]) throws(KeystoreError) {
        var reader = ByteReader(bytes)
        func digest() throws(KeystoreError) -> Digest {
            let field = try reader.take(Digest.byteCount)
            return try inKeystoreTerms { try Digest(field) }
        }
        try reader.expect("WRDH")
        try reader.expectVersion()
        guard try reader.number(UInt16.self) == 0 else {
            throw KeystoreError(.tooNew, "the head has flags that this program does not know")
        }
        vault = try VaultID(try reader.take(VaultID.byteCount))
        sequence = try reader.number()
        recordCount = try reader.number()
        written = try reader.number()
        root = try digest()
        auditCount = try reader.number()
        auditChain = try digest()
        previousMAC = try digest()
        mac = try digest()
        try reader.expectEnd()
    }
}
