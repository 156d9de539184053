internal import ChildProcesses
internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// The environment that a login shell of this user makes from its startup files.
public struct LoginShell: Sendable {
    /// `$SHELL` if it is absolute and listed, else `/bin/sh`.
    public let program: String
    private let environment: [String: String]

    /// The variables of this process that count.
    public static let inherited = ["SHELL", "HOME", "USER", "LOGNAME", "LANG"]

    /// - Parameters:
    ///   - environment: the environment of this process, of which only a few variables count.
    ///   - listing: the file that lists login shells.
    public init(environment: [String: String], listing: String = "/etc/shells") {
        let shell = environment["SHELL"] ?? ""
        program = shell.hasPrefix("/") && Self.isListed(shell, in: listing) ? shell : "/bin/sh"
        // Nothing of the session that is there already, which could pass for the startup files' own; no other place for them.
        var clean = ["PATH": ChildProcess.standardSearchPath, "TERM": "dumb", "SHELL": program]
        for name in Self.inherited where name != "SHELL" { clean[name] = environment[name] }
        self.environment = clean
    }

    private static func isListed(_ shell: String, in listing: String) -> Bool {
        guard let bytes = try? PrivateFile.readTrusted(listing, maximum: 1 << 20) else { return false }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { $0 == shell }
    }

    /// Starts the shell, lets it read its startup files, and takes variables from what it has then.
    ///
    /// - Parameter all: whether to take every variable but the session's own and reserved ones, not only those known for keys.
    /// - Throws: ``ExportError/Code/file(_:)`` if the shell fails, takes more than 15 seconds, or has more than 2 MiB of variables.
    public func read(all: Bool) throws(ExportError) -> ImportReading {
        // Up to the first NUL stands whatever the startup files print.
        var process = ChildProcess(program, ["-l", "-c", "env -0 -i WARDER=; env -0"], environment: environment)
        process.timeLimit = 15
        process.maximumOutput = 2 << 20
        do {
            let outcome = try process.run()
            guard outcome.status == 0 else {
                throw ExportError(.file(.io), "\(program): ends with exit code \(outcome.status)", hint: "look at its startup files")
            }
            return try variables(in: outcome.output, all: all)
        } catch let error as ExportError {
            throw error
        } catch let error as ChildProcessError {
            throw ExportError(.file(.io), error.description, hint: "look at the startup files of the shell")
        } catch {
            throw ExportError(.file(.io), "not enough memory")
        }
    }

    private func variables(in output: SecretValue, all: Bool) throws -> ImportReading {
        var reading = ImportReading("the environment of \(program)")
        reading.hasVariables = true
        var others = 0
        try output.bytes.withBytes { span in
            var start = (span.byteOffsets.first { span[$0] == 0 } ?? span.byteCount) + 1
            for end in span.byteOffsets.dropFirst(start) where span[end] == 0 {
                defer { start = end + 1 }
                guard let equals = (start..<end).first(where: { span[$0] == UInt8(ascii: "=") }) else { continue }
                let bytes = (start..<equals).map { span[$0] }
                guard isVariableName(bytes) else { continue }
                let name = String(decoding: bytes, as: UTF8.self)
                if KnownVariables.describesSession(name) || ReservedNames.contains(name) { continue }
                guard all || KnownVariables.holdsKey(name) else {
                    others += 1
                    continue
                }
                guard (equals + 1..<end).contains(where: { !" \t\r\n".utf8.contains(span[$0]) }) else { continue }
                let value = SecretValue(try SecretBytes(copying: span.extracting(equals + 1..<end)))
                reading.found.append(.init(name, value, line: nil))
            }
        }
        if others > 0 {
            reading.remarks.append(
                "\(others) other \(others == 1 ? "variable is" : "variables are") not known to hold a key of a provider (--all takes them)")
        }
        return reading
    }
}
