internal import CSodium

/// An X25519 public key: 32 bytes to which a key can be sealed.
public struct PublicKey: Hashable, Sendable {
    /// 32.
    public static let byteCount = 32
    /// What ``seal(_:)`` gives for a key: 80 bytes.
    public static let sealedKeyByteCount = byteCount + 16 + SecretKey.byteCount

    /// 32 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were stored or typed before.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` unless there are exactly 32.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == Self.byteCount else { throw SodiumError(.invalidParameters) }
        self.bytes = bytes
    }

    /// Seals a key so that only the holder of the secret half can open it. Says nothing about who sealed it.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` for a point of small order.
    /// Source: libsodium `crypto_box_seal` (X25519, XSalsa20-Poly1305).
    public func seal(_ key: borrowing SecretKey) throws(SodiumError) -> [UInt8] {
        try Sodium.start()
        var sealed = [UInt8](repeating: 0, count: Self.sealedKeyByteCount)
        let code = unsafe key.bytes.withPointer { message in
            unsafe crypto_box_seal(&sealed, message.assumingMemoryBound(to: UInt8.self), UInt64(SecretKey.byteCount), bytes)
        }
        guard code == 0 else { throw SodiumError(.invalidParameters) }
        return sealed
    }
}

/// An X25519 key pair.
///
/// Source: RFC 7748, libsodium `crypto_box_*`.
public struct KeyPair: ~Copyable, Sendable {
    /// The half that may be known.
    public let publicKey: PublicKey
    private let secretKey: SecretKey

    /// The pair that belongs to a secret half.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``.
    /// Source: libsodium `crypto_scalarmult_base`.
    public init(secretKey: consuming SecretKey) throws(SodiumError) {
        try Sodium.start()
        var publicBytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        unsafe secretKey.bytes.withPointer { secret in
            _ = unsafe crypto_scalarmult_base(&publicBytes, secret.assumingMemoryBound(to: UInt8.self))
        }
        publicKey = try PublicKey(publicBytes)
        self.secretKey = secretKey
    }

    /// Opens what ``PublicKey/seal(_:)`` sealed.
    ///
    /// - Throws: ``SodiumError/Code/authenticationFailure`` if it is not sealed to this pair, or not 80 bytes long.
    /// Source: libsodium `crypto_box_seal_open`.
    public func open(_ sealed: [UInt8]) throws(SodiumError) -> SecretKey {
        guard sealed.count == PublicKey.sealedKeyByteCount else { throw SodiumError(.authenticationFailure) }
        let publicBytes = publicKey.bytes
        return try unsafe SecretKey(
            SecretBytes(uninitializedCount: SecretKey.byteCount) { message in
                unsafe secretKey.bytes.withPointer { secret in
                    unsafe crypto_box_seal_open(
                        message.assumingMemoryBound(to: UInt8.self), sealed, UInt64(sealed.count), publicBytes,
                        secret.assumingMemoryBound(to: UInt8.self)) == 0
                }
            })
    }
}
