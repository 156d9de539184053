internal import Glibc

/// What a service manager says of a unit.
struct UnitState: Equatable {
    static let properties = ["LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "MainPID"]

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

    /// Whether there is no such unit.
    var isUnknown: Bool { values["LoadState"] == "not-found" }
    /// Whether it cannot be started at all.
    var isMasked: Bool { values["LoadState"] == "masked" || values["UnitFileState"] == "masked" }
    /// Whether its file cannot be used.
    var isBroken: Bool { ["error", "bad-setting"].contains(values["LoadState"]) }
    /// Whether its last run ended badly.
    var hasFailed: Bool { values["ActiveState"] == "failed" }
    /// Whether it runs, or is about to.
    var isActive: Bool { ["active", "reloading", "activating", "refreshing"].contains(values["ActiveState"]) }
    /// Why it failed, one word of systemd's.
    var result: String { values["Result"] ?? "unknown" }
    /// Its main process, if it has one.
    var mainProcess: pid_t? { values["MainPID"].flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil } }
}
