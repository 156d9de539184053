internal import CSodium

/// Why a cryptographic operation gave no result.
public struct SodiumError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// libsodium could not start: no randomness, or no usable processor.
        case unavailable
        /// Guarded memory, or the memory that Argon2id asks for, is not to be had.
        case outOfMemory
        /// A box does not open: wrong key, wrong associated data, or changed bytes.
        case authenticationFailure
        /// A length or a parameter is outside what the primitive takes.
        case invalidParameters
    }

    /// The reason.
    public let code: Code

    /// One line without values.
    public var description: String {
        switch code {
        case .unavailable: "libsodium could not start"
        case .outOfMemory: "not enough memory for keys"
        case .authenticationFailure: "the box does not open"
        case .invalidParameters: "parameters out of range"
        }
    }

    init(_ code: Code) { self.code = code }
}

/// The library itself: started once, before its first use.
enum Sodium {
    /// Whether `sodium_init()` succeeded. Without it there is no processor dispatch and no canary.
    static let isReady: Bool = sodium_init() >= 0

    static func start() throws(SodiumError) {
        guard isReady else { throw SodiumError(.unavailable) }
    }
}

/// Random bytes for salts and identifiers, not for keys (see ``SecretKey/random()``).
///
/// - Throws: ``SodiumError/Code/unavailable``.
/// Source: libsodium `randombytes_buf`, getrandom(2).
public func randomBytes(_ count: Int) throws(SodiumError) -> [UInt8] {
    try Sodium.start()
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let base = buffer.baseAddress { unsafe randombytes_buf(base, count) }
        initialized = count
    }
}

/// Compares two public byte strings (codes, fingerprints, authenticators) in constant time.
///
/// Source: libsodium `sodium_memcmp`.
public func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe sodium_memcmp(left, right, left.count) == 0
}
