import Foundation
import Glibc
import Testing

/// `unlock`, `lock` and `agent`: the vault, unlocked for a while.
@Suite struct AgentTests {
    let rig: AgentRig
    var home: Home { rig.home }

    init() throws { rig = try AgentRig() }

    @Test func `asks once, and then no command asks`() throws {
        #expect(try home.run("get", "API_KEY").refused(10))
        let unlocked = try rig.unlock()
        #expect(unlocked.code == 0)
        #expect(unlocked.error == "unlocked for 8 h, or until nobody uses it for 15 min\n")
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        #expect(try home.run("set", "OTHER", input: Value("two")).code == 0)
        #expect(try home.run("run", "--", "/usr/bin/printenv", "API_KEY", "OTHER").text == "sk-value\ntwo\n")
        let locked = try home.run("lock")
        #expect(locked.code == 0)
        #expect(locked.error == "locked\n")
        #expect(try home.run("get", "API_KEY").refused(10))
        #expect(try home.run("get", "API_KEY").error.contains("warder unlock"))
    }

    @Test func `asks at the terminal for a passphrase`() throws {
        let added = try home.run(
            "slot", "add", "--passphrase-fd", "3", "--kdf-memory", "64", "--kdf-passes", "2", with: ["WARDER_KEY_FILE": home("key")],
            descriptors: [3: home("passphrase")])
        try #require(added.code == 0)
        let unlocked = try Terminal.run(home, "unlock", steps: [.expect("Passphrase"), .type(AgentRig.passphrase + "\n")])
        #expect(unlocked.code == 0)
        #expect(unlocked.failed == nil)
        try rig.note()
        #expect(try home.run("get", "API_KEY").text == "sk-value")
    }

    @Test func `status says who has the keys, and for how long`() throws {
        let before = try home.run("status", "--json").json()
        #expect(before["locked"] as? Bool == true)
        #expect(before["agent"] is NSNull)
        try rig.unlock("--for", "3h", "--idle", "never")
        let status = try home.run("status", "--json").json()
        #expect(status["unlocks_with"] as? String == "agent")
        #expect(status["locked"] as? Bool == false)
        let agent = try #require(status["agent"] as? [String: Any])
        let seconds = try #require(agent["locks_in"] as? Int)
        #expect((10_000...10_800).contains(seconds))
        #expect(agent["idle_in"] is NSNull)
        #expect(try home.run("status").text.contains("agent     has the keys for 2 h 59 min"))
        try home.run("lock")
        let after = try home.run("status", "--json")
        #expect(after.code == 0)
        #expect(try after.json()["locked"] as? Bool == true)
        #expect(try home.run("status").text.contains("agent     runs, and does not have this vault's keys"))
    }

    @Test func `locks when the time is over`() throws {
        try rig.unlock("--for", "1s", "--idle", "never")
        try AgentRig.wait("the vault stays unlocked") { try home.run("get", "API_KEY").refused(10) }
    }

    @Test func `locks when nobody uses it, and not before`() throws {
        try rig.unlock("--for", "never", "--idle", "2s")
        // Looking whether it is unlocked is no use of it; reading is.
        for _ in 0..<30 {
            #expect(try home.run("get", "API_KEY").text == "sk-value")
            usleep(100_000)
        }
        try AgentRig.wait("the vault stays unlocked") {
            sleep(3)
            return try home.run("get", "API_KEY").refused(10)
        }
    }

    @Test func `locks at SIGUSR1, and ends at SIGTERM`() throws {
        try rig.unlock()
        let agent = try rig.note()
        #expect(kill(agent, SIGUSR1) == 0)
        try AgentRig.wait("the vault stays unlocked") { try home.run("get", "API_KEY").refused(10) }
        #expect(try rig.note() == agent)
        try rig.unlock()
        #expect(try rig.note() == agent)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        #expect(kill(agent, SIGTERM) == 0)
        try AgentRig.wait("the agent goes on") { kill(agent, 0) != 0 }
        #expect(try home.run("get", "API_KEY").refused(10))
        // What it left behind is in nobody's way.
        #expect(try rig.unlock().code == 0)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
    }

    @Test func `ends with the runtime directory`() throws {
        try rig.unlock()
        let agent = try rig.note()
        try FileManager.default.removeItem(atPath: rig.runtime)
        try AgentRig.wait("the agent goes on") { kill(agent, 0) != 0 }
    }

