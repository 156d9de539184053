/// What one settings file says, before it is merged with the others.
struct SettingsLayer {
    /// Who wrote a file, and so what it may say.
    enum Scope {
        /// The system's settings, the user's, or those of `--settings`: everything.
        case trusted
        /// A project's: profiles only.
        case project
    }

    var vault = VaultSettings()
    var generations: Int?
    var days: Int?
    var profiles: [String: Profile] = [:]
    var providers: [String: ProviderSettings] = [:]
    var consumers: [String: ConsumerSettings] = [:]
    var routes: [String: RouteSettings] = [:]
    var defaults = DefaultSettings()
    let file: String

    /// Reads a document strictly.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` with line and key.
    init(_ document: SettingsDocument, scope: Scope) throws(SettingsError) {
        file = document.file
        for (key, value) in document.keys(of: []) {
            let path = [key]
            guard ["vault", "history", "profile", "provider", "default", "route", "consumer"].contains(key) else {
                throw scope == .project ? Self.notForProjects(document, path) : document.unknown(path)
            }
            guard scope == .trusted || key == "profile" else { throw Self.notForProjects(document, path) }
            guard case .table = value else { throw document.invalid(path, "must be a table") }
            switch key {
            case "vault": try readVault(document)
            case "history": try readHistory(document)
            case "profile":
                for (name, _) in document.keys(of: path) {
                    let profile = try ProfileReader(document, name: name).read()
                    if scope == .project { try Self.checkProjectVariables(profile) }
                    profiles[name] = profile
                }
            case "consumer":
                for (name, _) in document.keys(of: path) {
                    var reader = ConsumerReader(document, name: name)
                    consumers[name] = try reader.read()
                }
            case "default": try readDefault(document)
            case "route":
                for (name, _) in document.keys(of: path) { routes[name] = try Self.route(document, path + [name]) }
            default:
                for (name, _) in document.keys(of: path) {
                    var reader = ProviderReader(document, name: name)
                    providers[name] = try reader.read()
                }
            }
        }
    }

    private static func notForProjects(_ document: SettingsDocument, _ path: [String]) -> SettingsError {
        let name = SettingsNames.shownTable(path).map { "\($0) is" } ?? "this is"
        return SettingsError(
            .invalid, file: document.file, line: document.line(of: path), "\(name) not for project files: they hold [profile.NAME] only")
    }

    private static func checkProjectVariables(_ profile: Profile) throws(SettingsError) {
        for entry in profile.entries where RedirectingVariables.contains(entry.name) {
            throw SettingsError(
                .invalid, file: entry.file, line: entry.line,
                "\(entry.name) is not for project files: it decides where a program sends its keys, or what it trusts")
        }
    }

    private mutating func readVault(_ document: SettingsDocument) throws(SettingsError) {
        for (key, value) in document.keys(of: ["vault"]) {
            let path = ["vault", key]
            switch key {
            case "key_file":
                let text = try document.plainText(value, path)
                guard text.hasPrefix("/") || text.hasPrefix("~/") else {
                    throw document.invalid(path, "must be an absolute path or begin with ~/")
                }
                vault.keyFile = text
            case "fingerprint": vault.fingerprint = try document.plainText(value, path)
            default: throw document.unknown(path)
            }
        }
    }

    private mutating func readHistory(_ document: SettingsDocument) throws(SettingsError) {
        for (key, value) in document.keys(of: ["history"]) {
            let path = ["history", key]
            switch key {
            case "generations": generations = try document.integer(value, path, in: HistorySettings.generationsRange)
            case "days": days = try document.integer(value, path, in: HistorySettings.daysRange)
            default: throw document.unknown(path)
            }
        }
    }

    private mutating func readDefault(_ document: SettingsDocument) throws(SettingsError) {
        for (key, value) in document.keys(of: ["default"]) {
            let path = ["default", key]
            switch key {
            case "model":
                defaults.model = try document.plainText(value, path)
                defaults.modelPlace = document.place(of: path)
            case "env_file":
                let text = try document.plainText(value, path)
                guard text.hasPrefix("/") || text.hasPrefix("~/") else {
                    throw document.invalid(path, "must be an absolute path or begin with ~/")
                }
                defaults.environmentFile = text
            case "login_shell":
                guard case .boolean(let flag) = value else { throw document.invalid(path, "must be true or false") }
                defaults.usesLoginShell = flag
            default: throw document.unknown(path)
            }
        }
    }

    private static func route(_ document: SettingsDocument, _ path: [String]) throws(SettingsError) -> RouteSettings {
        try document.checkTable(path)
        var models: [String] = []
        var mergesSystemMessages = false
        for (key, value) in document.keys(of: path) {
            let place = path + [key]
            switch key {
            case "models": models = try document.modelList(value, place)
            case "merge_system_messages":
                guard case .boolean(let flag) = value else { throw document.invalid(place, "must be true or false") }
                mergesSystemMessages = flag
            default: throw document.unknown(place)
            }
        }
        guard !models.isEmpty else { throw document.invalid(path, "needs models") }
        return RouteSettings(models: models, mergesSystemMessages: mergesSystemMessages, place: document.place(of: path))
    }
}

extension SettingsDocument {
    /// Checks that `[profile.NAME]`, `[provider.NAME]`, `[route.NAME]` or `[consumer.NAME]` is a table with a good name.
    func checkTable(_ path: [String]) throws(SettingsError) {
        guard case .table = self.tree[path] else { throw invalid(path, "must be a table") }
        guard let name = path.last, SettingsNames.isTable(name), !KeyLikeText.matches(name) else {
            throw invalid(path, "is not a name (letters, digits, \".\", \"_\" and \"-\", 64 at most)")
        }
    }

    /// A string that is no key, on one line.
    func plainText(_ value: TOMLTree, _ path: [String]) throws(SettingsError) -> String {
        guard case .string(let text) = value else { throw invalid(path, "must be a string") }
        guard !text.isEmpty else { throw invalid(path, "is empty") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw invalid(path, "has a control character")
        }
        // A path is looked at in parts: as one text, a temporary directory's name and what is around it would look random.
        let isPath = text.hasPrefix("/") || text.hasPrefix("~/")
        for part in isPath ? text.split(separator: "/").map(String.init) : [text] { try refuseKey(part, path) }
        return text
    }

    /// Refuses a text that looks like an API key, without repeating it.
    func refuseKey(_ text: String, _ path: [String]) throws(SettingsError) {
        guard KeyLikeText.matches(text) else { return }
        let error = invalid(path, "looks like a key: settings hold names and references only")
        throw SettingsError(error, hint: "store it with `warder set NAME` and write \"secret:NAME\" here")
    }

    func integer(_ value: TOMLTree, _ path: [String], in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        guard case .integer(let number) = value, range.contains(number) else {
            throw invalid(path, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
