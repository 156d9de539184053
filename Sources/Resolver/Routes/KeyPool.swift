internal import Profiles
internal import Settings

/// Everything that requests for one model may be tried with: a resolution for each key, whether it rests or not.
public struct KeyPool: Sendable {
    /// One for each key, in the order of the settings. Never empty.
    public let resolutions: [Resolution]
    /// How often each is taken compared with the others: 1 to 100.
    public let weights: [Int]
    /// After how many seconds a key may be another one, though the vault has not changed. Nil if never.
    public let lifetime: Int?

    /// The same as choices.
    public var choices: [KeyRests.Choice] { zip(resolutions, weights).map { KeyRests.Choice($0.subject, weight: $1) } }
}

/// How a provider is reached by whoever names the model himself.
public struct ProviderConnection: Sendable {
    /// What a model's name must begin with, before the first slash, for these keys to go with it; nil for any model.
    public let slug: String?
    /// The keys. The model of its resolutions is made up.
    public let pool: KeyPool
}

extension ModelResolver {
    /// The keys for a model, whatever rests.
    ///
    /// - Parameter model: `PROVIDER/MODEL`, or `PROVIDER/auto`.
    /// - Throws: ``ResolverError``, ``KeystoreError``.
    public func pool(for model: String) throws -> KeyPool {
        let built = try ResolutionBuilder(self).build(model, nil)
        return KeyPool(
            resolutions: built.pool.map(\.resolution), weights: built.pool.map(\.weight), lifetime: built.lifetime)
    }

    /// The models of a route in their order, each `PROVIDER/MODEL`; nil if there is no such route.
    public func models(ofRoute name: String) -> [String]? { settings.routes[name]?.models }

    /// How a provider is reached without a model: its address and headers.
    ///
    /// A gateway that has one address for all providers gets a key of that provider which the model's name begins with, so there is one
    /// connection for each of them. A key that the gateway's own table has is one provider's, and only the models that the settings pin
    /// there, or name in a route, tell whose.
    ///
    /// - Parameter provider: a name of the settings or the catalogue.
    /// - Throws: ``ResolverError``, ``KeystoreError``.
    public func connections(of provider: String) throws -> [ProviderConnection] {
        let table = settings.providers[provider] ?? .none
        guard catalogue.provider(table[.kind] ?? provider)?.id == Catalogue.gateway else {
            return [ProviderConnection(slug: nil, pool: try pool(for: "\(provider)/\(anyModel(of: provider))"))]
        }
        if table[.route] == "universal", table.gateway?.providerKey ?? .request == .request {
            throw ResolverError(
                .invalid, "\(table.place): steps of the universal route have keys in them, which only the client can write",
                hint: "route = \"compat\", or keys stored at the gateway")
        }
        guard table[.route] ?? "compat" == "compat", table.gateway?.providerKey ?? .request == .request else {
            return [ProviderConnection(slug: nil, pool: try pool(for: "\(provider)/\(anyModel(of: provider))"))]
        }
        return try compatConnections(provider, table)
    }

    private func compatConnections(_ name: String, _ table: ProviderSettings) throws -> [ProviderConnection] {
        let named = Self.slugs(of: name, in: settings)
        let slugs = catalogue.providers.compactMap { $0.upstream?.slug }
        var connections: [ProviderConnection] = []
        var failure: (any Error)?
        for slug in slugs + named.filter({ !slugs.contains($0) }).sorted() {
            do {
                let pool = try pool(for: "\(name)/\(slug)/any")
                if named.contains(slug) || pool.resolutions.allSatisfy({ isBound($0, table) }) {
                    connections.append(ProviderConnection(slug: slug, pool: pool))
                }
            } catch let error as ResolverError {
                failure = failure ?? error
            }
        }
        guard connections.isEmpty else { return connections }
        throw failure
            ?? ResolverError(
                .invalid, "\(table.place): nothing says which provider the key of \(name) is for",
                hint: "pin its models: models = [\"SLUG/MODEL\"] in [provider.\(name)]")
    }

    /// Whether a key was found under the names of the provider behind the gateway, and not under the gateway's own.
    private func isBound(_ resolution: Resolution, _ table: ProviderSettings) -> Bool {
        guard table.keys == nil, !(table.headers ?? []).contains(where: { KeySlot.providerHeaders.contains($0.name) }) else { return false }
        let gateway = catalogue.provider(Catalogue.gateway)
        switch resolution.key?.origin {
        case .secret(let secret):
            let own = ["\(resolution.provider)/api-key", "\(Catalogue.gateway)/api-key"] + (gateway?.keyVariables ?? [])
            return !own.contains(secret.name)
        case .variable(let variable), .other(_, let variable): return !(gateway?.keyVariables.contains(variable) ?? false)
        case .file, .program: return true
        case .request, .catalogue, .settings, nil: return false
        }
    }

    /// What the models that the settings name of a gateway begin with.
    private static func slugs(of provider: String, in settings: WarderSettings) -> Set<String> {
        let prefix = provider + "/"
        let routed = (settings.routes.values.flatMap(\.models) + [settings.defaults.model].compactMap { $0 })
            .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        let models = (settings.providers[provider]?.models ?? []) + routed
        return Set(models.compactMap { model in model.firstIndex(of: "/").map { String(model[..<$0]) } })
    }
}

extension Resolution {
    /// The address to which a client adds the path of an operation of the style, such as `/chat/completions`. Nil if the provider's path is
    /// another than the style's.
    public var operationBase: String? {
        guard let requestURL else { return baseURL.text }
        guard let path = Address.path(of: style) else { return nil }
        let filled = ModelPath.fill(path, model: model, keepsSlashes: false)
        return requestURL.hasSuffix(filled) ? String(requestURL.dropLast(filled.utf8.count)) : nil
    }
}
