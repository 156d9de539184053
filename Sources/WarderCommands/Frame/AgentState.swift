internal import Agent
internal import Keystore

/// What the agent says of a session's vault.
struct AgentState {
    /// Whether an agent listens.
    private let isRunning: Bool
    private let vault: AgentClient.UnlockedVault?

    /// - Parameter fingerprint: that of the session's vault, if it could be unlocked.
    init(_ session: Session, _ fingerprint: String?) {
        guard let client = AgentClient(at: session.agentSocket), let vaults = try? client.unlockedVaults() else {
            (isRunning, vault) = (false, nil)
            return
        }
        isRunning = true
        vault = vaults.first { $0.fingerprint.description == fingerprint }
    }

    /// For people. Nil if there is nothing to say.
    var line: String? {
        guard isRunning else { return nil }
        guard let vault else { return "agent     runs, and does not have this vault's keys" }
        return "agent     has the keys\(Self.limits(vault.remaining, vault.idleRemaining))"
    }

    /// `{"locks_in", "idle_in"}` in seconds, null for no limit; null if the agent does not have the vault's keys.
    var json: JSON {
        guard let vault else { return .null }
        func seconds(_ number: Double?) -> JSON { number.map { .number(UInt64(max(0, $0))) } ?? .null }
        return .object([("locks_in", seconds(vault.remaining)), ("idle_in", seconds(vault.idleRemaining))])
    }

    /// Such as `, for 8 h, or until it is not used for 15 min`.
    static func limits(_ total: Double?, _ idle: Double?) -> String {
        switch (total, idle) {
        case (nil, nil): " until it is locked"
        case (let total?, nil): " for \(duration(total))"
        case (nil, let idle?): " until nobody uses it for \(duration(idle))"
        case (let total?, let idle?): " for \(duration(total)), or until nobody uses it for \(duration(idle))"
        }
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7200: return "\(whole / 60) min"
        default: return whole % 3600 < 60 ? "\(whole / 3600) h" : "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }
}
