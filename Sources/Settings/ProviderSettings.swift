/// One `[provider.NAME]`: a provider or gateway, and what goes into requests to it.
public struct ProviderSettings: Equatable, Sendable {
    /// The plain fields, by the names they have in the file.
    public enum Field: String, CaseIterable, Sendable {
        /// The provider of the catalogue that it is, if its own name does not say so.
        case kind
        /// The account at the provider.
        case accountID = "account_id"
        /// The gateway of that account.
        case gatewayID = "gateway_id"
        /// How the gateway is addressed: a native slug, `compat`, `universal`, `rest`.
        case route
        /// An address that replaces the provider's own.
        case baseURL = "base_url"
        /// What follows the address in a request, in place of the provider's own.
        case path
        /// The shape of requests, in place of the provider's own.
        case style
        /// Where the key goes, in place of the provider's own.
        case auth
        /// The region of a cloud provider.
        case region
        /// The project at a cloud provider.
        case project
        /// The resource at a cloud provider.
        case resource
        /// The deployment of a resource.
        case deployment
    }

    var fields: [Field: String] = [:]
    /// `api_key`, or the `api_keys` of a pool. Nil if the settings name none; empty never.
    public internal(set) var keys: [KeyReference]?
    /// `headers`, in the order of the file.
    public internal(set) var headers: [HeaderTemplate]?
    /// Models that are pinned, so that nobody needs to ask the provider for its list.
    public internal(set) var models: [String]?
    /// `[provider.NAME.gateway]`
    public internal(set) var gateway: GatewaySettings?
    /// Where its table begins: the last, if several files have one.
    public internal(set) var place = SettingsPlace(file: "", line: 1)

    /// No settings at all.
    public static let none = ProviderSettings()

    /// A field's text, or nil if the settings don't have it.
    public subscript(field: Field) -> String? { fields[field] }

    /// What these and later settings say together: later keys override one by one.
    func overridden(by later: ProviderSettings) -> ProviderSettings {
        var both = self
        both.fields.merge(later.fields) { $1 }
        both.keys = later.keys ?? keys
        both.headers = later.headers ?? headers
        both.models = later.models ?? models
        both.gateway = later.gateway ?? gateway
        both.place = later.place
        return both
    }
}

/// Where a key comes from.
public struct KeyReference: Equatable, Sendable, CustomStringConvertible {
    /// The kinds of places.
    public enum Source: Equatable, Sendable {
        /// `"secret:NAME"`
        case secret(String)
        /// `{ env = "NAME" }`
        case variable(String)
        /// `{ file = "PATH" }`, absolute or below `~/`
        case file(String)
        /// `{ exec = ["PROGRAM", …] }`
        case program([String])
    }

    /// What it refers to.
    public let source: Source
    /// How often it is taken compared with the others of its pool: 1 to 100.
    public let weight: Int
    /// Where the reference stands.
    public let place: SettingsPlace

    static let weightRange = 1...100

    /// In words, such as `the secret openai/api-key`. A program's arguments are left out.
    public var description: String {
        switch source {
        case .secret(let name): "the secret \(name)"
        case .variable(let name): "the environment, \(name)"
        case .file(let path): "the file \(path)"
        case .program(let words): "the program \(words.first ?? "")"
        }
    }
}

/// One header of a provider's requests.
public struct HeaderTemplate: Equatable, Sendable {
    /// In lower case.
    public let name: String
    /// What its value is made of.
    public let parts: [TemplatePart]
    /// Where it stands.
    public let place: SettingsPlace

    /// The names of the secrets in it, in order.
    public var secrets: [String] { parts.secrets }
}

/// `[default]`
public struct DefaultSettings: Equatable, Sendable {
    /// `PROVIDER/MODEL`, `PROVIDER/auto`, `auto` or the name of a route.
    public internal(set) var model: String?
    /// Where ``model`` stands.
    public internal(set) var modelPlace: SettingsPlace?
    /// An environment file in which keys are looked for last, absolute or below `~/`.
    public internal(set) var environmentFile: String?
    /// Whether keys are looked for in what the login shell sets, after everything else.
    public internal(set) var usesLoginShell: Bool?
}

/// `[route.NAME]`
public struct RouteSettings: Equatable, Sendable {
    /// `PROVIDER/MODEL`, in the order in which they are tried. Empty never.
    public let models: [String]
    /// Whether the proxy makes one of consecutive system messages, for models whose chat template takes one only.
    public let mergesSystemMessages: Bool
    /// Where its table begins.
    public let place: SettingsPlace
}
