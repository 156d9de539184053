internal import Exporter
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Variables that a configuration of Fased, Genesis or OpenClaw counts on: without them its programs do not start.
struct VariableChecks {
    private let examination: Examination
    private let files: SystemFiles
    /// What every process of a session has, services included.
    private let session: Set<String>
    /// What programs that are started from a login have.
    private let login: Set<String>

    init(_ examination: Examination, _ files: SystemFiles) {
        self.examination = examination
        self.files = files
        let startup = StartupFiles(examination.directories)
        session = Set(startup.session.flatMap { examination.assignments(in: $0).map(\.name) })
        login = Set((startup.login + startup.interactive).flatMap { examination.assignments(in: $0).map(\.name) })
    }

    func run() {
        // What the vault would give is not known while it is locked.
        guard examination.names != nil else { return }
        let units = KnownUnits.all(examination)
        for system in WiredSystem.allCases where system.isOpenClaw {
            let unit = units.first { $0.system == system }?.unit
            let own = files.variables(of: system).union(session)
            let inUnit = Set(unit.map { examination.variables(of: $0).map(\.found.name) } ?? [])
            for reference in files.references(of: system) where !own.contains(reference.name) {
                guard let reason = reason(reference.name, unit, inUnit) else { continue }
                note(reference.name, system, path: reference.path, line: reference.line, "is referred to here, \(reason)")
            }
            if let unit { checkList(of: unit, system, own) }
        }
    }

    /// Why a variable is missing for some of a system's programs, if it is.
    private func reason(_ name: String, _ unit: String?, _ inUnit: Set<String>) -> String? {
        let isInProcess = Console.environment(name).map { !$0.isEmpty } ?? false
        let isInSession = isInProcess || login.contains(name) || examination.expectations.contains(name)
        guard let unit else { return isInSession ? nil : "and nothing gives it" }
        switch (inUnit.contains(name), isInSession) {
        case (true, true): return nil
        case (true, false): return "and \(unit) alone has it: commands of a person fail"
        // That is a finding of its own, at the line of the login's file.
        case (false, true): return login.contains(name) ? nil : "and \(unit) does not get it"
        case (false, false): return "and nothing gives it"
        }
    }

    /// The list of variables that a unit claims to have.
    private func checkList(of unit: String, _ system: WiredSystem, _ own: Set<String>) {
        let variables = examination.variables(of: unit)
        let names = own.union(variables.map(\.found.name))
        for list in variables where list.found.name.hasSuffix("_SERVICE_MANAGED_ENV_KEYS") {
            let text = String(decoding: list.found.value.reveal(), as: UTF8.self)
            for name in text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) where !names.contains(name) {
                note(name, system, path: list.path, line: list.found.line, "is in this list of \(unit), and nothing gives it")
            }
        }
    }

    private func note(_ variable: String, _ system: WiredSystem, path: String, line: Int?, _ reason: String) {
        let shown = examination.shownName(variable)
        let (name, give) = (
            shown ?? "NAME",
            KeyCures(examination).giving(
                shown ?? "NAME", nil, system, path: files.environmentFiles[system], taken: [], replaces: false)
        )
        examination.add(
            .variableMissing, shown ?? "a variable", path: path, line: line, "\(shown ?? "a variable") \(reason)",
            fix: "`warder set \(name)`, then \(give)")
    }
}
