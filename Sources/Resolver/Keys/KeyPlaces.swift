internal import Settings

/// Where the key for one slot of a request may be, in the order in which it is looked for.
struct KeyPlaces {
    /// What the settings name. If they name any, nothing else is looked at: a reference that fails is an error.
    var configured: [KeyReference] = []
    /// Secrets of the vault.
    var secrets: [Candidate] = []
    /// Variables: of this process, then of the sources that the user has allowed.
    var variables: [Candidate] = []

    /// A secret or a variable, by name.
    struct Candidate: Equatable {
        let name: String
        /// How the key travels if it is found here, where that differs from the slot: an OAuth token is a bearer token.
        var auth: AuthScheme?
    }

    /// The places for a slot of a request to a provider.
    ///
    /// - Parameters:
    ///   - slot: the slot.
    ///   - chosen: whom the request goes to.
    ///   - isOwnHost: whether it goes to a host of the provider's own, so that the provider's usual names mean its key.
    ///   - settings: what is configured for the provider behind a gateway.
    init(_ slot: KeySlot, _ chosen: ChosenProvider, isOwnHost: Bool, _ settings: WarderSettings) {
        let gateway = chosen.settings.gateway
        let isKnown = chosen.provider?.id == chosen.name || isOwnHost
        if slot.isToken {
            configured = gateway?.token.map { [$0] } ?? []
            add(secret: "\(chosen.name)/token")
            if let id = chosen.provider?.id, isKnown {
                add(secret: "\(id)/token")
                add(variables: ["CF_AIG_TOKEN", "CLOUDFLARE_AIG_TOKEN"])
            }
            // Cloudflare's REST API takes the token where others take the provider's key.
            guard slot.header != KeySlot.gatewayHeader else { return }
        }
        // A pool or key of the provider's own table, else of the table of the provider behind the gateway.
        if configured.isEmpty { configured = chosen.settings.keys ?? [] }
        if configured.isEmpty, chosen.isGateway, isOwnHost, let owner = slot.owner { configured = settings.providers[owner.id]?.keys ?? [] }
        add(secret: "\(chosen.name)/api-key")
        // What the gateway's usual names mean is a key of the provider behind it, never a token of Cloudflare's. Who that is in another
        // account, such as the one who wrote these settings, nobody knows but for the providers of the catalogue.
        let isBehind = slot.kind == .provider && (chosen.provider?.id == chosen.name || slot.owner != nil)
        if let provider = chosen.provider, isKnown, !chosen.isGateway || isBehind { add(provider) }
        if chosen.isGateway, isOwnHost, let owner = slot.owner { add(owner) }
    }

    /// The names that a provider's key usually has.
    private mutating func add(_ provider: Provider) {
        add(secret: "\(provider.id)/api-key")
        // docker-agent gives the gateway a token of Cloudflare's where the provider's key belongs.
        add(variables: provider.keyVariables.filter { provider.id != Catalogue.gateway || $0 != "CLOUDFLARE_API_TOKEN" })
        for name in provider.oauthVariables { add(Candidate(name: name, auth: .bearer)) }
    }

    private mutating func add(secret name: String) {
        if !secrets.contains(where: { $0.name == name }) { secrets.append(Candidate(name: name)) }
    }

    private mutating func add(variables names: [String]) { for name in names { add(Candidate(name: name)) } }

    private mutating func add(_ candidate: Candidate) {
        if !secrets.contains(where: { $0.name == candidate.name }) { secrets.append(candidate) }
        if !variables.contains(where: { $0.name == candidate.name }) { variables.append(candidate) }
    }

    /// The secrets that are read from the vault.
    var wantedSecrets: [String] {
        guard configured.isEmpty else {
            return configured.compactMap { reference in
                if case .secret(let name) = reference.source { name } else { nil }
            }
        }
        return secrets.map(\.name)
    }
}
