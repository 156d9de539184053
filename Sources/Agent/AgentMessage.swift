internal import Keystore
internal import SodiumCrypto

/// One request to the agent, or its answer: `u32 length | u8 kind | { u32 length | bytes } …`, numbers little-endian, the first length being
/// that of all that follows it.
///
/// A message may hold keys and values, so it exists in locked memory only.
struct AgentMessage {
    /// What may follow the first length: a value of 1 MiB, and what it is bound to.
    static let maximumByteCount = (1 << 20) + (64 << 10)
    /// The bytes of the first length.
    static let headerByteCount = 4

    /// The ``AgentRequest`` or ``AgentStatus``.
    var kind: UInt8
    var fields: [Field]

    enum Field {
        case bytes([UInt8])
        case secret(SecretValue)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .secret(let value): value.count
            }
        }

        /// The bytes of something that is no secret.
        var plain: [UInt8] {
            switch self {
            case .bytes(let bytes): bytes
            case .secret(let value): value.reveal()
            }
        }

        func asSecret() throws(SodiumError) -> SecretValue {
            switch self {
            case .bytes(let bytes): try SecretValue(copying: bytes)
            case .secret(let value): value
            }
        }
    }

    init(_ kind: UInt8, _ fields: [Field] = []) {
        self.kind = kind
        self.fields = fields
    }

    /// The whole message with its length before it.
    ///
    /// - Throws: ``KeystoreError/Code/invalid`` if it is too long.
    func encoded() throws(KeystoreError) -> SecretBytes {
        let count = fields.reduce(1) { $0 + 4 + $1.count }
        guard count <= Self.maximumByteCount else { throw KeystoreError(.invalid, "too much for one request to the agent") }
        do {
            return try SecretBytes(capacity: Self.headerByteCount + count) { span in
                span.append(contentsOf: littleEndian(count))
                span.append(contentsOf: [kind])
                for field in fields {
                    span.append(contentsOf: littleEndian(field.count))
                    switch field {
                    case .bytes(let bytes): span.append(contentsOf: bytes)
                    case .secret(let value): value.bytes.withBytes { span.append(contentsOf: $0) }
                    }
                }
            }
        } catch { throw KeystoreError(.io, "not enough memory") }
    }

    /// Reads what follows the first length. All fields are taken for secrets.
    ///
    /// - Throws: ``KeystoreError/Code/invalid``.
    init(decoding bytes: borrowing SecretBytes) throws(KeystoreError) {
        do {
            (kind, fields) = try bytes.withBytes { span in
                guard span.byteCount > 0 else { throw Self.malformed }
                var fields: [Field] = []
                var offset = 1
                while offset < span.byteCount {
                    guard span.byteCount - offset >= 4 else { throw Self.malformed }
                    let count = Self.number(span, at: offset)
                    offset += 4
                    guard count <= span.byteCount - offset else { throw Self.malformed }
                    fields.append(.secret(SecretValue(try SecretBytes(copying: span.extracting(offset..<(offset + count))))))
                    offset += count
                }
                return (span[0], fields)
            }
        } catch let error as KeystoreError {
            throw error
        } catch { throw KeystoreError(.io, "not enough memory") }
    }

    /// The length that a message's first four bytes say, or nil if it is none that a message has.
    static func length(_ header: RawSpan) -> Int? {
        guard header.byteCount >= headerByteCount else { return nil }
        let length = number(header, at: 0)
        return (1...maximumByteCount).contains(length) ? length : nil
    }

    static let malformed = KeystoreError(.invalid, "not a message that the agent's protocol has")

    private static func number(_ span: RawSpan, at offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(span[offset + $1]) << (8 * $1) }
    }
}

/// A number as 4 bytes, the lowest first.
func littleEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
