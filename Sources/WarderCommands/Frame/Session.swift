package import Agent
internal import Glibc
package import Keystore
internal import PrivateFiles
package import Settings
internal import SodiumCrypto

/// What a command works on: where things are, what the settings say, and the vault.
package struct Session: Sendable {
    package let options: CommonOptions
    package let directories: UserDirectories
    /// The settings of the user and the system, or of `--settings`; a project's only for commands that give an environment.
    package let settings: WarderSettings

    /// - Parameters:
    ///   - options: the global options.
    ///   - readingProject: whether the project's settings count, which must be allowed then.
    package init(_ options: CommonOptions, readingProject: Bool = false) throws {
        self.options = options
        directories = try Self.directories()
        if let file = options.settings {
            settings = try WarderSettings.load(file: file)
        } else {
            let sources = SettingsSources(
                user: options.system ? nil : directories.settingsPath, workingDirectory: readingProject ? Self.workingDirectory : nil)
            settings = try WarderSettings.load(sources, trust: ProjectTrust(path: directories.allowedProjectsPath))
        }
    }

    static func directories() throws -> UserDirectories {
        var environment: [String: String] = [:]
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            environment[name] = Console.environment(name)
        }
        return try UserDirectories(environment: environment, userID: geteuid())
    }

    static var workingDirectory: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(validatingCString: path)
    }

    /// The files that decide what a session finds, whether they are there or not: the vault's and the settings'.
    package static func files(_ options: CommonOptions) throws -> [String] {
        let directories = try directories()
        let settings =
            options.settings.map { [$0] } ?? [UserDirectories.systemSettingsPath] + (options.system ? [] : [directories.settingsPath])
        return [vaultPath(options, directories)] + settings
    }

    /// The settings file that a command writes to.
    package var writableSettingsPath: String {
        options.settings ?? (options.system ? UserDirectories.systemSettingsPath : directories.settingsPath)
    }

    /// `--vault`, `--system`, `WARDER_VAULT`, or the user's own.
    package var vaultPath: String { Self.vaultPath(options, directories) }

    private static func vaultPath(_ options: CommonOptions, _ directories: UserDirectories) -> String {
        if let path = options.vault { return path }
        if options.system { return UserDirectories.systemVaultPath }
        if let path = Console.environment("WARDER_VAULT"), !path.isEmpty { return path }
        return directories.vaultPath
    }

    /// Whether somebody said which vault it is, so that it cannot just be missing.
    var namesVault: Bool {
        options.vault != nil || options.system || settings.vault.fingerprint != nil
            || Console.environment("WARDER_VAULT").map { !$0.isEmpty } ?? false
    }

    var retention: Retention { Retention(generations: settings.history.generations, days: settings.history.days) }

    /// This host's anchor of the vault.
    package func anchor() throws -> Anchor {
        let directory = options.system ? UserDirectories.systemAnchorDirectory : directories.anchorDirectory
        let (parent, name) = PrivateFile.split(vaultPath)
        let canonical = (canonicalPath(parent) ?? parent) + "/" + name
        let pinned = try settings.vault.fingerprint.map { text in
            do { return try Fingerprint(text) } catch {
                throw Failure(exitCode: Failure.settingsInvalid, "[vault] fingerprint: a fingerprint has 32 hexadecimal digits")
            }
        }
        return try Anchor(vaultPath: canonical, directory: directory, pinned: pinned) { fingerprint, sequence in
            Console.say("warder: first use of this vault on this host: fingerprint \(fingerprint), sequence \(sequence)")
        }
    }

    /// Whether this host has seen a vault in that place.
    package var hasAnchor: Bool { (try? anchor())?.knowsVault ?? false }

    package func storage() throws -> SQLiteStorage {
        do throws(KeystoreError) {
            let storage = try SQLiteStorage(path: vaultPath)
            // Closing it at the end would start a thread, only to be ended with the process.
            unsafe Self.kept = storage
            return storage
        } catch {
            guard error.code == .notFound else { throw error }
            throw Failure(.notFound, error.description, hints: ["`warder init` makes one"])
        }
    }

    /// The vault, unlocked by the first key source that is present.
    func unlock(mayPrompt: Bool = true) throws -> Vault<VaultKeys> {
        try unlock(storage: storage(), anchor: anchor(), mayPrompt: mayPrompt)
    }

    /// As ``unlock(mayPrompt:)``, of a storage that is open already.
    func unlock(storage: any RecordStorage, anchor: Anchor?, mayPrompt: Bool = true) throws -> Vault<VaultKeys> {
        if let vault = try agentsVault(storage, anchor) { return vault }
        return try unlockDirectly(storage: storage, anchor: anchor, mayPrompt: mayPrompt).vault.held { .local($0) }
    }

    /// The vault with the agent's keys: nil if another source comes before it, or the agent does not have them.
    package func agentsVault(_ storage: any RecordStorage, _ anchor: Anchor?) throws -> Vault<VaultKeys>? {
        guard KeySource.mayBeAgent, let vault = try Vault.ofAgent(storage, anchor: anchor, socket: agentSocket) else { return nil }
        options.remark("unlocking with the agent")
        return vault
    }

    /// The socket of the agent that has this vault's keys, if one does.
    var agentSocket: String { runtime.agent }

    /// Where processes of Warder find each other.
    package var runtime: RuntimePlaces {
        RuntimePlaces(
            isSystem: options.system, runtimeDirectory: Console.environment("XDG_RUNTIME_DIR"), stateDirectory: directories.state)
    }

    /// The vault, unlocked in this process by the first key source that is present, and with what.
    func unlockDirectly(
        storage: any RecordStorage, anchor: Anchor?, mayPrompt: Bool = true
    ) throws -> (vault: Vault<LocalKeys>, credentials: Credentials) {
        let source = KeySource.first(settings, directories)
        options.remark("unlocking with \(source.name)")
        var credentials = try source.credentials(mayPrompt: mayPrompt)
        do throws(KeystoreError) {
            return (try Vault.unlock(storage, credentials: credentials, anchor: anchor).vault, credentials)
        } catch {
            // There is a file: what is missing was taken out of it.
            if error.code == .notFound { throw Failure(.corrupt, "\(vaultPath): holds no vault") }
            guard error.code == .noMatch else { throw error }
            let noMatch = Failure(.noMatch, "\(source.name) opens no slot of the vault")
            guard credentials.keyFile != nil, credentials.passphrase == nil else { throw noMatch }
            // The key file may be half of what a slot needs.
            guard try Vault.slots(of: storage).contains(where: { $0.kind == .passphraseAndKeyFile }) else { throw noMatch }
            credentials.passphrase = try KeySource.passphrase(mayPrompt: mayPrompt)
            return (try Vault.unlock(storage, credentials: credentials, anchor: anchor).vault, credentials)
        }
    }

    nonisolated(unsafe) private static var kept: SQLiteStorage?
}
