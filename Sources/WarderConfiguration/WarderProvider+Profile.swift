internal import Keystore
internal import Profiles
public import Resolver
internal import Settings

extension WarderProvider {
    /// The variables of a profile of this user, as `warder run` would give them to a program: read from the user's vault, which a key file
    /// opens.
    ///
    /// ```swift
    /// let secrets = try WarderProvider(environment: ProcessInfo.processInfo.environment)
    /// let config = ConfigReader(providers: [secrets, EnvironmentVariablesProvider()])
    /// ```
    ///
    /// - Parameters:
    ///   - profile: the profile.
    ///   - environment: the environment of this process; see ``UserVault``.
    /// - Throws: ``SettingsError``, ``KeystoreError``; ``ProfileError`` for a profile that does not exist or lacks a value.
    public convenience init(profile: String = "default", environment: [String: String]) throws {
        try self.init(profile: profile, of: UserVault(environment: environment))
    }

    /// The variables of a profile in a vault that is open already.
    ///
    /// - Parameters:
    ///   - profile: the profile.
    ///   - vault: the vault and its settings.
    /// - Throws: ``KeystoreError``; ``ProfileError`` for a profile that does not exist or lacks a value.
    public convenience init(profile: String, of vault: UserVault) throws {
        let plan = try ProfilePlan(profile: profile, settings: vault.settings)
        try self.init { try ProfileValues.read(plan, from: vault.vault()) }
    }
}
