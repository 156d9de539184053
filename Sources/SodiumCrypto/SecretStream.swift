internal import CSodium

/// A sequence of chunks sealed one after the other: none can be changed, moved, repeated or left out, and the last says that it is.
///
/// Source: libsodium `crypto_secretstream_xchacha20poly1305_*`.
public enum SecretStream {
    /// 24: what stands before the first chunk.
    public static let headerByteCount = 24
    /// 17: what a sealed chunk is longer than its plaintext.
    public static let overhead = 17

    // The state holds the stream's key, so it lives in memory that is wiped: bytes only, so any alignment will do.
    private typealias State = crypto_secretstream_xchacha20poly1305_state
    private static let stateByteCount = MemoryLayout<State>.size

    /// Seals chunks.
    public struct Sealer: ~Copyable {
        private var state: SecretBytes
        /// The 24 bytes that ``Opener`` needs.
        public let header: [UInt8]

        /// - Throws: ``SodiumError/Code/unavailable``, ``SodiumError/Code/outOfMemory``.
        public init(key: borrowing SecretKey) throws(SodiumError) {
            var header = [UInt8](repeating: 0, count: headerByteCount)
            state = try unsafe SecretBytes(uninitializedCount: stateByteCount) { state in
                unsafe key.bytes.withPointer { key in
                    unsafe crypto_secretstream_xchacha20poly1305_init_push(
                        state.assumingMemoryBound(to: State.self), &header, key.assumingMemoryBound(to: UInt8.self)) == 0
                }
            }
            self.header = header
        }

        /// Goes on with the stream of another process: what ``handOver()`` gave there.
        ///
        /// - Throws: ``SodiumError/Code/invalidParameters`` for a state or header of the wrong length.
        public init(state: SecretValue, header: [UInt8]) throws(SodiumError) {
            guard state.count == stateByteCount, header.count == headerByteCount else { throw SodiumError(.invalidParameters) }
            self.state = try state.bytes.withBytes { span throws(SodiumError) in try SecretBytes(copying: span) }
            self.header = header
        }

        /// The state of the stream, which holds the key of this stream and no other.
        public consuming func handOver() -> SecretValue { SecretValue(state) }

        /// Seals one chunk.
        public mutating func seal(_ chunk: [UInt8], authenticating context: [UInt8] = [], isLast: Bool = false) -> [UInt8] {
            let tag = UInt8(isLast ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0)
            var sealed = [UInt8](repeating: 0, count: chunk.count + overhead)
            unsafe state.withMutablePointer { state in
                _ = unsafe crypto_secretstream_xchacha20poly1305_push(
                    state.assumingMemoryBound(to: State.self), &sealed, nil, chunk, UInt64(chunk.count), context, UInt64(context.count), tag
                )
            }
            return sealed
        }
    }

    /// Opens chunks.
    public struct Opener: ~Copyable {
        private var state: SecretBytes

        /// - Throws: ``SodiumError/Code/invalidParameters`` for a header that is not 24 bytes, ``SodiumError/Code/unavailable``,
        ///   ``SodiumError/Code/outOfMemory``.
        public init(key: borrowing SecretKey, header: [UInt8]) throws(SodiumError) {
            guard header.count == headerByteCount else { throw SodiumError(.invalidParameters) }
            state = try unsafe SecretBytes(uninitializedCount: stateByteCount) { state in
                unsafe key.bytes.withPointer { key in
                    unsafe crypto_secretstream_xchacha20poly1305_init_pull(
                        state.assumingMemoryBound(to: State.self), header, key.assumingMemoryBound(to: UInt8.self)) == 0
                }
            }
        }

        /// Opens the next chunk, and says whether it was sealed as the last.
        ///
        /// - Throws: ``SodiumError/Code/authenticationFailure`` for a chunk that is not the next one as it was sealed.
        public mutating func open(
            _ sealed: [UInt8], authenticating context: [UInt8] = []
        ) throws(SodiumError) -> (chunk: [UInt8], isLast: Bool) {
            guard sealed.count >= overhead else { throw SodiumError(.authenticationFailure) }
            var chunk = [UInt8](repeating: 0, count: sealed.count - overhead)
            var tag: UInt8 = 0
            let code = unsafe state.withMutablePointer { state in
                unsafe crypto_secretstream_xchacha20poly1305_pull(
                    state.assumingMemoryBound(to: State.self), &chunk, nil, &tag, sealed, UInt64(sealed.count), context,
                    UInt64(context.count))
            }
            guard code == 0 else { throw SodiumError(.authenticationFailure) }
            return (chunk, tag == UInt8(crypto_secretstream_xchacha20poly1305_TAG_FINAL))
        }
    }
}
