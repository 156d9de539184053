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
    private let environment: [String: String]

    /// - Parameters:
    ///   - scope: whose manager.
    ///   - environment: `HOME`, `XDG_CONFIG_HOME`, `XDG_RUNTIME_DIR`, `DBUS_SESSION_BUS_ADDRESS`, as far as they are set.
    init(scope: SystemdScope, environment: [String: String]) {
        self.scope = scope
        self.environment = environment
    }

    /// Where drop-ins for a unit go.
    func dropInDirectory(of unit: UnitName) -> String {
        switch scope {
        case .system: return "/etc/systemd/system/\(unit).d"
        case .user:
            let config = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(environment["HOME"] ?? "")/.config"
            return "\(config)/systemd/user/\(unit).d"
        }
    }

    /// Where a running unit finds its credentials.
    func credentialsDirectory(of unit: UnitName) -> String {
        scope == .system ? "/run/credentials/\(unit)" : "\(environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(geteuid())")/credentials/\(unit)"
    }

    /// Has the manager read its units again.
    func reloadUnits() throws(ExportError) {
        guard try control(["daemon-reload"]).status == 0 else { throw unreachable }
    }

    /// What the manager knows of a unit.
    func state(of unit: UnitName) throws(ExportError) -> UnitState {
        let outcome = try control(["show", "--property=\(UnitState.properties.joined(separator: ","))", "--", unit.description])
        guard outcome.status == 0, let state = UnitState(shown: outcome.output.reveal()) else { throw unreachable }
        return state
    }

    /// Checks that there is such a unit.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` with `.notFound`.
    func demand(_ unit: UnitName) throws(ExportError) {
        guard try !state(of: unit).isUnknown else {
            throw ExportError(.file(.notFound), "there is no \(scope.rawValue) unit \(unit)")
        }
    }

    /// Restarts a unit, or has it reload its configuration, and waits for the end of the job.
    ///
    /// - Returns: whether the job succeeded.
    func perform(_ verb: Verb, _ unit: UnitName) throws(ExportError) -> Bool {
        try control([verb.rawValue, "--", unit.description], timeLimit: 120).status == 0
    }

    enum Verb: String {
        /// A unit that does not run is not started.
        case restart = "try-restart"
        case reload
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
        if scope == .user { all.merge(environment) { $1 } }
        all.merge(more) { $1 }
        do throws(ChildProcessError) {
            return try ChildProcess(
                program, arguments, environment: all, input: input, timeLimit: timeLimit, maximumOutput: 4 << 20
            ).run()
        } catch {
            throw ExportError(.systemd, error.description)
        }
    }

    private var unreachable: ExportError {
        ExportError(
            .systemd, "the \(scope == .user ? "user's" : "system's") service manager does not answer, or refuses",
            hint: scope == .user ? "is `systemd --user` running, and XDG_RUNTIME_DIR set?" : "is systemd running, and are you root?")
    }
}
