internal import PrivateFiles

/// Where a user's files are, after the XDG base directory specification, without a call to the name service.
///
/// Source: https://specifications.freedesktop.org/basedir-spec/latest/, passwd(5).
public struct UserDirectories: Equatable, Sendable {
    /// `/etc/warder/warder.toml`
    public static let systemSettingsPath = "/etc/warder/warder.toml"
    /// `/var/lib/warder/vault.db`
    public static let systemVaultPath = "/var/lib/warder/vault.db"
    /// `/var/lib/warder/anchor`
    public static let systemAnchorDirectory = "/var/lib/warder/anchor"

    /// The home directory, absolute.
    public let home: String
    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    public let config: String
    /// `$XDG_DATA_HOME`, or `~/.local/share`.
    public let data: String
    /// `$XDG_STATE_HOME`, or `~/.local/state`.
    public let state: String

    /// Finds the directories of the user `userID`: `$HOME` if it is absolute, else the user's line in `passwd`. Relative paths in the
    /// environment count as unset.
    ///
    /// - Parameters:
    ///   - environment: the environment's variables.
    ///   - userID: the effective user, as geteuid(2) gives it.
    ///   - passwd: the file of users.
    /// - Throws: ``SettingsError/Code/notFound`` if there is no home directory in either.
    public init(environment: [String: String], userID: UInt32, passwd: String = "/etc/passwd") throws(SettingsError) {
        func absolute(_ variable: String) -> String? {
            environment[variable].flatMap { $0.hasPrefix("/") ? withoutTrailingSlashes($0) : nil }
        }
        guard let home = absolute("HOME") ?? Self.home(of: userID, in: passwd).map(withoutTrailingSlashes) else {
            throw SettingsError(.notFound, file: passwd, "no home directory: HOME is unset or relative, and user \(userID) has none here")
        }
        self.home = home
        let prefix = home == "/" ? "" : home
        config = absolute("XDG_CONFIG_HOME") ?? "\(prefix)/.config"
        data = absolute("XDG_DATA_HOME") ?? "\(prefix)/.local/share"
        state = absolute("XDG_STATE_HOME") ?? "\(prefix)/.local/state"
    }

    /// The user's settings, `<config>/warder/warder.toml`.
    public var settingsPath: String { "\(config)/warder/warder.toml" }
    /// The default vault, `<data>/warder/vault.db`.
    public var vaultPath: String { "\(data)/warder/vault.db" }
    /// The directory of anchors, `<state>/warder/anchor`.
    public var anchorDirectory: String { "\(state)/warder/anchor" }
    /// The list of allowed projects, `<state>/warder/allowed`.
    public var allowedProjectsPath: String { "\(state)/warder/allowed" }

    /// Replaces a leading `~` by the home directory; `~name` and everything else stays as it is.
    public func expand(_ path: String) -> String {
        if path == "~" { return home }
        guard path.hasPrefix("~/") else { return path }
        return (home == "/" ? "" : home) + path.dropFirst()
    }

    /// The sixth field of the user's line.
    private static func home(of userID: UInt32, in passwd: String) -> String? {
        guard let bytes = try? PrivateFile.readTrusted(passwd, maximum: 16 << 20) else { return nil }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count == 7, String(decoding: fields[2], as: UTF8.self) == String(userID) else { continue }
            let home = String(decoding: fields[5], as: UTF8.self)
            return home.hasPrefix("/") ? home : nil
        }
        return nil
    }
}

private func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
}
