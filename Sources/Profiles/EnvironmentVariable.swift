public import SodiumCrypto

/// One variable of an environment, with its value.
public struct EnvironmentVariable: Sendable {
    /// `[A-Za-z_][A-Za-z0-9_]*`.
    public let name: String
    /// Any bytes but NUL when it goes into a process; a file format may refuse more.
    public let value: SecretValue

    /// - Parameters:
    ///   - name: the variable's name.
    ///   - value: its value.
    public init(name: String, value: SecretValue) {
        self.name = name
        self.value = value
    }
}
