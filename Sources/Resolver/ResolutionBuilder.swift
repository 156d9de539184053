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
        let plan = try RequestPlan(text, place, resolver.settings, resolver.catalogue)
        let (chosen, address, templates) = (plan.chosen, plan.address, plan.templates)
        let rules = KeyRules(endpoint: address.base, catalogue: resolver.catalogue)
        let secrets = try read(plan.slots.flatMap(\.places.wantedSecrets) + templates.flatMap(\.secrets))

        let writer = HeaderWriter(rules: rules, settings: resolver.settings, secrets: secrets)
        var finder = KeyFinder(
            ReferenceReader(environment: resolver.environment, secrets: secrets, programs: resolver.programs))
        var found: [(slot: KeySlot, keys: [FoundKey])] = []
        let own: [RequestHeader]
        do {
            for (slot, places) in plan.slots {
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
        let ownToken = own.first { $0.name == KeySlot.gatewayHeader }?.origins.first
        let ownKey = own.first { KeySlot.headers.contains($0.name) }?.origins.first
        let choices: [FoundKey?] = keys.isEmpty ? [nil] : keys
        let pool = try choices.enumerated().map { number, choice in
            var headers = fixed
            var stepHeaders = try (address.step?.headers ?? []).map(writer.header)
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
                    model: plan.modelOrigin,
                    style: chosen.settings[.style] == nil && chosen.provider != nil ? .catalogue : .settings(chosen.settings.place),
                    baseURL: address.origins),
                requestURL: address.path.map { address.base.text + $0 }, headers: headers + own,
                step: address.step.map { UniversalStep(provider: $0.provider, endpoint: $0.endpoint, headers: stepHeaders) },
                listing: address.listing.map { .init(url: address.base.text + $0.path, needsKey: $0.needsKey) },
                key: origin.map { KeyIdentity(provider: chosen.name, origin: $0, number: number, upstream: address.upstream) },
                gatewayToken: (ownToken ?? token).map { KeyIdentity(provider: chosen.name, origin: $0, number: 0, upstream: nil) },
                steps: finder.steps,
                upstream: address.upstream)
            return PooledResolution(resolution: resolution, weight: choice?.weight ?? 1)
        }
        return (pool, lifetime)
    }

    /// What kind of key a header of the settings has.
    private func slot(of template: HeaderTemplate, _ address: Address) -> KeySlot? {
        if let slot = address.slots.first(where: { $0.header == template.name }) { return slot }
        if template.name == KeySlot.gatewayHeader { return KeySlot(kind: .cloudflare, auth: .bearer, header: template.name, owner: nil) }
        // A key in another place than the provider's usual one is still the provider's.
        guard KeySlot.providerHeaders.contains(template.name) else { return nil }
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
