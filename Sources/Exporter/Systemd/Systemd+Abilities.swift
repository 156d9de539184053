internal import ChildProcesses
internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// What the installed systemd can do, found by trying it.
struct SystemdAbilities: Equatable {
    /// `systemd-creds encrypt` makes credentials for units of this scope.
    let sealsCredentials: Bool
    /// A reload can give a running unit new credentials.
    let refreshesCredentials: Bool
}

extension Systemd {
    /// Finds what the installed systemd can do for units of this scope.
    func abilities() throws(ExportError) -> SystemdAbilities {
        let sample: SecretValue
        do { sample = try SecretValue(copying: [0x78]) } catch { throw ExportError(.systemd, "not enough memory") }
        let sealed = try run("systemd-creds", sealing("trial"), input: sample)
        return SystemdAbilities(
            sealsCredentials: sealed.status == 0 && sealed.output.count > 0,
            refreshesCredentials: try complaints(about: Array("[Service]\nRefreshOnReload=credentials\n".utf8)).isEmpty)
    }

    /// Encrypts a value so that units of this scope, on this machine, can load it under a name.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable`` for a value that is too large; ``ExportError/Code/systemd``.
    func seal(_ value: SecretValue, as id: String) throws(ExportError) -> [UInt8] {
        guard value.count <= Self.maximumCredential else {
            throw ExportError(.unrepresentable, "\(id): a credential has at most \(Self.maximumCredential) bytes")
        }
        let outcome = try run("systemd-creds", sealing(id), input: value)
        let sealed = outcome.output.reveal()
        guard outcome.status == 0, !sealed.isEmpty else {
            throw ExportError(.systemd, "\(id): systemd-creds does not encrypt it", hint: "does `systemd-creds setup` work here?")
        }
        guard sealed.count <= Self.maximumSealed else {
            throw ExportError(.unrepresentable, "\(id): is too large for an encrypted credential")
        }
        return sealed
    }

    /// Measured: systemd 252 takes encrypted files of at most so many bytes, and one MiB for all credentials of a unit.
    private static let maximumSealed = 1_179_648
    static let maximumCredential = 1 << 20
    /// The most that the ids and values of a unit's credentials may have together.
    static let maximumCredentials = (1 << 20) - 1

    /// Host key, TPM2 or both, as the machine has them.
    private func sealing(_ id: String) -> [String] {
        (scope == .user ? ["--user"] : []) + ["encrypt", "--with-key=auto", "--name=\(id)", "-", "-"]
    }

    /// Checks a drop-in: on a unit of its own, so that nothing else can be the cause of a complaint.
    ///
    /// - Throws: ``ExportError/Code/systemd`` if systemd would ignore a line of it.
    func check(_ dropIn: [UInt8]) throws(ExportError) {
        let found = try complaints(about: dropIn)
        guard found.isEmpty else {
            throw ExportError(
                .systemd, "the systemd of this machine does not take the drop-in for a \(scope.rawValue) unit",
                hint: "systemd-analyze: \(found)")
        }
    }

    /// What `systemd-analyze verify` says of a drop-in; it exits with 0 also when it complains.
    private func complaints(about dropIn: [UInt8]) throws(ExportError) -> String {
        var template = Array("/tmp/warder-trial-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template), let root = unsafe String(validatingCString: made) else {
            throw ExportError(.file(.io), "/tmp: a directory cannot be made")
        }
        let unit = "\(root)/warder-trial.service"
        let file = "\(unit).d/50-trial.conf"
        defer {
            for path in [unit, file] { unsafe unlink(path) }
            for path in ["\(unit).d", root] { unsafe rmdir(path) }
        }
        do throws(FileError) {
            try PrivateFile.makeDirectory("\(unit).d")
            try PrivateFile.write(Array("[Service]\nType=oneshot\nExecStart=/bin/true\n".utf8), to: unit, existing: .refuse)
            try PrivateFile.write(dropIn, to: file, existing: .refuse)
        } catch {
            throw ExportError(error)
        }
        // The units that are installed have to be there for what every unit depends on.
        let words = (scope == .user ? ["--user"] : []) + ["verify", "--man=no", "--recursive-errors=no", unit]
        let outcome = try run("systemd-analyze", words, with: ["SYSTEMD_UNIT_PATH": "\(root):"])
        let lines = outcome.errors.split(separator: "\n").map { $0.replacing(root, with: "") }
        return lines.isEmpty && outcome.status != 0 ? "exit \(outcome.status)" : lines.joined(separator: " ")
    }
}
