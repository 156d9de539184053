internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// What somebody wants to be set up: what was said by options, and what is asked for besides.
struct OnboardAnswers {
    /// A provider, and the table of the settings that is its.
    struct Chosen {
        /// `[provider.NAME]`
        let name: String
        let provider: Provider

        var isGateway: Bool { provider.id == Catalogue.gateway }
        /// What options for its key begin with.
        var flag: String { OnboardProviders.flagWord(provider) }

        /// The fields that its address needs, one of the settings' own aside.
        ///
        /// - Parameter field: what is known of a field.
        func neededFields(_ field: (ProviderSettings.Field) -> String?) -> [ProviderSettings.Field] {
            guard field(.baseURL) == nil else { return [] }
            guard isGateway else { return provider.chatPath == nil ? [] : provider.addressFields ?? [.baseURL] }
            // What else there is to say depends on whom the route leads to.
            return [.accountID, .gatewayID] + (field(.route).flatMap { Catalogue.standard.upstream(slug: $0) }?.upstreamFields ?? [])
        }
    }

    var chosen: Chosen?
    /// Fields that were said, whether the settings have them already or not.
    var fields: [ProviderSettings.Field: String] = [:]
    /// A key that was given.
    var key: SecretValue?
    /// A token that was given.
    var token: SecretValue?
    /// Whether the gateway is authenticated; nil keeps what the settings say.
    var isAuthenticated: Bool?
    /// How the provider's key comes to the provider; nil keeps what the settings say.
    var providerKey: GatewaySettings.ProviderKey?
    /// The default model; nil keeps it.
    var model: String?
    /// The key file of a vault that has to be made first.
    var newKeyFile: String?
}

/// The providers by the names that options and people have for them.
enum OnboardProviders {
    /// Words of OpenClaw's options and auth choices that are no names in the catalogue.
    ///
    /// Source: openclaw/openclaw, docs/cli/onboard.md
    private static let words = [
        "ai-gateway": "vercel-ai-gateway", "apiKey": "anthropic", "minimax-global": "minimax", "moonshot-api-key-cn": "moonshot-cn",
    ]

    /// The provider that an auth choice means: a name of the settings or the catalogue, or one with `-api-key` behind it.
    static func named(_ word: String, _ settings: WarderSettings) -> OnboardAnswers.Chosen? {
        let short = word.hasSuffix("-api-key") ? String(word.dropLast("-api-key".count)) : word
        for name in [word, short] {
            if let table = settings.providers[name] {
                if let provider = Catalogue.standard.provider(table[.kind] ?? name) { return .init(name: name, provider: provider) }
                return nil
            }
            if let provider = Catalogue.standard.provider(words[name] ?? name) { return .init(name: provider.id, provider: provider) }
        }
        return nil
    }

    /// What options for a provider's key begin with.
    static func flagWord(_ provider: Provider) -> String {
        switch provider.id {
        case "google": "gemini"
        case "vercel-ai-gateway": "ai-gateway"
        default: provider.id
        }
    }

    /// The provider that is offered first: the one of the default model, else the only one that the settings have, else the gateway.
    static func usual(_ settings: WarderSettings) -> String {
        let ofModel = settings.defaults.model.flatMap {
            $0.firstIndex(of: "/").map { index in String(settings.defaults.model?[..<index] ?? "") }
        }
        if let ofModel, named(ofModel, settings) != nil { return ofModel }
        let configured = settings.providers.keys.filter { named($0, settings) != nil }.sorted()
        return configured.count == 1 ? configured[0] : configured.first { $0 == Catalogue.gateway } ?? configured.first ?? Catalogue.gateway
    }
}
