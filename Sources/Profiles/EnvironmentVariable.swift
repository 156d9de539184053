public import SodiumCrypto

/// One variable of an environment, with its value.
public struct EnvironmentVariable: Sendable {
    /// `[A-Za-z_][A-Za-z0-9_]*`.
    public let name: String
    /// Any bytes but NUL when it goes into a process; a file format may refuse more.
    public let value: SecretValue
    /// The secrets that the value comes from, with their generations; empty for a literal.
    public let sources: [SecretGeneration]

    /// - Parameters:
    ///   - name: the variable's name.
    ///   - value: its value.
    ///   - sources: the secrets that the value comes from.
    public init(name: String, value: SecretValue, sources: [SecretGeneration] = []) {
        self.name = name
        self.value = value
        self.sources = sources
    }
}

/// One generation of a secret, by name and number.
public struct SecretGeneration: Hashable, Sendable {
    /// The secret's name.
    public let name: String
    /// The generation, from 1.
    public let generation: UInt64

    /// - Parameters:
    ///   - name: the secret's name.
    ///   - generation: the generation, from 1.
    public init(name: String, generation: UInt64) {
        self.name = name
        self.generation = generation
    }
}
