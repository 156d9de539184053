import Foundation
import Glibc
import Testing

/// A home whose vault opens with a passphrase, or with a key file that no settings name, and its agent.
final class AgentRig {
    let home: Home
    private var agents: Set<Int32> = []

    static let passphrase = "a passphrase of the test"

    init() throws {
        home = try Home(withVault: false)
        try home.write(Self.passphrase, to: "passphrase")
        let made = try home.run("init", "--key-file", home("key"))
        try #require(made.code == 0)
        // No settings name the key file: without the agent, the vault is locked.
        try #require(unsafe unlink(home.settings) == 0)
        try #require(try unlocked("set", "API_KEY", input: Value("sk-value")).code == 0)
    }

    deinit {
        for agent in agents { kill(agent, SIGKILL) }
    }

    var socket: String { "\(runtime)/warder/agent.sock" }
    var runtime: String { home.environment["XDG_RUNTIME_DIR"] ?? "" }

    /// Runs the command with the key file.
    @discardableResult
    func unlocked(_ arguments: String..., input: Value = Value("")) throws -> Outcome {
        try home.run(arguments, program: Home.program, input: input, with: ["WARDER_KEY_FILE": home("key")])
    }

    /// `warder unlock`.
    @discardableResult
    func unlock(_ options: String...) throws -> Outcome {
        let outcome = try home.run(["unlock"] + options, program: Home.program, with: ["WARDER_KEY_FILE": home("key")])
        if outcome.code == 0 { try note() }
        return outcome
    }

    /// Remembers the agent that listens, to end it with the test.
    @discardableResult
    func note() throws -> Int32 {
        let agent = try #require(Int32(try client("pid").text.dropLast()))
        agents.insert(agent)
        return agent
    }

    /// Runs a client that may misbehave.
    func client(_ arguments: String...) throws -> Outcome {
        try home.run([Self.resource("agent-client.py"), socket] + arguments, program: "/usr/bin/python3")
    }

    static func resource(_ name: String) -> String {
        Bundle.module.bundleURL.appending(path: "Resources/\(name)").path
    }

    /// Waits until something is so, for as long as a slow machine may need.
    static func wait(_ what: Comment, until isSo: () throws -> Bool) throws {
        let end = Date.now.addingTimeInterval(60)
        while try !isSo() {
            try #require(Date.now < end, what)
            usleep(20_000)
        }
    }
}
