internal import NIOCore
internal import SodiumCrypto

/// What is written to one connection, a piece at a time.
enum CredentialAnswer: Sendable {
    /// The value, whole.
    case credential(UnitCredential)
    /// What makes the service manager fail the unit. See ``refusalByteCount``.
    case refusal(RefusalReason)
    /// Nothing: whoever asks is not the service manager.
    case nothing(RefusalReason)

    /// How many zero bytes answer the service manager when it gets no credential; it reads until they are more than it takes.
    ///
    /// A connection that is closed at once gives the unit an empty file, and it starts without its key. `SO_LINGER` changes nothing of that,
    /// which Unix sockets do not have. systemd 252 fails the unit with status 243 as soon as its credentials have more than 1 MiB
    /// together, and keeps nothing of them; so the answer is one that no version takes.
    static let refusalByteCount = 64 << 20

    /// The most bytes that a credential and its name may have. Measured with systemd 252 and 257.
    static let maximumByteCount = 1 << 20

    /// How many bytes there are.
    var byteCount: Int {
        switch self {
        case .credential(let credential): credential.value.count
        case .refusal: Self.refusalByteCount
        case .nothing: 0
        }
    }

    /// Bytes of one piece.
    private static let pieceByteCount = 64 << 10
    private static let zeros = ByteBuffer(repeating: 0, count: pieceByteCount)

    /// The next bytes after the first `offset`. Those of a credential are copies that cannot be wiped, made for a socket.
    func piece(at offset: Int, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        let count = min(Self.pieceByteCount, byteCount - offset)
        guard case .credential(let credential) = self else { return Self.zeros.getSlice(at: 0, length: count) ?? Self.zeros }
        var buffer = allocator.buffer(capacity: count)
        credential.value.bytes.withBytes { bytes in
            _ = unsafe bytes.extracting(offset..<offset + count).withUnsafeBytes { unsafe buffer.writeBytes($0) }
        }
        return buffer
    }
}
