internal import Exporter
internal import Keystore
internal import Profiles
internal import Resolver
internal import Settings
internal import Wiring

/// Keys that only a login has, while a unit needs them: no shell's startup file is read for a service.
struct LoginChecks {
    private let examination: Examination
    private let files: SystemFiles

    init(_ examination: Examination, _ files: SystemFiles) {
        self.examination = examination
        self.files = files
    }

    func run() {
        guard let names = examination.names else { return }
        let units = KnownUnits.all(examination)
        guard !units.isEmpty else { return }
        let startup = StartupFiles(examination.directories)
        let needs = units.map { Need($0.unit, $0.system, names, examination, files) }
        let session = Set(startup.session.flatMap { examination.assignments(in: $0).map(\.name) })
        for (paths, isLogin) in [(startup.login, true), (startup.interactive, false)] {
            for path in paths {
                var seen: Set<String> = []
                for found in examination.assignments(in: path) where !session.contains(found.name) && seen.insert(found.name).inserted {
                    guard let unit = needs.first(where: { self.needs(found.name, $0) }) else { continue }
                    note(found, path, isLogin, unit.unit, unit.system)
                }
            }
        }
    }

    private func note(_ found: ImportReading.Found, _ path: String, _ isLogin: Bool, _ unit: String, _ system: WiredSystem?) {
        guard let name = examination.shownName(found.name) else { return }
        let take = isLogin && KnownVariables.holdsKey(found.name) ? "`warder import --from-shell`" : "`warder set \(name)`"
        let consumer = examination.session.consumers.first { $0.unit == unit }
        let give: String
        if let consumer, examination.settings.profiles[consumer.profile] != nil {
            give = "\(name) = \"secret:\(name)\" in [profile.\(consumer.profile)], `warder apply \(consumer.name)`"
        } else if let consumer {
            give = "`warder apply \(consumer.name)`"
        } else {
            give =
                system.map {
                    KeyCures(examination).giving(name, nil, $0, path: files.environmentFiles[$0], taken: [name], replaces: false)
                } ?? "`warder consumer add NAME`, `warder apply`"
        }
        examination.add(
            .loginOnlyKey, name, path: path, line: found.line, "\(name) is here for logins only: \(unit) does not get it",
            fix: "\(take), then \(give)")
    }

    /// Whether a unit needs a variable that nothing gives it.
    private func needs(_ name: String, _ need: Need) -> Bool {
        for (plan, names) in need.plans {
            switch plan {
            case .defined(let entries):
                let target = names[name] ?? name
                guard let entry = entries.first(where: { $0.name == target }) else { break }
                return entry.required && entry.default == nil && !entry.secrets.allSatisfy(need.secrets.contains)
            case .named(let given): if given.contains(name) { return false }
            }
        }
        guard need.system != nil else { return false }
        let isKey = KnownVariables.holdsKey(name) && KnownVariables.namesKey(name)
        guard isKey || need.referred.contains(name), !need.given.contains(name) else { return false }
        let providers = Catalogue.standard.providers.filter { $0.keyVariables.contains(name) }
        return !providers.contains { need.given.contains("\($0.id)/api-key") }
    }
}

/// What a unit gets without a login, and what it counts on; gathered once.
private struct Need {
    /// A consumer's profile.
    enum Plan {
        case defined([ProfileEntry])
        /// The variables that the vault's own names give.
        case named(Set<String>)
    }

    let unit: String
    let system: WiredSystem?
    let secrets: Set<String>
    /// Each with the consumer's own names for its variables.
    let plans: [(plan: Plan, names: [String: String])]
    /// The variables that its system's files refer to.
    let referred: Set<String>
    /// Variables and keys (`PROVIDER/api-key`) that its own files, its system's, or a preset would give it.
    let given: Set<String>

    init(_ unit: String, _ system: WiredSystem?, _ secrets: Set<String>, _ examination: Examination, _ files: SystemFiles) {
        self.unit = unit
        self.system = system
        self.secrets = secrets
        plans = examination.session.consumers.filter { $0.unit == unit }.compactMap { consumer in
            guard let plan = try? ProfilePlan(profile: consumer.profile, settings: examination.settings) else { return nil }
            switch plan {
            case .defined(let entries, _): return (.defined(entries), consumer.names)
            case .named: return (.named(Set(secrets.compactMap { (try? SecretName($0)).flatMap(plan.variable) })), consumer.names)
            }
        }
        guard let system else {
            referred = []
            given = []
            return
        }
        referred = Set(files.references(of: system).map(\.name))
        var given = Set(examination.variables(of: unit).map(\.found.name))
        let preset = ConsumerPresets.named(system.rawValue)?.resolve(secrets: secrets, settings: examination.settings)
        given.formUnion(preset?.variables.map(\.name) ?? [])
        for content in files.contents where content.file.system == system && content.file.kind.counts {
            given.formUnion(content.reading?.found.map(\.name) ?? [])
            // It asks somebody who is not the environment.
            given.formUnion(content.reading?.references.filter { !$0.target.hasPrefix("the variable") }.map(\.name) ?? [])
        }
        self.given = given
    }
}
