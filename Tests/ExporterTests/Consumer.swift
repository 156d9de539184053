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

    /// Whether it takes many files, and prints `.` after each and `!` for one that it refuses, as entries of their own.
    var takesManyFiles = false

    enum Output { case environment, hex, base64 }

    var testDescription: String { name }

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
            return variables(result.output[...])
        }
    }

    /// The variables that it finds in each of many files, in one run; nil where it refuses the file. See ``takesManyFiles``.
    func read(_ files: [[UInt8]]) throws -> [[String: [UInt8]]?] {
        try withDirectory { directory in
            let paths = files.indices.map { "\(directory)/\($0).env" }
            for (path, file) in zip(paths, files) { try Data(file).write(to: URL(filePath: path)) }
            let words = command.flatMap { $0 == "FILE" ? paths : [$0] }
            let output = try execute(words).output
            let separator: UInt8 = self.output == .environment ? 0 : 10
            let entries = output.split(separator: separator, omittingEmptySubsequences: false)
            let answers = entries.split(omittingEmptySubsequences: false) { $0.elementsEqual([UInt8(ascii: ".")]) }.dropLast()
            return answers.map { answer -> [String: [UInt8]]? in
                if answer.contains(where: { $0.elementsEqual([UInt8(ascii: "!")]) }) { return nil }
                return variables([UInt8](answer.joined(separator: [separator])))
            }
        }
    }

    private func variables(_ output: some Collection<UInt8>) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for entry in output.split(separator: self.output == .environment ? 0 : 10) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            found[name] = decode([UInt8](entry[entry.index(after: equals)...]))
        }
        return found
    }

    private func decode(_ text: [UInt8]) -> [UInt8]? {
        switch output {
        case .environment: return text
        case .base64: return Data(base64Encoded: Data(text)).map { [UInt8]($0) }
        case .hex:
            let digits = text.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
    }
}

/// Runs a program found in `PATH`, with that variable and Node's search path alone, and gives back its standard output.
func execute(_ command: [String]) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let own = ProcessInfo.processInfo.environment
    process.environment = ["PATH": own["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    process.environment?["NODE_PATH"] = own["NODE_PATH"]
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
