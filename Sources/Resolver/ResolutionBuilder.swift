internal import Keystore
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// Puts a resolution together: the provider, its address, the keys, the headers. All secrets are read out of one state of the vault.
struct ResolutionBuilder {
    private let resolver: ModelResolver

    init(_ resolver: ModelResolver) { self.resolver = resolver }

    /// The resolutions of a model, one for each key of its pool, and for how many seconds they may be kept.
    ///
    /// - Parameters:
    ///   - text: `PROVIDER/MODEL`.
    ///   - place: where that stands, if the settings have it.
    func build(_ text: String, _ place: SettingsPlace?) throws -> (pool: [PooledResolution], lifetime: Int?) {
        let name: ModelName
        let chosen: ChosenProvider
        do throws(ResolverError) {
            name = try ModelName(text)
            chosen = try provider(name.provider)
        } catch {
            // What is wrong with the provider's own table says where that stands.
            guard let place, error.code != .invalid else { throw error }
            throw error.about(place)
        }
        let (model, modelOrigin) = try chosen.model(name.model)
        let address =
            try chosen.isGateway
            ? GatewayAddress.address(model, chosen, resolver.catalogue) : Address.direct(model, chosen)
        let rules = KeyRules(endpoint: address.base, catalogue: resolver.catalogue)
        let templates = chosen.settings.headers ?? []
        try checkHeaders(templates, address, chosen)

        let slots = address.slots.filter { slot in slot.isInStep || !templates.contains { $0.name == slot.header } }
        let places = slots.map { KeyPlaces($0, chosen, isOwnHost: chosen.isOwn(address.base), resolver.settings) }
        let secrets = try read(places.flatMap(\.wantedSecrets) + templates.flatMap(\.secrets))

        let writer = HeaderWriter(rules: rules, settings: resolver.settings, secrets: secrets)
        var finder = KeyFinder(
            ReferenceReader(environment: resolver.environment, secrets: secrets, programs: resolver.programs))
        var found: [(slot: KeySlot, keys: [FoundKey])] = []
        let own: [RequestHeader]
        do {
            for (slot, places) in zip(slots, places) {
                let keys = try finder.keys(places, for: slot, of: chosen.name)
                for key in keys {
                    try rules.checkHost(key)
                    try rules.checkKind(key, slot)
                    try KeyRules.checkHeader(key)
                }
                found.append((slot, keys))
            }
            own = try templates.map { template in try writer.header(template, slot: slot(of: template, address)) }
        } catch var error as ResolverError {
            error.steps = finder.steps
            throw error
        }
        let fixed = try address.headers.filter { header in !templates.contains { $0.name == header.name } }.map(writer.header)

        // One resolution for each key of the only slot that may have several.
        let pooled = found.first { $0.keys.count > 1 } ?? found.first { $0.slot.header != KeySlot.gatewayHeader }
        let lifetime = found.flatMap(\.keys).compactMap(\.lifetime).min()
        let keys = pooled?.keys ?? []
        // Where the gateway has the provider's key, its own token stands for it.
        let token = found.first { $0.slot.isToken }?.keys.first?.origin
        let ownKey = own.first { KeySlot.headers.contains($0.name) }?.origins.first
        let choices: [FoundKey?] = keys.isEmpty ? [nil] : keys
        let pool = try choices.enumerated().map { number, choice in
            var headers = fixed
            var stepHeaders = try (address.step?.headers ?? []).map { header in
                try writer.header(ProviderHeader(name: header.name, value: header.value, origin: .catalogue))
            }
            for (slot, keys) in found {
                let isPooled = pooled.map { $0.slot.header == slot.header && $0.slot.isInStep == slot.isInStep } ?? false
                guard let key = isPooled ? choice : keys.first else { continue }
                let header = try writer.header(key, slot)
                if slot.isInStep {
                    stepHeaders.append(header)
                } else if !own.contains(where: { $0.name == header.name }) {
                    headers.append(header)
                }
            }
            let origin = choice?.origin ?? ownKey ?? token
            let resolution = Resolution(
                provider: chosen.name, kind: chosen.provider?.id, model: address.model, style: address.style, baseURL: address.base,
                origins: .init(
                    model: modelOrigin,
                    style: chosen.settings[.style] == nil && chosen.provider != nil ? .catalogue : .settings(chosen.settings.place),
                    baseURL: address.origins),
                requestURL: address.path.map { address.base.text + $0 }, headers: headers + own,
                step: address.step.map { UniversalStep(provider: $0.provider, endpoint: $0.endpoint, headers: stepHeaders) },
                listing: address.listing.map { .init(url: address.base.text + $0.path, needsKey: $0.needsKey) },
                key: origin.map { KeyIdentity(provider: chosen.name, origin: $0, number: number) }, steps: finder.steps)
            return PooledResolution(resolution: resolution, weight: choice?.weight ?? 1)
        }
        return (pool, lifetime)
    }

