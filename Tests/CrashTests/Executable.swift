import Foundation
import Testing

/// The `warder` that was built with the tests.
enum Executable {
    /// It stands beside the test bundle.
    static var path: String {
        get throws {
            let directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            var candidates = [directory.appendingPathComponent("warder").path]
            for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
                candidates.append(URL(fileURLWithPath: argument).deletingLastPathComponent().appendingPathComponent("warder").path)
            }
            candidates.append(sources + "/.build/debug/warder")
            return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0) })
        }
    }

    /// The package's directory.
    static var sources: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }

    /// Whether there is an executable program of this name.
    static func exists(_ program: String) -> Bool {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    /// Runs a program of `contrib/crash`, and gives its exit status and what it printed.
    static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [sources + "/contrib/crash/" + script, "--warder", try path] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
