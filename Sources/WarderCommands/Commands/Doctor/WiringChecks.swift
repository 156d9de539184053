internal import Exporter
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import Wiring

/// What the systems' configurations point at: programs that give keys, the secrets that are asked of them, the gateway's address.
struct WiringChecks {
    private let examination: Examination
    private let files: SystemFiles

    init(_ examination: Examination, _ files: SystemFiles) {
        self.examination = examination
        self.files = files
    }

    func run() {
        for content in files.contents {
            guard let wiring = content.wiring else { continue }
            for program in wiring.programs { check(program, content.file) }
            let programs = programs(of: content.file.system)
            for reference in wiring.references { check(reference, content.file, programs) }
            for (line, reason) in wiring.addresses {
                examination.add(
                    .gatewayAddress, content.file.system.rawValue, path: content.file.path, line: line, reason,
                    fix: "base_url = \"https://gateway.ai.cloudflare.com/v1/\(ids)/compat\" in that table")
            }
        }
    }

    /// The account and the gateway, as far as the settings know them.
    private var ids: String {
        let gateway = examination.settings.providers[Catalogue.gateway]
        return "\(gateway?[.accountID] ?? "ACCOUNT_ID")/\(gateway?[.gatewayID] ?? "GATEWAY_ID")"
    }

    // MARK: Programs

    private func check(_ program: AuditedWiring.Program, _ file: AuditedFile) {
        func add(_ code: Finding.Code, _ reason: String, fix: String) {
            examination.add(code, file.system.rawValue, path: file.path, line: program.line, "\(name(program)) \(reason)", fix: fix)
        }
        let wire = "`warder wire \(file.system.rawValue)`, which names a program that \(file.system.title) takes"
        let command = program.command.hasPrefix("~/") ? examination.directories.expand(program.command) : program.command
        guard command.hasPrefix("/") else {
            if program.isChecked { return add(.programUnsafe, "is not an absolute path, and is refused", fix: wire) }
            if !isFound(command) { add(.programMissing, "is not there", fix: wire) }
            return
        }
        var info = stat()
        guard unsafe lstat(command, &info) == 0 else { return add(.programMissing, "is not there", fix: wire) }
        if program.isChecked {
            if info.st_mode & S_IFMT == S_IFLNK, !program.allowsLink {
                return add(.programUnsafe, "is a symbolic link, and is refused", fix: wire)
            }
            guard unsafe stat(command, &info) == 0 else { return add(.programMissing, "is not there", fix: wire) }
            if info.st_uid != geteuid() { return add(.programUnsafe, "does not belong to you, and is refused", fix: wire) }
            if info.st_mode & 0o022 != 0 {
                return add(
                    .programUnsafe, "can be written to by others, and is refused",
                    fix: examination.shownProgram(command) == nil
                        ? "`chmod go-w` that program" : "`chmod go-w \(examination.word(command))`")
            }
        }
        if unsafe stat(command, &info) != 0 || info.st_mode & S_IFMT != S_IFREG || access(command, X_OK) != 0 {
            add(.programMissing, "is no program that can be run", fix: wire)
        }
    }

    private func name(_ program: AuditedWiring.Program) -> String {
        "the program that gives keys\(examination.shownProgram(program.command).map { ", \($0)," } ?? "")"
    }

    private func isFound(_ name: String) -> Bool {
        guard !name.contains("/") else { return unsafe access(name, X_OK) == 0 }
        return (Console.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").contains { directory in
            unsafe access("\(directory)/\(name)", X_OK) == 0
        }
    }

    // MARK: References

    /// By their aliases. One agent's profiles name the providers of its system's configuration.
    private func programs(of system: WiredSystem) -> [String: AuditedWiring.Program] {
        let all = files.contents.filter { $0.file.system == system }.flatMap { $0.wiring?.programs ?? [] }
        return Dictionary(all.compactMap { program in program.alias.map { ($0, program) } }) { first, _ in first }
    }

    private func check(_ reference: AuditedWiring.Reference, _ file: AuditedFile, _ programs: [String: AuditedWiring.Program]) {
        guard let program = programs[reference.alias] else {
            return examination.add(
                .referenceMissing, file.system.rawValue, path: file.path, line: reference.line,
                "a reference asks a provider of secrets that the configuration does not have",
                fix: "`warder wire \(file.system.rawValue)`, or take the reference out")
        }
        guard program.isWarder, let names = examination.names else { return }
        let candidates = [reference.id, reference.id.replacing("-", with: "_")].compactMap { try? SecretName($0).description }
        guard !candidates.contains(where: names.contains) else { return }
        let shown = examination.shownName(reference.id)
        examination.add(
            .referenceMissing, shown ?? file.system.rawValue, path: file.path, line: reference.line,
            "\(shown.map { "the secret \($0)" } ?? "a secret") is referred to here, and is not there",
            fix: "`warder set \(shown ?? "NAME")`, or take the reference out")
    }
}
