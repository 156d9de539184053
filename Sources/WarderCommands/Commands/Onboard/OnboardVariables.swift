internal import Resolver
internal import Settings

/// The variables by which programs reach a provider, as lines of a profile.
struct OnboardVariables {
    typealias Variable = (name: String, text: String)

    /// Variables that mean something together only: a key without its address would go elsewhere.
    private(set) var groups: [[Variable]] = []
    private let chosen: OnboardAnswers.Chosen

    /// All of them.
    var all: [Variable] { groups.flatMap { $0 } }

    /// - Parameters:
    ///   - chosen: the provider.
    ///   - table: what the settings say of it.
    ///   - key: the secret that has its key; nil if there is none, or it is not in the vault.
    ///   - token: the secret that has the gateway's token.
    init(_ chosen: OnboardAnswers.Chosen, _ table: ProviderSettings, key: String?, token: String?) {
        self.chosen = chosen
        guard chosen.isGateway else {
            guard let key, let variable = chosen.provider.keyVariables.first else { return }
            guard chosen.provider.baseURL != nil, table[.baseURL] != nil else {
                groups = [[(variable, "secret:\(key)")]]
                return
            }
            // A program that reads the key alone would take it to the usual address.
            if let library = Self.libraries[variable] {
                groups = [[(variable, "secret:\(key)"), ("\(library)_BASE_URL", ownBase)]]
            }
            return
        }
        let route = table[.route] ?? ""
        let needsKey = table.gateway?.providerKey ?? .request == .request
        if let library = Self.library(of: route), key != nil || !needsKey {
            // Where the gateway has the key, an empty one keeps away what the environment has for somebody else.
            var group: [Variable] = [("\(library)_API_KEY", needsKey ? "secret:\(key ?? "")" : "")]
            group.append(("\(library)_BASE_URL", table[.baseURL] == nil ? base + "/\(route)" : ownBase))
            if let token { group.append(("\(library)_CUSTOM_HEADERS", header(token))) }
            groups.append(group)
        }
        if let key, needsKey, route == "anthropic" { groups.append([(Self.gatewayKey, "secret:\(key)")]) }
        for (name, field) in Self.ids where table[field] != nil { groups.append([(name, id(field))]) }
        if let token { groups.append([(Self.gatewayToken, "secret:\(token)")]) }
    }

    /// What the library that speaks a route's language calls itself in its variables.
    private static func library(of route: String) -> String? {
        switch route {
        case "anthropic": "ANTHROPIC"
        case "openai", "compat": "OPENAI"
        default: nil
        }
    }

    /// The libraries that read an address beside their key.
    private static let libraries = ["OPENAI_API_KEY": "OPENAI", "ANTHROPIC_API_KEY": "ANTHROPIC"]
    private static let gatewayKey = "CLOUDFLARE_AI_GATEWAY_API_KEY"
    private static let gatewayToken = "CF_AIG_TOKEN"
    private static let ids: [(name: String, field: ProviderSettings.Field)] = [
        ("CLOUDFLARE_ACCOUNT_ID", .accountID), ("CLOUDFLARE_GATEWAY_ID", .gatewayID),
    ]

    private func id(_ field: ProviderSettings.Field) -> String { "${provider:\(chosen.name)/\(field.rawValue)}" }
    private var base: String { "https://gateway.ai.cloudflare.com/v1/\(id(.accountID))/\(id(.gatewayID))" }
    private var ownBase: String { id(.baseURL) }
    private func header(_ token: String) -> String { "cf-aig-authorization: Bearer ${secret:\(token)}" }

    /// Whether an onboarding of this provider wrote a variable, whatever was answered then.
    func wrote(_ name: String, _ text: String) -> Bool {
        let key = "secret:\(chosen.name)/api-key"
        guard chosen.isGateway else {
            return (name == chosen.provider.keyVariables.first && text == key) || (name.hasSuffix("_BASE_URL") && text == ownBase)
        }
        switch name {
        case Self.gatewayKey: return text == key
        case Self.gatewayToken: return text == "secret:\(chosen.name)/token"
        case "ANTHROPIC_API_KEY", "OPENAI_API_KEY": return text == key || text.isEmpty
        case "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL":
            return text == ownBase || ["anthropic", "openai", "compat"].contains { text == base + "/\($0)" }
        case "ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS": return text == header("\(chosen.name)/token")
        default: return Self.ids.contains { $0.name == name && text == id($0.field) }
        }
    }

    /// How an entry of a profile is written. One that says more than a text is none that was written here.
    static func text(of entry: ProfileEntry) -> String {
        guard entry.required, entry.default == nil else { return "{ … }" }
        return switch entry.kind {
        case .secret(let name): "secret:\(name)"
        case .literal(let text): text.replacing("${", with: "$${")
        case .template(let parts):
            parts.map { part in
                switch part {
                case .text(let text): text.replacing("${", with: "$${")
                case .secret(let name): "${secret:\(name)}"
                case .provider(let name, let field): "${provider:\(name)/\(field.rawValue)}"
                }
            }.joined()
        }
    }
}
