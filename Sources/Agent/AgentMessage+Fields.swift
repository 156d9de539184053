internal import Keystore
internal import SodiumCrypto

extension AgentMessage.Field {
    /// Seconds, or no limit.
    init(seconds: Double?) { self = .bytes(Array((seconds.map { "\(Int($0))" } ?? "").utf8)) }

    func vaultID() throws(KeystoreError) -> VaultID { try VaultID(plain) }

    func fingerprint() throws(KeystoreError) -> Fingerprint { try Fingerprint(bytes: plain) }

    func text() throws(KeystoreError) -> String {
        guard let text = String(validating: plain, as: UTF8.self) else { throw AgentMessage.malformed }
        return text
    }

    func seconds() throws(KeystoreError) -> Double? {
        let text = try text()
        if text.isEmpty { return nil }
        guard let seconds = Int(text), (0...(1 << 40)).contains(seconds) else { throw AgentMessage.malformed }
        return Double(seconds)
    }
}
