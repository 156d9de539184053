internal import SodiumCrypto

/// 16 random bytes that name a vault. They are in the clear, and stay the same for its whole life.
public struct VaultID: Hashable, Sendable {
    /// 16.
    public static let byteCount = 16
    /// 16 bytes.
    public let bytes: [UInt8]

    package init(_ bytes: [UInt8]) throws(KeystoreError) {
        guard bytes.count == Self.byteCount else { throw .corrupt("a vault's identifier has 16 bytes") }
        self.bytes = bytes
    }

    static func random() throws(KeystoreError) -> VaultID {
        try inKeystoreTerms { try VaultID(randomBytes(byteCount)) }
    }
}

/// The keyed hash that stands for a secret's name in the clear parts of a vault: 16 bytes.
public struct RecordID: Hashable, Sendable {
    /// 16.
    public static let byteCount = 16
    /// 16 bytes.
    public let bytes: [UInt8]

    package init(_ bytes: [UInt8]) throws(KeystoreError) {
        guard bytes.count == Self.byteCount else { throw .corrupt("a record's identifier has 16 bytes") }
        self.bytes = bytes
    }

    var bucket: UInt8 { bytes[0] }
}

/// What a person compares to know that it is the same vault with the same root key: 16 bytes, shown as 8 groups of 4 hex digits.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 16.
    public static let byteCount = 16
    /// 16 bytes.
    public let bytes: [UInt8]

    package init(bytes: [UInt8]) throws(KeystoreError) {
        guard bytes.count == Self.byteCount else { throw .corrupt("a fingerprint has 16 bytes") }
        self.bytes = bytes
    }

    /// Reads what ``description`` shows, with or without the separators.
    ///
    /// - Throws: ``KeystoreError/Code/invalid``.
    public init(_ text: some StringProtocol) throws(KeystoreError) {
        let digits = String(text.filter { $0 != "-" })
        guard digits.utf8.count == 2 * Self.byteCount, digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
            throw KeystoreError(.invalid, "a fingerprint has 32 hexadecimal digits")
        }
        let values = digits.compactMap { $0.hexDigitValue }.map(UInt8.init)
        bytes = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// Such as `0f3a-…`: 8 groups of 4 hexadecimal digits.
    public var description: String {
        stride(from: 0, to: Self.byteCount, by: 2).map { hex(bytes[$0..<($0 + 2)]) }.joined(separator: "-")
    }

    /// Whether two fingerprints are the same, in constant time.
    public static func == (left: Fingerprint, right: Fingerprint) -> Bool { isEqualInConstantTime(left.bytes, right.bytes) }
}
