import Foundation
import Glibc
import PrivateFiles
import SodiumCrypto
import Testing

/// What runs beside a real systemd, one test after the other: they share one machine.
@Suite(.serialized, .enabled(if: Rig.isInside, "runs in the rig")) struct Inside {}

/// Starts the test runner again in a rig, with the suites of ``Inside`` alone.
struct RigTests {
    /// How many tests of ``Inside`` there are at least. Fewer have not been found.
    private static let minimumCount = 43

    @Test func `beside a real systemd`() throws {
        let result = try Rig.run(["--testing-library", "swift-testing", "--filter", "SystemdTests.Inside/"])
        if result.status == 3, let reason = result.lines.last(where: { $0.hasPrefix("systemd-rig: ") }) {
            return print("SKIPPED: tests beside a real systemd: \(reason.dropFirst("systemd-rig: ".count))")
        }
        let summary = result.lines.last { $0.contains("Test run with ") } ?? ""
        let count = summary.split(separator: "Test run with ").last?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        let isComplete = result.status == 0 && count >= Self.minimumCount && summary.contains("passed")
        #expect(isComplete, "the run inside: \(count) tests, exit code \(result.status)")
        for line in result.lines where !isComplete || line.contains("SKIPPED") || line.contains("MEASURED") || line == summary {
            print(line)
        }
        let wasSkipped = result.lines.contains { $0.contains(" skipped") }
        #expect(!wasSkipped, "a test inside did not run")
    }
}

/// The rig of `contrib/systemd-rig`, and this test runner in it.
enum Rig {
    private static let variable = "WARDER_INSIDE_RIG"

    /// Whether this is the runner in the rig.
    static let isInside = ProcessInfo.processInfo.environment[variable] != nil

    /// Runs this test runner in a rig of its own, and waits for it.
    static func run(_ arguments: [String]) throws -> (status: Int32, lines: [String]) {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        // Both may be on other file systems than the root's, which are not seen inside.
        let directories = [URL(filePath: runner).deletingLastPathComponent().path] + runtimeDirectories()
        let process = Process()
        process.executableURL = package.appending(path: "contrib/systemd-rig/run")
        process.arguments = ["env", "\(variable)=1", "HOME=/root", "XDG_RUNTIME_DIR=/run/user/0", runner] + arguments
        process.environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "WARDER_RIG_BIND": directories.joined(separator: " "),
            "WARDER_RIG_ROOT": ProcessInfo.processInfo.environment["WARDER_RIG_ROOT"] ?? "/",
        ]
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// Where the libraries of Swift are that this process has loaded.
    private static func runtimeDirectories() -> [String] {
        // Foundation takes the first short read for the end.
        guard let file = try? FileDescriptor.open("/proc/self/maps", O_RDONLY), let maps = try? SecretValue(file.readAll(maximum: 1 << 20))
        else { return [] }
        let lines = String(decoding: maps.reveal(), as: UTF8.self).split(separator: "\n")
        let paths = lines.compactMap { $0.split(separator: " ").last }.filter { $0.hasSuffix("/libswiftCore.so") }
        return Set(paths).map { URL(filePath: String($0)).deletingLastPathComponent().path }
    }
}
