internal import Settings

/// The addresses of Cloudflare AI Gateway.
///
/// Source: https://developers.cloudflare.com/ai-gateway/usage/, one page for each form.
struct GatewayAddress {
    private let chosen: ChosenProvider
    private let catalogue: Catalogue
    private let model: String
    private let gateway: GatewaySettings

    /// The address of a model behind a gateway, by the provider's `route`:
    ///
    /// | `route` | address | model |
    /// |---|---|---|
    /// | `compat` | `…/v1/ACCOUNT/GATEWAY/compat/chat/completions` | `SLUG/MODEL`, `custom-SLUG/MODEL`, `dynamic/ROUTE` |
    /// | a slug | `…/v1/ACCOUNT/GATEWAY/SLUG/…` | the provider's own |
    /// | `custom-SLUG` | `…/v1/ACCOUNT/GATEWAY/custom-SLUG/…` | the provider's own |
    /// | `workers-ai` | `…/v1/ACCOUNT/GATEWAY/workers-ai/…` | `@cf/AUTHOR/MODEL` |
    /// | `universal` | `…/v1/ACCOUNT/GATEWAY` | `SLUG/MODEL` |
    /// | `rest` | `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/…` | `AUTHOR/MODEL`, `@cf/AUTHOR/MODEL` |
    ///
    /// Without `route`, a model that begins with `@cf/` goes to Workers AI, and `SLUG/MODEL` to compat.
    ///
    /// - Throws: ``ResolverError``: `.invalid` for what the settings lack or contradict; `.refused` for an unsafe address.
    static func address(_ model: String, _ chosen: ChosenProvider, _ catalogue: Catalogue) throws(ResolverError) -> Address {
        let form = GatewayAddress(
            chosen: chosen, catalogue: catalogue, model: model, gateway: chosen.settings.gateway ?? .none)
        var address = try form.address()
        address.headers += form.gateway.headers.map {
            ProviderHeader(name: $0.name, value: $0.value, origin: .settings($0.place))
        }
        return address
    }

    private func address() throws(ResolverError) -> Address {
        switch try route() {
        case "compat": return try compat()
        case "universal": return try universal()
        case "rest": return try rest()
        case let slug: return try native(slug)
        }
    }

    private func route() throws(ResolverError) -> String {
        if let route = chosen.settings[.route] { return route }
        if model.hasPrefix("@cf/") { return Self.workersAISlug }
        guard model.contains("/") else {
            throw ResolverError(
                .invalid, "\(chosen.name) does not know which provider has this model",
                hint: "set route in [provider.\(chosen.name)], such as \"anthropic\", or name the model SLUG/MODEL")
        }
        return "compat"
    }

    private static let workersAISlug = "workers-ai"
    private static let host = "https://gateway.ai.cloudflare.com/v1/<account_id>/<gateway_id>"

    /// The address of the gateway with what follows it, or the one of the settings as it is.
    private func base(_ suffix: String, host: String = host) throws(ResolverError) -> (Endpoint, [Origin]) {
        if let own = chosen.settings[.baseURL] {
            let what = "\(chosen.place): base_url of \(chosen.name)"
            return (try Endpoint(chosen.fields.fill(own), what), chosen.origins(of: own))
        }
        return (try Endpoint(chosen.fields.fill(host + suffix), "the address of \(chosen.name)"), chosen.origins(of: host))
    }

    // MARK: One OpenAI-like address for all providers

    private func compat() throws(ResolverError) -> Address {
        let slug = try upstreamSlug("compat")
        let isDynamic = slug == "dynamic"
        if isDynamic, gateway.providerKey == .request {
            throw ResolverError(
                .invalid, "\(chosen.place): dynamic routes take the keys that the gateway has stored",
                hint: "[provider.\(chosen.name).gateway] provider_key = \"stored\"")
        }
        let upstream = catalogue.upstream(slug: slug)
        guard upstream != nil || isDynamic || Self.isCustom(slug) || chosen.settings.models?.contains(model) ?? false else {
            throw ResolverError(
                .invalid, "\(chosen.place): the catalogue knows no provider behind the gateway of \(chosen.name) by that slug",
                hint: "`warder provider show cloudflare-ai-gateway` lists them; a model that is pinned in models goes as it is")
        }
        guard try chosen.style ?? .openaiChat == .openaiChat else { throw styleError("compat") }
        try refuse([.auth], "compat")
        let (base, origins) = try base("/compat")
        return Address(
            base: base, origins: origins, path: try path("/chat/completions"), model: model, style: .openaiChat,
            slots: try (isDynamic ? [] : providerSlot(upstream, .bearer)) + tokenSlot(isRequired: isDynamic),
            upstream: isDynamic ? model : slug)
    }

