internal import Exporter
internal import Glibc
internal import Keystore
internal import Resolver
internal import Settings

/// The providers of the settings, the default model and the routes: whether they can be asked. No program is run and no value read.
struct ProviderChecks {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    func run() {
        let settings = examination.settings
        checkFallback()
        var faulty: Set<String> = []
        for name in settings.providers.keys.sorted() {
            if check(provider: name) { faulty.insert(name) }
        }
        if settings.defaults.model != nil { check(model: nil, "the default model", settings.defaults.modelPlace, faulty) }
        for (name, route) in settings.routes.sorted(by: { $0.key < $1.key }) {
            check(model: name, "the route \(name)", route.place, faulty)
        }
    }

    /// The file in which keys are looked for last: who names it wants it read.
    private func checkFallback() {
        guard let path = fallback else { return }
        do { _ = try EnvironmentFileVariables(path: path).value(of: "") } catch {
            examination.leave(path, "\(bare(Failure(error).message)), and env_file under [default] names it")
        }
    }

    private var fallback: String? { examination.settings.defaults.environmentFile.map(examination.directories.expand) }

    /// Whether there is something wrong with it.
    private func check(provider name: String) -> Bool {
        guard let table = examination.settings.providers[name] else { return false }
        for reference in table.keys ?? [] {
            guard let missing = missingFile(reference) else { continue }
            examination.add(
                .providerKeyMissing, name, path: reference.place.file, line: reference.place.line,
                "\(name) has its key from \(missing), which is not there", fix: "put it there, or change that line")
            return true
        }
        switch state(of: name, table) {
        case .missing(let source)?:
            examination.add(
                .providerKeyMissing, name, path: table.place.file, line: table.place.line,
                "there is no key for \(name): \(examination.shownSource(source)) is not there", fix: fix(for: source))
            return true
        case .invalid(let reason)?:
            examination.add(
                .providerInvalid, name, path: table.place.file, line: Examination.line(in: reason, of: "") ?? table.place.line,
                "\(name) cannot be asked: \(bare(reason))", fix: "change that table; `warder provider show \(name)` says what it needs")
            return true
        default: return false
        }
    }

    /// What is wrong with it, if something is. Where the model alone says who answers, only the gateway's own address can be checked.
    private func state(of name: String, _ table: ProviderSettings) -> SurveyedModel.Key? {
        let names = examination.names ?? []
        let isGateway = Catalogue.standard.provider(table[.kind] ?? name)?.id == Catalogue.gateway
        if isGateway, table[.route] == nil, table.models == nil {
            let rows = try? resolver.survey(model: "\(name)/anthropic/any", secrets: names)
            return rows?.lazy.map(\.key).first { if case .invalid = $0 { true } else { false } }
        }
        return (try? resolver.survey(secrets: names, of: name))?.lazy.map(\.key).first(where: isFault)
    }

    private func check(model: String?, _ what: String, _ place: SettingsPlace?, _ faulty: Set<String>) {
        func add(_ reason: String, fix: String) {
            examination.add(.modelNotAskable, what, path: place?.file, line: place?.line, "\(what) cannot be asked: \(reason)", fix: fix)
        }
        do {
            for row in try resolver.survey(model: model, secrets: examination.names ?? []) where !faulty.contains(row.provider) {
                switch row.key {
                case .missing(let source) where isFault(row.key):
                    add("\(examination.shownSource(source)) is not there", fix: fix(for: source))
                case .invalid(let reason): add(bare(reason), fix: "change that line; `warder models list` shows what can be asked")
                default: continue
                }
                return
            }
        } catch {
            add(bare(Failure(error).message), fix: "change that line; `warder models list` shows what can be asked")
        }
    }

    /// Without the vault's names, and where the login shell is asked too, what is missing cannot be known.
    private func isFault(_ key: SurveyedModel.Key) -> Bool {
        switch key {
        case .present, .unneeded: false
        case .missing: examination.names != nil && examination.settings.defaults.usesLoginShell != true
        case .invalid: true
        }
    }

    private func missingFile(_ reference: KeyReference) -> String? {
        switch reference.source {
        case .file(let path):
            unsafe access(examination.directories.expand(path), F_OK) == 0 ? nil : examination.shownSource("the file \(path)")
        case .program(let words):
            words.first.flatMap { word in
                unsafe word.hasPrefix("/") && access(word, X_OK) != 0 ? examination.shownSource("the program \(word)") : nil
            }
        case .secret, .variable: nil
        }
    }

    private func fix(for source: String) -> String {
        source.hasPrefix("the secret ") ? "`warder set \(source.dropFirst("the secret ".count))`" : "give it one: `warder set NAME`"
    }

    /// A reason without the place that stands before it.
    private func bare(_ reason: String) -> String {
        guard let range = reason.firstRange(of: ": line "), let end = reason[range.upperBound...].firstRange(of: ": ") else {
            return reason
        }
        return String(reason[end.upperBound...])
    }

    /// Without the login shell, which would be started.
    private var resolver: ModelResolver {
        let isReadable = fallback.map { path in !examination.findings.contains { $0.code == .fileUnreadable && $0.path == path } } ?? false
        return ModelResolver(
            settings: examination.settings, secrets: NoSecrets(),
            environment: ResolverEnvironment(
                directories: examination.directories,
                fallbacks: isReadable ? fallback.map { [EnvironmentFileVariables(path: $0)] } ?? [] : []))
    }
}

/// Nothing: a survey goes by names.
private struct NoSecrets: SecretSource {
    func secrets(_ names: [SecretName]) throws -> [Secret?] { names.map { _ in nil } }
    func stamp() -> VaultStamp? { nil }
}
