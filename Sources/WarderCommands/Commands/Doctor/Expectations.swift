internal import Agent
internal import Exporter
internal import Keystore
internal import Profiles
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// The values that variables should have by the vault: what profiles, consumers, providers and the known systems make of its secrets.
struct Expectations {
    /// How a value that was found relates to the vault's.
    enum Match {
        /// The vault has nothing under that name.
        case none
        /// It is the value of this secret.
        case same(String)
        /// It is another value than this secret's.
        case other(String)
    }

    /// A value, and the secret that it comes from.
    private struct Expected {
        let secret: String
        let value: SecretValue
    }

    private var everywhere: [String: [Expected]] = [:]
    /// What one system should have comes before what is expected everywhere.
    private var systems: [WiredSystem: [String: [Expected]]] = [:]

    /// No expectations.
    init() {}

    /// What the vault and the settings come to. Nothing without a vault.
    init(_ examination: Examination) {
        guard let vault = examination.vault, let listings = examination.listings,
            let secrets = try? vault.get(listings.map(\.name))
        else { return }
        var values: [String: SecretValue] = [:]
        for case let secret? in secrets { values[secret.listing.name.description] = secret.value }
        addProfiles(examination, vault)
        addProviders(values)
        let names = Set(values.keys)
        for system in WiredSystem.allCases {
            guard let preset = ConsumerPresets.named(system.rawValue) else { continue }
            for (variable, reference) in preset.resolve(secrets: names, settings: examination.settings).variables {
                let secret = String(reference.dropFirst("secret:".count))
                guard reference.hasPrefix("secret:"), let value = values[secret] else { continue }
                systems[system, default: [:]][variable, default: []].append(Expected(secret: secret, value: value))
            }
        }
    }

    /// The names of all variables that the vault has something for.
    var variables: [String] { everywhere.keys.sorted() }

    /// Whether the vault has something for a variable.
    func contains(_ name: String) -> Bool { everywhere[name] != nil }

    /// Compares a value in constant time.
    ///
    /// - Parameters:
    ///   - name: a variable, or `PROVIDER/api-key`.
    ///   - value: what was found.
    ///   - system: whose file it was found in.
    func match(_ name: String, _ value: SecretValue, of system: WiredSystem? = nil) -> Match {
        let own = system.flatMap { systems[$0]?[name] } ?? []
        let all = own + (everywhere[name] ?? [])
        guard let first = all.first else { return .none }
        for expected in all where SecretBytes.isEqual(expected.value.bytes, value.bytes) { return .same(expected.secret) }
        return .other(first.secret)
    }

    /// The variables of profiles that come from secrets, and a consumer's own names for them.
    private mutating func addProfiles(_ examination: Examination, _ vault: Vault<VaultKeys>) {
        let settings = examination.settings
        let consumers = examination.session.consumers
        let profiles = Set(settings.profiles.keys).union(consumers.map(\.profile)).union([ProfilePlan.defaultName])
        for profile in profiles.sorted() {
            guard let plan = try? ProfilePlan(profile: profile, settings: settings),
                let statuses = try? VariableStatus.all(plan, in: vault)
            else { continue }
            let missing = statuses.filter { $0.state == .missing }.map(\.name)
            let variables = (try? ProfileValues.read(plan, from: vault, filter: VariableFilter(only: [], except: missing))) ?? []
            for variable in variables {
                guard let secret = variable.sources.first?.name else { continue }
                add(variable.name, secret, variable.value)
                for consumer in consumers where consumer.profile == profile {
                    for (target, source) in consumer.names where source == variable.name { add(target, secret, variable.value) }
                }
            }
        }
    }

    /// Tokens that open more than models.
    private static let sharedNames: Set = ["GH_TOKEN", "GITHUB_TOKEN", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN"]

    /// What is stored for a provider, under the variables in which programs look for its key, and the reverse.
    private mutating func addProviders(_ values: [String: SecretValue]) {
        for provider in Catalogue.standard.providers {
            let stored = "\(provider.id)/api-key"
            let variables = provider.keyVariables.filter { !Self.sharedNames.contains($0) }
            if let value = values[stored] { for name in [stored] + variables { add(name, stored, value) } }
            for name in variables { if let value = values[name] { for other in [stored, name] { add(other, name, value) } } }
        }
        // Those of the user's own.
        for (name, value) in values where (name.hasSuffix("/api-key") || name.hasSuffix("/token")) && everywhere[name] == nil {
            add(name, name, value)
        }
        let token = "\(Catalogue.gateway)/token"
        for secret in [token, "CF_AIG_TOKEN", "CLOUDFLARE_AIG_TOKEN"] {
            guard let value = values[secret] else { continue }
            for name in [token, "CF_AIG_TOKEN", "CLOUDFLARE_AIG_TOKEN"] { add(name, secret, value) }
        }
    }

    private mutating func add(_ name: String, _ secret: String, _ value: SecretValue) {
        everywhere[name, default: []].append(Expected(secret: secret, value: value))
    }
}
