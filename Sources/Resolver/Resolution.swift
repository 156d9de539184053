internal import Settings
public import SodiumCrypto

/// Everything that a request for a model needs: where it goes, and the headers that it takes there.
///
/// No description of it shows a value.
public struct Resolution: Sendable {
    /// `[provider.NAME]`, or the catalogue's name.
    public let provider: String
    /// The catalogue's id of it, if the catalogue knows it.
    public let kind: String?
    /// The model's name in the request: as it was asked for, without the provider.
    public let model: String
    /// The shape of the request and its answer.
    public let style: APIStyle
    /// What client libraries take as the base URL.
    public let baseURL: Endpoint
    /// Where the parts that are no headers come from.
    public internal(set) var origins: Origins
    /// Where a request for a completion is posted. Nil if only the client knows what follows the base URL.
    public let requestURL: String?
    /// The headers, in the order in which they were found. Names are in lower case and occur once.
    public let headers: [RequestHeader]
    /// The step of a universal request to Cloudflare AI Gateway, which belongs into its body.
    public let step: UniversalStep?
    /// Where the list of models is, if there is one to rely on.
    public let listing: Listing?
    /// The key that the provider gets; the gateway's token, if the gateway has that key. Nil if the request has neither.
    public let key: KeyIdentity?
    /// The token of Cloudflare AI Gateway that goes with the request. Nil if there is none.
    public let gatewayToken: KeyIdentity?
    /// What was looked at, in order, and what came of it: for all keys of a pool, not only for this one's.
    public let steps: [WalkStep]

    /// Who answers behind a gateway, as the gateway calls it.
    public let upstream: String?

    /// What rests after errors: the key, or whoever answers without one.
    var resting: KeyIdentity { key ?? KeyIdentity(provider: provider, origin: .request, upstream: upstream) }

    /// The same of a model that the settings have named.
    func named(by place: SettingsPlace) -> Resolution {
        guard origins.model == .request else { return self }
        var copy = self
        copy.origins.model = .settings(place)
        return copy
    }

    /// The only hosts that the headers may be sent to. A redirect elsewhere must not be followed with them.
    public var hosts: [String] { [baseURL.host] }

    /// Where the parts of a resolution come from that are no headers.
    public struct Origins: Equatable, Sendable {
        /// Of ``Resolution/model``.
        public internal(set) var model: Origin
        /// Of ``Resolution/style``.
        public let style: Origin
        /// Of ``Resolution/baseURL``: the address, and the settings whose fields are in it.
        public let baseURL: [Origin]
    }

    /// The list of models.
    public struct Listing: Equatable, Sendable {
        /// Where it is.
        public let url: String
        /// Whether it is given to nobody without a key.
        public let needsKey: Bool
    }
}

/// One header of a request.
public struct RequestHeader: Sendable {
    /// In lower case.
    public let name: String
    /// Visible ASCII and spaces.
    public let value: SecretValue
    /// The value, if no part of it is secret.
    public let text: String?
    /// The parts of the value that are secret.
    public let secrets: [SecretValue]
    /// Where its parts come from.
    public let origins: [Origin]
}

/// A provider's step of a universal request: `{ "provider", "endpoint", "headers", "query" }`, the last being the client's.
public struct UniversalStep: Sendable {
    /// The provider's slug.
    public let provider: String
    /// What would follow the slug in a native address.
    public let endpoint: String
    /// The headers of the step.
    public let headers: [RequestHeader]
}

/// Which key was taken, so that what came of it can be told to the resolver.
public struct KeyIdentity: Hashable, Sendable {
    /// The provider that has it.
    public let provider: String
    /// Where it comes from. A new generation of a secret is another key.
    public let origin: Origin
    /// Whether a change of its value gives it another identity.
    var isFromVault: Bool {
        if case .secret = origin { true } else { false }
    }
    /// Its place in the pool: one program can print several keys, by its arguments.
    var number = 0
    /// Who answers behind the gateway. What one answers says nothing of the others, though they share a token, or a key of the gateway's own.
    var upstream: String?
}

/// One thing that was looked at on the way to a key.
public struct WalkStep: Hashable, Sendable {
    /// What was looked at, such as `the secret openai/api-key`.
    public let source: String
    /// What came of it, such as `not in the vault`.
    public let outcome: String
    /// Whether the search ended there: with a key, or because the request can do without.
    public let isUsed: Bool
}
