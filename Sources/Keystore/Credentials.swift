internal import Foundation
public import SodiumCrypto

/// What a person or a machine has to unlock a vault with.
public struct Credentials: Sendable {
    /// A passphrase: 1 to 1,024 bytes of UTF-8.
    public var passphrase: SecretValue?
    /// The content of a key file, or the secret half of a recipient: 32 bytes.
    public var keyFile: SecretValue?

    /// - Parameters:
    ///   - passphrase: 1 to 1,024 bytes of UTF-8.
    ///   - keyFile: 32 bytes.
    public init(passphrase: SecretValue? = nil, keyFile: SecretValue? = nil) {
        self.passphrase = passphrase
        self.keyFile = keyFile
    }

    func keyFileKey() throws(KeystoreError) -> SecretKey {
        guard let keyFile else { throw KeystoreError(.locked, "no key file") }
        guard keyFile.count == SecretKey.byteCount else { throw KeystoreError(.unsafeFile, "a key file has exactly 32 bytes") }
        return try inKeystoreTerms { try SecretKey(keyFile.bytes.withBytes { try SecretBytes(copying: $0) }) }
    }

    /// The passphrase in Unicode's normal form C, so that the same text typed on another system is the same passphrase.
    ///
    /// ASCII, which is its own normal form, never leaves locked memory.
    func normalizedPassphrase() throws(KeystoreError) -> SecretBytes {
        guard let passphrase else { throw KeystoreError(.locked, "no passphrase") }
        guard (1...1024).contains(passphrase.count) else { throw KeystoreError(.invalid, "a passphrase has 1 to 1024 bytes") }
        return try inKeystoreTerms {
            let isASCII = passphrase.bytes.withBytes { span in span.byteOffsets.allSatisfy { span[$0] < 0x80 } }
            if isASCII { return try passphrase.bytes.withBytes { try SecretBytes(copying: $0) } }
            guard let text = String(validating: passphrase.reveal(), as: UTF8.self) else {
                throw KeystoreError(.invalid, "a passphrase is UTF-8 text")
            }
            return try SecretBytes(copying: Array(text.precomposedStringWithCanonicalMapping.utf8))
        }
    }
}
