internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// A recipient as text: `warder1` and 58 characters of RFC 4648 base32 in lower case, for the 32 bytes of the public key and 4 of their
/// hash, so that a mistyped one is refused.
enum RecipientText {
    private static let prefix = "warder1"
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func encode(_ key: PublicKey) -> String {
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in key.bytes + checksum(key.bytes) {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[bits >> count & 31])
            }
        }
        if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
        return prefix + String(decoding: text, as: UTF8.self)
    }

    /// - Throws: 2 for anything but what ``encode(_:)`` gives.
    static func decode(_ text: String) throws -> PublicKey {
        let bad = Failure(.invalid, "that is not a recipient", hints: ["`warder slot keygen FILE` prints one"])
        guard text.hasPrefix(prefix) else { throw bad }
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for character in text.utf8.dropFirst(prefix.utf8.count) {
            guard let value = alphabet.firstIndex(of: character) else { throw bad }
            bits = (bits << 5 | value) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 0xFF))
            }
        }
        guard bytes.count == PublicKey.byteCount + 4 else { throw bad }
        let key = try PublicKey(Array(bytes.prefix(PublicKey.byteCount)))
        guard checksum(key.bytes) == Array(bytes.suffix(4)), encode(key) == text else { throw bad }
        return key
    }

    /// Writes a new secret half to `path`, and gives the recipient.
    static func makeKeyPair(at path: String) throws -> String {
        let secret = try SecretKey.random()
        let recipient = encode(try KeyPair(secretKey: try secret.copy()).publicKey)
        try secret.withBytes { span in try PrivateFile.write(span, to: path, existing: .refuse) }
        return recipient
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        guard var hash = try? KeyedHash(label: "recipient") else { return [] }
        hash.update(bytes)
        return Array(hash.finalize().bytes.prefix(4))
    }
}
