internal import Agent
internal import ClientTokens
internal import Exporter
internal import Keystore
internal import Profiles
internal import RequestLayer
internal import Resolver
internal import Settings
internal import UnitCredentials
internal import WarderCommands

/// Everything that the daemon serves, out of one state of the vault and the settings.
struct DaemonSnapshot: Sendable {
    let table: RouteTable
    let credentials: CredentialSnapshot
    /// What cannot be served, and why.
    let troubles: [String]

    /// What changes with every change of the vault's file or of a settings file.
    struct Stamp: Equatable {
        private let files: [VaultStamp?]

        init(_ options: CommonOptions) { files = ((try? Session.files(options)) ?? []).map { VaultStamp(path: $0) } }
    }

    /// Which vault is in its place, as it says itself.
    static func identity(_ options: CommonOptions) throws -> VaultID {
        try Vault<VaultKeys>.identity(of: Session(options).storage())
    }

    /// The vault and the settings, opened.
    struct Source {
        private let session: Session
        private let vault: Vault<VaultKeys>

        var vaultID: VaultID { vault.keys.vaultID }

        /// Opens the vault with the agent's keys. A vault that this host has never seen is not trusted by a daemon that nobody watches.
        ///
        /// - Throws: 10 if the agent does not have the vault's keys; 15 if this host has never seen the vault; what the settings throw.
        init(_ options: CommonOptions) throws {
            session = try Session(options)
            guard session.hasAnchor else {
                throw Failure(
                    .replaced, "\(session.vaultPath): this host has not seen this vault yet", hints: ["`warder verify` looks at it first"])
            }
            guard let vault = try session.agentsVault(session.storage(), session.anchor()) else {
                throw Failure(.locked, "the vault is locked", hints: ["`warder unlock`"])
            }
            self.vault = vault
        }

        /// Who may use the proxy.
        func access() throws -> (tokens: [ClientToken], isPaused: Bool) {
            (try ClientTokenStore(vault).all(), try ProxySwitch(vault).isPaused())
        }

        /// Everything else. Programs that settings name for keys are run.
        ///
        /// - Parameter rests: which keys rest after errors: one that was refused is still refused after a change of another.
        func read(rests: KeyRests) throws -> DaemonSnapshot {
            let listings = try vault.list()
            let resolver = session.resolver(vault: vault, mayPrompt: false, rests: rests)
            let table = try RouteTable(
                settings: session.settings, resolver: resolver, secrets: Set(listings.map(\.name.description)))
            var troubles = table.problems.filter(\.isFatal).map { "\($0.name): \($0.reason)" }
            let (consumers, broken) = session.usable(session.consumers)
            troubles += broken.map { "consumer \($0.name): \($0.failure.message)" }
            var credentials = CredentialSnapshot()
            for unit in session.applier(vault).served(consumers, session.options.system ? .system : .user) {
                switch unit.variables {
                case .success(let variables): credentials.add(variables, of: unit)
                // One that the vault cannot be read for must not cost it what it has.
                case .failure(let error as KeystoreError): throw error
                case .failure(let error): troubles.append("consumer \(unit.consumer): \(Failure(error).message)")
                }
            }
            return DaemonSnapshot(table: table, credentials: credentials, troubles: troubles)
        }

        /// Notes in the vault's audit trail what was done with secrets.
        func record(_ entries: [KeyUses.Entry]) throws {
            for operation in [AuditEntry.Operation.use, .deliver] {
                let uses = entries.filter { $0.operation == operation }.map { (name: $0.name, generation: $0.generation) }
                try vault.record(uses, as: operation)
            }
        }
    }
}

extension CredentialSnapshot {
    /// Adds what a unit gets.
    fileprivate mutating func add(_ variables: [EnvironmentVariable], of unit: ServedUnit) {
        for variable in variables {
            let sources = variable.sources.map { UnitCredential.Source(name: $0.name, generation: $0.generation) }
            add(
                UnitCredential(value: variable.value, consumer: unit.consumer, sources: sources), named: variable.name,
                to: unit.unit.description)
        }
    }
}
