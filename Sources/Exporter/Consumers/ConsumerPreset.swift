internal import Resolver
public import Settings

/// What is known of a system that Warder serves: where it reads keys, in which form, and under which names.
public struct ConsumerPreset: Sendable {
    /// What it is called after `consumer add`.
    public let name: String
    /// The format that it reads.
    public let format: String
    /// Its file, or nil if that is different for every project.
    public let path: String?
    /// The user's unit that runs it, where it is installed.
    public let unit: String?
    /// How it comes to read the file, in one line.
    public let advice: String

    /// Its variables for Cloudflare AI Gateway.
    let gateway: [Wanted]
    /// Whose variables for the keys of providers it has, if any.
    let system: Provider.System?

    /// One variable, and where its value may come from: the first that is there.
    struct Wanted: Sendable {
        let name: String
        let sources: [Source]
        /// Whether an authenticated gateway alone needs it.
        var isOptional = false
    }

    /// Where a value may come from.
    enum Source: Sendable {
        /// A secret of this name.
        case secret(String)
        /// A secret of this name, if there is a gateway that it is for.
        case secretForGateway(String)
        /// The gateway's provider key, if the gateway's route speaks to that provider.
        case gatewayKey(routes: Set<String>)
        /// A field of `[provider.cloudflare-ai-gateway]`.
        case field(ProviderSettings.Field)
        /// A text with `${…}` references to these fields and secrets.
        case template(String, fields: [ProviderSettings.Field], secrets: [String])
    }

    /// What a preset comes to with what is there.
    public struct Resolved: Equatable, Sendable {
        /// The variables, as a profile has them.
        public let variables: [(name: String, reference: String)]
        /// What the system could use and is not there: a variable, and what it would come from.
        public let missing: [(name: String, source: String)]

        /// Whether both have the same, in the same order.
        public static func == (left: Resolved, right: Resolved) -> Bool {
            left.variables.elementsEqual(right.variables) { $0 == $1 } && left.missing.elementsEqual(right.missing) { $0 == $1 }
        }
    }

    /// Finds a source for each variable.
    ///
    /// - Parameters:
    ///   - secrets: the names of all secrets.
    ///   - settings: what the settings say of providers.
    public func resolve(secrets: Set<String>, settings: WarderSettings) -> Resolved {
        let provider = settings.providers[Self.gatewayProvider]
        let usesGateway = provider != nil || secrets.contains { $0.hasPrefix("\(Self.gatewayProvider)/") }
        var variables: [(name: String, reference: String)] = []
        for (name, candidates) in providerKeys {
            if let secret = candidates.first(where: secrets.contains) { variables.append((name, "secret:\(secret)")) }
        }
        var missing: [(name: String, source: String)] = []
        for wanted in gateway {
            if let found = wanted.sources.lazy.compactMap({ reference($0, secrets, provider, usesGateway) }).first {
                variables.removeAll { $0.name == wanted.name }
                variables.append((wanted.name, found))
            } else if !wanted.isOptional, usesGateway || variables.isEmpty {
                missing.append((wanted.name, wanted.sources.map(describe).joined(separator: ", or ")))
            }
        }
        return Resolved(variables: variables, missing: missing)
    }

    static let gatewayProvider = "cloudflare-ai-gateway"

    private func reference(_ source: Source, _ secrets: Set<String>, _ provider: ProviderSettings?, _ usesGateway: Bool) -> String? {
        switch source {
        case .secret(let name): return secrets.contains(name) ? "secret:\(name)" : nil
        case .secretForGateway(let name): return usesGateway && secrets.contains(name) ? "secret:\(name)" : nil
        case .gatewayKey(let routes):
            let name = "\(Self.gatewayProvider)/api-key"
            return secrets.contains(name) && routes.contains(provider?[.route] ?? "anthropic") ? "secret:\(name)" : nil
        case .field(let field): return provider?[field] == nil ? nil : "${provider:\(Self.gatewayProvider)/\(field.rawValue)}"
        case .template(let text, let fields, let names):
            return fields.allSatisfy { provider?[$0] != nil } && names.allSatisfy(secrets.contains) ? text : nil
        }
    }

    private func describe(_ source: Source) -> String {
        switch source {
        case .secret(let name), .secretForGateway(let name): "the secret \(name)"
        case .gatewayKey(let routes):
            "the secret \(Self.gatewayProvider)/api-key if route = \"\(routes.sorted().joined(separator: "\" or \""))\" there"
        case .field(let field): "\(field.rawValue) in [provider.\(Self.gatewayProvider)]"
        case .template(_, let fields, let secrets):
            (fields.map { "\($0.rawValue) in [provider.\(Self.gatewayProvider)]" } + secrets.map { "the secret \($0)" }).joined(
                separator: " and ")
        }
    }
}
