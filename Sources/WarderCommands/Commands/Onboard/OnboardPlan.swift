internal import Agent
internal import Glibc
internal import Keystore
internal import Profiles
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// Everything that answers change, worked out and checked before anything is written.
struct OnboardPlan {
    let chosen: OnboardAnswers.Chosen
    private let answers: OnboardAnswers
    private let session: Session
    private(set) var settings: OnboardSettings
    private var secrets: OnboardSecrets
    /// The variables that the default profile has for the provider.
    private(set) var variables: [String] = []
    /// What people should know.
    private(set) var notes: [String] = []

    /// - Throws: what is wrong with the answers, as a command that uses them later would say it.
    init(_ answers: OnboardAnswers, _ session: Session, vault: Vault<VaultKeys>?) throws {
        guard let chosen = answers.chosen else { throw Failure(.invalid, "which provider?") }
        self.chosen = chosen
        self.answers = answers
        self.session = session
        settings = try OnboardSettings(session)
        secrets = OnboardSecrets(vault: vault)
        let known = session.settings.providers[chosen.name] ?? .none
        let key = try answers.key.map { try store($0, "api-key", known.keys, ["api_key", "api_keys"]) }
        let token = try answers.token.map { try store($0, "token", known.gateway?.token.map { [$0] }, ["gateway.token"]) }
        try settings.apply(answers, chosen, key: key, token: token)
        let found = try resolve(key: key, token: token)
        let variables = OnboardVariables(chosen, settings.settings.providers[chosen.name] ?? .none, key: found.key, token: found.token)
        notes += try settings.apply(variables, secrets: secrets.names())
        let entries = try settings.settings.entries(ofProfile: ProfilePlan.defaultName) ?? []
        self.variables = variables.all.filter { variable in
            entries.contains { $0.name == variable.name && OnboardVariables.text(of: $0) == variable.text }
        }.map(\.name)
    }

    // MARK: Secrets

    /// Takes a value in, under the name that the settings have for it, else the usual one.
    private mutating func store(_ value: SecretValue, _ end: String, _ known: [KeyReference]?, _ keys: [String]) throws -> String {
        var name = "\(chosen.name)/\(end)"
        if let known {
            guard known.count == 1, let secret = OnboardSettings.secret(known[0]) else {
                throw Failure(
                    .conflict, "\(known[0].place): the settings take the \(end) of \(chosen.name) from another place than the vault",
                    hints: ["take \(keys.joined(separator: " or ")) out there, and the \(end) can be stored"])
            }
            name = secret
        }
        let hosts = try self.hosts(end, answers.fields)
        if hosts.isEmpty {
            notes.append("\(name) may be sent to any host: none is known for it. `warder set \(name) --allow-host HOST` stores it with one")
        }
        try secrets.store(value, as: name, hosts: hosts, insteadOf: (try? self.hosts(end, [:])) ?? [], kind: end)
        return name
    }

    /// The hosts to which the key or token may go, by these fields and those of the settings.
    private func hosts(_ end: String, _ fields: [ProviderSettings.Field: String]) throws -> [String] {
        let known = session.settings.providers[chosen.name] ?? .none
        func field(_ field: ProviderSettings.Field) -> String? { fields[field] ?? known[field] }
        if let own = field(.baseURL) { return [try Endpoint(own).host] }
        if chosen.isGateway {
            return end == "token" ? ["api.cloudflare.com", "gateway.ai.cloudflare.com"] : ["gateway.ai.cloudflare.com"]
        }
        return chosen.provider.hosts.map { host in
            field(.region).map { host.replacing("<region>", with: $0) } ?? host
        }.filter { !$0.contains("<") }
    }

    // MARK: The check

