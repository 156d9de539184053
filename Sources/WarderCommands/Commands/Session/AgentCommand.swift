internal import Agent
internal import ArgumentParser
internal import CPlatform
internal import Glibc
internal import Keystore

/// `warder agent`: keeps keys for the other commands.
struct AgentCommand: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Keep the keys of unlocked vaults, for the other commands of this user.",
        discussion: """
            Runs in the foreground, for a service manager; `warder unlock` starts one by itself. Listens at the socket that systemd has
            opened for it, else at $XDG_RUNTIME_DIR/warder/agent.sock, or with --system at /run/warder/agent.sock. With the systemd
            credential warder.key it has the vault unlocked from the start, without a limit of time unless one is given. SIGUSR1 locks,
            SIGTERM ends it.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .customLong("for"), help: ArgumentHelp("With the credential: lock after this time at the latest.", valueName: "time"))
    var total: String?

    @Option(help: ArgumentHelp("With the credential: lock after this time without use.", valueName: "time"))
    var idle: String?

    @Option(help: .hidden)
    var socketFd: Int32?

    func run() throws {
        let times = try AgentTimes(for: total, idle: idle, standard: AgentTimes(total: nil, idle: nil))
        let session = try Session(options)
        let path = session.agentSocket
        var server = AgentServer(listener: try AgentProcess.listener(session, given: socketFd), path: path)
        if socketFd == nil, case .systemdCredential = KeySource.first(session.settings, session.directories) {
            let (vault, _) = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor(), mayPrompt: false)
            _ = try vault.size()
            try server.unlock(vault.keys, vaultPath: session.vaultPath, times: times)
        }
        // A started agent would be called `exe`.
        unsafe platform_set_process_name("warder")
        // No directory is kept from being removed or unmounted.
        _ = unsafe chdir("/")
        options.remark("listening at \(path)")
        try server.run()
    }
}
