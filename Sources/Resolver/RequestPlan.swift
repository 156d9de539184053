internal import Settings

/// What a request for a model needs, before any secret is read: the provider, the address, and where each key may be.
struct RequestPlan {
    let chosen: ChosenProvider
    let address: Address
    /// The headers of the settings.
    let templates: [HeaderTemplate]
    /// Where the model's name comes from.
    let modelOrigin: Origin
    /// The places of the request where a key goes that no header of the settings takes, and where that key may be.
    let slots: [(slot: KeySlot, places: KeyPlaces)]

    /// - Parameters:
    ///   - text: `PROVIDER/MODEL`.
    ///   - place: where that stands, if the settings have it.
    /// - Throws: ``ResolverError``.
    init(_ text: String, _ place: SettingsPlace?, _ settings: WarderSettings, _ catalogue: Catalogue) throws(ResolverError) {
        let name: ModelName
        let chosen: ChosenProvider
        do throws(ResolverError) {
            name = try ModelName(text)
            chosen = try Self.provider(name.provider, settings, catalogue)
        } catch {
            // What is wrong with the provider's own table says where that stands.
            guard let place, error.code != .invalid else { throw error }
            throw error.about(place)
        }
        let (model, origin) = try chosen.model(name.model)
        let address = try chosen.isGateway ? GatewayAddress.address(model, chosen, catalogue) : Address.direct(model, chosen)
        let templates = chosen.settings.headers ?? []
        try Self.checkHeaders(templates, address, chosen)
        self.chosen = chosen
        self.address = address
        self.templates = templates
        modelOrigin = origin
        slots = address.slots.filter { slot in slot.isInStep || !templates.contains { $0.name == slot.header } }
            .map { ($0, KeyPlaces($0, chosen, isOwnHost: chosen.isOwn(address.base), settings)) }
    }

    /// A provider by a name of the settings, else of the catalogue.
    private static func provider(_ name: String, _ settings: WarderSettings, _ catalogue: Catalogue) throws(ResolverError) -> ChosenProvider
    {
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
    private static func checkHeaders(_ templates: [HeaderTemplate], _ address: Address, _ chosen: ChosenProvider) throws(ResolverError) {
        guard chosen.isGateway, !address.slots.contains(where: { $0.header != KeySlot.gatewayHeader }) else { return }
        for template in templates where KeySlot.providerHeaders.contains(template.name) {
            throw ResolverError(
                .invalid, "\(template.place): \(template.name) would take the place of the key that the gateway has stored or pays with",
                hint: "leave it out, or set provider_key = \"request\"")
        }
    }
}