    /// Makes a request up, as the resolver will for every program, and gives the secrets that have its keys.
    private mutating func resolve(key: String?, token: String?) throws -> (key: String?, token: String?) {
        // Who speaks no language that Warder knows gets his key by the variable alone.
        guard chosen.isGateway || chosen.provider.chatPath != nil else { return (try key ?? storedKey(), nil) }
        let table = settings.settings.providers[chosen.name]
        // Only what the settings name is looked for outside of the vault.
        let variables: any VariableSource =
            (table?.keys ?? []).contains { OnboardSettings.secret($0) == nil } ? ProcessVariables() : NoVariables()
        let resolver = ModelResolver(
            settings: settings.settings, secrets: secrets,
            environment: ResolverEnvironment(directories: session.directories, variables: variables))
        if let model = answers.model, OnboardProviders.named(String(model.prefix { $0 != "/" }), settings.settings)?.name != chosen.name {
            _ = try resolver.resolve(model)
        }
        let isDefault = model(table) == settings.settings.defaults.model
        let resolution: Resolution
        do { resolution = try resolver.resolve(model(table)) } catch let error as ResolverError where error.code == .notFound {
            let isToken = table?[.route] == "rest" || error.description.contains("token for the gateway")
            let isNamed = isToken ? table?.gateway?.token != nil : table?.keys != nil
            throw isNamed ? error : Missing(isToken: isToken)
        } catch let error as ResolverError where error.code == .invalid && answers.model == nil && isDefault {
            // The default model so far, which the new answers no longer fit.
            throw Failure(error, hint: "--model gives another default model")
        }
        func secret(_ origin: Origin?) -> String? {
            if case .secret(let secret)? = origin { secret.name } else { nil }
        }
        let tokens = resolution.headers.first { $0.name == "cf-aig-authorization" }?.origins.lazy.compactMap(secret).first
        let isRest = table?[.route] == "rest"
        let found = secret(resolution.key?.origin)
        let isToken = chosen.isGateway && (isRest || (table?.gateway?.providerKey ?? .request) != .request)
        return (isToken ? nil : found, isRest ? found : tokens)
    }

    /// There is no key or token, and the settings name no place for it.
    struct Missing: Error {
        let isToken: Bool
    }

    /// The model that a request is made up for: the default one if it is this provider's.
    private func model(_ table: ProviderSettings?) -> String {
        if let model = settings.settings.defaults.model, let slash = model.firstIndex(of: "/"),
            OnboardProviders.named(String(model[..<slash]), settings.settings)?.name == chosen.name
        {
            return model
        }
        guard chosen.isGateway else { return "\(chosen.name)/any" }
        // Whose key it is says who would answer.
        let slug = answers.key.flatMap { Catalogue.standard.issuer(of: $0)?.upstream?.slug }
        return switch table?[.route] {
        case nil, "compat": "\(chosen.name)/\(slug ?? "custom-any")/any"
        case "universal", "rest": "\(chosen.name)/\(slug ?? "openai")/any"
        case "workers-ai": "\(chosen.name)/@cf/any/any"
        case _?: "\(chosen.name)/any"
        }
    }

    /// The secret that has the provider's key, by the names that it usually has.
    private func storedKey() throws -> String? {
        let names = Set(try secrets.names().map(\.description))
        return (["\(chosen.name)/api-key", "\(chosen.provider.id)/api-key"] + chosen.provider.keyVariables).first(where: names.contains)
    }

    // MARK: Writing

    /// What was written.
    struct Done {
        let vault: Vault<VaultKeys>
        /// The secrets that were stored, with their new generations.
        var secrets: [(name: String, generation: UInt64)] = []
        var settingsChanged = false
    }

    /// Writes everything: the secrets in one transaction, then the settings in one file. Signals wait until it is done.
    func apply() throws -> Done {
        var (block, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&block)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] { unsafe sigaddset(&block, signal) }
        unsafe sigprocmask(SIG_BLOCK, &block, &before)
        defer { unsafe sigprocmask(SIG_SETMASK, &before, nil) }

        let writes = secrets.writes
        let vault = try secrets.vault ?? newVault()
        var done = Done(vault: vault)
        if !writes.isEmpty {
            let generations = try vault.set(writes, retention: session.retention)
            done.secrets = zip(writes, generations).map { ($0.name.description, $1) }
        }
        try replace(settings.opening, by: settings.text)
        done.settingsChanged = settings.text != settings.before
        return done
    }

    /// Puts a text in place of the settings, if they are still what the text was made from.
    private func replace(_ before: String, by text: String) throws {
        guard text != before else { return }
        var isOther = false
        try SettingsFile.update(settings.file) { current throws(SettingsError) in
            isOther = current != before
            return isOther ? current : text
        }
        guard !isOther else {
            throw Failure(
                .conflict, "\(settings.file): another process has changed it meanwhile", hints: ["run `warder onboard` again"])
        }
    }

    /// The vault that opens with the key file of the answers.
    private func newVault() throws -> Vault<VaultKeys> {
        guard let path = answers.newKeyFile else { throw Failure(.notFound, "there is no vault") }
        let (key, isNew) = try NewVault.keyFile(path)
        // First of all what opens it: if this ends here, the next time goes on.
        try replace(settings.before, by: settings.opening)
        let slot = NewSlot(kind: .keyFile, label: "first", credentials: Credentials(keyFile: key))
        return try NewVault.make(session, slots: [slot], newKeyFile: isNew ? path : nil)
    }
}

extension Failure {
    /// The failure that an error is, with one more hint.
    fileprivate init(_ error: ResolverError, hint: String) {
        self.init(error as any Error)
        hints.append(hint)
    }
}
