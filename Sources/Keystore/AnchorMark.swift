internal import SodiumCrypto

/// One state of a vault that this host has seen, or is about to make.
///
/// 104 bytes: `"WRDA" | u16 1 | u16 flags | vault 16 | fingerprint 16 | u64 sequence | head MAC 32 | MAC 24`. Flag 1: prepared.
struct AnchorMark {
    static let byteCount = 104
    private static let preparedFlag: UInt16 = 1

    let isPrepared: Bool
    let vault: VaultID
    let fingerprint: Fingerprint
    let sequence: UInt64
    let headMAC: Digest
    private let mac: [UInt8]

    init(_ head: Head, _ keys: some KeyHolder, isPrepared: Bool = false) throws(KeystoreError) {
        self.isPrepared = isPrepared
        (vault, fingerprint, sequence, headMAC) = (head.vault, keys.fingerprint, head.sequence, head.mac)
        mac = Array(
            try keys.authenticate(Self.authenticated(isPrepared, head.vault, keys.fingerprint, head.sequence, head.mac)).bytes.prefix(24))
    }

    init(decoding bytes: [UInt8]) throws(KeystoreError) {
        var reader = ByteReader(bytes)
        try reader.expect("WRDA")
        try reader.expectVersion()
        let flags = try reader.number(UInt16.self)
        guard flags <= Self.preparedFlag else { throw KeystoreError(.tooNew, "the anchor has flags that this program does not know") }
        isPrepared = flags == Self.preparedFlag
        vault = try VaultID(try reader.take(VaultID.byteCount))
        fingerprint = try Fingerprint(bytes: try reader.take(Fingerprint.byteCount))
        sequence = try reader.number()
        let field = try reader.take(Digest.byteCount)
        headMAC = try inKeystoreTerms { try Digest(field) }
        mac = try reader.take(24)
        try reader.expectEnd()
    }

    var encoded: [UInt8] { Self.authenticated(isPrepared, vault, fingerprint, sequence, headMAC) + mac }

    /// Whether it is a mark of the vault that `keys` open.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt`` if it says so and was changed.
    func isOf(_ keys: some KeyHolder) throws(KeystoreError) -> Bool {
        guard vault == keys.vaultID, fingerprint == keys.fingerprint else { return false }
        let message = Self.authenticated(isPrepared, vault, fingerprint, sequence, headMAC)
        guard isEqualInConstantTime(mac, Array(try keys.authenticate(message).bytes.prefix(24))) else {
            throw .corrupt("the anchor was changed")
        }
        return true
    }

    private static func authenticated(
        _ isPrepared: Bool, _ vault: VaultID, _ fingerprint: Fingerprint, _ sequence: UInt64, _ headMAC: Digest
    ) -> [UInt8] {
        var bytes = Array("WRDA".utf8)
        bytes.append(little: UInt16(1))
        bytes.append(little: isPrepared ? preparedFlag : 0)
        bytes += vault.bytes
        bytes += fingerprint.bytes
        bytes.append(little: sequence)
        bytes += headMAC.bytes
        return bytes
    }
}
