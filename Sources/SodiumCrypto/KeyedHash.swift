internal import CSodium

/// A hash of 32 bytes: an identifier, a commitment or an authenticator, never a key.
public struct Digest: Hashable, Sendable {
    /// 32.
    public static let byteCount = 32

    /// 32 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were stored before.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` unless there are exactly 32.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == Self.byteCount else { throw SodiumError(.invalidParameters) }
        self.bytes = bytes
    }

    init(exactly bytes: [UInt8]) { self.bytes = bytes }

    /// 32 zero bytes.
    public static let zero = Digest(exactly: [UInt8](repeating: 0, count: byteCount))
}

/// BLAKE2b-256 over labelled, length-prefixed parts, with or without a key.
///
/// `H(key, label, p1 … pn)` hashes `LP(label) || LP(p1) || … || LP(pn)`, where `LP(x)` is the length of x as 8 little-endian bytes,
/// then x. Two different lists of parts never hash the same bytes, and each label is a function of its own.
///
/// Source: RFC 7693, libsodium `crypto_generichash`.
@safe
public struct KeyedHash: ~Copyable {
    private let state: UnsafeMutableRawPointer

    /// Starts a hash under `key` for one purpose.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``.
    public init(key: borrowing SecretKey, label: StaticString) throws(SodiumError) {
        unsafe state = try Self.allocate()
        unsafe key.bytes.withPointer { pointer in
            _ = unsafe crypto_generichash_init(OpaquePointer(state), pointer, SecretKey.byteCount, Digest.byteCount)
        }
        update(label)
    }

    /// Starts a hash without a key: a commitment that anyone can check.
    ///
    /// - Throws: ``SodiumError/Code/unavailable``.
    public init(label: StaticString) throws(SodiumError) {
        unsafe state = try Self.allocate()
        _ = unsafe crypto_generichash_init(OpaquePointer(state), nil, 0, Digest.byteCount)
        update(label)
    }

    deinit {
        unsafe sodium_memzero(state, crypto_generichash_statebytes())
        unsafe state.deallocate()
    }

    /// Adds one part.
    public mutating func update(_ part: RawSpan) {
        unsafe part.withUnsafeBytes { unsafe add($0) }
    }

    /// Adds one part.
    public mutating func update(_ part: [UInt8]) {
        unsafe part.withUnsafeBytes { unsafe add($0) }
    }

    /// Adds one part: 8 little-endian bytes.
    public mutating func update(_ part: UInt64) {
        unsafe withUnsafeBytes(of: part.littleEndian) { unsafe add($0) }
    }

    private mutating func update(_ label: StaticString) {
        unsafe add(UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
    }

    /// Ends the hash.
    public consuming func finalize() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        _ = unsafe crypto_generichash_final(OpaquePointer(state), &bytes, Digest.byteCount)
        return Digest(exactly: bytes)
    }

    /// Ends the hash as a key, made in place.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public consuming func finalizeKey() throws(SodiumError) -> SecretKey {
        try unsafe SecretKey(
            SecretBytes(uninitializedCount: SecretKey.byteCount) { pointer in
                let bytes = unsafe pointer.assumingMemoryBound(to: UInt8.self)
                return unsafe crypto_generichash_final(OpaquePointer(state), bytes, SecretKey.byteCount) == 0
            })
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        unsafe withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { length in
            let start = unsafe length.baseAddress?.assumingMemoryBound(to: UInt8.self)
            _ = unsafe crypto_generichash_update(OpaquePointer(state), start, 8)
        }
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        _ = unsafe crypto_generichash_update(OpaquePointer(state), start, UInt64(bytes.count))
    }

    private static func allocate() throws(SodiumError) -> UnsafeMutableRawPointer {
        try Sodium.start()
        return .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
    }
}
