public import SodiumCrypto

/// A slot to be made.
public struct NewSlot: Sendable {
    /// What will open it.
    public var kind: Slot.Kind
    /// What its owner calls it: up to 32 bytes.
    public var label: String
    /// Passphrase and key file, as the kind needs them.
    public var credentials: Credentials
    /// The recipient, for a slot of that kind.
    public var recipient: PublicKey?
    /// The Argon2id work, for a slot with a passphrase.
    public var cost: PasswordHash.Cost

    /// - Parameters:
    ///   - kind: what will open it.
    ///   - label: what its owner calls it: up to 32 bytes.
    ///   - credentials: passphrase and key file, as the kind needs them.
    ///   - recipient: the recipient, for a slot of that kind.
    ///   - cost: the Argon2id work, for a slot with a passphrase.
    public init(
        kind: Slot.Kind, label: String = "", credentials: Credentials = Credentials(), recipient: PublicKey? = nil,
        cost: PasswordHash.Cost = KeyDerivationBounds.standard
    ) {
        self.kind = kind
        self.label = label
        self.credentials = credentials
        self.recipient = recipient
        self.cost = cost
    }

    func wrap(_ keys: LocalKeys, number: UInt32, created: UInt64) throws(KeystoreError) -> [UInt8] {
        try Slot.wrap(
            keys.root, kind: kind, vault: keys.vaultID, number: number, label: label, created: created, cost: cost,
            credentials: credentials, recipient: recipient)
    }
}

extension Vault where Holder == LocalKeys {
    /// Makes a vault in an empty storage. The anchor knows it from then on, beside what it knew before.
    ///
    /// - Throws: ``KeystoreError/Code/conflict`` if there is one already.
    public static func create(
        in storage: any RecordStorage, slots: [NewSlot], anchor: Anchor?, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) -> Vault {
        let root: SecretKey
        do throws(SodiumError) { root = try .random() } catch { throw KeystoreError(error) }
        let keys = try LocalKeys(root: root, vaultID: try .random())
        var wrapped: [UInt32: [UInt8]] = [:]
        for (index, slot) in slots.enumerated() {
            wrapped[UInt32(index + 1)] = try slot.wrap(keys, number: UInt32(index + 1), created: now)
        }
        _ = try Slot.decode(wrapped, of: keys.vaultID)
        try storage.write { snapshot throws(KeystoreError) -> (StorageChange, Void) in
            guard try snapshot.state() == nil else { throw KeystoreError(.conflict, "there is a vault already") }
            var draft = try Draft(keys: keys, following: Head(vault: keys.vaultID), slots: wrapped, now: now)
            try draft.note(.create, "")
            let (change, head) = try draft.finish()
            try anchor?.prepare(for: head, keys)
            return (change, ())
        }
        return Vault(storage: storage, keys: keys, anchor: anchor, unlockedWith: wrapped)
    }

    /// Unlocks the vault in `storage`, and says which slot it was.
    ///
    /// - Throws: ``KeystoreError``: `noMatch`, `kdfRefused`, `kdfMemory`, `corrupt`, `tooNew`, `notFound`.
    public static func unlock(
        _ storage: any RecordStorage, credentials: Credentials, anchor: Anchor?
    ) throws(KeystoreError) -> (vault: Vault, slot: UInt32) {
        let stored = try storage.read { snapshot throws(KeystoreError) in try snapshot.state() }
        guard let stored else { throw KeystoreError(.notFound, "there is no vault") }
        let head = try Head(decoding: stored.head)
        let (keys, slot) = try Slot.decode(stored.slots, of: head.vault).unlock(credentials)
        return (Vault(storage: storage, keys: keys, anchor: anchor, unlockedWith: stored.slots), slot)
    }

    /// The slots as they stand in the file, before anything vouches for them: to know what to ask for.
    public static func slots(of storage: any RecordStorage) throws(KeystoreError) -> [Slot] {
        let stored = try storage.read { snapshot throws(KeystoreError) in try snapshot.state() }
        guard let stored else { throw KeystoreError(.notFound, "there is no vault") }
        return try Slot.decode(stored.slots, of: Head(decoding: stored.head).vault)
    }
}

extension Vault {
    /// Remembers a vault that this process made as the one in its place, once its file is there.
    public func settle() throws(KeystoreError) {
        let head = try Vault(storage: storage, keys: keys, anchor: nil).verified { view throws(KeystoreError) in view.head }
        try anchor?.settle(head, keys)
    }

    /// Which vault is in a storage, as it says itself.
    package static func identity(of storage: any RecordStorage) throws(KeystoreError) -> VaultID {
        let stored = try storage.read { snapshot throws(KeystoreError) in try snapshot.state() }
        guard let stored else { throw KeystoreError(.notFound, "there is no vault") }
        return try Head(decoding: stored.head).vault
    }

    /// Whether these are the keys that the vault was last written with. They are not, after a rekey by another process.
    package func isCurrent() throws(KeystoreError) -> Bool {
        let stored = try storage.read { snapshot throws(KeystoreError) in try snapshot.state() }
        guard let stored else { return false }
        let head = try Head(decoding: stored.head)
        let mac = try keys.authenticate(head.authenticated)
        return head.vault == keys.vaultID && isEqualInConstantTime(mac.bytes, head.mac.bytes)
    }

    /// The same vault, its keys being used through another holder.
    package func held<Other: KeyHolder>(by wrap: (Holder) -> Other) -> Vault<Other> {
        Vault<Other>(storage: storage, keys: wrap(keys), anchor: anchor, unlockedWith: unlockedWith)
    }
}
