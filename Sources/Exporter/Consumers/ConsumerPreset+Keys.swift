internal import Resolver

extension ConsumerPreset {
    /// The variables in which the system looks for keys, and the secrets that may hold each: what is stored for a provider, `ID/api-key`,
    /// before a secret that is called as a variable. Those for the gateway are not among them.
    var providerKeys: [(name: String, candidates: [String])] {
        guard let system else { return [] }
        var order: [String] = []
        var providers: [String: [Provider]] = [:]
        for provider in Catalogue.standard.providers where provider.id != Self.gatewayProvider {
            guard let name = Self.variable(of: provider, for: system), !gateway.contains(where: { $0.name == name }) else { continue }
            if providers[name] == nil { order.append(name) }
            providers[name, default: []].append(provider)
        }
        return order.map { name in
            // The key of a provider that the system has itself comes before one that needs another URL there.
            let owners = providers[name] ?? []
            let own = owners.filter { $0.systems[system]?.ids.isEmpty == false }
            let others = owners.filter { $0.systems[system]?.ids.isEmpty != false }
            let stored = (own + others).map { "\($0.id)/api-key" }
            let named = owners.flatMap { owner in Provider.System.allCases.compactMap { Self.variable(of: owner, for: $0) } }
            return (name, stored + ([name] + named).filter { !Self.sharedNames.contains($0) })
        }
    }

    /// Tokens that open more than models: one that is stored by such a name is not given to a system for its models.
    private static let sharedNames: Set = ["GH_TOKEN", "GITHUB_TOKEN"]

    /// The variable that a system reads first. Hugging Face's own programs, and all others that have its provider, read the one that is
    /// second there.
    private static func variable(of provider: Provider, for system: Provider.System) -> String? {
        let variables = provider.systems[system]?.variables ?? []
        return variables.first { $0 == "HF_TOKEN" } ?? variables.first
    }
}
