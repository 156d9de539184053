public import Keystore
internal import SodiumCrypto

/// Whether the proxy takes requests at all: a note of the vault, so that it outlives every restart.
public struct ProxySwitch<Holder: KeyHolder> {
    private let vault: Vault<Holder>

    /// - Parameter vault: an unlocked vault.
    public init(_ vault: Vault<Holder>) { self.vault = vault }

    /// Whether the proxy refuses every request.
    public func isPaused() throws(KeystoreError) -> Bool { try !vault.notes(.proxy).isEmpty }

    /// Has it refuse every request, or no longer.
    public func set(isPaused: Bool, now: UInt64 = WallClock.now()) throws(KeystoreError) {
        guard try self.isPaused() != isPaused else { return }
        guard let empty = try? SecretValue(copying: []) else { throw KeystoreError(.io, "not enough memory") }
        try vault.write([(try NoteName(.proxy, "paused"), isPaused ? empty : nil)], as: isPaused ? .pause : .resume, now: now)
    }
}
