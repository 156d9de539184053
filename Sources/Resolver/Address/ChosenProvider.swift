internal import Settings

/// A provider as a request means it: its settings, and what the catalogue knows of it.
struct ChosenProvider {
    /// `[provider.NAME]`, or the catalogue's name.
    let name: String
    let settings: ProviderSettings
    let provider: Provider?

    var fields: ProviderFields { ProviderFields(name, settings) }

    /// Where its table stands, for errors.
    var place: String { settings.place.file.isEmpty ? "warder.toml" : settings.place.description }

    /// Where an address comes from that may have placeholders.
    func origins(of template: String) -> [Origin] {
        if settings[.baseURL] != nil { return [.settings(settings.place)] }
        return template.contains("<") ? [.catalogue, .settings(settings.place)] : [.catalogue]
    }

    /// The settings' shape of requests.
    var style: APIStyle? {
        get throws(ResolverError) {
            guard let text = settings[.style] else { return nil }
            guard let style = APIStyle(rawValue: text) else {
                throw ResolverError(
                    .invalid, "\(place): style of \(name) is none that there is",
                    hint: "the styles are \(APIStyle.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return style
        }
    }

    /// The settings' place for the key.
    var auth: AuthScheme? {
        get throws(ResolverError) {
            guard let text = settings[.auth] else { return nil }
            guard let auth = AuthScheme(rawValue: text), auth.header != nil else {
                throw ResolverError(
                    .invalid, "\(place): auth of \(name) is none that there is",
                    hint: "bearer, x-api-key, x-goog-api-key or api-key")
            }
            return auth
        }
    }

    /// Refuses to guess where a key goes: a fact that nobody confirmed is not enough, if the request's shape does not tell either.
    func requireKnownAuth(_ word: String, of provider: Provider?) throws(ResolverError) {
        guard let provider, provider.unsure.contains(word), settings[.auth] == nil else { return }
        throw ResolverError(
            .invalid, "\(place): nobody has confirmed how \(provider.name) takes its key",
            hint: "set auth in [provider.\(name)]: bearer, x-api-key, x-goog-api-key or api-key")
    }

    /// A path with the model and the settings' fields in it.
    func path(_ template: String, _ model: String, keepsSlashes: Bool = false) throws(ResolverError) -> String {
        let filled = try fields.fill(template)
        guard filled.hasPrefix("/"), Endpoint.isPath(filled.replacing("{model}", with: "m")[...]) else {
            try Endpoint.refusePlaceholder(filled.replacing("{model}", with: ""), "the path of \(name)")
            throw ResolverError(.invalid, "\(place): path of \(name) is no plain path that begins with a slash")
        }
        return ModelPath.fill(filled, model: model, keepsSlashes: keepsSlashes)
    }

    /// Whether it is Cloudflare AI Gateway.
    var isGateway: Bool { provider?.id == Catalogue.gateway }

    /// Whether an address is the provider's own, so that the usual names of keys mean what belongs there.
    ///
    /// Anybody can have a gateway at the gateway's host, with a server of his own behind it. One that the settings address has the usual keys
    /// only in the table that is named as the gateway itself.
    func isOwn(_ base: Endpoint) -> Bool {
        guard settings[.baseURL] != nil else { return true }
        guard let provider, provider.hosts.contains(base.host) else { return false }
        return !isGateway || name == provider.id
    }

    /// The model's name, or the first pinned one for `auto`.
    func model(_ name: String) throws(ResolverError) -> (String, Origin) {
        guard name == ModelName.automatic else { return (name, .request) }
        guard let model = settings.models?.first else {
            throw ResolverError(
                .invalid, "auto takes the first model that is pinned, and \(self.name) has none",
                hint: "models = [\"…\"] in [provider.\(self.name)]")
        }
        try ModelName.check(model)
        return (model, .settings(settings.place))
    }
}