    /// The slug that a model's name begins with.
    private func upstreamSlug(_ route: String) throws(ResolverError) -> String {
        guard let slash = model.firstIndex(of: "/"), !model.hasPrefix("@") else {
            throw ResolverError(.invalid, "a model of the \(route) route is named SLUG/MODEL, such as openai/gpt-4o or workers-ai/@cf/…")
        }
        return String(model[..<slash])
    }

    // MARK: The provider's own address

    private func native(_ slug: String) throws(ResolverError) -> Address {
        let isCustom = Self.isCustom(slug)
        let upstream = isCustom ? nil : catalogue.upstream(slug: slug)
        guard isCustom || upstream != nil else {
            throw ResolverError(
                .invalid, "\(chosen.place): route of \(chosen.name) is neither compat, universal, rest nor a provider's slug",
                hint: "`warder provider show cloudflare-ai-gateway` lists them; providers of your own are custom-SLUG")
        }
        let known = upstream?.upstream
        let style = try chosen.style ?? known?.style ?? .openaiChat
        let auth = try chosen.auth ?? (style == known?.style ? known?.auth : nil) ?? Address.auth(of: style)
        if known?.path == nil, !isCustom { try chosen.requireKnownAuth("upstream", of: upstream) }
        let (base, origins) = try base("/" + slug)
        // Of some providers only the client knows what follows the slug.
        let usual = style == known?.style ? known?.path : Self.path(of: style, slug)
        let template = chosen.settings[.path] ?? usual
        let keepsSlashes = slug == Self.workersAISlug || style == .other
        var address = Address(
            base: base, origins: origins,
            path: try template.map { path throws(ResolverError) in try chosen.path(path, model, keepsSlashes: keepsSlashes) }, model: model,
            style: style, slots: try providerSlot(upstream, auth) + tokenSlot(), upstream: slug)
        address.headers = Address.headers(of: style)
        return address
    }

    /// What follows a slug for a shape of requests that is not the slug's first one.
    private static func path(of style: APIStyle, _ slug: String) -> String? {
        style == .cloudflareRun && slug == workersAISlug ? "/{model}" : Address.path(of: style)
    }

    /// Whether it is the slug of a provider that the account's owner has added.
    private static func isCustom(_ slug: String) -> Bool {
        let prefix = "custom-"
        return slug.hasPrefix(prefix) && slug.utf8.count > prefix.utf8.count
            && slug.utf8.allSatisfy { $0.isLowerOrDigit || $0 == UInt8(ascii: "-") }
    }

    // MARK: Steps in the body

    private func universal() throws(ResolverError) -> Address {
        try refuse([.auth, .style, .path], "universal")
        let slug = try upstreamSlug("universal")
        guard let upstream = catalogue.upstream(slug: slug), let known = upstream.upstream, let path = known.path else {
            throw ResolverError(
                .invalid, "\(chosen.place): the universal route of \(chosen.name) needs a slug whose path is known",
                hint: "`warder provider show cloudflare-ai-gateway` lists them")
        }
        let inner = String(model.dropFirst(slug.count + 1))
        let endpoint = try chosen.path(path, inner, keepsSlashes: slug == Self.workersAISlug).dropFirst()
        let (base, origins) = try base("")
        let slots = try providerSlot(upstream, known.auth).map { slot in
            var slot = slot
            slot.isInStep = true
            return slot
        }
        var address = Address(
            base: base, origins: origins, path: "", model: inner, style: .cloudflareUniversal, slots: slots + tokenSlot(),
            upstream: slug)
        address.step = (
            slug, String(endpoint),
            Address.headers(of: known.style) + [ProviderHeader(name: "content-type", value: "application/json", origin: .catalogue)]
        )
        return address
    }

