internal import Exporter
internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Values of the vault's variables elsewhere: in this process, in the working directory, in what logins read, in units.
struct ShadowChecks {
    private let examination: Examination
    private let files: SystemFiles
    private let managed: ManagedCopies

    init(_ examination: Examination, _ files: SystemFiles, _ managed: ManagedCopies) {
        self.examination = examination
        self.files = files
        self.managed = managed
    }

    func run() {
        checkProcess()
        checkWorkingDirectory()
        let startup = StartupFiles(examination.directories)
        examination.checkCount("\(examination.directories.config)/environment.d")
        for path in startup.all {
            // Daemons and programs of a desktop never see what these set.
            let isInteractive = startup.interactive.contains(path)
            let who = isInteractive ? "programs started from an interactive shell get it" : "programs started from a login get it"
            let fix = "remove the line, then \(isInteractive ? "start a new shell" : "log in again")"
            for found in examination.assignments(in: path) {
                compare(found, path, who: who, fix: fix, severity: isInteractive ? .warning : nil)
            }
        }
        for (unit, _) in KnownUnits.all(examination) { check(unit: unit) }
    }

    private func checkProcess() {
        for name in examination.expectations.variables {
            guard !name.contains("/"), let value = (try? ProcessVariables().value(of: name)) ?? nil, !Self.isEmpty(value),
                case .other(let secret) = examination.expectations.match(name, value)
            else { continue }
            examination.add(
                .shadowedKey, name,
                "\(name) of this process is another value than the secret \(secret): `warder run` replaces it, others get it",
                fix: "`unset \(name)`, and take it out of what sets it")
        }
    }

    private func checkWorkingDirectory() {
        guard let directory = Session.workingDirectory else { return }
        let path = "\(directory == "/" ? "" : directory)/.env"
        let own = examination.settings.defaults.environmentFile.map(examination.directories.expand)
        // A virtual environment of Python's may be called so.
        guard !files.paths.contains(path), path != own, !examination.isDirectory(path), let file = examination.file(path) else { return }
        guard let reading = try? ImportFormat.named("dotenv-js").read(file) else { return }
        for found in reading.found {
            compare(
                found, path, who: "programs that read .env get it", fix: "remove the line; `warder run -- PROGRAM` gives the secret instead"
            )
        }
    }

    // MARK: Units

    private func check(unit: String) {
        for directory in UnitFiles(examination.directories, .user).dropIns(of: unit) { examination.checkCount(directory) }
        let fix = "remove the line, `systemctl --user daemon-reload`, restart \(unit); a consumer gives it the secret"
        let own = "\(examination.directories.state)/warder/"
        var wide: Set<String> = []
        for variable in examination.variables(of: unit) {
            let path = variable.path
            // A system's own file is looked at as that, and what `apply` writes by `apply`.
            guard !files.paths.contains(path), !path.hasPrefix(own), !path.contains("/50-warder-") else { continue }
            if variable.isFromFile, KnownVariables.namesKey(variable.found.name), examination.isWide(path), wide.insert(path).inserted {
                examination.add(
                    .fileWide, path, path: path, "others can read or write the keys in this file of \(unit)",
                    fix: "\(examination.privacy(path)); replace the keys if others might have read them")
            }
            compare(variable.found, path, who: "\(unit) gets it", fix: fix, isUnit: true)
        }
    }

    /// A value that the vault has something for; in a unit, any key.
    private func compare(
        _ found: ImportReading.Found, _ path: String, who: String, fix: String, isUnit: Bool = false, severity: Finding.Severity? = nil
    ) {
        guard !managed.contains(found.name, in: path), !Self.isEmpty(found.value) else { return }
        let shown = examination.shownName(found.name)
        let name = shown ?? "a key"
        switch examination.expectations.match(found.name, found.value) {
        case .none:
            guard isUnit, KnownVariables.namesKey(found.name) else { return }
            examination.add(
                .plaintextKey, name, path: path, line: found.line, "\(name) is here in plain text, for everybody to see",
                fix: "`warder set \(shown ?? "NAME")`, then \(fix)")
        case .same(let secret):
            examination.add(
                .duplicateKey, name, path: path, line: found.line,
                "\(name) is a copy of the secret \(secret): it stays when the key is rotated", fix: fix)
        case .other(let secret):
            examination.add(
                .shadowedKey, name, path: path, line: found.line, "\(name) is another value than the secret \(secret), and \(who)",
                fix: "\(fix); if its value is the right one, `warder set \(secret)` first", severity: severity)
        }
    }

    /// Nothing, or a reference to be filled in by somebody.
    private static func isEmpty(_ value: SecretValue) -> Bool {
        value.bytes.withBytes { span in span.byteOffsets.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains(span[$0]) } }
            || ["$", "op://", "%h"].contains { KeyKind.begins(value, with: $0) }
    }
}

/// The files that logins and sessions read variables from.
struct StartupFiles {
    /// What a login shell reads.
    let login: [String]
    /// What interactive shells alone read.
    let interactive: [String]
    /// What the user's service manager reads, too.
    let session: [String]

    var all: [String] { login + interactive + session }

    init(_ directories: UserDirectories) {
        login = [".profile", ".bash_profile", ".bash_login", ".zshenv", ".zprofile", ".zlogin"].map { "\(directories.home)/\($0)" }
        interactive =
            [".bashrc", ".bash_aliases", ".zshrc"].map { "\(directories.home)/\($0)" } + ["\(directories.config)/fish/config.fish"]
        let settings = "\(directories.config)/environment.d"
        session =
            ["\(directories.home)/.pam_environment"]
            + AuditedFile.names(in: settings).filter { $0.hasSuffix(".conf") }.map { "\(settings)/\($0)" }
    }
}

/// The user's units that are known to need keys, where they are installed.
enum KnownUnits {
    /// Those of known systems, with the system, and those of consumers.
    static func all(_ examination: Examination) -> [(unit: String, system: WiredSystem?)] {
        let installed = UnitFiles(examination.directories, .user)
        var units: [(unit: String, system: WiredSystem?)] = WiredSystem.allCases.compactMap { system in
            guard let unit = ConsumerPresets.named(system.rawValue)?.unit, installed.contains(unit) else { return nil }
            return (unit, system)
        }
        for consumer in examination.session.consumers where consumer.scope == .user {
            guard let unit = consumer.unit, !units.contains(where: { $0.unit == unit }), installed.contains(unit) else { continue }
            units.append((unit, nil))
        }
        return units
    }
}
