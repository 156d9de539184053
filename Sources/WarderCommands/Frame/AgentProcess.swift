internal import Agent
internal import CPlatform
internal import Glibc
internal import Keystore

/// The process of the agent: where its socket comes from, and how a command starts one.
enum AgentProcess {
    /// Where the started agent finds its socket.
    private static let socketNumber: Int32 = 3

    /// The listening socket: one that a command has handed over, one that the service manager has opened, or a new one.
    static func listener(_ session: Session, given: Int32?) throws -> Int32 {
        if let given {
            guard platform_take_listener(given) != 0 else { throw Failure(.invalid, "--socket-fd: not a Unix socket that listens") }
            return given
        }
        if Console.environment("LISTEN_PID") == "\(getpid())" {
            guard Console.environment("LISTEN_FDS") == "1", platform_take_listener(socketNumber) != 0 else {
                throw Failure(.invalid, "the service manager must hand over one Unix socket that listens")
            }
            return socketNumber
        }
        return try AgentSocket.listen(at: session.agentSocket)
    }

    /// Gives the keys of a vault to the agent, which is started if none runs.
    static func give(_ vault: Vault<LocalKeys>, _ session: Session, _ times: AgentTimes) throws {
        // Nothing is kept unlocked that does not stand up to a look.
        _ = try vault.size()
        let client = try AgentClient(at: session.agentSocket) ?? start(session)
        try client.unlock(vault.keys, vaultPath: session.vaultPath, times: times)
    }

    /// Starts an agent of its own session, which has nothing of this process but its socket.
    private static func start(_ session: Session) throws -> AgentClient {
        let path = session.agentSocket
        let listener: Int32
        do throws(KeystoreError) { listener = try AgentSocket.listen(at: path) } catch {
            // Another command was faster.
            if error.code == .conflict, let client = AgentClient(at: path) { return client }
            throw error
        }
        defer { close(listener) }
        do { try spawn(listener, session) } catch {
            _ = unsafe unlink(path)
            throw error
        }
        guard let client = AgentClient(at: path) else { throw Failure(.io, "\(path): the agent does not answer") }
        return client
    }

    private static func spawn(_ listener: Int32, _ session: Session) throws {
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw Failure(.io, "/dev/null cannot be opened") }
        defer { close(null) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, listener, socketNumber)
        for number in Int32(0)...2 { unsafe posix_spawn_file_actions_adddup2(&actions, null, number) }
        unsafe platform_spawn_without_descriptors_above(&actions, socketNumber)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(&attributes, Int16(platform_spawn_flags()))
        let arguments = ["warder", "agent", "--socket-fd", "\(socketNumber)"] + (session.options.system ? ["--system"] : [])
        // Only what says where its socket is: the agent opens no other file.
        let variables = ["HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"].compactMap { name in Console.environment(name).map { "\(name)=\($0)" }
        }
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let lines = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + lines).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let result = unsafe posix_spawn(&process, "/proc/self/exe", &actions, &attributes, words, lines)
        guard result == 0 else { throw Failure(.io, "the agent cannot be started: \(unsafe String(cString: strerror(result)))") }
    }
}
