internal import Keystore
public import Profiles
public import Settings

/// What the daemon gives a unit: the variables of one consumer of the format `systemd-credential-socket`.
public struct ServedUnit: Sendable {
    /// `[consumer.NAME]`
    public let consumer: String
    /// The unit, or template.
    public let unit: UnitName
    /// Its credentials, with the secrets that they come from; or why it gets none of them.
    public let variables: Result<[EnvironmentVariable], any Error>
}

extension Applier {
    /// What the units of a service manager get from the daemon. Each consumer gets all of its variables or none, and one that fails does
    /// not keep others from theirs.
    ///
    /// - Parameters:
    ///   - consumers: of which those of other formats and scopes are left out.
    ///   - scope: whose service manager.
    public func served(_ consumers: [Consumer], _ scope: ConsumerSettings.Scope) -> [ServedUnit] {
        consumers.compactMap { consumer in
            guard case .unit(let unit, .socket) = consumer.copy, consumer.settings.scope == scope else { return nil }
            return ServedUnit(
                consumer: consumer.name, unit: unit,
                variables: Result {
                    let variables = try values(of: consumer)
                    try CredentialSocket.check(variables, for: unit)
                    return variables
                })
        }
    }
}
