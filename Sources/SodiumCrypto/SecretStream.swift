internal import CSodium

/// A sequence of chunks sealed one after the other: none can be changed, moved, repeated or left out, and the last says that it is.
///
/// Source: libsodium `crypto_secretstream_xchacha20poly1305_*`.
public enum SecretStream {
    /// 24: what stands before the first chunk.
    public static let headerByteCount = 24
    /// 17: what a sealed chunk is longer than its plaintext.
    public static let overhead = 17

    /// Seals chunks.
    @safe
    public struct Sealer: ~Copyable {
        private var state: crypto_secretstream_xchacha20poly1305_state
        /// The 24 bytes that ``Opener`` needs.
        public let header: [UInt8]

        /// - Throws: ``SodiumError/Code/unavailable``.
        public init(key: borrowing SecretKey) throws(SodiumError) {
            try Sodium.start()
            var header = [UInt8](repeating: 0, count: headerByteCount)
            var state = crypto_secretstream_xchacha20poly1305_state()
            unsafe key.bytes.withPointer { key in
                _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(&state, &header, key.assumingMemoryBound(to: UInt8.self))
            }
            self.state = state
            self.header = header
        }

        deinit { var copy = state; unsafe sodium_memzero(&copy, MemoryLayout.size(ofValue: copy)) }

        /// Seals one chunk.
        public mutating func seal(_ chunk: [UInt8], authenticating context: [UInt8] = [], isLast: Bool = false) -> [UInt8] {
            let tag = UInt8(isLast ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0)
            var sealed = [UInt8](repeating: 0, count: chunk.count + overhead)
            _ = unsafe crypto_secretstream_xchacha20poly1305_push(
                &state, &sealed, nil, chunk, UInt64(chunk.count), context, UInt64(context.count), tag)
            return sealed
        }
    }

    /// Opens chunks.
    @safe
    public struct Opener: ~Copyable {
        private var state = crypto_secretstream_xchacha20poly1305_state()

        /// - Throws: ``SodiumError/Code/invalidParameters`` for a header that is not 24 bytes.
        public init(key: borrowing SecretKey, header: [UInt8]) throws(SodiumError) {
            try Sodium.start()
            guard header.count == headerByteCount else { throw SodiumError(.invalidParameters) }
            let code = unsafe key.bytes.withPointer { key in
                unsafe crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key.assumingMemoryBound(to: UInt8.self))
            }
            guard code == 0 else { throw SodiumError(.invalidParameters) }
        }

        deinit { var copy = state; unsafe sodium_memzero(&copy, MemoryLayout.size(ofValue: copy)) }

        /// Opens the next chunk, and says whether it was sealed as the last.
        ///
        /// - Throws: ``SodiumError/Code/authenticationFailure`` for a chunk that is not the next one as it was sealed.
        public mutating func open(
            _ sealed: [UInt8], authenticating context: [UInt8] = []
        ) throws(SodiumError) -> (chunk: [UInt8], isLast: Bool) {
            guard sealed.count >= overhead else { throw SodiumError(.authenticationFailure) }
            var chunk = [UInt8](repeating: 0, count: sealed.count - overhead)
            var tag: UInt8 = 0
            let code = unsafe crypto_secretstream_xchacha20poly1305_pull(
                &state, &chunk, nil, &tag, sealed, UInt64(sealed.count), context, UInt64(context.count))
            guard code == 0 else { throw SodiumError(.authenticationFailure) }
            return (chunk, tag == UInt8(crypto_secretstream_xchacha20poly1305_TAG_FINAL))
        }
    }
}
