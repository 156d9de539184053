import Foundation
import Testing

/// Stops at any moment leave the old state or the new one, and no acknowledged write is lost. The scripts of `contrib/crash` do the work, so
/// that people can run them at full size; this runs a part of it.
@Suite(.serialized) struct CrashTests {
    @Test(.enabled(if: Executable.exists("strace") && Executable.exists("python3"), "needs strace and python3"))
    func `leaves the old or the new state wherever it is stopped or a write fails`() throws {
        let points = ProcessInfo.processInfo.environment["WARDER_CRASH_POINTS"] ?? "30"
        let (status, output) = try Executable.run("sweep", ["--sample", points, "--seed", "2026"])
        print(output)
        #expect(status == 0)
    }

    @Test(.enabled(if: Executable.exists("strace") && Executable.exists("python3"), "needs strace and python3"))
    func `leaves every consumer its old copy or its new one, whole and private`() throws {
        let points = ProcessInfo.processInfo.environment["WARDER_CRASH_POINTS"] ?? "30"
        let (status, output) = try Executable.run("consumers", ["--sample", points, "--seed", "2026"])
        print(output)
        #expect(status == 0)
    }

    @Test(.enabled(if: Executable.exists("python3"), "needs python3"))
    func `loses no acknowledged write when a fifth of the writers is killed`() throws {
        let isFull = ProcessInfo.processInfo.environment["WARDER_CRASH_FULL"] != nil
        let (status, output) = try Executable.run("counters", isFull ? ["--workers", "16", "--increments", "200"] : [])
        print(output)
        #expect(status == 0)
    }
}
