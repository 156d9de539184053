internal import Glibc
internal import PrivateFiles

/// Where settings come from. A later file overrides an earlier one; files that do not exist say nothing.
public struct SettingsSources: Sendable {
    /// `/etc/warder/warder.toml`, or nil for none.
    public var system: String?
    /// The user's file, or nil for none.
    public var user: String?
    /// Where the search for a project's file starts. Nil for `warderd` and the agent, which read none.
    public var workingDirectory: String?

    /// - Parameters:
    ///   - system: the system's settings.
    ///   - user: the user's settings, see ``UserDirectories/settingsPath``.
    ///   - workingDirectory: where the search for a project's file starts.
    public init(system: String? = UserDirectories.systemSettingsPath, user: String?, workingDirectory: String?) {
        self.system = system
        self.user = user
        self.workingDirectory = workingDirectory
    }
}

extension WarderSettings {
    /// Reads the system's, the user's and the project's settings. The project's file is not parsed before `trust` knows its bytes.
    ///
    /// A profile, route or consumer replaces one of the same name whole; the keys of other tables override one by one, a provider's `headers` and `gateway` whole.
    ///
    /// - Throws: ``SettingsError``: `.untrusted` if there is a project file that is not allowed; `.unsafeFile` if another user could have
    ///   written the system's or the user's; `.invalid`.
    public static func load(_ sources: SettingsSources, trust: ProjectTrust) throws(SettingsError) -> WarderSettings {
        var layers: [SettingsLayer] = []
        for path in [sources.system, sources.user] {
            guard let path, let bytes = try SettingsFile.readIfPresent(path) else { continue }
            layers.append(try SettingsLayer(SettingsDocument(bytes, file: path), scope: .trusted))
        }
        if let project = projectFile(sources) {
            let bytes = try trust.readAllowed(project)
            layers.append(try SettingsLayer(SettingsDocument(bytes, file: project), scope: .project))
        }
        return try WarderSettings(layers)
    }

    /// Reads one file instead of all three (`--settings FILE`), as trusted as the user's.
    ///
    /// - Throws: ``SettingsError``: `.notFound` if there is no such file; otherwise as ``load(_:trust:)``.
    public static func load(file: String) throws(SettingsError) -> WarderSettings {
        guard let bytes = try SettingsFile.readIfPresent(file) else { throw SettingsError(.notFound, file: file, "no such file") }
        return try WarderSettings([SettingsLayer(SettingsDocument(bytes, file: file), scope: .trusted)])
    }

    /// Reads a text as the user's settings.
    ///
    /// - Throws: ``SettingsError/Code/invalid``.
    public static func parse(_ text: String, file: String) throws(SettingsError) -> WarderSettings {
        try WarderSettings([SettingsLayer(SettingsDocument(Array(text.utf8), file: file), scope: .trusted)])
    }

    /// Reads a text as the user's settings, after the system's file: what ``load(_:trust:)`` will give once the text is the user's file.
    ///
    /// - Parameter system: the system's settings, or nil for none.
    /// - Throws: ``SettingsError``.
    public static func parse(_ text: String, file: String, after system: String?) throws(SettingsError) -> WarderSettings {
        var layers: [SettingsLayer] = []
        if let system, let bytes = try SettingsFile.readIfPresent(system) {
            layers.append(try SettingsLayer(SettingsDocument(bytes, file: system), scope: .trusted))
        }
        layers.append(try SettingsLayer(SettingsDocument(Array(text.utf8), file: file), scope: .trusted))
        return try WarderSettings(layers)
    }

    /// The nearest `warder.toml` from the working directory upward that is neither the user's nor the system's. Its directory is canonical; the
    /// file itself may be a symbolic link, which is refused later: it would borrow the trust of another project.
    public static func projectFile(_ sources: SettingsSources) -> String? {
        guard let workingDirectory = sources.workingDirectory, var directory = canonicalPath(workingDirectory) else { return nil }
        let others = [sources.system, sources.user].compactMap { $0.flatMap(canonicalPath) }
        while true {
            let candidate = directory == "/" ? "/warder.toml" : "\(directory)/warder.toml"
            if isProject(candidate, in: directory), !others.contains(canonicalPath(candidate) ?? candidate) { return candidate }
            if directory == "/" { return nil }
            directory = PrivateFile.split(directory).parent
        }
    }

    /// Whether there is a project file. One that another user put where anybody can is not; nothing could be done below /tmp otherwise.
    private static func isProject(_ path: String, in directory: String) -> Bool {
        var file = stat()
        var place = stat()
        guard unsafe lstat(path, &file) == 0, unsafe stat(directory, &place) == 0 else { return false }
        func isTrusted(_ user: uid_t) -> Bool { user == geteuid() || user == 0 }
        return isTrusted(file.st_uid) || (isTrusted(place.st_uid) && place.st_mode & 0o002 == 0)
    }

    /// Merges layers and checks every chain of `extends`.
    init(_ layers: [SettingsLayer]) throws(SettingsError) {
        var vault = VaultSettings()
        var profiles: [String: Profile] = [:]
        var providers: [String: ProviderSettings] = [:]
        var consumers: [String: ConsumerSettings] = [:]
        var routes: [String: RouteSettings] = [:]
        var defaults = DefaultSettings()
        for layer in layers {
            vault.keyFile = layer.vault.keyFile ?? vault.keyFile
            vault.fingerprint = layer.vault.fingerprint ?? vault.fingerprint
            profiles.merge(layer.profiles) { _, later in later }
            consumers.merge(layer.consumers) { _, later in later }
            for (name, provider) in layer.providers { providers[name] = (providers[name] ?? ProviderSettings()).overridden(by: provider) }
            routes.merge(layer.routes) { _, later in later }
            defaults.model = layer.defaults.model ?? defaults.model
            defaults.modelPlace = layer.defaults.modelPlace ?? defaults.modelPlace
            defaults.environmentFile = layer.defaults.environmentFile ?? defaults.environmentFile
            defaults.usesLoginShell = layer.defaults.usesLoginShell ?? defaults.usesLoginShell
        }
        self.vault = vault
        self.profiles = profiles
        self.providers = providers
        self.consumers = consumers
        self.routes = routes
        self.defaults = defaults
        history = HistorySettings(
            generations: layers.last { $0.generations != nil }?.generations ?? HistorySettings.standard.generations,
            days: layers.last { $0.days != nil }?.days ?? HistorySettings.standard.days)
        files = layers.map(\.file)
        for name in profiles.keys.sorted() { _ = try entries(ofProfile: name) }
    }
}

/// The path without symbolic links, `.` and `..`, or nil if it does not exist: realpath(3).
package func canonicalPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)
}
