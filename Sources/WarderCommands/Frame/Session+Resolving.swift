package import Agent
internal import Exporter
internal import Glibc
package import Keystore
package import Resolver
internal import Settings
internal import SodiumCrypto
internal import Synchronization

extension Session {
    /// What resolves models with this session's settings and vault.
    ///
    /// - Parameters:
    ///   - environmentFile: a file in which keys are looked for last; else that of the settings.
    ///   - usesLoginShell: whether the login shell is asked after it; else what the settings say.
    ///   - vault: the vault, if it is unlocked already.
    ///   - mayPrompt: whether a passphrase may be asked for.
    ///   - rests: which keys rest after errors.
    package func resolver(
        environmentFile: String? = nil, usesLoginShell: Bool = false, vault: Vault<VaultKeys>? = nil, mayPrompt: Bool = true,
        rests: KeyRests = KeyRests()
    ) -> ModelResolver {
        var fallbacks: [any VariableSource] = []
        if let path = environmentFile ?? settings.defaults.environmentFile {
            fallbacks.append(EnvironmentFileVariables(path: directories.expand(path)))
        }
        if usesLoginShell || settings.defaults.usesLoginShell == true {
            var environment: [String: String] = [:]
            for name in LoginShell.inherited { environment[name] = Console.environment(name) }
            fallbacks.append(LoginShellVariables(environment: environment))
        }
        return ModelResolver(
            settings: settings, secrets: SessionSecrets(self, vault, mayPrompt: mayPrompt),
            environment: ResolverEnvironment(directories: directories, fallbacks: fallbacks), rests: rests)
    }

    /// Whether there is no vault, and nobody has said that there is one: then keys can still be in variables and files.
    var lacksVault: Bool { unsafe access(vaultPath, F_OK) != 0 && errno == ENOENT && !namesVault && !hasAnchor }

    /// The names of all secrets; none without a vault.
    func secretNames() throws -> Set<String> {
        lacksVault ? [] : Set(try unlock().list().map(\.name.description))
    }
}

/// The session's vault, unlocked when a secret is first wanted, and once: a passphrase is not asked for again for each model of a route.
private final class SessionSecrets: SecretSource {
    private let session: Session
    private let mayPrompt: Bool
    private let opened: Mutex<Vault<VaultKeys>?>

    init(_ session: Session, _ vault: Vault<VaultKeys>?, mayPrompt: Bool) {
        self.session = session
        opened = Mutex(vault)
        self.mayPrompt = mayPrompt
    }

    func secrets(_ names: [SecretName]) throws -> [Secret?] {
        guard !session.lacksVault else {
            session.options.remark("there is no vault")
            return names.map { _ in nil }
        }
        return try opened.withLock { opened in
            let vault = try opened ?? session.unlock(mayPrompt: mayPrompt)
            opened = vault
            return try vault.get(names)
        }
    }

    /// A command resolves once.
    func stamp() -> VaultStamp? { nil }
}
