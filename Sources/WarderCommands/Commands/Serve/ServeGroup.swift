internal import Agent
internal import ArgumentParser

/// `warder serve`
struct ServeGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve requests to providers: a local proxy that adds the keys.",
        discussion: """
            Clients send their requests to http://127.0.0.1:PORT/PROVIDER/… or to the Unix socket, without a key; the proxy adds it. Units
            of systemd load their credentials from it, too.
            """.unwrapped,
        subcommands: [ServeStart.self, ServeStatusCommand.self, ServeToken.self, ServePause.self, ServeResume.self],
        defaultSubcommand: ServeStart.self)
}

/// `warder serve start`, which is also what `warder serve` does.
struct ServeStart: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Serve until told to end. The vault is unlocked for it with the agent, if it can be.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var serving: ServeOptions

    func run() throws {
        try unlockForDaemon(Session(options))
        try NetworkProgram.become(["serve"] + global.arguments + serving.arguments)
    }

    /// The daemon never has a key of the vault: it asks the agent. Where nobody can unlock now, it starts, and answers 503 until it is unlocked.
    private func unlockForDaemon(_ session: Session) throws {
        let storage = try session.storage()
        guard try session.agentsVault(storage, session.anchor()) == nil else { return }
        let source = KeySource.first(session.settings, session.directories)
        guard source.isKeyFile || Prompt.terminal() != nil else {
            return options.warn("the vault is locked: requests are answered with 503 until `warder unlock`")
        }
        let (vault, _) = try session.unlockDirectly(storage: storage, anchor: session.anchor())
        // Who has a key file has it all the time.
        try AgentProcess.give(vault, session, source.isKeyFile ? .init(total: nil, idle: nil) : .init(total: 8 * 3600, idle: nil))
    }
}

/// `warder serve status`
struct ServeStatusCommand: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the proxy is: rates, errors, keys that rest, tokens.")

    @OptionGroup var global: GlobalOptions

    func run() throws { try NetworkProgram.become(["status"] + global.arguments) }
}

extension GlobalOptions {
    /// The words that give the same options to another program.
    var arguments: [String] {
        var words: [String] = []
        if let vault { words += ["--vault", vault] }
        if system { words.append("--system") }
        if let settings { words += ["--settings", settings] }
        if json { words.append("--json") }
        if quiet { words.append("--quiet") }
        if verbose { words.append("--verbose") }
        return words
    }
}
