internal import CSodium

/// A symmetric key of 32 bytes.
public struct SecretKey: ~Copyable, Sendable {
    /// 32.
    public static let byteCount = 32

    let bytes: SecretBytes

    /// Takes `bytes` as a key.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` unless there are exactly 32.
    public init(_ bytes: consuming SecretBytes) throws(SodiumError) {
        guard bytes.count == Self.byteCount else { throw SodiumError(.invalidParameters) }
        self.bytes = bytes
    }

    /// A new random key, made in place.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``, ``SodiumError/Code/outOfMemory``.
    /// Source: libsodium `randombytes_buf`.
    public static func random() throws(SodiumError) -> SecretKey {
        try unsafe SecretKey(
            SecretBytes(uninitializedCount: byteCount) { pointer in
                unsafe randombytes_buf(pointer, byteCount)
                return true
            })
    }

    /// Lends the 32 bytes to `body`: for writing a key file, or wrapping one key in another.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(body)
    }

    /// A copy in memory of its own.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public func copy() throws(SodiumError) -> SecretKey {
        try SecretKey(bytes.withBytes { span throws(SodiumError) in try SecretBytes(copying: span) })
    }
}
