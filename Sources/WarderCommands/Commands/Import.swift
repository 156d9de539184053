internal import Agent
internal import ArgumentParser
internal import Exporter
internal import Keystore
internal import SodiumCrypto

/// `warder import`
struct ImportSecrets: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Store the variables of an environment file, a configuration, a shell or pass as secrets.",
        discussion: """
            Without --format a file of lines is read as all programs would read it: an assignment that two of them read differently is left,
            with what each reads. With --format it is read as one program does. openclaw.json, auth-profiles.json, docker-agent's YAML and
            loong's TOML are recognised by their names; keys in them become PROVIDER/api-key, and what only refers to a variable stays there.

            All secrets are written in one transaction. One that exists with another value ends it (19) unless there is --replace. Exit code 1
            says that something was left, and the lines before say what and why; what was taken is stored.

                warder import .env --dry-run
                warder import .env --format dotenv-js --prefix prod/ --remove-source
                warder import --from-shell
                warder import --from pass api
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: "The file, or - for standard input; after --from pass an entry, a directory of entries, or . for all.", completion: .file())
    var source: String?

    @Option(help: ArgumentHelp("Read the file as this format.", valueName: "name"), completion: .list(ImportFormat.names))
    var format: String?

    @Option(help: ArgumentHelp("Put this before each name, such as prod/.", valueName: "text"))
    var prefix = ""

    @Flag(help: "Take the known provider keys from what a login shell's startup files set.")
    var fromShell = false

    @Flag(help: "With --from-shell: take every variable but the session's own.")
    var all = false

    @Option(help: ArgumentHelp("Read from a store of this kind: pass.", valueName: "store"), completion: .list(["pass"]))
    var from: String?

    @Flag(help: "Say what would be taken and left, and write nothing.")
    var dryRun = false

    @Flag(help: "Write a new generation of secrets that have another value.")
    var replace = false

    @Flag(help: "Remove the file afterwards, if nothing in it was left.")
    var removeSource = false

    func run() throws {
        try checkUsage()
        try ImportPlan.check(prefix: prefix)
        let file = try from == nil ? source.map { try $0 == "-" ? ImportFile.standardInput() : ImportFile(path: $0) } : nil
        let reading = try read(file)
        let plan = try ImportPlan(reading, prefix: prefix)
        guard !plan.items.isEmpty || !plan.left.isEmpty || !reading.references.isEmpty else {
            throw Failure(.notFound, "\(sourceName): \(reading.kind) without a variable or key")
        }
        if removeSource, let file { try SourceRemoval.check(file, reading, plan) }
        let session = try Session(options)
        let vault = try session.unlock()
        let items = plan.items
        let current = try vault.get(items.map(\.name))
        let states = zip(items, current).map { ImportState($0, current: $1, replace: replace) }
        if !dryRun {
            let conflicts = zip(items, states).filter { $1 == .differs }.map { $0.0.name.description }
            guard conflicts.isEmpty else { throw Self.conflict(conflicts) }
            try write(zip(items, zip(states, current)).filter { $1.0 != .unchanged }.map { ($0, $1.1) }, to: vault, session)
        }
        let report = ImportReport(
            source: sourceName, reading: reading, plan: plan, states: states, isDryRun: dryRun,
            isAgreement: file != nil && isAgreement(file))
        for warning in file?.warnings ?? [] { options.warn(warning) }
        try report.print(options)
        if removeSource, !dryRun, let file { try remove(file, items, vault) }
        try report.finish()
    }

    // MARK: Sources

    private func checkUsage() throws {
        let isFile = source != nil && from == nil
        guard !all || fromShell else { throw Failure(.invalid, "--all goes with --from-shell") }
        guard from == nil || from == "pass" else { throw Failure(.invalid, "--from takes pass") }
        guard !(fromShell && (source != nil || from != nil)) else { throw Failure(.invalid, "--from-shell takes no file and no --from") }
        guard fromShell || source != nil else {
            throw Failure(
                .invalid, from == nil ? "import what?" : "which entry of pass?",
                hints: [
                    from == nil ? "warder import FILE, --from-shell, or --from pass ENTRY" : "warder import --from pass ENTRY; . for all"
                ])
        }
        guard isFile || (format == nil && !removeSource) else {
            throw Failure(.invalid, "--format and --remove-source go with a file")
        }
        guard source != "-" || from != nil || format != nil else {
            throw Failure(.invalid, "standard input has no name that would tell its format", hints: ["add --format NAME"])
        }
        guard source != "-" || from != nil || !removeSource else {
            throw Failure(.invalid, "--remove-source goes with a file, not with standard input")
        }
    }

    private var sourceName: String { fromShell ? "the login shell" : from ?? (source == "-" ? "standard input" : source ?? "") }

    private func isAgreement(_ file: ImportFile?) -> Bool {
        guard format == nil, let file, case .agreement = ImportFormat.detected(file) else { return false }
        return true
    }

    private func read(_ file: ImportFile?) throws -> ImportReading {
        if let file {
            let chosen = try format.map { name throws(ExportError) in try ImportFormat.named(name) } ?? ImportFormat.detected(file)
            return try chosen.read(file)
        }
        var environment: [String: String] = [:]
        for name in LoginShell.inherited + PasswordStore.inherited { environment[name] = Console.environment(name) }
        if fromShell { return try LoginShell(environment: environment).read(all: all) }
        return try PasswordStore(environment: environment).read(source ?? ".")
    }

    // MARK: The vault

    private static func conflict(_ names: [String]) -> Failure {
        let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
        return Failure(
            .conflict, "\(shown): \(names.count == 1 ? "has" : "have") another value in the vault; nothing was stored",
            hints: ["--replace stores a new generation of each; the old one stays", "--prefix gives them other names"])
    }

    /// Writes only if each secret is still as it was when its state was found.
    private func write(_ items: [(ImportPlan.Item, Secret?)], to vault: Vault<VaultKeys>, _ session: Session) throws {
        guard !items.isEmpty else { return }
        let writes = items.map { item, current in
            SecretWrite(name: item.name, value: item.value, expected: current?.listing.generation ?? 0)
        }
        var progress = Progress("sealed", quiet: options.quiet)
        try vault.set(writes, retention: session.retention) { progress.show($0) }
        progress.finish()
    }

    /// Removes the file once the vault gives back every value.
    private func remove(_ file: ImportFile, _ items: [ImportPlan.Item], _ vault: Vault<VaultKeys>) throws {
        let stored = try vault.get(items.map(\.name))
        let isStored = zip(items, stored).allSatisfy { item, secret in
            secret.map { SecretBytes.isEqual($0.value.bytes, item.value.bytes) } ?? false
        }
        guard isStored else { throw Failure(.io, "the vault does not give back what was stored; \(file.path) is not removed") }
        do {
            for line in try SourceRemoval.remove(file) { options.warn(line) }
        } catch {
            throw Failure(exitCode: error.exitCode, error.description, hints: ["the values are stored; the file is still there"])
        }
    }
}

/// How a value that is imported relates to the vault.
enum ImportState: String {
    /// There is no such secret yet.
    case new
    /// It has this value already.
    case unchanged
    /// It has another value, which gets a new generation.
    case replaced
    /// It has another value.
    case differs

    init(_ item: ImportPlan.Item, current: Secret?, replace: Bool) {
        guard let current else {
            self = .new
            return
        }
        self = SecretBytes.isEqual(current.value.bytes, item.value.bytes) ? .unchanged : replace ? .replaced : .differs
    }
}
