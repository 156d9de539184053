internal import Exporter
internal import Resolver
internal import Settings
internal import Wiring

/// What cures a key in a system's file, in the words of fixes: how it comes into the vault, and how the system gets it from there.
struct KeyCures {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    // MARK: Into the vault

    /// A key that is only here. `names` are all that an import would take.
    func taking(_ file: AuditedFile, _ key: String, _ names: Set<String>) -> String {
        let back = replacement(file, key, nil, names)
        return file.kind == .models ? back : "\(importing(file)), then \(back)"
    }

    /// Two keys, of which nobody but a person knows which is the right one.
    func choosing(_ file: AuditedFile, _ key: String, _ secret: String, _ names: Set<String>) -> String {
        let isTaken = file.kind != .models && key == secret
        let first = isTaken ? importing(file, " --replace") : "`warder set \(secret)` with it"
        return "if the file's is the right one, \(first) first; if the vault's is, only: \(replacement(file, key, secret, names))"
    }

    /// A key that belongs to somebody else: it is not to be taken.
    func correcting(_ file: AuditedFile, _ key: String, _ match: Expectations.Match) -> String {
        let secret: String =
            switch match {
            case .same(let secret), .other(let secret): secret
            case .none: examination.shownName(key) ?? "NAME"
            }
        return "`warder set \(secret)` with the right key, and remove the line; then \(replacement(file, key, secret, [key]))"
    }

    /// The command that takes the keys of a file.
    func importing(_ file: AuditedFile, _ options: String = "") -> String {
        let isTold =
            switch (file.kind, file.system) {
            case (.environment, _), (.backup, _): false
            // Told by their names, which these may not have.
            case (_, .claudeCode): file.path.hasSuffix("/.claude/settings.json")
            case (_, .codex): file.path.hasSuffix("/.codex/config.toml")
            case (.configuration, _) where file.system.isOpenClaw: file.path.hasSuffix("/\(file.system.rawValue).json")
            default: true
            }
        let format = isTold ? "" : " --format \(Self.format(file))"
        return "`warder import \(examination.word(file.path))\(format)\(options)`"
    }

    /// The name of a file's format.
    private static func format(_ file: AuditedFile) -> String {
        switch file.system {
        case .dockerAgent: "docker-agent"
        case _ where file.isEnvironment: "openclaw"
        case .loong: "loong-config"
        case .claudeCode: "claude-code-config"
        case .codex: "codex-config"
        default: "openclaw-config"
        }
    }

    // MARK: Back from the vault

    private func wire(_ file: AuditedFile, _ key: String) -> String {
        let parts = key.split(separator: "/")
        let provider = parts.count == 2 ? examination.shownName(String(parts[0])) : key.hasPrefix("ANTHROPIC_") ? "anthropic" : nil
        return "`warder wire \(file.system.rawValue) --model \(provider ?? "PROVIDER")/MODEL`"
    }

    /// How the vault's own value takes the place.
    func replacement(_ file: AuditedFile, _ key: String, _ secret: String?, _ names: Set<String>) -> String {
        switch file.kind {
        case .backup: return "remove the file"
        case .models: return "cure the configuration, then remove the file: \(file.system.title) makes it anew"
        case .environment: return giving(key, secret, file.system, path: file.path, taken: names, replaces: true)
        // A variable that the program does not read itself, but what it starts.
        case .configuration where [.claudeCode, .codex].contains(file.system) && !key.contains("/") && !key.hasPrefix("ANTHROPIC_"):
            return "take the line out, and start the program with `warder run -- \(file.system == .codex ? "codex" : "claude")`"
        case .profiles: return "take the profile out, then \(wire(file, key))"
        // A key that stands there would win.
        case .configuration where [.claudeCode, .codex].contains(file.system): return "take the line out, then \(wire(file, key))"
        case .configuration: return "\(wire(file, key)), and take the line out if it stays"
        }
    }

    /// How a system gets a secret as a variable in its environment file.
    ///
    /// - Parameters:
    ///   - variable: what the system calls it.
    ///   - secret: the secret's name, if it is there already; else it is called as the variable.
    ///   - path: the environment file.
    ///   - taken: the names that the vault will have by then.
    ///   - replaces: whether there is a file already.
    func giving(
        _ variable: String, _ secret: String?, _ system: WiredSystem, path: String?, taken: Set<String>, replaces: Bool
    ) -> String {
        let settings = examination.settings
        let consumers = examination.session.consumers
        let source = secret ?? variable
        let shown = examination.shownName(variable) ?? "NAME"
        let from = secret ?? shown
        if let path, let known = consumers.first(where: { $0.path.map(examination.directories.expand) == path }) {
            let entries = (try? settings.entries(ofProfile: known.profile)) ?? nil
            let ours = known.names[variable] ?? variable
            let name = ours == variable ? shown : examination.shownName(ours) ?? "NAME"
            let lacks = entries.map { !$0.contains { $0.name == ours } } ?? false
            let entry = lacks ? "\(name) = \"secret:\(from)\" in [profile.\(known.profile)], " : ""
            return "\(entry)`warder apply \(replaces ? "--replace " : "")\(known.name)`"
        }
        let preset = ConsumerPresets.named(system.rawValue)
        // One of that name may serve another place.
        let isTaken = consumers.contains { $0.name == system.rawValue }
        let consumer = isTaken ? "\(system.rawValue)-2" : system.rawValue
        let place = path.flatMap { $0 == preset?.path.map(examination.directories.expand) ? nil : " --path \(examination.word($0))" } ?? ""
        let add = "`warder consumer add \(consumer)\(isTaken ? " --preset \(system.rawValue)" : "")\(place)`"
        let apply = replaces ? "`warder apply --replace \(consumer)`" : "`warder apply`"
        let entry = "\(shown) = \"secret:\(from)\" in [profile.\(consumer)] of warder.toml"
        if let entries = (try? settings.entries(ofProfile: consumer)) ?? nil, settings.profiles[consumer] != nil {
            return "\(entries.contains { $0.name == variable } ? "" : "\(entry), ")\(add), \(apply)"
        }
        guard let resolved = preset?.resolve(secrets: (examination.names ?? []).union(taken).union([source]), settings: settings),
            !resolved.variables.contains(where: { $0.name == variable })
        else { return "\(add), \(apply)" }
        // A preset that lacks something else makes no profile, but takes one that is there.
        return resolved.missing.isEmpty ? "\(add), \(entry), \(apply)" : "\(entry), \(add), \(apply)"
    }
}
