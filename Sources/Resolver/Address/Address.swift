internal import Settings

/// Where a request for a model goes, and what it needs there, before any secret is read.
struct Address {
    /// What client libraries take as the base URL.
    let base: Endpoint
    /// Where `base` comes from.
    let origins: [Origin]
    /// What follows the base, beginning with a slash; empty if the base is the address; nil if only the client knows it.
    let path: String?
    /// The model's name in the request.
    let model: String
    let style: APIStyle
    /// Headers without secrets.
    var headers: [ProviderHeader] = []
    /// The keys that the request needs.
    var slots: [KeySlot]
    /// Who answers behind a gateway, as the gateway calls it.
    var upstream: String?
    /// The step that the client writes into the body, for the gateway's universal address.
    var step: (provider: String, endpoint: String, headers: [ProviderHeader])?
    /// Where the list of models is, below the base.
    var listing: (path: String, needsKey: Bool)?
}

/// A header without secrets, and where it comes from.
struct ProviderHeader {
    let name: String
    let value: String
    let origin: Origin
}

extension Address {
    /// The address of a model at a provider that is no gateway of Cloudflare's.
    ///
    /// - Throws: ``ResolverError``: `.invalid` for what the settings lack or contradict; `.refused` for an unsafe address.
    static func direct(_ model: String, _ chosen: ChosenProvider) throws(ResolverError) -> Address {
        let (settings, provider) = (chosen.settings, chosen.provider)
        guard let template = settings[.baseURL] ?? provider?.baseURL else {
            guard provider != nil else {
                throw ResolverError(
                    .invalid, "\(chosen.place): \(chosen.name) is no provider of the catalogue, and has no address",
                    hint: "set base_url in [provider.\(chosen.name)], or kind to one that `warder provider list` shows")
            }
            throw ResolverError(
                .invalid, "nobody but you knows the address of \(chosen.name)", hint: "set base_url in [provider.\(chosen.name)]")
        }
        let what = settings[.baseURL] == nil ? "the address of \(chosen.name)" : "\(chosen.place): base_url of \(chosen.name)"
        let base = try Endpoint(chosen.fields.fill(template), what)
        let style = try chosen.style ?? provider?.style ?? .openaiChat
        // The shapes that OpenAI has made share an address; another shape is spoken elsewhere.
        let isShared = style == provider?.style || [style, provider?.style].allSatisfy { $0 == .openaiChat || $0 == .openaiResponses }
        guard isShared || provider == nil || settings[.baseURL] != nil else {
            throw ResolverError(
                .invalid, "\(chosen.place): where \(chosen.name) speaks \(style.rawValue) is not known",
                hint: "set base_url in [provider.\(chosen.name)]")
        }
        let auth = try chosen.auth ?? (style == provider?.style ? provider?.auth : nil) ?? Self.auth(of: style)
        if style == .other { try chosen.requireKnownAuth("auth", of: provider) }
        let ownPath = style == provider?.style ? provider?.chatPath : Self.path(of: style)
        let path = try ownPath.map { path throws(ResolverError) in try chosen.path(path, model) }
        var address = Address(
            base: base, origins: chosen.origins(of: template),
            path: try settings[.path].map { path throws(ResolverError) in try chosen.path(path, model) } ?? path, model: model,
            style: style,
            headers: (provider?.headers ?? []).map { ProviderHeader(name: $0.name, value: $0.value, origin: .catalogue) }, slots: [])
        address.headers += headers(of: style).filter { header in !address.headers.contains { $0.name == header.name } }
        if let header = auth.header {
            let isOptional = provider?.keyIsOptional ?? Endpoint.isLoopback(base.host)
            address.slots = [
                KeySlot(
                    kind: provider?.id == Catalogue.workersAI ? .cloudflare : .provider, auth: auth, header: header, isOptional: isOptional,
                    owner: provider)
            ]
        } else {
            throw ResolverError(
                .invalid, "requests to \(chosen.name) are signed, which only its own client can do",
                hint: "use its bearer key (auth = \"bearer\"), or keys stored at a gateway")
        }
        if let path = provider?.modelsPath { address.listing = (path, provider?.listingNeedsKey ?? true) }
        return address
    }

    /// The headers that every request of a shape needs, whoever answers.
    ///
    /// Source: https://docs.anthropic.com/en/api/versioning
    static func headers(of style: APIStyle) -> [ProviderHeader] {
        style == .anthropicMessages ? [ProviderHeader(name: "anthropic-version", value: "2023-06-01", origin: .catalogue)] : []
    }

    /// What follows a base URL, by convention, for a shape of requests that is not the provider's first one.
    static func path(of style: APIStyle) -> String? {
        switch style {
        case .openaiChat: "/chat/completions"
        case .openaiResponses: "/responses"
        case .anthropicMessages: "/v1/messages"
        case .gemini: "/models/{model}:generateContent"
        case .bedrockConverse: "/model/{model}/converse"
        case .cloudflareRun, .cloudflareUniversal, .other: nil
        }
    }

    /// Where the key goes, by convention.
    static func auth(of style: APIStyle) -> AuthScheme {
        switch style {
        case .anthropicMessages: .xAPIKey
        case .gemini: .xGoogAPIKey
        default: .bearer
        }
    }
}
