public import Agent
internal import Glibc
public import Keystore
internal import PrivateFiles
public import Settings
internal import SodiumCrypto
internal import Synchronization

/// The vault of this user with its settings, opened as the command opens it, but without asking anybody.
///
/// Unlocked with the first of `WARDER_KEY_FILE`, the agent, the systemd credential `warder.key`, and `[vault] key_file` of the settings. Settings are
/// the system's and the user's; a project's are not read.
public final class UserVault: SecretSource {
    /// The settings.
    public let settings: WarderSettings
    /// Where the user's files are.
    public let directories: UserDirectories
    /// The vault's file.
    public let path: String
    private let keyFile: String?
    /// The agent's socket, unless a key file is named that comes before it.
    private let agent: String?
    private let opened = Mutex<(vault: Vault<VaultKeys>, stamp: VaultStamp?)?>(nil)

    /// Reads the settings. The vault is opened when it is first needed.
    ///
    /// - Parameter environment: the environment of this process: `HOME`, `XDG_…`, `WARDER_VAULT`, `WARDER_KEY_FILE` and
    ///   `CREDENTIALS_DIRECTORY` count.
    /// - Throws: ``SettingsError``.
    public init(environment: [String: String]) throws {
        directories = try UserDirectories(environment: environment, userID: geteuid())
        settings = try WarderSettings.load(
            SettingsSources(user: directories.settingsPath, workingDirectory: nil),
            trust: ProjectTrust(path: directories.allowedProjectsPath))
        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        path = text("WARDER_VAULT") ?? directories.vaultPath
        agent =
            text("WARDER_KEY_FILE") == nil
            ? AgentSocket.path(runtimeDirectory: environment["XDG_RUNTIME_DIR"], stateDirectory: directories.state) : nil
        let credential = text("CREDENTIALS_DIRECTORY").map { "\($0)/warder.key" }
        keyFile =
            text("WARDER_KEY_FILE") ?? credential.flatMap { unsafe access($0, F_OK) == 0 ? $0 : nil }
            ?? settings.vault.keyFile.map(directories.expand)
    }

    /// The vault, unlocked. It is opened anew when there is another file in its place, as after a restore.
    ///
    /// - Throws: ``KeystoreError``: `.locked` if there is no key file; `.notFound` if there is no vault; `.noMatch` for the wrong key.
    public func vault() throws -> Vault<VaultKeys> {
        try opened.withLock { opened in
            let stamp = VaultStamp(path: path)
            if let opened, let stamp, opened.stamp?.isSameFile(as: stamp) ?? false { return opened.vault }
            let (parent, name) = PrivateFile.split(path)
            let anchor = try Anchor(
                vaultPath: (canonicalPath(parent) ?? parent) + "/" + name, directory: directories.anchorDirectory,
                pinned: settings.vault.fingerprint.map { try Fingerprint($0) })
            let storage = try SQLiteStorage(path: path)
            let vault = try agent.flatMap { try Vault.ofAgent(storage, anchor: anchor, socket: $0) } ?? unlocked(storage, anchor)
            opened = (vault, stamp)
            return vault
        }
    }

    private func unlocked(_ storage: SQLiteStorage, _ anchor: Anchor) throws -> Vault<VaultKeys> {
        guard let keyFile else {
            throw KeystoreError(.locked, "the vault is locked: no key file is named, and no agent has its keys")
        }
        let key = try SecretValue(PrivateFile.readSecret(keyFile, maximum: SecretKey.byteCount))
        return try Vault.unlock(storage, credentials: Credentials(keyFile: key), anchor: anchor).vault.held { .local($0) }
    }

    /// The newest values out of one state of the vault. If its keys were drawn anew since it was opened, it is opened once more.
    public func secrets(_ names: [SecretName]) throws -> [Secret?] {
        let wasOpen = opened.withLock { $0 != nil }
        do { return try vault().get(names) } catch let error as KeystoreError {
            guard wasOpen, [.busy, .corrupt, .replaced, .locked].contains(error.code) else { throw error }
            opened.withLock { $0 = nil }
            return try vault().get(names)
        }
    }

    /// The stamp of the vault's file.
    public func stamp() -> VaultStamp? { VaultStamp(path: path) }
}

extension ModelResolver {
    /// A resolver over this user's settings and vault. Other than `warder resolve` it needs a vault, asks nobody for a passphrase, and leaves
    /// `[default] env_file` and `login_shell` to the command.
    ///
    /// - Parameter environment: the environment of this process.
    /// - Throws: ``SettingsError``.
    public static func ofUser(environment: [String: String]) throws -> ModelResolver {
        let vault = try UserVault(environment: environment)
        return ModelResolver(
            settings: vault.settings, secrets: vault, environment: ResolverEnvironment(directories: vault.directories))
    }
}
