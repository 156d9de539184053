import Foundation
import Testing

/// A program that reads environment files, and prints each variable as `NAME=hex`, or as env -0 does.
struct Consumer: Sendable, CustomTestStringConvertible {
    let name: String
    /// The program and its arguments; `FILE` stands for the file.
    let command: [String]
    /// Arguments that exit with 0 if the program can do it at all.
    let probe: [String]
    let output: Output

    enum Output { case environment, hex, base64 }

    var testDescription: String { name }

    private static let environ = "exec /usr/bin/env -0"

    private static func shell(_ name: String, _ script: String) -> Consumer {
        let command = name.split(separator: " ").map(String.init)
        return Consumer(
            name: "\(name): \(script)", command: command + ["-c", "\(script); \(environ)", "sh", "FILE"],
            probe: command + ["-c", "exit 0"], output: .environment)
    }

    private static let shellNames = ["bash", "bash --posix", "dash", "busybox sh", "zsh -f", "mksh", "ksh"]

    static let sh =
        shellNames.map { shell($0, #". "$1""#) } + ["bash", "dash", "zsh -f"].map { shell($0, #"eval "$(cat "$1")""#) }

    static let dotenv =
        shellNames.map { shell($0, #"set -a; . "$1""#) } + [
            Consumer(
                name: "node --env-file",
                command: [
                    "node", "--env-file=FILE", "-e",
                    "for (const [k, v] of Object.entries(process.env)) console.log(k + '=' + Buffer.from(v).toString('hex'))",
                ],
                probe: ["node", "--env-file=/dev/null", "-e", ""], output: .hex),
            Consumer(
                name: "node util.parseEnv",
                command: [
                    "node", "-e",
                    """
                    const e = require('util').parseEnv(require('fs').readFileSync(process.argv[1], 'utf8'));
                    for (const [k, v] of Object.entries(e)) console.log(k + '=' + Buffer.from(v).toString('hex'))
                    """, "FILE",
                ],
                probe: ["node", "-e", "require('util').parseEnv('')"], output: .hex),
            Consumer(
                name: "python-dotenv",
                command: [
                    "python3", "-c",
                    """
                    import sys, dotenv
                    for k, v in dotenv.dotenv_values(sys.argv[1]).items(): print(k + '=' + v.encode().hex())
                    """, "FILE",
                ],
                probe: ["python3", "-c", "import dotenv; dotenv.dotenv_values"], output: .hex),
        ]

    static let json = [
        Consumer(
            name: "python3 json",
            command: [
                "python3", "-c",
                """
                import sys, json
                for k, v in json.load(open(sys.argv[1], 'rb')).items(): print(k + '=' + v.encode().hex())
                """, "FILE",
            ],
            probe: ["python3", "-c", "import json"], output: .hex),
        Consumer(
            name: "jq", command: ["jq", "-r", #"to_entries[] | .key + "=" + (.value | @base64)"#, "FILE"],
            probe: ["jq", "-n", "1"], output: .base64),
        Consumer(
            name: "node JSON.parse",
            command: [
                "node", "-e",
                """
                const e = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
                for (const [k, v] of Object.entries(e)) console.log(k + '=' + Buffer.from(v).toString('hex'))
                """, "FILE",
            ],
            probe: ["node", "-e", ""], output: .hex),
    ]

    /// systemd's own parser, called in its private library, and what the service manager drops after it.
    static let systemd = Consumer(
        name: "systemd load_env_file", command: ["python3", "-c", systemdScript, "FILE"],
        probe: ["python3", "-c", systemdScript, "/dev/null"], output: .hex)

    /// Reads the files that a file holds, with a NUL between each two. Prints the variables, `!` for a refused file, and `.` after each.
    static let systemdScript = """
        import ctypes, glob, os, sys
        shared = ctypes.CDLL(glob.glob('/usr/lib/*/systemd/libsystemd-shared-*.so')[0])
        for text in open(sys.argv[1], 'rb').read().split(b'\\0'):
            file = os.memfd_create('sample')
            os.write(file, text)
            found = ctypes.POINTER(ctypes.c_char_p)()
            if shared.load_env_file(None, b'/proc/self/fd/%d' % file, ctypes.byref(found)) < 0: print('!')
            elif found:
                shared.strv_env_clean_with_callback(found, None, None)
                index = 0
                while found[index]:
                    name, value = found[index].split(b'=', 1)
                    print(name.decode() + '=' + value.hex())
                    index += 1
            os.close(file)
            print('.')
        """

    /// Whether the program is here. Says so when not.
    func isHere() throws -> Bool {
        if try execute(probe).status == 0 { return true }
        print("SKIPPED: the consumer \(name) is not on this machine")
        return false
    }

    /// The variables that the program finds in a file.
    func read(_ content: [UInt8]) throws -> [String: [UInt8]] {
        try withDirectory { directory in
            let file = "\(directory)/sample.env"
            try Data(content).write(to: URL(filePath: file))
            let result = try execute(command.map { $0.replacing("FILE", with: file) })
            let status = result.status
            #expect(status == 0, "\(name) fails")
            var found: [String: [UInt8]] = [:]
            for entry in result.output.split(separator: output == .environment ? 0 : 10) {
                guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
                found[String(decoding: entry[..<equals], as: UTF8.self)] = decode(entry[(equals + 1)...])
            }
            return found
        }
    }

    private func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        switch output {
        case .environment: return [UInt8](text)
        case .base64: return Data(base64Encoded: Data(text)).map { [UInt8]($0) }
        case .hex:
            let digits = text.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
    }
}

/// Runs a program found in `PATH`, with that variable alone, and gives back its standard output.
func execute(_ command: [String]) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, [UInt8](output))
}

/// Calls with the path of a directory, mode 0700, that is gone afterwards.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "warder-exporter-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
}