    /// A provider by a name of the settings, else of the catalogue.
    private func provider(_ name: String) throws(ResolverError) -> ChosenProvider {
        let (settings, catalogue) = (resolver.settings, resolver.catalogue)
        let own = settings.providers[name] == nil ? catalogue.provider(name)?.id ?? name : name
        guard let table = settings.providers[own] else {
            guard let provider = catalogue.provider(own) else {
                throw ResolverError(.notFound, "there is no such provider", hint: "`warder provider list` shows them")
            }
            return ChosenProvider(name: provider.id, settings: ProviderSettings.none, provider: provider)
        }
        let provider = catalogue.provider(table[.kind] ?? own)
        guard provider != nil || table[.kind] == nil else {
            throw ResolverError(
                .invalid, "\(table.place): kind of \(own) is no provider of the catalogue", hint: "`warder provider list` shows them")
        }
        if table.gateway != nil, provider?.id != Catalogue.gateway {
            throw ResolverError(.invalid, "\(table.place): \(own) is no gateway of Cloudflare's, and has a table for one")
        }
        return ChosenProvider(name: own, settings: table, provider: provider)
    }

    /// A header of the settings must not bring a provider's key where there may be none.
    private func checkHeaders(_ templates: [HeaderTemplate], _ address: Address, _ chosen: ChosenProvider) throws(ResolverError) {
        guard chosen.isGateway, !address.slots.contains(where: { $0.header != KeySlot.gatewayHeader }) else { return }
        for template in templates where KeySlot.headers.subtracting([KeySlot.gatewayHeader]).contains(template.name) {
            throw ResolverError(
                .invalid, "\(template.place): \(template.name) would take the place of the key that the gateway has stored or pays with",
                hint: "leave it out, or set provider_key = \"request\"")
        }
    }

    /// What kind of key a header of the settings has.
    private func slot(of template: HeaderTemplate, _ address: Address) -> KeySlot? {
        if let slot = address.slots.first(where: { $0.header == template.name }) { return slot }
        if template.name == KeySlot.gatewayHeader { return KeySlot(kind: .cloudflare, auth: .bearer, header: template.name, owner: nil) }
        // A key in another place than the provider's usual one is still the provider's.
        guard KeySlot.headers.subtracting([KeySlot.gatewayHeader]).contains(template.name) else { return nil }
        return address.slots.first { $0.header != KeySlot.gatewayHeader }
    }

    private func read(_ names: [String]) throws -> [String: Secret] {
        let names = try Set(names).map { try SecretName($0) }.sorted()
        guard !names.isEmpty else { return [:] }
        var secrets: [String: Secret] = [:]
        for (name, secret) in zip(names, try resolver.secrets.secrets(names)) { secrets[name.description] = secret }
        return secrets
    }
}

extension HeaderTemplate {
    /// The names of the secrets in it.
    var secrets: [String] {
        parts.compactMap { part in
            if case .secret(let name) = part { name } else { nil }
        }
    }
}
