public import Keystore

/// What the resolver reads secrets from: a vault, or something that speaks for one.
public protocol SecretSource: Sendable {
    /// The newest values of several secrets out of one state, nil for each that does not exist.
    func secrets(_ names: [SecretName]) throws -> [Secret?]

    /// What changes with every change of what this source gives, or nil if that cannot be told: then nothing is kept.
    func stamp() -> VaultStamp?
}
