internal import Keystore
internal import Profiles
internal import Settings

/// Reads what consumers get: the variables of their profiles, each profile once.
final class ConsumerVariables<Holder: KeyHolder> {
    private let vault: Vault<Holder>
    private let settings: WarderSettings
    private var profiles: [String: Result<[EnvironmentVariable], any Error>] = [:]

    init(_ vault: Vault<Holder>, _ settings: WarderSettings) {
        self.vault = vault
        self.settings = settings
    }

    /// The variables of a consumer under the names that it has for them.
    ///
    /// - Throws: ``ProfileError``, ``KeystoreError``; ``ExportError/Code/settings`` if the settings name variables that the profile does not
    ///   have, or leave none.
    func of(_ consumer: Consumer) throws -> [EnvironmentVariable] {
        let settings = consumer.settings
        let filter = VariableFilter(only: settings.only, except: settings.except)
        let all = try profile(settings.profile).filter { filter.includes($0.name) }
        var targets: [String: [String]] = [:]
        for (target, source) in settings.names { targets[source, default: []].append(target) }
        let missing = targets.keys.filter { source in !all.contains { $0.name == source } }.sorted()
        guard missing.isEmpty else {
            throw ExportError.settings(settings, "the profile \(settings.profile) has no \(missing.joined(separator: ", "))")
        }
        let variables = all.flatMap { variable in
            (targets[variable.name]?.sorted() ?? [variable.name]).map {
                EnvironmentVariable(name: $0, value: variable.value, sources: variable.sources)
            }
        }
        guard !variables.isEmpty else {
            throw ExportError.settings(settings, "the profile \(settings.profile) gives it no variables")
        }
        guard Set(variables.map(\.name)).count == variables.count else {
            throw ExportError.settings(settings, "two variables would have the same name")
        }
        try ReservedNames.check(variables)
        return variables
    }

    private func profile(_ name: String) throws -> [EnvironmentVariable] {
        if let known = profiles[name] { return try known.get() }
        let result = Result { try ProfileValues.read(ProfilePlan(profile: name, settings: settings), from: vault) }
        profiles[name] = result
        return try result.get()
    }
}
