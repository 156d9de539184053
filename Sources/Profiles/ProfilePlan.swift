public import Keystore
public import Settings

/// Which variables a profile has, and where each comes from, before any value is read.
///
/// A profile that the settings define is exactly that list. Any other is what the vault holds under its name: a secret `NAME` that is an
/// environment variable's name belongs to `default`, `PROFILE/NAME` to `PROFILE`.
public enum ProfilePlan: Sendable {
    /// The settings' entries, parents first.
    case defined([ProfileEntry], settings: WarderSettings)
    /// The vault's own, below this prefix (empty for `default`).
    case named(prefix: String)

    /// The profile that is meant without `-P`.
    public static let defaultName = "default"

    /// - Parameters:
    ///   - profile: its name.
    ///   - settings: what may define it.
    /// - Throws: ``SettingsError``; ``ProfileError/Code/notFound`` for a name that no profile can have.
    public init(profile: String, settings: WarderSettings) throws {
        if let entries = try settings.entries(ofProfile: profile) {
            self = .defined(entries, settings: settings)
        } else {
            guard (try? SecretName(profile)) != nil else { throw ProfileError(.notFound, "there is no profile of that name") }
            self = .named(prefix: profile == Self.defaultName ? "" : profile + "/")
        }
    }

    /// The variable that a secret is, by its name alone.
    public func variable(of name: SecretName) -> String? {
        guard case .named(let prefix) = self, name.description.hasPrefix(prefix) else { return nil }
        let rest = String(name.description.dropFirst(prefix.count))
        return Self.isVariable(rest) ? rest : nil
    }

    /// `[A-Z_][A-Z0-9_]*`
    static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
