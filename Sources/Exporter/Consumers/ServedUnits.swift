public import Keystore
public import Profiles
public import Settings

/// What units load from the daemon, which has it in memory: the consumers of the format `systemd-credential-socket`.
public struct ServedUnits: Sendable {
    /// One of them.
    public struct Unit: Sendable {
        /// `[consumer.NAME]`.
        public let consumer: String
        /// The unit's own name.
        public let unit: String
        /// What it gets, under the names that it has for them.
        public let variables: [EnvironmentVariable]
    }

    /// Those that get what they should.
    public private(set) var units: [Unit] = []
    /// Those that get nothing, by consumer, and why.
    public private(set) var broken: [(consumer: String, reason: any Error)] = []

    /// Reads their variables out of the vault. One that cannot be served does not keep the others from it.
    ///
    /// - Parameters:
    ///   - consumers: consumers of any format.
    ///   - scope: whose units: the system's, or the user's.
    ///   - settings: the profiles.
    ///   - vault: the values.
    /// - Throws: ``KeystoreError``, if the vault cannot be read.
    public init(
        of consumers: [Consumer], scope: ConsumerSettings.Scope, settings: WarderSettings, vault: Vault<some KeyHolder>
    ) throws(KeystoreError) {
        let variables = ConsumerVariables(vault, settings)
        for consumer in consumers where consumer.isServedFromMemory && consumer.settings.scope == scope {
            guard let unit = consumer.unit else { continue }
            do {
                let all = try variables.of(consumer)
                try CredentialSocket.check(all, for: unit)
                units.append(Unit(consumer: consumer.name, unit: unit.description, variables: all))
            } catch let error as KeystoreError {
                throw error
            } catch {
                broken.append((consumer.name, error))
            }
        }
    }
}
