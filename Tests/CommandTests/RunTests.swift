import Foundation
import Glibc
import Testing

/// `run`: the program takes Warder's place, and finds everything as it was.
@Suite struct RunTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("API_KEY", "value")
    }

    @Test(arguments: ["run", "exec", "x"]) func `puts the value into the environment`(verb: String) throws {
        let outcome = try home.run(verb, "--", "sh", "-c", "printf %s \"$API_KEY\"")
        #expect(outcome.code == 0)
        #expect(outcome.text == "value")
        #expect(outcome.error.isEmpty)
    }

    @Test func `becomes the program: the process number stays`() throws {
        let outcome = try home.shell("echo $$; exec \"$WARDER\" run -- sh -c 'echo $$'")
        let numbers = outcome.text.split(separator: "\n")
        #expect(numbers.count == 2)
        #expect(numbers.first == numbers.last)
    }

    @Test(arguments: [0, 1, 7, 255]) func `passes on the exit code`(code: Int32) throws {
        #expect(try home.run("run", "--", "sh", "-c", "exit \(code)").code == code)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGKILL, SIGQUIT, SIGSEGV, SIGPIPE]) func `dies of the program's signal`(signal: Int32) throws {
        #expect(try home.run("run", "--", "sh", "-c", "kill -\(signal) $$").code == 128 + signal)
    }

    @Test func `exits with 126 and 127 as a shell does`() throws {
        #expect(try home.run("run", "--", "no-such-program-here").refused(127))
        #expect(try home.run("run", "--", home("nothing")).refused(127))
        #expect(try home.run("run", "--", home("key")).refused(126))
        #expect(try home.run("run", "--", "/tmp").refused(126))
        #expect(try home.run("run").refused(2))
        #expect(try home.run("run", "--").refused(2))
    }

    @Test func `leaves the streams alone`() throws {
        let input = Value.random(100_000)
        let outcome = try home.run("run", "--", "cat", input: input)
        let isSame = Value(outcome.output) == input
        #expect(isSame)
        let both = try home.run("run", "--", "sh", "-c", "echo out; echo err >&2")
        #expect(both.text == "out\n")
        #expect(both.error == "err\n")
    }

    @Test(arguments: [["run", "--"], ["-q", "run", "-P", "default", "--"], ["run", "-P", "default", "--"]])
    func `leaves what follows the dashes alone`(words: [String]) throws {
        let arguments = ["-v", "--", "--json", "", "a b", "$HOME", "-P", "--vault=x", "é", "*"]
        let outcome = try home.run(words + ["printf", "[%s]"] + arguments, program: Home.program)
        #expect(outcome.text == arguments.map { "[\($0)]" }.joined())
    }

    @Test(arguments: ["", "-q"]) func `hands on arguments that are not text`(option: String) throws {
        let outcome = try home.shell("exec \"$WARDER\" run \(option) -- printf '[%s]' \"$(printf '\\377\\001x\\200')\"")
        let isSame = outcome.output == Array("[".utf8) + [0xFF, 1, UInt8(ascii: "x"), 0x80] + Array("]".utf8)
        #expect(isSame)
    }

    @Test func `gives back umask, core limit and ignored signals`() throws {
        let script = "umask; ulimit -Sc; grep -E '^(SigIgn|SigBlk)' /proc/self/status"
        let before = try home.shell("umask 027; ulimit -Sc 8; trap '' INT QUIT HUP; \(script)")
        let after = try home.shell("umask 027; ulimit -Sc 8; trap '' INT QUIT HUP; exec \"$WARDER\" run -- sh -c \"\(script)\"")
        #expect(before.text == after.text)
        #expect(before.text.hasPrefix("0027\n8\n"))
        let plain = try home.shell(script)
        #expect(try home.shell("exec \"$WARDER\" run -- sh -c \"\(script)\"").text == plain.text)
    }

    @Test func `leaves no descriptor open in the program`() throws {
        let script = "ls /proc/self/fd"
        let before = try home.shell(script)
        #expect(try home.shell("exec \"$WARDER\" run -- \(script)").text == before.text)
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        let outcome = try home.shell(
            "exec \"$WARDER\" --vault '\(vault)' --settings empty.toml run -- \(script) 5<passphrase", with: ["WARDER_PASSPHRASE_FD": "5"])
        #expect(outcome.text == before.text)
    }

    @Test func `keeps its own variables to itself`() throws {
        let outcome = try home.run("run", "--", "env", with: ["WARDER_KEY_FILE": home("key"), "OTHER": "x"])
        #expect(outcome.code == 0)
        #expect(!outcome.text.contains("WARDER_"))
        #expect(outcome.text.contains("OTHER=x\n"))
        let vault = try home.passphraseVault()
        let second = try home.run(
            "--vault", vault, "run", "-q", "--", "env", with: ["WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home("passphrase")])
        #expect(second.code == 0)
        #expect(!second.text.contains("WARDER_"))
    }

    @Test func `can be looked at again once it is the program`() throws {
        // PR_SET_DUMPABLE ends with execve: /proc/PID belongs to the user again.
        #expect(try home.run("run", "--", "sh", "-c", "test -r /proc/$$/environ && stat -c %u /proc/$$/environ").text == "\(getuid())\n")
    }
}
