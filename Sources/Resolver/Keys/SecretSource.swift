public import Keystore

/// What the resolver reads secrets from: a vault, or something that speaks for one.
public protocol SecretSource: Sendable {
    /// The newest values of several secrets out of one state, nil for each that does not exist.
    func secrets(_ names: [SecretName]) throws -> [Secret?]

    /// What changes with every change of what this source gives, or nil if that cannot be told: then nothing is kept.
    func stamp() -> VaultStamp?
}

/// A vault that nobody has to be asked for.
public struct VaultSecrets<Holder: KeyHolder>: SecretSource {
    private let vault: Vault<Holder>
    private let path: String

    /// - Parameters:
    ///   - vault: the vault, unlocked.
    ///   - path: its file.
    public init(_ vault: Vault<Holder>, path: String) {
        self.vault = vault
        self.path = path
    }

    /// The newest values out of one state of the vault.
    public func secrets(_ names: [SecretName]) throws -> [Secret?] { try vault.get(names) }

    /// The stamp of the vault's file.
    public func stamp() -> VaultStamp? { VaultStamp(path: path) }
}
