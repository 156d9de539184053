/// A place of a request where a key goes.
struct KeySlot {
    /// The header of the gateway's own token.
    static let gatewayHeader = "cf-aig-authorization"
    /// The headers in which providers' keys travel.
    static let providerHeaders = Set(AuthScheme.allCases.compactMap(\.header))
    /// All headers in which keys travel.
    static let headers = providerHeaders.union([gatewayHeader])

    /// What kind of key belongs there.
    enum Kind: Equatable {
        /// The key of the provider that answers.
        case provider
        /// A token of Cloudflare's.
        case cloudflare
    }

    let kind: Kind
    /// How it travels.
    let auth: AuthScheme
    /// The header, in lower case; ``auth``'s own but for the gateway's token.
    let header: String
    /// Whether the key goes into the step of a universal request instead of a header.
    var isInStep = false
    /// Whether the gateway's own token belongs there: in a header of its own, or instead of a provider's key.
    var isToken = false
    /// Whether the request can do without it.
    var isOptional = false
    /// Whose key it is, where the catalogue knows.
    let owner: Provider?
}
