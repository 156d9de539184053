internal import Keystore
internal import Profiles
internal import Resolver
internal import Settings

/// The settings while they are changed: one text, from which everything else follows.
struct OnboardSettings {
    private let session: Session
    let file: String
    /// The text of the file as it was.
    let before: String
    /// The same with the key file of a vault that is made first.
    private(set) var opening: String
    /// The text as it will be.
    private(set) var text: String
    /// What all settings files say together then.
    private(set) var settings: WarderSettings
    /// What was changed: `account_id of cloudflare-ai-gateway`.
    private(set) var changes: [String] = []

    init(_ session: Session) throws {
        self.session = session
        file = session.writableSettingsPath
        before = try SettingsFile.text(file)
        opening = before
        text = before
        settings = session.settings
    }

    /// Reads the text again, as everybody else will.
    ///
    /// - Throws: ``SettingsError`` for what the changes contradict.
    mutating func read() throws {
        let system = session.options.settings == nil && !session.options.system ? UserDirectories.systemSettingsPath : nil
        settings = try WarderSettings.parse(text, file: file, after: system)
    }

    /// Sets a key of a table.
    mutating func set(_ table: [String], _ key: String, _ value: SettingsValue) throws {
        text = try SettingsEditor.set(table: table, key: key, to: value, in: text, file: file)
        changes.append(Self.name(table, key))
    }

    /// Removes a key of a table.
    mutating func remove(_ table: [String], _ key: String) throws {
        let changed = try SettingsEditor.remove(table: table, key: key, in: text, file: file)
        if changed != text { changes.append(Self.name(table, key)) }
        text = changed
    }

    private static func name(_ table: [String], _ key: String) -> String {
        table.isEmpty ? key : "[\(table.joined(separator: "."))] \(key)"
    }

    // MARK: The provider

    /// Writes what the answers say of the provider, and of the default model.
    ///
    /// - Parameters:
    ///   - key: the secret that the key is stored as; nil if none was given.
    ///   - token: the same of the gateway's token.
    mutating func apply(_ answers: OnboardAnswers, _ chosen: OnboardAnswers.Chosen, key: String?, token: String?) throws {
        let table = ["provider", chosen.name]
        let known = settings.providers[chosen.name] ?? .none
        if let path = answers.newKeyFile, settings.vault.keyFile == nil {
            try set(["vault"], "key_file", .text(path))
            opening = text
        }
        for field in ProviderSettings.Field.allCases {
            if let value = answers.fields[field], known[field] != value { try set(table, field.rawValue, .text(value)) }
        }
        if let key, Self.secret(known.keys?.first) != key { try set(table, "api_key", .text("secret:\(key)")) }
        if chosen.isGateway { try applyGateway(answers, table + ["gateway"], known.gateway ?? .none, token) }
        if let model = answers.model, settings.defaults.model != model { try set(["default"], "model", .text(model)) }
        try read()
    }

    private mutating func applyGateway(
        _ answers: OnboardAnswers, _ table: [String], _ known: GatewaySettings, _ token: String?
    ) throws {
        let kind = answers.providerKey
        // Without a word of it, the key travels with the request.
        if let kind, known.providerKey ?? .request != kind { try set(table, "provider_key", .text(kind.rawValue)) }
        switch answers.isAuthenticated {
        case true?:
            if let token, Self.secret(known.token) != token { try set(table, "token", .text("secret:\(token)")) }
            if known.isAuthenticated != true { try set(table, "authenticated", .flag(true)) }
        case false?:
            if known.token != nil { try remove(table, "token") }
            if known.isAuthenticated != false { try set(table, "authenticated", .flag(false)) }
        case nil: break
        }
    }

    /// The secret that a reference names.
    static func secret(_ reference: KeyReference?) -> String? {
        if case .secret(let name)? = reference?.source { name } else { nil }
    }

    // MARK: The default profile

    /// Gives the default profile variables, and takes those away that an earlier onboarding of this provider gave it.
    ///
    /// - Parameters:
    ///   - variables: the variables that programs need for the provider.
    ///   - secrets: the names of all secrets, some of which are the profile so far if no settings define it.
    /// - Returns: what people should know of it.
    mutating func apply(_ variables: OnboardVariables, secrets: [SecretName]) throws -> [String] {
        let name = ProfilePlan.defaultName
        let table = ["profile", name]
        var notes: [String] = []
        var entries: [ProfileEntry] = []
        let own = try WarderSettings.parse(text, file: file).profiles[name]
        if let defined = try settings.entries(ofProfile: name) {
            guard own != nil else {
                let names = variables.all.map(\.name).joined(separator: ", ")
                return names.isEmpty ? [] : ["[profile.default] stands in another file, which stays as it is: \(names) belong there"]
            }
            entries = defined
        }
        let implicit = own == nil ? secrets.compactMap(ProfilePlan.named(prefix: "").variable(of:)) : []
        var known: [String: String] = [:]
        for variable in implicit { known[variable] = "secret:\(variable)" }
        for entry in entries { known[entry.name] = OnboardVariables.text(of: entry) }

        var kept: Set<String> = []
        var wanted: [(name: String, text: String)] = []
        for group in variables.groups {
            let others = group.filter { variable in
                known[variable.name].map { $0 != variable.text && !variables.wrote(variable.name, $0) } ?? false
            }
            guard others.isEmpty else {
                kept.formUnion(group.map(\.name))
                let left = group.filter { variable in known[variable.name] == nil }.map(\.name)
                let also = left.isEmpty ? "" : ", and \(left.joined(separator: ", ")) beside it is not set"
                notes.append("\(others.map(\.name).joined(separator: ", ")) of [profile.default] stays as it is\(also)")
                continue
            }
            wanted += group
        }
        let names = Set(wanted.map(\.name)).union(kept)
        let stale = (own?.entries ?? []).filter { entry in
            !names.contains(entry.name) && variables.wrote(entry.name, OnboardVariables.text(of: entry))
        }
        if own == nil {
            guard !wanted.isEmpty else { return notes }
            for variable in implicit where !wanted.contains(where: { $0.name == variable }) {
                try set(table, variable, .text("secret:\(variable)"))
            }
            if !implicit.isEmpty {
                notes.append("[profile.default] lists the variables from now on: one that is stored later needs a line there")
            }
        }
        for variable in wanted where own == nil || known[variable.name] != variable.text {
            try set(table, variable.name, .text(variable.text))
        }
        for entry in stale { try remove(table, entry.name) }
        try read()
        return notes
    }
}
