internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Wiring one program, and taking it back.
struct WireWork {
    let system: WiredSystem
    let session: Session
    let isDryRun: Bool
    /// The vault, if it is unlocked already.
    var vault: Vault<LocalKeys>?

    private var options: CommonOptions { session.options }

    // MARK: There

    /// - Parameters:
    ///   - file: the program's configuration, if not the usual one.
    ///   - model: what it is wired to, if not the default.
    ///   - usesEnvironment: whether it gets the key in its environment.
    ///   - mayCopy: whether it may get a private copy of the executable.
    func wire(file: String?, model: String?, usesEnvironment: Bool, mayCopy: Bool) throws {
        let places = session.places(of: system)
        guard let path = try file.map(Self.absolute) ?? places?.configuration else {
            throw Failure(.invalid, "\(system.title) has a configuration for each project", hints: ["name it with --file"])
        }
        let vault = try self.vault ?? session.unlock()
        let outline = try outline(model, vault)
        // What a request would be refused for is said now.
        _ = try session.resolver(vault: vault).resolve(model)
        let request = WiringRequest(
            file: path, outline: outline, fields: session.settings.providers[outline.provider] ?? .none,
            command: try command(usesEnvironment: usesEnvironment, mayCopy: mayCopy), usesEnvironment: usesEnvironment,
            directories: session.directories, environmentFile: places?.environmentFile)
        let plan = try system.plan(request)
        try checkHosts(plan, vault)
        let tables = try WireTables(plan.profile, plan.consumer, session)
        let wired = try WiredFile(plan, session.directories, secrets: try values(of: plan.secrets, vault), made: tables.made)
        try report(wired.difference, tables.changes)
        if !isDryRun {
            // A variable that the configuration refers to must be there first.
            try tables.write()
            try tables.apply(vault)
            try wired.write()
        }
        if options.json {
            return try Console.write(
                JSON.answer([
                    ("program", .string(system.rawValue)), ("file", .string(path)), ("changed", .bool(wired.isChanged)),
                    ("model", .string(request.outline.provider + "/" + request.outline.model)),
                    ("settings", .array(tables.changes.map(JSON.string))), ("notes", .array(plan.notes.map(JSON.string))),
                ]).line)
        }
        let isChanged = wired.isChanged || !tables.changes.isEmpty
        options.inform(
            isDryRun
                ? "\(path): \(isChanged ? "would change" : "is wired already")"
                : isChanged ? "\(path): wired to \(outline.provider)/\(outline.model)" : "\(path): is wired already")
        if isChanged { for note in plan.notes { options.inform("  \(note)") } }
    }

    /// What requests need, with every key in the vault.
    private func outline(_ model: String?, _ vault: Vault<LocalKeys>) throws -> RequestOutline {
        let names = Set(try vault.list().map(\.name.description))
        do {
            return try session.resolver(vault: vault).outline(model, secrets: names)
        } catch let error as ResolverError where model == nil && session.settings.defaults.model == nil {
            throw Failure(
                .invalid, error.description, hints: ["--model PROVIDER/MODEL, or `warder onboard`, which asks for a default model"])
        }
    }

    /// A program that goes to another address than the resolver takes the key there only if it may go there.
    private func checkHosts(_ plan: WiringPlan, _ vault: Vault<LocalKeys>) throws {
        for (name, host) in plan.hosts {
            let allowed = try vault.get([SecretName(name)]).first??.listing.metadata.allowedHosts ?? []
            guard allowed.isEmpty || allowed.contains(host) || allowed.contains("\(host):443") else {
                throw Failure(
                    exitCode: Failure.refused,
                    "the secret \(name) may not go to \(host): its allowed hosts are \(allowed.joined(separator: ", "))",
                    hints: [
                        "`warder set \(name)\((allowed + [host]).map { " --allow-host \($0)" }.joined())` allows it with the next value"
                    ])
            }
        }
    }

    /// The values of the plan's secrets, which may stand in the file already.
    private func values(of names: [String], _ vault: Vault<LocalKeys>) throws -> [String: SecretValue] {
        let wanted = try Set(names).map { try SecretName($0) }.sorted()
        var values: [String: SecretValue] = [:]
        for (name, secret) in zip(wanted, try vault.get(wanted)) { values[name.description] = secret?.value }
        return values
    }

