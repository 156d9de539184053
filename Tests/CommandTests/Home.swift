import Foundation
import Glibc
import Testing

/// A user's home directory for one test, with the command in it. It goes with its owner.
final class Home {
    /// The home directory, which is the working directory, too.
    let path: String
    /// Where standard streams go: outside of the home, so that a search of it finds only what Warder wrote.
    let streams: String
    /// What every command gets beside what a test names.
    var environment: [String: String]

    /// The program under test, beside the test runner.
    static let program: String = {
        let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let path = URL(fileURLWithPath: runner).deletingLastPathComponent().appending(path: "warder").path
        // Whatever mask it was built with: programs that are careful call nothing that others can write.
        unsafe chmod(path, 0o755)
        return path
    }()

    /// - Parameter withVault: whether there is a vault that opens with a key file.
    init(withVault: Bool = true) throws {
        var template = Array("/tmp/warder-home-XXXXXX".utf8CString)
        let name = unsafe mkdtemp(&template).flatMap { unsafe String(validatingCString: $0) }
        let root = try #require(name)
        path = root + "/home"
        streams = root + "/streams"
        // Where the agent of this home would listen: no test finds another one.
        let runtime = root + "/run"
        environment = ["HOME": path, "XDG_RUNTIME_DIR": runtime, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
        unsafe mkdir(path, 0o700)
        unsafe mkdir(streams, 0o700)
        unsafe mkdir(runtime, 0o700)
        if withVault { try #require(run("init", "--key-file", "\(path)/key").code == 0) }
    }

    deinit { try? FileManager.default.removeItem(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path) }

    /// A file of this home.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    var vault: String { self(".local/share/warder/vault.db") }
    var settings: String { self(".config/warder/warder.toml") }

    /// Runs the command.
    ///
    /// - Parameters:
    ///   - arguments: what follows `warder`.
    ///   - input: standard input.
    ///   - more: variables beside the usual ones; an empty text takes one away.
    ///   - directory: the working directory.
    ///   - descriptors: what further descriptors hold, as in ``Spawn``.
    @discardableResult
    func run(
        _ arguments: String..., input: Value = Value(""), with more: [String: String] = [:], in directory: String? = nil,
        descriptors: [Int32: String?] = [:]
    ) throws -> Outcome {
        try run(arguments, program: Self.program, input: input, with: more, in: directory, descriptors: descriptors)
    }

    /// Runs a shell script in which `$WARDER` is the command.
    @discardableResult
    func shell(_ script: String, input: Value = Value(""), with more: [String: String] = [:], in directory: String? = nil) throws -> Outcome
    {
        let more = more.merging(["WARDER": Self.program]) { first, _ in first }
        return try run(["-c", script], program: "/bin/sh", input: input, with: more, in: directory)
    }

    /// Runs a program of Python's, with the arguments in `sys.argv`.
    @discardableResult
    func python(_ script: String, _ arguments: String...) throws -> Outcome {
        try run(["-c", script] + arguments, program: "/usr/bin/python3")
    }

    func run(
        _ arguments: [String], program: String, input: Value = Value(""), with more: [String: String] = [:], in directory: String? = nil,
        descriptors: [Int32: String?] = [:]
    ) throws -> Outcome {
        let base = "\(streams)/\(UUID().uuidString)"
        try Data(input.bytes).write(to: URL(fileURLWithPath: base + ".in"))
        var all: [Int32: String?] = [0: base + ".in", 1: base + ".out", 2: base + ".err"]
        all.merge(descriptors) { _, new in new }
        let process = try Spawn(
            program: program, arguments: arguments, environment: environment.merging(more) { $1 }.filter { !$0.value.isEmpty },
            directory: directory ?? path, descriptors: all
        ).start()
        let code = Spawn.wait(process)
        func content(_ path: String) -> [UInt8] { (try? Data(contentsOf: URL(fileURLWithPath: path))).map(Array.init) ?? [] }
        defer { for end in [".in", ".out", ".err"] { unsafe unlink(base + end) } }
        return Outcome(code: code, output: content(base + ".out"), error: String(decoding: content(base + ".err"), as: UTF8.self))
    }
}
