/// `[provider.NAME.gateway]`: what Cloudflare AI Gateway is told with every request.
public struct GatewaySettings: Equatable, Sendable {
    /// How the gateway comes to the provider's key.
    public enum ProviderKey: String, CaseIterable, Sendable {
        /// It travels with the request.
        case request
        /// The gateway has it (BYOK): no header of the request may have one.
        case stored
        /// Cloudflare pays the provider (Unified Billing): no header of the request may have one.
        case unified
    }

    /// How the gateway comes to the provider's key. Nil if the settings do not say: with the request, where there is a place for it.
    public internal(set) var providerKey: ProviderKey?
    /// The token for an authenticated gateway. Nil if the settings name none.
    public internal(set) var token: KeyReference?
    /// Whether the gateway wants a token. Nil if the settings don't say: it gets one if there is one.
    public internal(set) var isAuthenticated: Bool?
    /// The `cf-aig-…` headers without secrets, sorted by name.
    public internal(set) var headers: [Header] = []

    /// No settings at all.
    public static let none = GatewaySettings()

    /// A header without secrets.
    public struct Header: Equatable, Sendable {
        /// In lower case.
        public let name: String
        /// Visible ASCII.
        public let value: String
        /// Where its setting stands.
        public let place: SettingsPlace
    }
}
