internal import ChildProcesses
internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// Whose service manager it is.
public enum SystemdScope: String, Sendable {
    /// The user's, `systemd --user`.
    case user
    /// The machine's.
    case system
}

/// The service manager, and the programs that talk to it. No value is ever an argument of theirs.
struct Systemd: Sendable {
    let scope: SystemdScope
    /// The user's directory of configuration, `~/.config`.
    private let configuration: String
    /// Where the user's manager has its socket and the credentials of its units.
    let runtime: String
    private let environment: [String: String]

    /// - Parameters:
    ///   - scope: whose manager.
    ///   - configuration: the user's directory of configuration, `~/.config`.
    ///   - environment: `HOME`, `XDG_CONFIG_HOME`, `XDG_RUNTIME_DIR`, `DBUS_SESSION_BUS_ADDRESS`, as far as they are set. No more is used.
    init(scope: SystemdScope, configuration: String, environment: [String: String]) {
        self.scope = scope
        self.configuration = configuration
        // What a login would have set; cron and sudo do not.
        runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/run/user/\(geteuid())"
        var used = ["XDG_RUNTIME_DIR": runtime]
        for name in ["HOME", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS"] { used[name] = environment[name] }
        self.environment = scope == .user ? used : [:]
    }

    /// Where drop-ins for a unit go.
    func dropInDirectory(of unit: UnitName) -> String {
        scope == .system ? "/etc/systemd/system/\(unit).d" : "\(configuration)/systemd/user/\(unit).d"
    }

    /// Where a running unit finds its credentials.
    ///
    /// - Parameter id: the unit's own name.
    func credentialsDirectory(of id: String) -> String {
        "\(scope == .system ? "/run" : runtime)/credentials/\(id)"
    }

    /// Has the manager read its units again.
    ///
    /// - Throws: ``ExportError/Code/systemd``.
    func reloadUnits() throws(ExportError) {
        guard try control(["daemon-reload"]).status == 0 else { throw unreachable }
    }

    /// What the manager knows of a unit.
    ///
    /// - Throws: ``ExportError/Code/systemd``; ``ExportError/Code/invalidName`` for a template, which has no state.
    func state(of unit: UnitName) throws(ExportError) -> UnitState {
        guard !unit.isTemplate else {
            throw ExportError(.invalidName, "\(unit) is a template, which does not run", hint: "name an instance, NAME@INSTANCE.service")
        }
        let outcome = try control(["show", "--property=\(UnitState.properties.joined(separator: ","))", "--", unit.description])
        guard outcome.status == 0, let state = UnitState(shown: outcome.output.reveal()) else { throw unreachable }
        return state
    }

    /// Checks that there is such a unit, or template.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` with `.notFound`; ``ExportError/Code/systemd``.
    func demand(_ unit: UnitName) throws(ExportError) {
        // An instance that nobody starts; its template is the one that was named.
        let asked = unit.isTemplate ? try UnitName(unit.description.replacing("@.", with: "@warder-trial.")) : unit
        guard try !state(of: asked).isUnknown else {
            throw ExportError(.file(.notFound), "there is no \(scope.rawValue) unit \(unit)")
        }
    }

    /// What a running unit is told.
    enum Verb: String {
        /// Stop and start again. A unit that does not run is not started.
        case restart = "try-restart"
        /// Read the configuration again. The environment of a process does not change by it.
        case reload
    }

    /// Restarts a unit, or has it reload its configuration, and waits for the end of the job. A service that does not tell when it is
    /// ready has only been forked by then: see ``proof(of:_:_:)``.
    ///
    /// - Returns: whether the job succeeded. If not, ``state(of:)`` has the reason.
    /// - Throws: ``ExportError/Code/systemd``, also if the job is not done after two minutes. systemd goes on with it.
    func perform(_ verb: Verb, _ unit: UnitName) throws(ExportError) -> Bool {
        try control([verb.rawValue, "--", unit.description], timeLimit: 120).status == 0
    }

    /// Runs `systemctl`.
    private func control(_ words: [String], timeLimit: Double = 30) throws(ExportError) -> ChildProcess.Outcome {
        let scope = self.scope == .user ? ["--user"] : []
        return try run("systemctl", scope + ["--no-pager", "--no-ask-password", "--quiet"] + words, timeLimit: timeLimit)
    }

    /// Runs one of systemd's programs.
    ///
    /// - Throws: ``ExportError/Code/systemd`` if it is not here, or does not end.
    func run(
        _ name: String, _ arguments: [String], input: SecretValue? = nil, with more: [String: String] = [:], timeLimit: Double = 30
    ) throws(ExportError) -> ChildProcess.Outcome {
        guard let program = ChildProcess.find(name) else {
            throw ExportError(.systemd, "there is no \(name) here", hint: "install systemd, or give the consumer a path instead of a unit")
        }
        var all = ChildProcess.usualEnvironment.merging(["SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "notice"]) { $1 }
        all.merge(environment) { $1 }
        all.merge(more) { $1 }
        do throws(ChildProcessError) {
            return try ChildProcess(
                program, arguments, environment: all, input: input, timeLimit: timeLimit, maximumOutput: 4 << 20
            ).run()
        } catch {
            throw ExportError(.systemd, error.description)
        }
    }

    /// Why the manager cannot be talked to.
    ///
    /// Source: sd_booted(3).
    private var unreachable: ExportError {
        switch scope {
        case .system where unsafe access("/run/systemd/system", F_OK) != 0:
            ExportError(
                .systemd, "this machine was not started with systemd", hint: "give the consumer a path instead of a unit")
        case .system:
            ExportError(.systemd, "the system's service manager does not answer, or refuses", hint: "are you root?")
        case .user:
            ExportError(
                .systemd, "the user's service manager does not answer, or refuses",
                hint: "is `systemd --user` running (`loginctl enable-linger`), and is XDG_RUNTIME_DIR right?")
        }
    }
}
