import Foundation
import Glibc
import Testing

/// A home with a vault that a key file opens, a server to which requests go, and the running daemon with a token. All of it ends with its
/// owner.
final class ServeRig {
    let home: Home
    let upstream: GatewayServer
    /// The local token of a client that may do everything that the test allows.
    private(set) var token = ""
    /// The daemon's TCP port.
    private(set) var port = 0
    private(set) var process: pid_t = 0
    private var hasEnded = true
    private var agents: Set<pid_t> = []
    private let errors: String

    /// - Parameters:
    ///   - upstream: what the server accepts.
    ///   - secrets: what is in the vault.
    ///   - token: options of `warder serve token add`.
    ///   - options: options of `warder serve`, beside the port.
    ///   - settings: `warder.toml`, made for the server's port.
    init(
        upstream configuration: GatewayServer.Configuration = .init(), secrets: [String: String] = [:], token: [String] = [],
        options: [String] = [], settings: (Int) -> String
    ) throws {
        home = try Home()
        errors = "\(home.streams)/daemon-errors"
        upstream = try GatewayServer(for: home, configuration)
        try home.configure(settings(upstream.port))
        for (name, value) in secrets { try home.store(name, value) }
        self.token = try newToken("test", token)
        try start(options)
    }

    deinit {
        if !hasEnded {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        for agent in agents { kill(agent, SIGKILL) }
    }

    var runtime: String { home.environment["XDG_RUNTIME_DIR"] ?? "" }
    /// The daemon's Unix socket.
    var socket: String { "\(runtime)/warder/proxy.sock" }
    /// What a client takes as the address of a route or provider.
    func address(_ name: String) -> String { "http://127.0.0.1:\(port)/\(name)" }

    /// Makes a token, and gives its text.
    func newToken(_ name: String, _ options: [String] = []) throws -> String {
        let made = try home.run(["serve", "token", "add", name] + options, program: Home.program)
        try #require(made.code == 0)
        return made.text
    }

    // MARK: The daemon

    /// Starts the daemon, and waits until it listens.
    func start(_ options: [String] = []) throws {
        let announced = "\(runtime)/warder/proxy.port"
        unsafe unlink(announced)
        process = try Spawn(
            program: Home.program, arguments: ["serve", "--port", "0"] + options, environment: home.environment, directory: home.path,
            descriptors: [0: "/dev/null", 1: errors, 2: errors]
        ).start()
        hasEnded = false
        try AgentRig.wait("the daemon does not start") {
            try #require(waitpid(process, nil, WNOHANG) == 0, "the daemon has ended")
            guard let text = try? String(contentsOfFile: announced, encoding: .utf8), text.hasSuffix("\n") else { return false }
            port = Int(text.dropLast()) ?? 0
            return port > 0
        }
        try noteAgent()
    }

    /// Remembers the agent that listens, to end it with the test.
    func noteAgent() throws {
        let found = try home.run(
            [AgentRig.resource("agent-client.py"), "\(runtime)/warder/agent.sock", "pid"], program: "/usr/bin/python3")
        if let agent = Int32(found.text.dropLast()) { agents.insert(agent) }
    }

    /// Has the daemon end in order.
    ///
    /// - Returns: its exit code, and everything that it has written.
    @discardableResult
    func end() throws -> (code: Int32, log: String) {
        try #require(!hasEnded)
        kill(process, SIGTERM)
        let code = Spawn.wait(process)
        hasEnded = true
        return (code, log)
    }

    /// What the daemon has written so far: its access log, and its messages.
    var log: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

    /// The lines of the access log so far.
    var accesses: [[String: Any]] {
        log.split(separator: "\n").compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }

    // MARK: Clients

    /// Runs `curl` at the address of a route or provider, with the token as the key of OpenAI's style.
    func curl(_ path: String, _ options: String..., input: Value = Value("")) throws -> Outcome {
        try home.run(
            ["-sS", "--max-time", "50", "-H", "authorization: Bearer \(token)"] + options + [address(path)], program: "/usr/bin/curl",
            input: input)
    }

    /// A page of the daemon's own, on its Unix socket.
    func page(_ name: String) throws -> Outcome {
        try home.run(["-sS", "--max-time", "50", "--unix-socket", socket, "http://localhost/-/\(name)"], program: "/usr/bin/curl")
    }

    /// Everything that anybody can see of the daemon: its log, status and metrics.
    func shown() throws -> Value {
        let pages = try ["status", "metrics", "health"].map { try page($0).text }
        let status = try home.run("serve", "status")
        try #require(status.code == 0)
        return Value((pages + [status.text, status.error, log]).joined(separator: "\n"))
    }
}
