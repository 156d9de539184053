import Foundation
import Glibc
import Testing

/// Clients of the agent that want no good.
@Suite struct AgentHostileTests {
    let rig: AgentRig
    var home: Home { rig.home }

    init() throws {
        rig = try AgentRig()
        try rig.unlock()
    }

    private var answers: Bool { get throws { try home.run("get", "API_KEY").text == "sk-value" } }

    /// Runs a client in the background until its first line, then `body`, then ends it.
    private func during(_ arguments: String..., body: () throws -> Void) throws {
        let output = home("\(UUID().uuidString).out")
        let pipe = home("\(UUID().uuidString).in")
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        // Held open for writing, so that the client waits for a line.
        let held = unsafe open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(held) }
        let process = try Spawn(
            program: "/usr/bin/python3", arguments: [AgentRig.resource("agent-client.py"), rig.socket] + arguments,
            environment: home.environment, directory: home.path, descriptors: [0: pipe, 1: output, 2: "/dev/null"]
        ).start()
        defer {
            kill(process, SIGKILL)
            _ = Spawn.wait(process)
        }
        try AgentRig.wait("the client says nothing") { home.content(output).map { !$0.bytes.isEmpty } ?? false }
        try body()
    }

    @Test(arguments: [("flood", "10000"), ("half", "10000"), ("half", "400")]) func `answers under very many connections`(
        verb: String, count: String
    ) throws {
        try during(verb, count) {
            for _ in 0..<20 {
                let isAnswered = try answers
                #expect(isAnswered)
            }
        }
        #expect(try answers)
    }

    @Test func `answers while they come`() throws {
        let flood = try Spawn(
            program: "/usr/bin/python3", arguments: [AgentRig.resource("agent-client.py"), rig.socket, "half", "20000"],
            environment: home.environment, directory: home.path, descriptors: [0: "/dev/null", 1: "/dev/null", 2: "/dev/null"]
        ).start()
        for _ in 0..<30 { #expect(try answers) }
        kill(flood, SIGKILL)
        _ = Spawn.wait(flood)
        #expect(try answers)
    }

    @Test(arguments: [
        "", "00", "000000", "00000000", "ffffffff", "00001100", "01001100", "0100110000", "ffffff7f01", "0000008000", "00000100",
    ])
    func `ends a connection whose request has no length that a request has`(hex: String) throws {
        #expect(try rig.client("raw", hex).text == "closed\n")
        #expect(try answers)
    }

    @Test func `refuses what is no request, and goes on`() throws {
        // Kinds that there are not; fields that end too early, are too many, or are none.
        let cases = [
            "0100000000", "0100000063", "01000000ff", "0500000001ffffffff", "05000000100a000000", "0100000010", "0100000011", "0100000012",
            "0100000013", "0100000014", "0100000002", "0100000003", "060000000201000000aa",
            "1500000010" + "10000000" + String(repeating: "00", count: 16),
            "1500000013" + "10000000" + String(repeating: "00", count: 16), "0600000004010000" + "00aa",
        ]
        for hex in cases {
            let answer = try rig.client("raw", hex)
            let lines = answer.text.split(separator: "\n")
            #expect(lines.last == "closed", "\(hex)")
            // A refusal has a code that is not 0.
            if lines.count > 1 { #expect(!lines[0].dropFirst(8).hasPrefix("00") || hex.hasPrefix("0100000001"), "\(hex)") }
            #expect(try answers, "\(hex)")
        }
    }

    @Test func `random bytes do it no harm`() throws {
        for _ in 0..<100 {
            let body = (0..<Int.random(in: 0...300)).map { _ in String(format: "%02x", UInt8.random(in: .min ... .max)) }.joined()
            let length = body.utf8.count / 2
            let header = String(format: "%02x%02x0000", length & 0xFF, length >> 8)
            _ = try rig.client("raw", (Bool.random() ? header : "") + body)
        }
        #expect(try home.run("status").code == 0)
        // One of them may have been a request to lock.
        try rig.unlock()
        #expect(try answers)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be another user")) func `another user's process is not answered`() throws {
        for path in [home.path, rig.runtime, "\(rig.runtime)/warder", URL(fileURLWithPath: home.path).deletingLastPathComponent().path] {
            try #require(unsafe chmod(path, 0o755) == 0)
        }
        try #require(unsafe chmod(rig.socket, 0o666) == 0)
        try home.write(try String(contentsOfFile: AgentRig.resource("agent-client.py"), encoding: .utf8), to: "client.py", mode: 0o644)
        let status = "0100000001"
        let ours = try rig.client("raw", status)
        #expect(ours.text.split(separator: "\n").count == 2)
        let theirs = try home.run(
            ["--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", home("client.py"), rig.socket, "raw", status],
            program: "/usr/bin/setpriv")
        #expect(theirs.text == "closed\n" || theirs.error.contains("BrokenPipeError") || theirs.error.contains("ConnectionResetError"))
        #expect(try answers)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be another user")) func `another user's agent is not believed`() throws {
        try home.run("lock")
        try rig.note()
        let agent = try rig.note()
        kill(agent, SIGKILL)
        // Somebody else listens where the agent should be.
        unsafe unlink(rig.socket)
        for path in [home.path, rig.runtime, URL(fileURLWithPath: home.path).deletingLastPathComponent().path] { unsafe chmod(path, 0o755) }
        try #require(unsafe chmod("\(rig.runtime)/warder", 0o777) == 0)
        let listen =
            "import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(9); print('x', flush=True); c=s.accept()[0]; c.recv(9999)"
        let output = home("theirs.out")
        let theirs = try Spawn(
            program: "/usr/bin/setpriv",
            arguments: [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", "-c", listen, rig.socket,
            ], environment: home.environment, directory: "/", descriptors: [0: "/dev/null", 1: output, 2: "/dev/null"]
        ).start()
        defer {
            kill(theirs, SIGKILL)
            _ = Spawn.wait(theirs)
        }
        try AgentRig.wait("nobody listens") { home.content(output).map { !$0.bytes.isEmpty } ?? false }
        #expect(try home.run("get", "API_KEY").refused(10))
        // Nor is a key handed to it: the directory is not the user's own any more.
        #expect(try home.run("unlock", with: ["WARDER_KEY_FILE": home("key")]).refused(21))
    }
}
