internal import Keystore
internal import SodiumCrypto

/// How long an agent keeps a vault unlocked.
public struct AgentTimes: Sendable {
    /// 8 hours in all, and 15 minutes without use.
    public static let standard = AgentTimes(total: 8 * 3600, idle: 15 * 60)

    /// Seconds in all; nil for no limit.
    public var total: Double?
    /// Seconds without use; nil for no limit.
    public var idle: Double?

    /// - Parameters:
    ///   - total: seconds in all; nil for no limit.
    ///   - idle: seconds without use; nil for no limit.
    public init(total: Double?, idle: Double?) {
        self.total = total
        self.idle = idle
    }
}

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
