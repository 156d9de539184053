internal import CSodium

/// Argon2id with one lane.
///
/// Source: RFC 9106, libsodium `crypto_pwhash` with `crypto_pwhash_ALG_ARGON2ID13`.
public enum PasswordHash {
    /// 16.
    public static let saltByteCount = 16

    /// How much work one guess costs.
    public struct Cost: Hashable, Sendable {
        /// Passes over the memory (t).
        public var passes: UInt32
        /// Memory in bytes (m), a multiple of 1024.
        public var memory: UInt64

        /// - Parameters:
        ///   - passes: passes over the memory.
        ///   - memory: bytes, a multiple of 1024.
        public init(passes: UInt32, memory: UInt64) {
            self.passes = passes
            self.memory = memory
        }
    }

    /// Derives 32 bytes from a passphrase. The caller has checked `cost` against its own bounds: it decides how much is allocated.
    ///
    /// - Throws: ``SodiumError/Code/invalidParameters`` for a salt that is not 16 bytes or a cost that Argon2id does not take,
    ///   ``SodiumError/Code/outOfMemory`` otherwise: libsodium's failure never means a wrong passphrase.
    public static func derive(from passphrase: borrowing SecretBytes, salt: [UInt8], cost: Cost) throws(SodiumError) -> SecretKey {
        guard salt.count == saltByteCount, cost.passes >= 1, cost.memory.isMultiple(of: 1024), cost.memory >= 8192,
            cost.memory <= UInt64(crypto_pwhash_memlimit_max())
        else { throw SodiumError(.invalidParameters) }
        var succeeded = false
        let bytes = try unsafe SecretBytes(uninitializedCount: SecretKey.byteCount) { output in
            succeeded = unsafe passphrase.withPointer { input in
                unsafe crypto_pwhash(
                    output.assumingMemoryBound(to: UInt8.self), UInt64(SecretKey.byteCount), input.assumingMemoryBound(to: CChar.self),
                    UInt64(passphrase.count), salt, UInt64(cost.passes), Int(cost.memory), crypto_pwhash_alg_argon2id13()) == 0
            }
            return true
        }
        guard succeeded else { throw SodiumError(.outOfMemory) }
        return try SecretKey(bytes)
    }
}
