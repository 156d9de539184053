internal import SodiumCrypto

/// What a generation of a secret is.
enum RecordKind: UInt16 {
    /// It has a value.
    case value = 1
    /// It says that the secret was removed.
    case tombstone = 2
    /// It is a note, with content, under a name that no secret has.
    case note = 3

    /// Whether there is a value with it.
    var hasValue: Bool { self != .tombstone }
}

/// The clear part of a record: 56 bytes, authenticated with everything sealed in it.
struct RecordHeader {
    static let byteCount = 56

    var kind: RecordKind
    var vault: VaultID
    var id: RecordID
    /// 1 for the first.
    var generation: UInt64
    /// Milliseconds since 1970 UTC.
    var created: UInt64

    var encoded: [UInt8] {
        var bytes = Array("WRDR".utf8)
        bytes.append(little: UInt16(1))
        bytes.append(little: kind.rawValue)
        bytes += vault.bytes
        bytes += id.bytes
        bytes.append(little: generation)
        bytes.append(little: created)
        return bytes
    }

    init(kind: RecordKind, vault: VaultID, id: RecordID, generation: UInt64, created: UInt64) {
        self.kind = kind
        self.vault = vault
        self.id = id
        self.generation = generation
        self.created = created
    }

    init(decoding bytes: [UInt8]) throws(KeystoreError) {
        var reader = ByteReader(bytes)
        try reader.expect("WRDR")
        try reader.expectVersion()
        guard let kind = RecordKind(rawValue: try reader.number()) else {
            throw KeystoreError(.tooNew, "a record is of a kind that this program does not know")
        }
        self.kind = kind
        vault = try VaultID(try reader.take(VaultID.byteCount))
        id = try RecordID(try reader.take(RecordID.byteCount))
        generation = try reader.number()
        created = try reader.number()
        try reader.expectEnd()
    }
}

/// A record as storage keeps it: nothing in it can be read without keys.
public struct StoredRecord: Hashable, Sendable {
    /// Which secret.
    public var id: RecordID
    /// Which generation of it.
    public var generation: UInt64
    /// 56 clear bytes.
    public var header: [UInt8]
    /// The sealed name and metadata.
    public var info: [UInt8]

    /// The hash by which the index knows this record. The value is bound to it as associated data.
    var leaf: Digest {
        get throws(KeystoreError) {
            try inKeystoreTerms {
                var hash = try KeyedHash(label: "leaf")
                hash.update(header)
                hash.update(info)
                return hash.finalize()
            }
        }
    }
}

/// The name and metadata of a record, as they are sealed: `u8 1 | u16 name length | u32 metadata length | name | metadata | zeros`.
struct RecordInfo {
    var name: SecretName
    var metadata: Metadata

    func sealable() throws(KeystoreError) -> SecretValue {
        let fields = metadata.encoded
        var bytes: [UInt8] = [1]
        bytes.append(little: UInt16(name.bytes.count))
        bytes.append(little: UInt32(fields.count))
        bytes += name.bytes
        bytes += fields
        bytes += [UInt8](repeating: 0, count: paddedLength(bytes.count) - bytes.count)
        return try inKeystoreTerms { try SecretValue(copying: bytes) }
    }

    init(name: SecretName, metadata: Metadata) {
        self.name = name
        self.metadata = metadata
    }

    init(opened: SecretValue) throws(KeystoreError) {
        var reader = ByteReader(opened.reveal())
        guard try reader.number(UInt8.self) == 1 else { throw KeystoreError(.tooNew, "a record has a newer form") }
        let nameLength = Int(try reader.number(UInt16.self))
        let fieldsLength = Int(try reader.number(UInt32.self))
        name = try .ofRecord(try reader.text(nameLength))
        metadata = try Metadata(decoding: try reader.take(fieldsLength))
        guard try reader.take(reader.remaining).allSatisfy({ $0 == 0 }) else { throw .corrupt("padding is not zero") }
    }
}

/// A value as it is sealed: `u32 length | value | zeros`.
enum PaddedValue {
    static func pad(_ value: SecretValue) throws(KeystoreError) -> SecretValue {
        let total = paddedLength(4 + value.count)
        return try inKeystoreTerms {
            SecretValue(
                try SecretBytes(capacity: total) { span in
                    var length: [UInt8] = []
                    length.append(little: UInt32(value.count))
                    span.append(contentsOf: length)
                    value.bytes.withBytes { span.append(contentsOf: $0) }
                    unsafe span.append(repeating: 0, count: total - 4 - value.count, as: UInt8.self)
                })
        }
    }

    static func unpad(_ padded: SecretValue) throws(KeystoreError) -> SecretValue {
        try inKeystoreTerms {
            try padded.bytes.withBytes { span in
                guard span.byteCount >= 4 else { throw KeystoreError.corrupt("a value is cut short") }
                let length = (0..<4).reduce(0) { $0 | Int(span[$1]) << (8 * $1) }
                guard length <= SecretLimits.maximumValueByteCount, 4 + length <= span.byteCount else {
                    throw KeystoreError.corrupt("a value is cut short")
                }
                guard ((4 + length)..<span.byteCount).allSatisfy({ span[$0] == 0 }) else {
                    throw KeystoreError.corrupt("padding is not zero")
                }
                return SecretValue(try SecretBytes(copying: span.extracting(4..<(4 + length))))
            }
        }
    }
}