    /// What the program calls: this executable, or a private copy where it would not call this one.
    private func command(usesEnvironment: Bool, mayCopy: Bool) throws -> HelperCommand {
        var arguments: [String] = []
        if session.vaultPath != session.directories.vaultPath { arguments += ["--vault", try Self.absolute(session.vaultPath)] }
        if let file = options.settings { arguments += ["--settings", try Self.absolute(file)] }
        if options.system { arguments = ["--system"] }
        var path = try HelperCommand.ownPath()
        guard !usesEnvironment else { return HelperCommand(path: path, options: arguments) }
        warnOfPassphrase()
        guard system.isOpenClaw, let objection = HelperCommand.objection(to: path) else {
            return HelperCommand(path: path, options: arguments)
        }
        let copy = HelperCommand.privatePath(session.directories)
        guard
            mayCopy || isDryRun
                || Prompt.confirm("\(path) \(objection), so \(system.title) would not call it. Make a private copy, \(copy)?")
        else {
            throw Failure(
                .unsafeFile, "\(path): \(objection), and \(system.title) would not call it",
                hints: ["--private-copy makes a copy that it calls"])
        }
        path = isDryRun ? copy : try HelperCommand.makePrivateCopy(of: path, session.directories)
        return HelperCommand(path: path, options: arguments)
    }

    /// Nobody is there to type when a program calls.
    private func warnOfPassphrase() {
        guard session.settings.vault.keyFile == nil else { return }
        options.warn("\(system.title) cannot type a passphrase: add a key file with `warder slot add`, and key_file under [vault]")
    }

    // MARK: Back

    /// - Parameters:
    ///   - file: which of its configurations, if several are wired.
    ///   - isForgetting: whether the file stays as it is.
    func remove(file: String?, isForgetting: Bool) throws {
        let path = try file.map(Self.absolute)
        let all = try WiringRecord.all(system, session.directories)
        let chosen = all.filter { path == nil || $0.file == path }
        guard let record = chosen.first else { throw Failure(.notFound, "\(system.title) is not wired") }
        guard chosen.count == 1 else {
            throw Failure(.invalid, "\(system.title) is wired in several files", hints: chosen.map { "--file \($0.file)" })
        }
        let others = all.filter { $0.file != record.file }
        // Another file may need the same tables.
        let tables = try WireTables(taking: others.isEmpty ? record.profile : nil, others.isEmpty ? record.consumer : nil, session)
        if isForgetting {
            try record.remove(session.directories)
            options.inform("\(record.file): left as it is, and forgotten")
            return
        }
        let secrets = record.secrets.isEmpty ? [:] : try values(of: record.secrets, try session.unlock())
        let wired = try WiredFile(undoing: record, session.directories, secrets: secrets)
        try report(wired.difference, tables.changes)
        if !isDryRun {
            if var heir = others.first {
                heir.profile = heir.profile ?? record.profile
                heir.consumer = heir.consumer ?? record.consumer
                try heir.write(session.directories)
            }
            try wired.write()
            try tables.takeBack()
            if wired.isRemovingFile { PrivateFile.removeEmptyDirectory(PrivateFile.split(record.file).parent) }
        }
        if options.json {
            return try Console.write(
                JSON.answer([
                    ("program", .string(system.rawValue)), ("file", .string(record.file)), ("changed", .bool(wired.isChanged)),
                    ("settings", .array(tables.changes.map(JSON.string))),
                ]).line)
        }
        options.inform("\(record.file): \(isDryRun ? "would be" : "is") as it was before")
    }

    // MARK: Code

    /// A profile with the variables of the patterns, and the code of one.
    func snippets(model: String?, name: String) throws {
        let vault = try self.vault ?? session.unlock()
        let snippets = try LibrarySnippets(outline(model, vault))
        guard let code = snippets.code(name) else {
            throw Failure(
                .invalid, "there is no such pattern", hints: ["the patterns are \(LibrarySnippets.names.joined(separator: ", "))"])
        }
        let tables = try WireTables((system.rawValue, snippets.variables), nil, session)
        try report([], tables.changes)
        if !isDryRun { try tables.write() }
        try Console.write(code)
        options.inform("run it with: warder run -P \(system.rawValue) -- …")
    }

    // MARK: Telling

    /// What changes: asked for by --dry-run on standard output, else on standard error.
    private func report(_ difference: [String], _ changes: [String]) throws {
        guard !options.json else { return }
        let lines = difference + changes.map { "\(session.writableSettingsPath): \($0)" }
        if isDryRun, system != .aiGatewayProvider {
            try Console.write(lines.map { $0 + "\n" }.joined())
        } else {
            for line in lines { options.inform(line) }
        }
    }

    static func absolute(_ path: String) throws -> String {
        if path.hasPrefix("/") { return path }
        guard let directory = Session.workingDirectory else { throw Failure(.io, "the working directory is gone") }
        return "\(directory)/\(path)"
    }
}

extension Session {
    /// Where a program keeps this user's files.
    func places(of system: WiredSystem) -> SystemPlaces? {
        var environment: [String: String] = [:]
        for name in WiredSystem.placeVariables { environment[name] = Console.environment(name) }
        return system.places(directories, environment: environment)
    }
}
