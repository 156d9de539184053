internal import Agent
internal import ArgumentParser
internal import Glibc
internal import Keystore

/// `warder unlock`: gives the vault's keys to the agent for a while.
struct Unlock: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Unlock the vault for a while: asks once, then the agent has the keys.",
        discussion: """
            The agent keeps the keys in locked memory and uses them for the programs of this user; it never gives them away. It locks when
            the time is over, when nobody has used it for a while, at `warder lock`, and at the end of the login. It is started if it does
            not run.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Lock after this time at the latest: 8h, 30m, never; 8h if not given.", valueName: "time"))
    var total: String?

    @Option(help: ArgumentHelp("Lock after this time without use: 15m, 1h, never; 15m if not given.", valueName: "time"))
    var idle: String?

    func run() throws {
        let times = try AgentTimes(for: total, idle: idle)
        let session = try Session(options)
        let (vault, _) = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor())
        try AgentProcess.give(vault, session, times)
        if options.json {
            try Console.write(JSON.answer([("vault", .string(session.vaultPath)), ("agent", .string(session.agentSocket))]).line)
        } else {
            options.inform("unlocked\(AgentState.limits(times.total, times.idle))")
        }
    }
}

extension AgentTimes {
    /// Times as options have them.
    ///
    /// - Throws: 2.
    init(for total: String?, idle: String?, standard: AgentTimes = .standard) throws {
        self.init(total: try total.map(Self.seconds) ?? standard.total, idle: try idle.map(Self.seconds) ?? standard.idle)
    }

    private static func seconds(_ text: String) throws -> Double? {
        if text == "never" { return nil }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = UInt32(text.dropLast()), count > 0,
            Double(count) * unit <= 366 * 86_400
        else {
            throw Failure(.invalid, "a time is such as 30s, 15m, 8h or 2d, or never")
        }
        return Double(count) * unit
    }
}