    // MARK: Cloudflare's REST API

    private func rest() throws(ResolverError) -> Address {
        try refuse([.auth], "rest")
        guard model.contains("/") else {
            throw ResolverError(.invalid, "a model of the rest route is named AUTHOR/MODEL or @cf/AUTHOR/MODEL")
        }
        guard gateway.providerKey != .request, !gateway.headers.contains(where: { $0.name == "cf-aig-byok-alias" && $0.value != "default" })
        else {
            throw ResolverError(
                .invalid, "\(chosen.place): the rest route takes no provider's key, and of the stored ones only the alias default")
        }
        let style = try chosen.style ?? .openaiChat
        let account = "https://api.cloudflare.com/client/v4/accounts/<account_id>/ai"
        let suffix: String
        let path: String
        switch style {
        case .openaiChat: (suffix, path) = ("/v1", "/chat/completions")
        case .openaiResponses: (suffix, path) = ("/v1", "/responses")
        // The base URL of Anthropic's library has no version.
        case .anthropicMessages: (suffix, path) = ("", "/v1/messages")
        case .cloudflareRun: (suffix, path) = ("", model.hasPrefix("@") ? "/run/{model}" : "/run")
        case .gemini, .bedrockConverse, .cloudflareUniversal, .other: throw styleError("rest")
        }
        let (base, origins) = try base(suffix, host: account)
        var address = Address(
            base: base, origins: origins, path: try chosen.path(chosen.settings[.path] ?? path, model, keepsSlashes: true), model: model,
            style: style,
            slots: [
                KeySlot(
                    kind: .cloudflare, auth: .bearer, header: "authorization", isToken: true, owner: catalogue.provider(Catalogue.workersAI)
                )
            ], upstream: model.split(separator: "/").first.map(String.init))
        address.headers = Address.headers(of: style)
        if chosen.settings[.gatewayID] != nil {
            let id = try chosen.fields.fill("<gateway_id>")
            address.headers.append(ProviderHeader(name: "cf-aig-gateway-id", value: id, origin: .settings(chosen.settings.place)))
        } else if model.hasPrefix("@") {
            throw ResolverError(
                .invalid, "\(chosen.place): Workers AI by the rest route needs a gateway_id", hint: "gateway_id = \"default\"")
        }
        return address
    }

    // MARK: What all have

    private func path(_ own: String) throws(ResolverError) -> String { try chosen.path(chosen.settings[.path] ?? own, model) }

    /// Where the provider's key goes, if it travels with the request.
    private func providerSlot(_ upstream: Provider?, _ auth: AuthScheme) throws(ResolverError) -> [KeySlot] {
        guard gateway.providerKey ?? .request == .request else { return [] }
        guard let header = auth.header else {
            throw ResolverError(
                .invalid, "requests to \(upstream?.name ?? chosen.name) are signed, which only its own client can do",
                hint: "store the key at the gateway: [provider.\(chosen.name).gateway] provider_key = \"stored\"")
        }
        let kind: KeySlot.Kind = upstream?.id == Catalogue.workersAI ? .cloudflare : .provider
        return [KeySlot(kind: kind, auth: auth, header: header, owner: upstream)]
    }

    /// Where the gateway's token goes. The gateway may have authentication switched off, and then nobody needs one.
    private func tokenSlot(isRequired: Bool = false) -> [KeySlot] {
        if gateway.isAuthenticated == false, !isRequired { return [] }
        return [
            KeySlot(
                kind: .cloudflare, auth: .bearer, header: KeySlot.gatewayHeader, isToken: true,
                isOptional: !(isRequired || gateway.isAuthenticated == true || gateway.token != nil), owner: nil)
        ]
    }

    /// Fields that would change nothing: whoever wrote them expects otherwise.
    private func refuse(_ fields: [ProviderSettings.Field], _ route: String) throws(ResolverError) {
        for field in fields where chosen.settings[field] != nil {
            throw ResolverError(
                .invalid, "\(chosen.place): \(field.rawValue) of \(chosen.name) means nothing on the \(route) route", hint: "leave it out")
        }
    }

    private func styleError(_ route: String) -> ResolverError {
        ResolverError(.invalid, "\(chosen.place): style of \(chosen.name) is none that the \(route) route has")
    }
}
