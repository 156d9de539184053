import Foundation
import Glibc
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

/// The machine in the rig: services are made and started with systemd's own commands, and looked at without the library.
enum Machine {
    static let system = Systemd(scope: .system, configuration: "/root/.config", environment: [:])
    /// Root's own.
    static let user = Systemd(scope: .user, configuration: "/root/.config", environment: ["HOME": "/root"])

    /// Runs a program of the search path; its standard output.
    @discardableResult
    static func run(_ words: String..., runtime: String = "/run/user/0") throws -> (status: Int32, output: [UInt8]) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "XDG_RUNTIME_DIR": runtime, "LC_ALL": "C.UTF-8"]
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, Array(output))
    }

    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    static func read(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }
}

/// A service in the rig. Each has a name of its own.
struct Service {
    let name: UnitName
    let systemd: Systemd

    /// - Parameter lines: what stands in `[Service]`.
    init(_ name: String, _ lines: String..., systemd: Systemd = Machine.system) throws {
        self.name = try UnitName("\(name).service")
        self.systemd = systemd
        let directory = systemd.scope == .system ? "/etc/systemd/system" : "/root/.config/systemd/user"
        try Machine.write("[Unit]\nStartLimitIntervalSec=0\n[Service]\n\(lines.joined(separator: "\n"))\n", to: "\(directory)/\(self.name)")
    }

    /// A daemon that does nothing.
    static func idle(_ name: String, systemd: Systemd = Machine.system) throws -> Service {
        try Service(name, "Type=exec", "ExecStart=/bin/sleep 10000", systemd: systemd)
    }

    /// Puts a checked drop-in in place.
    func add(_ dropIn: [UInt8]) throws {
        try systemd.check(dropIn)
        try Machine.write(dropIn, to: "\(systemd.dropInDirectory(of: name))/50-warder.conf")
        try systemd.reloadUnits()
    }

    /// `systemctl VERB UNIT`.
    @discardableResult
    func control(_ verb: String, _ options: String = "--quiet") throws -> Bool {
        try Machine.run("systemctl", "--\(systemd.scope)", options, verb, name.description).status == 0
    }

    /// Starts it, which must succeed.
    func start(_ option: String = "--quiet") throws {
        guard try control("start", option) else { throw Missing("\(name) does not start") }
    }

    var mainProcess: Int { get throws { try Int(show("MainPID")) ?? 0 } }

    func show(_ property: String) throws -> String {
        let output = try Machine.run("systemctl", "--\(systemd.scope)", "show", "-P", property, name.description).output
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// The environment of its main process, as the kernel tells it.
    func environment() throws -> [String: [UInt8]] {
        let block = try #require(Machine.read("/proc/\(mainProcess)/environ"))
        var found: [String: [UInt8]] = [:]
        for entry in block.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            found[String(decoding: entry[..<equals], as: UTF8.self)] = Array(entry[(equals + 1)...])
        }
        return found
    }

    /// Waits until the manager says so.
    func wait(_ condition: (UnitState) -> Bool) throws -> UnitState {
        for _ in 0..<200 {
            let state = try systemd.state(of: name)
            if condition(state) { return state }
            usleep(25_000)
        }
        throw Missing("\(name) does not come into the state that is waited for")
    }
}

/// What a test cannot go on without.
struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func variable(_ name: String, _ value: [UInt8]) throws -> EnvironmentVariable {
    EnvironmentVariable(name: name, value: try SecretValue(copying: value))
}

func variable(_ name: String, _ value: String) throws -> EnvironmentVariable { try variable(name, Array(value.utf8)) }

/// The error of a call, which must fail.
func exportError<Success>(_ call: () throws(ExportError) -> Success) -> ExportError? {
    do throws(ExportError) {
        _ = try call()
    } catch {
        return error
    }
    Issue.record("there was no error")
    return nil
}

/// Values that an environment holds and that quoting, specifiers and expansion could change.
let difficultValues: [[UInt8]] =
    [
        "plain", "", " ", "  two  words  ", "a\nb\n\nc\n", "\n", "a\r\nb\r", "\t\u{1}\u{1B}\u{7F}", "it's", "say \"hi\"", "'\"'\"", "$HOME",
        "${HOME}", "$$", "$(id)", "`id`", "%n %% 100% %H %", "\\", "\\\\", "a\\nb\\x41\\", "a\\\nb", "#x", ";x", "a #b ;c", "=", "=x=",
        "é日本語🔑", "\u{2028}\u{85}\u{FEFF}", "-----BEGIN KEY-----\nMIIB+/==\n-----END KEY-----\n", "{\"a\": [\"b\"]}", "*?[a]", "~",
    ].map { Array($0.utf8) } + [[UInt8](repeating: UInt8(ascii: "x"), count: 100_000)]
