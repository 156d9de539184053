internal import Glibc

/// What a service manager says of a unit.
struct UnitState: Equatable, Sendable {
    static let properties = [
        "Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "ExecMainStatus", "MainPID", "InvocationID", "CanReload",
    ]

    private let values: [String: String]

    /// Takes the answer of `systemctl show`: lines `NAME=value`.
    init?(shown: [UInt8]) {
        var values: [String: String] = [:]
        for line in String(decoding: shown, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        guard values["LoadState"] != nil, values["ActiveState"] != nil else { return nil }
        self.values = values
    }

    /// Its own name, where it was asked for by another one.
    var id: String { values["Id"] ?? "" }
    /// Whether there is no such unit.
    var isUnknown: Bool { values["LoadState"] == "not-found" }
    /// Whether it cannot be started at all.
    var isMasked: Bool { values["LoadState"] == "masked" || values["UnitFileState"]?.hasPrefix("masked") == true }
    /// Whether its file cannot be used.
    var isBroken: Bool { ["error", "bad-setting"].contains(values["LoadState"]) }
    /// Whether its last run ended badly, and nothing starts it again.
    var hasFailed: Bool { values["ActiveState"] == "failed" }
    /// Whether it runs, or is about to.
    var isActive: Bool { ["active", "reloading", "activating", "refreshing"].contains(values["ActiveState"]) }
    /// Whether it runs, and nothing is under way.
    var isSettled: Bool { values["ActiveState"] == "active" }
    /// Whether its last run ended, and it waits for the next.
    var isWaitingForRestart: Bool { values["SubState"]?.hasPrefix("auto-restart") == true }
    /// Whether it can be told to read its configuration again.
    var canReload: Bool { values["CanReload"] == "yes" }
    /// How its last run ended, one word of systemd's.
    var result: String { values["Result"] ?? "unknown" }
    /// Its main process, if it has one.
    var mainProcess: pid_t? { values["MainPID"].flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil } }
    /// The number of this run, 32 hexadecimal digits, which is also in its processes' environment.
    var invocation: String? { values["InvocationID"].flatMap { $0.isEmpty ? nil : $0 } }

    /// How its last run ended, in words.
    ///
    /// Source: systemd.exec(5), "Process Exit Codes"; org.freedesktop.systemd1(5), `Result`.
    var failure: String {
        let status = values["ExecMainStatus"].flatMap { Int($0) } ?? 0
        return switch (result, status) {
        case ("exit-code", 203): "its program cannot be executed, or its environment is too large"
        case ("exit-code", 243): "systemd could not give it its credentials"
        case ("exit-code", 200...245): "systemd could not prepare its process, status \(status)"
        case ("exit-code", 1...): "its program ended with status \(status)"
        case ("exit-code", _): "one of its programs failed"
        case ("signal", 1...), ("core-dump", 1...): "its program was ended by signal \(status)"
        case ("resources", _): "something that it needs could not be had, such as its environment file"
        case ("timeout", _): "it took too long"
        case ("protocol", _): "it did not say that it is ready"
        case ("watchdog", _): "it gave no sign of life"
        case ("oom-kill", _): "there was not enough memory"
        case ("start-limit-hit", _): "it was started too often in a short time"
        case ("success", _): "nothing is known to have failed"
        default: "systemd says \(result)"
        }
    }
}
