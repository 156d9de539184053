public import SodiumCrypto

/// The keys of an unlocked vault in this process.
///
/// All come from one random root key, which slots wrap: `H(root, label, vault)` gives the key that names are hashed with, the key that
/// records are sealed with, and the key of the head's MAC.
public final class LocalKeys: KeyHolder {
    /// Which vault the keys belong to.
    public let vaultID: VaultID
    /// The fingerprint of the root key.
    public let fingerprint: Fingerprint
    let root: SecretKey
    private let nameKey: SecretKey
    private let dataKey: SecretKey
    private let macKey: SecretKey

    init(root: consuming SecretKey, vaultID: VaultID) throws(KeystoreError) {
        nameKey = try Self.derive(root, "name", vaultID)
        dataKey = try Self.derive(root, "data", vaultID)
        macKey = try Self.derive(root, "mac", vaultID)
        let digest = try Self.derive(root, "fingerprint", vaultID)
        fingerprint = try digest.withBytes { span throws(KeystoreError) in
            try Fingerprint(bytes: (0..<Fingerprint.byteCount).map { span[$0] })
        }
        self.root = root
        self.vaultID = vaultID
    }

    /// The keys that another process has handed over.
    package convenience init(root: SecretValue, of vault: VaultID) throws(KeystoreError) {
        let key = try inKeystoreTerms { try SecretKey(root.bytes.withBytes { try SecretBytes(copying: $0) }) }
        try self.init(root: key, vaultID: vault)
    }

    /// A copy of the root key, for the agent alone.
    package func rootForAgent() throws(KeystoreError) -> SecretValue {
        try inKeystoreTerms { SecretValue(try root.withBytes { try SecretBytes(copying: $0) }) }
    }

    /// The identifiers that stand for names in the clear: the first 16 bytes of `H(name key, "name", name)`.
    public func recordIDs(of names: [SecretName]) throws(KeystoreError) -> [RecordID] {
        var ids: [RecordID] = []
        ids.reserveCapacity(names.count)
        for name in names {
            let digest = try inKeystoreTerms {
                var hash = try KeyedHash(key: nameKey, label: "name")
                hash.update(name.bytes)
                return hash.finalize()
            }
            ids.append(try RecordID(Array(digest.bytes.prefix(RecordID.byteCount))))
        }
        return ids
    }

    /// Seals each plaintext with what it is bound to.
    public func seal(_ requests: [SealRequest]) throws(KeystoreError) -> [SealedBox] {
        try inKeystoreTerms {
            var boxes: [SealedBox] = []
            boxes.reserveCapacity(requests.count)
            for request in requests {
                boxes.append(try SealedBox.seal(request.plaintext.bytes, key: dataKey, authenticating: request.context))
            }
            return boxes
        }
    }

    /// Opens each box.
    public func open(_ requests: [OpenRequest]) throws(KeystoreError) -> [SecretValue] {
        try inKeystoreTerms {
            var values: [SecretValue] = []
            values.reserveCapacity(requests.count)
            for request in requests {
                values.append(SecretValue(try request.box.open(key: dataKey, authenticating: request.context)))
            }
            return values
        }
    }

    /// `H(MAC key, "mac", message)`.
    public func authenticate(_ message: [UInt8]) throws(KeystoreError) -> Digest {
        try inKeystoreTerms {
            var hash = try KeyedHash(key: macKey, label: "mac")
            hash.update(message)
            return hash.finalize()
        }
    }

    /// What seals the chunks of one backup.
    public func backupSealer() throws(KeystoreError) -> SecretStream.Sealer {
        let key = try backupKey()
        do throws(SodiumError) { return try SecretStream.Sealer(key: key) } catch { throw KeystoreError(error) }
    }

    /// The key under which a backup is sealed.
    func backupKey() throws(KeystoreError) -> SecretKey {
        try Self.derive(root, "backup", vaultID)
    }

    private static func derive(
        _ root: borrowing SecretKey, _ label: StaticString, _ vault: VaultID
    ) throws(KeystoreError) -> SecretKey {
        do throws(SodiumError) {
            var hash = try KeyedHash(key: root, label: label)
            hash.update(vault.bytes)
            return try hash.finalizeKey()
        } catch {
            throw KeystoreError(error)
        }
    }
}
