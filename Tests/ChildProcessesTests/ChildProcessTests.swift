import ChildProcesses
import SodiumCrypto
import Testing

/// Programs that are run, with what goes in and comes out.
@Suite struct ChildProcessTests {
    private func shell(_ script: String, input: [UInt8]? = nil, timeLimit: Double = 15, maximum: Int = 1 << 20) throws
        -> ChildProcess.Outcome
    {
        let input = try input.map { try SecretValue(copying: $0) }
        return try ChildProcess("/bin/sh", ["-c", script], input: input, timeLimit: timeLimit, maximumOutput: maximum).run()
    }

    private func failure(_ call: () throws -> ChildProcess.Outcome) -> ChildProcessError.Code? {
        do {
            _ = try call()
            return nil
        } catch {
            return (error as? ChildProcessError)?.code
        }
    }

    @Test func `input, output, errors and exit code pass`() throws {
        let outcome = try shell("cat; echo wrong >&2; exit 7", input: [97, 0, 255])
        #expect(outcome.status == 7)
        #expect(outcome.output.reveal() == [97, 0, 255])
        #expect(outcome.errors == "wrong\n")
        #expect(try shell("kill -9 $$").status == 137)
    }

    @Test func `a megabyte passes both ways at once`() throws {
        let content = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let isSame = try shell("cat", input: content).output.reveal() == content
        #expect(isSame)
    }

    @Test func `a program that reads nothing does not stop the caller`() throws {
        #expect(try shell("exit 3", input: [UInt8](repeating: 1, count: 1 << 20)).status == 3)
        #expect(try shell("cat").output.reveal().isEmpty)
    }

    @Test func `only the environment that was named is there`() throws {
        let outcome = try ChildProcess("/usr/bin/env", [], environment: ["A": "b"]).run()
        #expect(String(decoding: outcome.output.reveal(), as: UTF8.self) == "A=b\n")
    }

    @Test func `no descriptor but the three is open in the child`() throws {
        let outcome = try shell("ls /proc/self/fd | wc -l")
        #expect(String(decoding: outcome.output.reveal(), as: UTF8.self) == "4\n", "the fourth is the one that lists them")
    }

    @Test func `what takes too long is killed, with all that it started`() throws {
        #expect(failure { try shell("sleep 30 & sleep 30", timeLimit: 0.3) } == .timeLimit)
        #expect(failure { try shell("exec >&- 2>&-; sleep 30", timeLimit: 0.3) } == .timeLimit)
        #expect(try shell("(sleep 0.9; echo late >&2) >/dev/null & echo soon").errors == "late\n", "errors are read to their end")
    }

    @Test func `what writes too much is killed`() throws {
        #expect(failure { try shell("yes", maximum: 100_000) } == .outputLimit)
        #expect(try shell("printf 12345", maximum: 5).output.count == 5)
    }

    @Test func `what is not there cannot be started, and the error has no argument in it`() throws {
        do {
            _ = try ChildProcess("/nowhere/program", ["canary"]).run()
            Issue.record("there was no error")
        } catch {
            #expect(error.description == "/nowhere/program: cannot be started")
        }
        #expect(failure { try ChildProcess("sh", []).run() } == .start)
        #expect(failure { try ChildProcess("/bin/sh", ["a\0b"]).run() } == .start)
    }

    @Test func `programs are found in absolute directories alone`() {
        #expect(ChildProcess.find("sh", in: ".:relative:/bin") == "/bin/sh")
        #expect(ChildProcess.find("sh", in: ".:relative") == nil)
        #expect(ChildProcess.find("no-such-program") == nil)
    }
}
