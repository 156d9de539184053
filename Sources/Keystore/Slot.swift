public import SodiumCrypto

/// A way into a vault: the root key, wrapped for one passphrase, key file, both together, or one recipient.
///
/// Stored as `header 104 | recipient 112, or nothing | commitment 32 | box 72`. The commitment is checked before anything is opened,
/// because neither XChaCha20-Poly1305 nor a sealed box commits to its key.
public struct Slot: Sendable {
    /// What opens a slot.
    public enum Kind: UInt16, Sendable, CaseIterable {
        /// A passphrase.
        case passphrase = 1
        /// A file of 32 random bytes.
        case keyFile = 2
        /// A passphrase and a key file together.
        case passphraseAndKeyFile = 3
        /// The secret half of an X25519 key pair.
        case recipient = 4

        /// What it is called.
        public var name: String {
            switch self {
            case .passphrase: "passphrase"
            case .keyFile: "key-file"
            case .passphraseAndKeyFile: "passphrase+key-file"
            case .recipient: "recipient"
            }
        }

        /// Whether a passphrase is (part of) what opens it.
        public var hasPassphrase: Bool { self == .passphrase || self == .passphraseAndKeyFile }
    }

    static let headerByteCount = 104
    static let labelByteCount = 32
    /// At most 32 slots, and at most 4 of them with a passphrase: each costs a whole Argon2id derivation to try.
    static let maximumCount = 32
    static let maximumPassphraseCount = 4

    /// What opens it.
    public let kind: Kind
    /// Its number, from 1.
    public let number: UInt32
    /// What its owner calls it: up to 32 bytes.
    public let label: String
    /// When it was made, in milliseconds since 1970 UTC.
    public let created: UInt64
    /// The Argon2id work, for a slot with a passphrase.
    public let cost: PasswordHash.Cost
    /// The recipient, for a slot of that kind.
    public let recipient: PublicKey?

    let vault: VaultID
    let salt: [UInt8]
    let header: [UInt8]
    let sealedSecret: [UInt8]
    let commitment: [UInt8]
    let box: [UInt8]

    /// Everything that commitment and box are bound to.
    var bound: [UInt8] { header + (recipient?.bytes ?? []) + sealedSecret }

    static func header(
        kind: Kind, vault: VaultID, number: UInt32, cost: PasswordHash.Cost, salt: [UInt8], label: String, created: UInt64
    ) -> [UInt8] {
        var bytes = Array("WRDS".utf8)
        bytes.append(little: UInt16(1))
        bytes.append(little: kind.rawValue)
        bytes += vault.bytes
        bytes.append(little: number)
        bytes.append(little: UInt32(0))
        bytes.append(little: cost.passes)
        bytes.append(little: cost.memory)
        bytes.append(little: UInt32(kind.hasPassphrase ? 2 : 0))
        bytes += salt
        let label = Array(label.utf8)
        bytes += label + [UInt8](repeating: 0, count: labelByteCount - label.count)
        bytes.append(little: created)
        return bytes
    }

    /// Reads a slot. Its length must fit its kind exactly.
    init(decoding bytes: [UInt8]) throws(KeystoreError) {
        var reader = ByteReader(bytes)
        try reader.expect("WRDS")
        try reader.expectVersion()
        guard let kind = Kind(rawValue: try reader.number()) else {
            throw KeystoreError(.tooNew, "a slot is of a kind that this program does not know")
        }
        self.kind = kind
        vault = try VaultID(try reader.take(VaultID.byteCount))
        number = try reader.number()
        guard try reader.number(UInt32.self) == 0 else { throw KeystoreError(.tooNew, "a slot has flags that this program does not know") }
        cost = PasswordHash.Cost(passes: try reader.number(), memory: try reader.number())
        guard try reader.number(UInt32.self) == (kind.hasPassphrase ? 2 : 0) else {
            throw KeystoreError(.kdfRefused, "a slot asks for another algorithm than Argon2id")
        }
        salt = try reader.take(PasswordHash.saltByteCount)
        let label = try reader.take(Self.labelByteCount)
        let end = label.firstIndex(of: 0) ?? label.count
        guard label[end...].allSatisfy({ $0 == 0 }), let text = String(validating: label[..<end], as: UTF8.self) else {
            throw .corrupt("a slot's label is not text")
        }
        self.label = text
        created = try reader.number()
        header = Array(bytes.prefix(Self.headerByteCount))
        if kind == .recipient {
            let publicBytes = try reader.take(PublicKey.byteCount)
            recipient = try inKeystoreTerms { try PublicKey(publicBytes) }
            sealedSecret = try reader.take(PublicKey.sealedKeyByteCount)
        } else {
            recipient = nil
            sealedSecret = []
        }
        commitment = try reader.take(Digest.byteCount)
        box = try reader.take(SealedBox.overhead + SecretKey.byteCount)
        try reader.expectEnd()
    }

    /// Reads all slots of a vault.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt`` if there are none or too many, or one belongs to another vault.
    static func decode(_ stored: [UInt32: [UInt8]], of vault: VaultID) throws(KeystoreError) -> [Slot] {
        guard (1...maximumCount).contains(stored.count) else { throw .corrupt("a vault has 1 to \(maximumCount) slots") }
        var slots: [Slot] = []
        for (number, bytes) in stored.sorted(by: { $0.key < $1.key }) {
            let slot = try Slot(decoding: bytes)
            guard slot.number == number, slot.vault == vault else { throw .corrupt("slot \(number) belongs somewhere else") }
            slots.append(slot)
        }
        guard slots.count(where: \.kind.hasPassphrase) <= maximumPassphraseCount else {
            throw .corrupt("a vault has at most \(maximumPassphraseCount) slots with a passphrase")
        }
        return slots
    }
}
