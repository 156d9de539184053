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
        let session = Set(startup.session.flatMap { examination.assignments(in: $0).map(\.name) })
        for (paths, isLogin) in [(startup.login, true), (startup.interactive, false)] {
            for path in paths {
                var seen: Set<String> = []
                for found in examination.assignments(in: path) where !session.contains(found.name) && seen.insert(found.name).inserted {
                    guard let unit = units.first(where: { needs(found.name, $0.unit, $0.system, names) }) else { continue }
                    note(found, path, isLogin, unit.unit, unit.system)
                }
            }
        }
    }

    private func note(_ found: ImportReading.Found, _ path: String, _ isLogin: Bool, _ unit: String, _ system: WiredSystem?) {
        guard let name = examination.shownName(found.name) else { return }
        let take = isLogin ? "`warder import --from-shell`" : "`warder set \(name)`"
        let consumer = examination.session.consumers.first { $0.unit == unit }
        let give: String
        if let consumer, examination.settings.profiles[consumer.profile] != nil {
            give = "\(name) = \"secret:\(name)\" in [profile.\(consumer.profile)], `warder apply \(consumer.name)`"
        } else if let consumer {
            give = "`warder apply \(consumer.name)`"
        } else {
            give = "`warder consumer add \(system?.rawValue ?? "NAME")`, `warder apply`"
        }
        examination.add(
            .loginOnlyKey, name, path: path, line: found.line, "\(name) is here for logins only: \(unit) does not get it",
            fix: "\(take), then \(give)")
    }

    /// Whether a unit needs a variable that nothing gives it.
    private func needs(_ name: String, _ unit: String, _ system: WiredSystem?, _ secrets: Set<String>) -> Bool {
        for consumer in examination.session.consumers where consumer.unit == unit {
            guard let plan = try? ProfilePlan(profile: consumer.profile, settings: examination.settings) else { continue }
            switch plan {
            case .defined(let entries, _):
                let target = consumer.names[name] ?? name
                guard let entry = entries.first(where: { $0.name == target }) else { break }
                return entry.required && entry.default == nil && !entry.secrets.allSatisfy(secrets.contains)
            case .named:
                if secrets.contains(where: { (try? SecretName($0)).flatMap(plan.variable) == name }) { return false }
            }
        }
        guard let system else { return false }
        let isKey = KnownVariables.holdsKey(name) && KnownVariables.namesKey(name)
        guard isKey || files.references(of: system).contains(where: { $0.name == name }) else { return false }
        let preset = ConsumerPresets.named(system.rawValue)?.resolve(secrets: secrets, settings: examination.settings)
        guard preset?.variables.contains(where: { $0.name == name }) != true else { return false }
        return !isGiven(name, unit, system)
    }

    /// Whether the unit's own files, or its system's, have it.
    private func isGiven(_ name: String, _ unit: String, _ system: WiredSystem) -> Bool {
        let providers = Catalogue.standard.providers.filter { $0.keyVariables.contains(name) }.map { "\($0.id)/api-key" }
        for content in files.contents where content.file.system == system && content.file.kind != .models {
            if content.reading?.found.contains(where: { $0.name == name || providers.contains($0.name) }) == true { return true }
            // It asks somebody who is not the environment.
            if content.reading?.references.contains(where: { providers.contains($0.name) && !$0.target.hasPrefix("the variable") }) == true
            {
                return true
            }
        }
        return examination.variables(of: unit).contains { $0.found.name == name }
    }
}
