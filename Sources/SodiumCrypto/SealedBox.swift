internal import CSodium

/// A number used once: 24 bytes.
public struct Nonce: Sendable {
    /// 24.
    public static let byteCount = 24

    let bytes: [UInt8]

    /// A hedged nonce: random bytes hashed with the key and all that will be sealed, so that a cloned machine whose random numbers
    /// repeat still never seals two different things under one nonce.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``.
    public static func hedged(
        key: borrowing SecretKey, sealing plaintext: borrowing SecretBytes, authenticating context: [UInt8]
    ) throws(SodiumError) -> Nonce {
        var hash = try KeyedHash(key: key, label: "nonce")
        hash.update(try randomBytes(32))
        hash.update(context)
        plaintext.withBytes { hash.update($0) }
        return Nonce(bytes: Array(hash.finalize().bytes.prefix(byteCount)))
    }

    /// Takes a nonce from a test vector.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` unless there are exactly 24 bytes.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == Self.byteCount else { throw SodiumError(.invalidParameters) }
        self.bytes = bytes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Something sealed with XChaCha20-Poly1305: `nonce 24 | ciphertext | tag 16`.
///
/// Source: draft-irtf-cfrg-xchacha-03, libsodium `crypto_aead_xchacha20poly1305_ietf_*`.
public struct SealedBox: Hashable, Sendable {
    /// What a box is longer than its plaintext: 40 bytes.
    public static let overhead = Nonce.byteCount + 16

    /// `nonce | ciphertext | tag`.
    public let bytes: [UInt8]

    /// Takes a box that was stored before.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` if it is shorter than nonce and tag.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count >= Self.overhead else { throw SodiumError(.invalidParameters) }
        self.bytes = bytes
    }

    /// Seals `plaintext`; `context` is authenticated with it and not stored. The nonce is hedged unless one is given.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``, ``SodiumError/Code/outOfMemory``.
    public static func seal(
        _ plaintext: borrowing SecretBytes, key: borrowing SecretKey, authenticating context: [UInt8], nonce given: Nonce? = nil
    ) throws(SodiumError) -> SealedBox {
        let nonce: Nonce
        if let given { nonce = given } else { nonce = try .hedged(key: key, sealing: plaintext, authenticating: context) }
        try Sodium.start()
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count + 16)
        unsafe plaintext.withPointer { message in
            unsafe key.bytes.withPointer { key in
                _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &ciphertext, nil, message.assumingMemoryBound(to: UInt8.self), UInt64(plaintext.count), context,
                    UInt64(context.count), nil, nonce.bytes, key.assumingMemoryBound(to: UInt8.self))
            }
        }
        return try SealedBox(nonce.bytes + ciphertext)
    }

    /// Opens the box.
    ///
    /// - Throws: ``SodiumError/Code/authenticationFailure`` if key, context or bytes are not those it was sealed with.
    public func open(key: borrowing SecretKey, authenticating context: [UInt8]) throws(SodiumError) -> SecretBytes {
        guard bytes.count >= Self.overhead else { throw SodiumError(.authenticationFailure) }
        try Sodium.start()
        return try unsafe SecretBytes(uninitializedCount: bytes.count - Self.overhead) { message in
            unsafe bytes.withUnsafeBufferPointer { box in
                unsafe key.bytes.withPointer { key in
                    guard let nonce = box.baseAddress else { return false }
                    return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                        message.assumingMemoryBound(to: UInt8.self), nil, nil, nonce + Nonce.byteCount,
                        UInt64(box.count - Nonce.byteCount), context, UInt64(context.count), nonce,
                        key.assumingMemoryBound(to: UInt8.self)) == 0
                }
            }
        }
    }
}