    @Test func `is started once by many at the same time`() throws {
        let outcome = try home.shell(
            "for i in 1 2 3 4 5 6 7 8; do \"$WARDER\" unlock -q & done; wait; \"$WARDER\" status --json",
            with: ["WARDER_KEY_FILE": home("key")])
        #expect(outcome.error.isEmpty)
        let agent = try rig.note()
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        let running = try home.run(["-f", "warder agent --socket-fd"], program: "/usr/bin/pgrep").text.split(separator: "\n")
        let ours = running.compactMap { Int32($0) }.filter { process in
            (try? String(contentsOfFile: "/proc/\(process)/environ", encoding: .utf8))?.contains(rig.runtime) ?? false
        }
        // Only root reads the environment of a process that refuses inspection.
        if geteuid() == 0 { #expect(ours == [agent]) }
    }

    @Test func `a key that is named comes before the agent, and its failure is final`() throws {
        try rig.unlock()
        try home.write("not the key of this vault: 32 b.", to: "other")
        #expect(try home.run("get", "API_KEY", with: ["WARDER_KEY_FILE": home("other")]).refused(11))
        #expect(try home.run("get", "API_KEY", with: ["WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home("passphrase")]).refused(11))
        // What comes after it is not looked at.
        try home.write("[vault]\nkey_file = \"\(home("other"))\"\n", to: ".config/warder/warder.toml")
        #expect(try home.run("get", "API_KEY").text == "sk-value")
    }

    @Test func `a rekey leaves the agent without keys, wherever it is made`() throws {
        try rig.unlock()
        #expect(try rig.unlocked("slot", "rekey").code == 0)
        #expect(try home.run("get", "API_KEY").refused(10))
        try rig.unlock()
        // Behind the agent's back, as another machine would: the old keys are not taken.
        let elsewhere = ["WARDER_KEY_FILE": home("key"), "XDG_RUNTIME_DIR": home.streams]
        #expect(try home.run("slot", "rekey", with: elsewhere).code == 0)
        #expect(try home.run("get", "API_KEY").refused(10))
        #expect(try rig.unlock().code == 0)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
    }

    @Test func `slots, rekey and restore unlock by themselves`() throws {
        try rig.unlock()
        #expect(try home.run("backup", home("backup")).code == 0)
        #expect(try home.run("slot", "list").code == 0)
        #expect(try home.run("slot", "rekey").refused(10))
        #expect(try home.run("slot", "add", "--key-file", home("another")).refused(10))
        #expect(try home.run("restore", home("backup"), "--force").refused(10))
        #expect(try rig.unlocked("restore", home("backup"), "--force").code == 0)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
    }

    @Test func `holds several vaults, and locks all`() throws {
        let other = home("other.db")
        let key = ["WARDER_KEY_FILE": home("key")]
        #expect(try home.run("--vault", other, "init", "--key-file", home("key"), with: key).code == 0)
        try? FileManager.default.removeItem(atPath: home.settings)
        #expect(try home.run("--vault", other, "set", "API_KEY", input: Value("other value"), with: key).code == 0)
        try rig.unlock()
        #expect(try home.run("--vault", other, "get", "API_KEY").refused(10))
        try rig.unlock("--vault", other)
        #expect(try home.run("--vault", other, "get", "API_KEY").text == "other value")
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        try home.run("lock")
        #expect(try home.run("get", "API_KEY").refused(10))
        #expect(try home.run("--vault", other, "get", "API_KEY").refused(10))
    }

    @Test(arguments: ["1", "h", "-1h", "0h", "1y", "8 h", "", "forever", "99999999999h"])
    func `refuses times that are none`(time: String) throws {
        #expect(try rig.unlock("--for=\(time)").refused(2))
        #expect(try rig.unlock("--idle=\(time)").refused(2))
        #expect(!FileManager.default.fileExists(atPath: rig.socket))
    }

    @Test func `the wrong key starts nothing`() throws {
        try home.write("not the key of this vault: 32 b.", to: "other")
        #expect(try home.run("unlock", with: ["WARDER_KEY_FILE": home("other")]).refused(11))
        #expect(!FileManager.default.fileExists(atPath: rig.socket))
        #expect(try home.run("lock").error == "no agent runs\n")
        #expect(try home.run("lock", "--json").json()["agent"] is NSNull)
    }

    @Test func `takes the socket that a service manager has opened`() throws {
        try FileManager.default.createDirectory(
            atPath: "\(rig.runtime)/warder", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let manager = try Spawn(
            program: "/usr/bin/systemd-socket-activate",
            arguments: ["-l", rig.socket, "-E", "HOME", "-E", "XDG_RUNTIME_DIR", Home.program, "agent"],
            environment: home.environment, directory: "/", descriptors: [0: "/dev/null", 1: home("out"), 2: home("err")]
        ).start()
        defer {
            kill(manager, SIGKILL)
            _ = Spawn.wait(manager)
        }
        try AgentRig.wait("nobody listens") { FileManager.default.fileExists(atPath: rig.socket) }
        // The first connection starts it; it is the process that the manager was.
        #expect(try rig.unlock().code == 0)
        #expect(try rig.note() == manager)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        #expect(try home.run("agent", with: ["LISTEN_PID": "1"]).refused(19))
    }

    @Test func `has the vault unlocked from the start with a systemd credential`() throws {
        try home.write(try #require(home.content(home("key"))), to: "credentials/warder.key", mode: 0o400)
        let agent = try Spawn(
            program: Home.program, arguments: ["agent"],
            environment: home.environment.merging(["CREDENTIALS_DIRECTORY": home("credentials")]) { $1 }, directory: "/",
            descriptors: [0: "/dev/null", 1: home("out"), 2: home("err")]
        ).start()
        try AgentRig.wait("nobody listens") { FileManager.default.fileExists(atPath: rig.socket) }
        #expect(try rig.note() == agent)
        #expect(try home.run("get", "API_KEY").text == "sk-value")
        #expect(try home.run("status").text.contains("agent     has the keys until it is locked"))
        #expect(kill(agent, SIGTERM) == 0)
        #expect(Spawn.wait(agent) == 0)
    }

    @Test func `does not start with a credential that opens nothing`() throws {
        try home.write("not the key of this vault: 32 b.", to: "credentials/warder.key", mode: 0o400)
        #expect(try home.run("agent", with: ["CREDENTIALS_DIRECTORY": home("credentials")]).refused(11))
    }
}
