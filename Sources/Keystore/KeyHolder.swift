public import SodiumCrypto

/// Something that has the keys of an unlocked vault and uses them, without giving them away.
///
/// A vault asks it for few kinds of work, always in batches, so that the holder may be another process.
public protocol KeyHolder: Sendable {
    /// Which vault the keys belong to.
    var vaultID: VaultID { get }
    /// The fingerprint of the root key.
    var fingerprint: Fingerprint { get }

    /// The identifiers that stand for names in the clear.
    func recordIDs(of names: [SecretName]) throws(KeystoreError) -> [RecordID]
    /// Seals each plaintext with what it is bound to.
    func seal(_ requests: [SealRequest]) throws(KeystoreError) -> [SealedBox]
    /// Opens each box.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt`` if one of them does not open.
    func open(_ requests: [OpenRequest]) throws(KeystoreError) -> [SecretValue]
    /// The authenticator of a head or an anchor.
    func authenticate(_ message: [UInt8]) throws(KeystoreError) -> Digest
    /// What seals the chunks of one backup. Its key is that backup's alone.
    func backupSealer() throws(KeystoreError) -> SecretStream.Sealer
}

/// One plaintext to seal.
public struct SealRequest: Sendable {
    /// What is sealed.
    public let plaintext: SecretValue
    /// What it is bound to; not stored with it.
    public let context: [UInt8]

    package init(plaintext: SecretValue, context: [UInt8]) {
        self.plaintext = plaintext
        self.context = context
    }
}

/// One box to open.
public struct OpenRequest: Sendable {
    /// What is opened.
    public let box: SealedBox
    /// What it is bound to.
    public let context: [UInt8]

    package init(box: SealedBox, context: [UInt8]) {
        self.box = box
        self.context = context
    }
}

extension KeyHolder {
    func open(_ bytes: [UInt8], context: [UInt8]) throws(KeystoreError) -> SecretValue {
        let box = try inKeystoreTerms { try SealedBox(bytes) }
        guard let opened = try open([OpenRequest(box: box, context: context)]).first else { throw .corrupt("a record does not open") }
        return opened
    }

    func recordID(of name: SecretName) throws(KeystoreError) -> RecordID {
        guard let id = try recordIDs(of: [name]).first else { throw .corrupt("a name has no identifier") }
        return id
    }
}
