public import Settings

/// What a request for a model needs, as references: for a program that makes requests itself, and is told where the key is. No value is read
/// to know that.
public struct RequestOutline: Equatable, Sendable {
    /// `[provider.NAME]`, or the catalogue's name.
    public let provider: String
    /// The catalogue's id of that provider, or nil for one of the user's own.
    public let kind: String?
    /// The model as the provider calls it.
    public let model: String
    /// The shape of requests.
    public let style: APIStyle
    /// What client libraries take as the base URL, without a slash at the end.
    public let baseURL: String
    /// What follows the base URL in a request; nil if only the client knows it.
    public let path: String?
    /// Who answers behind Cloudflare AI Gateway, as that calls it; nil where there is none.
    public let upstream: String?
    /// The provider's key, or what stands for it: the token on Cloudflare's REST API. Nil if no key goes with the request.
    public let key: Key?
    /// The gateway's own token, in a header of its own. Nil if none goes with the request.
    public let gatewayToken: Key?
    /// Headers without secrets.
    public let headers: [Header]
    /// Headers of the settings with secrets in them.
    public let templates: [HeaderTemplate]

    /// A key that goes with a request, by the name of its secret.
    public struct Key: Equatable, Sendable {
        /// The header that takes it, in lower case.
        public let header: String
        /// How it travels there.
        public let auth: AuthScheme
        /// The secret's name.
        public let secret: String
    }

    /// A header without secrets.
    public struct Header: Equatable, Sendable {
        /// In lower case.
        public let name: String
        /// Visible ASCII.
        public let value: String
    }
}

extension ModelResolver {
    /// What a request for a model needs, as references to secrets.
    ///
    /// - Parameters:
    ///   - model: `PROVIDER/MODEL`, `PROVIDER/auto`, `auto`, or the name of a route, whose first model counts; nil for the settings' default.
    ///   - names: the names of all secrets.
    /// - Throws: ``ResolverError``: as for ``resolve(_:)``; `.notFound` if a key is needed and no secret has it; `.invalid` if the settings
    ///   take it from somewhere else than the vault.
    public func outline(_ model: String? = nil, secrets names: Set<String>) throws -> RequestOutline {
        let (models, place) = try self.models(model)
        guard let first = models.first else { throw ResolverError(.notFound, "there is no model to ask for") }
        let plan = try RequestPlan(first, place, settings, catalogue)
        let (chosen, address) = (plan.chosen, plan.address)
        var key: RequestOutline.Key?
        var token: RequestOutline.Key?
        for (slot, places) in plan.slots {
            let secret = try self.secret(of: places, for: slot, chosen, names)
            let found = secret.map { RequestOutline.Key(header: slot.header, auth: $0.auth ?? slot.auth, secret: $0.name) }
            if slot.header == KeySlot.gatewayHeader { token = found } else { key = found }
        }
        for name in plan.templates.flatMap(\.secrets) where !names.contains(name) {
            throw ResolverError(.notFound, "the secret \(name) is not in the vault", hint: "store it with: warder set \(name)")
        }
        let overridden = Set(plan.templates.map(\.name))
        return RequestOutline(
            provider: chosen.name, kind: chosen.provider?.id, model: address.model, style: address.style, baseURL: address.base.text,
            path: address.path, upstream: address.upstream, key: key, gatewayToken: token,
            headers: address.headers.filter { !overridden.contains($0.name) }.map { .init(name: $0.name, value: $0.value) },
            templates: plan.templates)
    }

    private func secret(
        of places: KeyPlaces, for slot: KeySlot, _ chosen: ChosenProvider, _ names: Set<String>
    ) throws -> KeyPlaces.Candidate? {
        if let reference = places.configured.first {
            guard case .secret(let name) = reference.source else {
                throw ResolverError(
                    .invalid, "\(reference.place): the key of \(chosen.name) comes from \(reference), and not from the vault",
                    hint: "store it with: warder set \(chosen.name)/api-key")
            }
            guard names.contains(name) else {
                throw ResolverError(
                    .notFound, "\(reference.place): \(reference) is not in the vault", hint: "store it with: warder set \(name)")
            }
            return KeyPlaces.Candidate(name: name)
        }
        if let found = places.secrets.first(where: { names.contains($0.name) }) { return found }
        if slot.isOptional { return nil }
        let usual = places.secrets.first?.name ?? "\(chosen.name)/api-key"
        throw ResolverError(.notFound, "there is no key for \(chosen.name) in the vault", hint: "store it with: warder set \(usual)")
    }
}
