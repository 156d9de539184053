import Foundation
import Glibc
import Testing

/// A real systemd, in namespaces of its own, in which the command runs as root. It ends with its owner.
final class Rig {
    private let name = "test-\(UUID().uuidString.prefix(8))"
    private let streams: String

    /// The scripts that make it.
    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "contrib/systemd-rig").path

    /// Starts it, or says why that is not possible here.
    init?() throws {
        streams = FileManager.default.temporaryDirectory.appending(path: "warder-rig-\(UUID())").path
        try FileManager.default.createDirectory(atPath: streams, withIntermediateDirectories: false)
        let started = try run("\(Self.scripts)/start", [name, "\(getpid())"], seconds: 60)
        // Any other failure than "cannot" is one of the rig's own.
        try #require(started.code == 0 || started.code == 3, "\(started.error)")
        guard started.code == 0 else {
            print("SKIPPED: a real systemd: \(started.error.trimmingCharacters(in: .whitespacesAndNewlines))")
            return nil
        }
        let prepared = try shell(
            """
            mkdir -m 700 -p $HOME
            $WARDER init --key-file $HOME/key
            """)
        try #require(prepared.code == 0, "the command does not start inside: \(prepared.error)")
    }

    deinit {
        _ = try? run("\(Self.scripts)/stop", [name], seconds: 60)
        try? FileManager.default.removeItem(atPath: streams)
    }

    /// Runs a shell script inside, with `$WARDER` and a home of its own.
    func shell(_ script: String) throws -> Outcome {
        let head = "export HOME=/root/warder-test WARDER=\(Home.program) XDG_RUNTIME_DIR=/run/user/0 LANG=C.UTF-8\ncd /root\n"
        return try run("\(Self.scripts)/enter", [name, "bash", "-c", head + script], seconds: 120)
    }

    /// Runs the command inside.
    func warder(_ words: String) throws -> Outcome { try shell("$WARDER \(words)") }

    /// Stores a value, which goes in as the text of a `printf`.
    func store(_ name: String, _ format: String) throws {
        try #require(shell("printf '\(format)' | $WARDER set --keep -q \(name)").code == 0)
    }

    /// Makes and starts a service; `$OUT` in its script is a directory of its own.
    func service(_ name: String, _ body: String = "ExecStart=/bin/sleep 1000", start: Bool = true, isUser: Bool = false) throws {
        let directory = isUser ? "$HOME/.config/systemd/user" : "/etc/systemd/system"
        let control = isUser ? "systemctl --user" : "systemctl"
        let outcome = try shell(
            """
            mkdir -p \(directory)
            printf '%s\\n' '[Service]' '\(body.split(separator: "\n").joined(separator: "' '"))' >\(directory)/\(name).service
            \(control) daemon-reload
            \(start ? "\(control) start \(name)" : "")
            """)
        try #require(outcome.code == 0, "\(name): \(outcome.error)")
    }

    /// The environment of a running service, name and value.
    func environment(of unit: String, isUser: Bool = false) throws -> [String: [UInt8]] {
        let control = isUser ? "systemctl --user" : "systemctl"
        let outcome = try shell("cat /proc/$(\(control) show -P MainPID \(unit))/environ")
        var found: [String: [UInt8]] = [:]
        for entry in outcome.output.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            found[String(decoding: entry[..<equals], as: UTF8.self)] = Array(entry[(equals + 1)...])
        }
        return found
    }

    private func run(_ program: String, _ arguments: [String], seconds: Double) throws -> Outcome {
        let base = "\(streams)/\(UUID().uuidString)"
        let process = try Spawn(
            program: program, arguments: arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], directory: "/",
            descriptors: [0: "/dev/null", 1: base + ".out", 2: base + ".err"]
        ).start()
        let code = Spawn.wait(process, seconds: seconds)
        func content(_ path: String) -> [UInt8] { (try? Data(contentsOf: URL(fileURLWithPath: path))).map(Array.init) ?? [] }
        return Outcome(code: code, output: content(base + ".out"), error: String(decoding: content(base + ".err"), as: UTF8.self))
    }
}
