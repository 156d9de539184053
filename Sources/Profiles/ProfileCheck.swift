public import Keystore
internal import Settings

/// What is known of one variable of a profile without its value.
public struct VariableStatus: Hashable, Sendable {
    /// Whether it has a value, and from where.
    public enum State: String, Sendable {
        /// Its secrets are there.
        case present
        /// The settings have its text.
        case literal
        /// Its secret is not there, and the settings' default stands in.
        case usesDefault = "default"
        /// It is not required, and will not be set.
        case absent
        /// It is required and has no value.
        case missing
        /// It has a value, and a name that `run` and `export` refuse.
        case reserved
    }

    /// The variable.
    public let name: String
    /// Whether it has a value.
    public let state: State
    /// The secrets that it needs.
    public let secrets: [String]
    /// The generation of the only secret that it needs.
    public let generation: UInt64?
    /// When the oldest of its secrets got its value, in milliseconds since 1970 UTC.
    public let created: UInt64?
    /// When the first of its secrets expires, in milliseconds since 1970 UTC.
    public let expires: UInt64?
}

extension VariableStatus {
    /// Looks at every variable of a profile. No value is opened.
    public static func all(
        _ plan: ProfilePlan, in vault: Vault<some KeyHolder>, filter: VariableFilter = VariableFilter()
    ) throws -> [VariableStatus] {
        let listings = try vault.list()
        switch plan {
        case .named:
            return listings.compactMap { listing in
                guard let name = plan.variable(of: listing.name), filter.includes(name) else { return nil }
                return VariableStatus(name, .present, [listing.name.description], [listing])
            }
        case .defined(let entries, let settings):
            let known = Dictionary(listings.map { ($0.name.description, $0) }) { first, _ in first }
            return entries.filter { filter.includes($0.name) }.map { entry in
                let found = entry.secrets.compactMap { known[$0] }
                let isComplete = found.count == entry.secrets.count && hasProviders(entry, settings)
                let state: State =
                    if case .literal = entry.kind { .literal } else if isComplete { .present } else if entry.default != nil {
                        .usesDefault
                    } else if entry.required { .missing } else { .absent }
                return VariableStatus(entry.name, state, entry.secrets, found)
            }
        }
    }

    private static func hasProviders(_ entry: ProfileEntry, _ settings: WarderSettings) -> Bool {
        guard case .template(let parts) = entry.kind else { return true }
        return parts.allSatisfy { part in
            if case .provider(let name, let field) = part { settings.providers[name]?[field] != nil } else { true }
        }
    }

    private init(_ name: String, _ state: State, _ secrets: [String], _ found: [Listing]) {
        self.name = name
        self.state = state != .absent && state != .missing && ReservedNames.contains(name) ? .reserved : state
        self.secrets = secrets
        generation = found.count == 1 ? found.first?.generation : nil
        created = found.map(\.created).min()
        expires = found.compactMap(\.metadata.expires).min()
    }
}
