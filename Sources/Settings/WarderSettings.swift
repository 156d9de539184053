/// What all settings files together say. Names and references, never values.
public struct WarderSettings: Equatable, Sendable {
    /// `[vault]`
    public let vault: VaultSettings
    /// `[history]`
    public let history: HistorySettings
    /// `[profile.NAME]`, by name.
    public let profiles: [String: Profile]
    /// `[provider.NAME]`, by name.
    public let providers: [String: ProviderSettings]
    /// `[default]`
    public let defaults: DefaultSettings
    /// `[route.NAME]`, by name.
    public let routes: [String: RouteSettings]
    /// `[consumer.NAME]`, by name.
    public let consumers: [String: ConsumerSettings]
    /// The files that were read, in the order in which they override each other.
    public let files: [String]
}

/// How the vault is unlocked and pinned.
public struct VaultSettings: Equatable, Sendable {
    /// A file with the key, absolute or below `~/` (see ``UserDirectories/expand(_:)``).
    public internal(set) var keyFile: String?
    /// The fingerprint that the vault must have.
    public internal(set) var fingerprint: String?
}

/// How many old values of a secret are kept: whichever of both keeps more.
public struct HistorySettings: Equatable, Sendable {
    /// 1 to 1000.
    public let generations: Int
    /// 0 to 36500.
    public let days: Int

    /// 10 generations, 90 days.
    public static let standard = HistorySettings(generations: 10, days: 90)
    static let generationsRange = 1...1000
    static let daysRange = 0...36500
}
