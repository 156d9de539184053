internal import Agent
internal import ArgumentParser

/// `warder lock`: has the agent forget all keys.
struct Lock: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Have the agent forget the keys of all vaults.",
        discussion: "Where a key file opens the vault, commands go on as before.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let session = try Session(options)
        let client = try AgentClient.find(at: session.agentSocket)
        try client?.lock()
        if options.json {
            try Console.write(JSON.answer([("agent", client == nil ? .null : .string(session.agentSocket))]).line)
        } else {
            options.inform(client == nil ? "no agent runs" : "locked")
        }
    }
}
