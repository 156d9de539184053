import Foundation
import Glibc
import Testing

/// What can be found in the agent's memory.
@Suite(.enabled(if: geteuid() == 0, "only root reads the memory of a process that refuses inspection")) struct AgentMemoryTests {
    let rig: AgentRig
    var home: Home { rig.home }
    let reader: String

    init() throws {
        rig = try AgentRig()
        reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../contrib/reader").standardized.path
    }

    /// What of these files, and of the vault's keys, is in the agent's memory.
    private func found(_ agent: Int32, vault: String? = nil, key: String? = nil, _ files: String...) throws -> String {
        let scan = try home.run(
            [AgentRig.resource("memory-scan.py"), "\(agent)", vault ?? home.vault, key ?? home("key"), reader] + files,
            program: "/usr/bin/python3")
        try #require(scan.code == 0)
        let words = scan.text.split(separator: " ")
        // That it was looked at at all.
        try #require(words.count >= 3 && Int(words[words.count - 2]).map { $0 >= 1 } ?? false)
        return words.dropLast(3).joined(separator: " ")
    }

    /// Has the agent open and seal values of all sizes.
    private func work(_ values: [(name: String, value: Value)]) throws {
        for (name, value) in values {
            try home.write(value, to: name)
            #expect(try home.run("set", "--keep", name, input: value).code == 0)
            let isSame = try home.value(name) == value
            #expect(isSame)
        }
        #expect(try home.run("rename", "small", "tiny").code == 0)
        #expect(try home.run("backup", home("backup")).code == 0)
        #expect(try home.run("run", "--", "/bin/true").code == 0)
        // Values that never arrive whole.
        _ = try rig.client("raw", "0000110012" + "00001000" + values[0].value.bytes.map { String(format: "%02x", $0) }.joined())
    }

    private static func values() -> [(name: String, value: Value)] {
        [("small", 40), ("middle", 5000), ("large", 300_000), ("largest", 1 << 20)].map { ($0.0, Value(Canary.text($0.1))) }
    }

    @Test(arguments: ["lock", "signal", "time"]) func `neither keys nor values are left after locking`(way: String) throws {
        try rig.unlock("--for", way == "time" ? "20s" : "8h")
        let agent = try rig.note()
        let values = Self.values()
        try work(values)
        let files = ["small", "middle", "large", "largest"].map { home($0) }
        // The search finds what is there.
        if way != "time" {
            #expect(try found(agent, files[0], files[1], files[2], files[3]).split(separator: " ").contains("root"))
        }
        switch way {
        case "lock": #expect(try home.run("lock").code == 0)
        case "signal": #expect(kill(agent, SIGUSR1) == 0)
        default: break
        }
        try AgentRig.wait("the vault stays unlocked") { try home.run("get", "tiny").refused(10) }
        #expect(try found(agent, files[0], files[1], files[2], files[3]) == "")
        // Nor is it afterwards, when others have used the memory and it has been locked once more.
        try rig.unlock()
        try home.run("list")
        try home.run("lock")
        #expect(try found(agent, files[0], files[1], files[2], files[3]) == "")
    }

    @Test func `nor with a limit of 64 KiB on locked memory, and for a user without rights`() throws {
        let user = "65534"
        // A home of that user's own, with a copy of the command that it may run.
        let script = """
            set -e
            chmod 0755 "$1/.." "$1"
            cp "$WARDER" "$1/warder"; mkdir -p "$1/theirs/run"; chmod 0700 "$1/theirs" "$1/theirs/run"
            cp "$1/key" "$1/theirs/key"; chown -R \(user):\(user) "$1/theirs"; chmod 0755 "$1/warder"
            """
        let prepared = try home.run(["-c", script, "sh", home.path], program: "/bin/sh", with: ["WARDER": Home.program])
        try #require(prepared.code == 0)
        let theirs = home("theirs")
        func run(_ line: String, input: Value = Value(""), withKey: Bool) throws -> Outcome {
            try home.run(
                [
                    "-c", "ulimit -l 64; exec /usr/bin/setpriv --reuid \(user) --regid \(user) --clear-groups '\(home("warder"))' \(line)",
                ], program: "/bin/sh", input: input,
                with: [
                    "HOME": theirs, "XDG_RUNTIME_DIR": theirs + "/run", "WARDER_KEY_FILE": withKey ? theirs + "/key" : "",
                ], in: "/")
        }
        #expect(try run("init --key-file \(theirs)/key", withKey: false).code == 0)
        unsafe unlink(theirs + "/.config/warder/warder.toml")
        #expect(try run("unlock", withKey: true).code == 0)
        let values = Self.values()
        for (name, value) in values {
            try home.write(value, to: name)
            #expect(try run("set --keep \(name)", input: value, withKey: false).code == 0)
            let isSame = try run("get \(name)", withKey: false).output == value.bytes
            #expect(isSame)
        }
        let asThem = try home.run(
            [
                "--reuid", user, "--regid", user, "--clear-groups", "/usr/bin/python3", "-c",
                "import socket,struct; s=socket.socket(socket.AF_UNIX); s.connect('\(theirs)/run/warder/agent.sock'); print(struct.unpack('3i', s.getsockopt(1, 17, 12))[0])",
            ], program: "/usr/bin/setpriv", in: "/")
        let agent = try #require(Int32(asThem.text.dropLast()))
        defer { kill(agent, SIGKILL) }
        let limits = try String(contentsOfFile: "/proc/\(agent)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max locked memory") })
        #expect(line.split(separator: " ").contains("65536"))
        let vault = theirs + "/.local/share/warder/vault.db"
        let files = values.map { home($0.name) }
        #expect(try found(agent, vault: vault, key: theirs + "/key", files[0], files[1], files[2], files[3]).contains("root"))
        #expect(try run("lock", withKey: false).code == 0)
        #expect(try run("get small", withKey: false).refused(10))
        #expect(try found(agent, vault: vault, key: theirs + "/key", files[0], files[1], files[2], files[3]) == "")
    }

    @Test func `another process of the same user cannot read it`() throws {
        try rig.unlock()
        let agent = try rig.note()
        let script = """
            for what in mem environ maps fd; do
                cat /proc/\(agent)/$what >/dev/null 2>&1 && ls /proc/\(agent)/$what/ >/dev/null 2>&1 && echo "$what"
            done
            exit 0
            """
        // Root is above this; a user without root's rights is as any other.
        let outcome = try home.run(
            ["--bounding-set", "-all", "--inh-caps", "-all", "/bin/sh", "-c", script], program: "/usr/bin/setpriv")
        #expect(outcome.code == 0)
        #expect(outcome.text == "")
    }
}
