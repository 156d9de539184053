/// The providers and gateways that Warder knows, with what each of five systems calls them.
public struct Catalogue: Sendable {
    /// The id of Cloudflare AI Gateway.
    public static let gateway = "cloudflare-ai-gateway"
    /// The id of Workers AI, whose keys are Cloudflare's tokens.
    static let workersAI = "cloudflare-workers-ai"

    /// What this version knows. Read once, when it is first asked for.
    public static let standard = (try? Catalogue(data)) ?? Catalogue()

    /// In the order of the data: where several share a variable, the one that it is first of all for comes first.
    public let providers: [Provider]

    private init() { providers = [] }

    /// - Parameter text: blocks as in `Catalogue+Data.swift`.
    /// - Throws: ``CatalogueError``.
    init(_ text: String) throws(CatalogueError) {
        providers = try CatalogueParser.providers(text)
    }

    /// The provider of this name.
    ///
    /// - Parameters:
    ///   - name: an id or another name, exactly.
    ///   - system: whose names come first: loong's `minimax` is another than docker-agent's.
    public func provider(_ name: String, of system: Provider.System? = nil) -> Provider? {
        if let system, let own = providers.first(where: { $0.systems[system]?.ids.contains(name) ?? false }) { return own }
        return providers.first { $0.id == name } ?? providers.first { $0.aliases.contains(name) }
    }

    /// The provider that Cloudflare AI Gateway knows by this segment of a URL.
    public func upstream(slug: String) -> Provider? { providers.first { $0.upstream?.slug == slug } }
}
