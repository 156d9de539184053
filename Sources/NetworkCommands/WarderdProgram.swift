internal import ArgumentParser
internal import WarderCommands

/// The program `warderd`.
public enum WarderdProgram {
    /// Runs the verb that the arguments name, and ends the process with its exit code.
    public static func main() async -> Never {
        await WarderProgram.run(Warderd.self)
    }
}

/// The verbs that need the network. `warder` runs them under its own name.
struct Warderd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warderd", abstract: "The verbs of warder that need the network. Run them as `warder VERB`.",
        version: "warderd 0.1.0", subcommands: [ServeDaemon.self, ProxyStatus.self, Ask.self, LiveModels.self, OnlineCheck.self])
}
