public import Keystore
internal import Settings
internal import SodiumCrypto

/// Reads the values of a profile's variables out of one state of the vault.
public enum ProfileValues {
    /// The variables in the order of the profile (by name, if only the vault defines it). A variable that is not required and has neither
    /// secret nor default is left out.
    ///
    /// - Throws: ``ProfileError/Code/notFound`` naming every variable that is required and has no secret; ``KeystoreError``.
    public static func read(
        _ plan: ProfilePlan, from vault: Vault<some KeyHolder>, filter: VariableFilter = VariableFilter()
    ) throws -> [EnvironmentVariable] {
        switch plan {
        case .named:
            let secrets = try vault.get { name in plan.variable(of: name).map(filter.includes) ?? false }
            return secrets.compactMap { secret in
                plan.variable(of: secret.listing.name).map {
                    EnvironmentVariable(name: $0, value: secret.value, sources: [secret.generation])
                }
            }
        case .defined(let all, let settings):
            let entries = all.filter { filter.includes($0.name) }
            var names: [SecretName] = []
            for entry in entries { for name in entry.secrets { names.append(try SecretName(name)) } }
            names = Array(Set(names)).sorted()
            var values: [String: Secret] = [:]
            for (name, secret) in zip(names, try vault.get(names)) { values[name.description] = secret }
            return try read(entries, settings, values)
        }
    }

    private static func read(
        _ entries: [ProfileEntry], _ settings: WarderSettings, _ values: [String: Secret]
    ) throws -> [EnvironmentVariable] {
        var variables: [EnvironmentVariable] = []
        var missing: [String] = []
        for entry in entries {
            let absent = entry.secrets.filter { values[$0] == nil }
            if let first = absent.first {
                if let text = entry.default {
                    variables.append(EnvironmentVariable(name: entry.name, value: try SecretValue(copying: Array(text.utf8))))
                } else if entry.required {
                    missing.append("\(entry.name) (secret \(first))")
                }
            } else {
                let sources = entry.secrets.compactMap { values[$0]?.generation }
                variables.append(EnvironmentVariable(name: entry.name, value: try value(of: entry, settings, values), sources: sources))
            }
        }
        guard missing.isEmpty else {
            throw ProfileError(
                .notFound, "no value for \(missing.joined(separator: ", "))", hint: "store it with: warder set NAME")
        }
        return variables
    }

    private static func value(
        of entry: ProfileEntry, _ settings: WarderSettings, _ values: [String: Secret]
    ) throws -> SecretValue {
        switch entry.kind {
        case .literal(let text):
            return try SecretValue(copying: Array(text.utf8))
        case .secret(let name):
            guard let secret = values[name] else { throw ProfileError(.notFound, "no value for \(entry.name)") }
            return secret.value
        case .template(let parts):
            return try SecretValue.joined(parts.map { part in try piece(part, entry, settings, values) })
        }
    }

    private static func piece(
        _ part: TemplatePart, _ entry: ProfileEntry, _ settings: WarderSettings, _ values: [String: Secret]
    ) throws -> SecretValue {
        switch part {
        case .text(let text):
            return try SecretValue(copying: Array(text.utf8))
        case .secret(let name):
            guard let secret = values[name] else { throw ProfileError(.notFound, "no value for \(entry.name)") }
            return secret.value
        case .provider(let name, let field):
            guard let text = settings.providers[name]?[field] else {
                throw ProfileError(
                    .invalid, "\(entry.file): line \(entry.line): \(entry.name) needs \(field.rawValue) of a provider that does not have it"
                )
            }
            return try SecretValue(copying: Array(text.utf8))
        }
    }
}

extension Secret {
    fileprivate var generation: SecretGeneration { SecretGeneration(name: listing.name.description, generation: listing.generation) }
}
