internal import Agent
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Wiring one program, and taking it back. Its parts are the record in the vault, the settings with a consumer's copy, and the program's file;
/// each is whole at any moment, and what a crash leaves of them can be wired again and taken back.
struct WireWork {
    let system: WiredSystem
    let session: Session
    let isDryRun: Bool
    let vault: Vault<VaultKeys>

    private var options: CommonOptions { session.options }
    private var ledger: WiringLedger<VaultKeys> { WiringLedger(vault) }

    // MARK: There

    /// - Parameters:
    ///   - file: the program's configuration, if not the usual one.
    ///   - model: what it is wired to, if not the default.
    ///   - usesEnvironment: whether it gets the key in its environment.
    ///   - mayCopy: whether it may get a private copy of the executable.
    func wire(file: String?, model: String?, usesEnvironment: Bool, mayCopy: Bool) throws {
        guard let path = try Self.canonical(file ?? session.places(of: system)?.configuration) else {
            throw Failure(.invalid, "\(system.title) has a configuration for each project", hints: ["name it with --file"])
        }
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        let names = Set(try vault.list().map(\.name.description))
        let outline = try outline(model, names)
        // What a request would be refused for is said now.
        _ = try session.resolver(vault: vault).resolve(model)
        let request = WiringRequest(
            file: path, outline: outline, fields: session.settings.providers[outline.provider] ?? .none,
            command: try command(usesEnvironment: usesEnvironment, mayCopy: mayCopy), usesEnvironment: usesEnvironment,
            directories: session.directories, secrets: names)
        let plan = try system.plan(request)
        try checkHosts(plan)
        let records = try ledger.records(of: system)
        let old = records.first { $0.file == path }
        let tables = try WireTables(plan, old, others: records.filter { $0.file != path }, session)
        let wired = try WiredFile(
            plan, old: old, settings: (tables.profile, tables.isNewProfile, tables.variables, tables.consumer))
        let isChanged = wired.isChanged || !tables.changes.isEmpty
        if !isDryRun { try write(wired, tables, old) }
        try report(path, wired.lines, tables.changes)
        if options.json {
            return try Console.write(
                JSON.answer([
                    ("program", .string(system.rawValue)), ("file", .string(path)), ("changed", .bool(isChanged)),
                    ("model", .string("\(outline.provider)/\(outline.model)")), ("settings", .array(tables.changes.map(JSON.string))),
                    ("notes", .array(plan.notes.map(JSON.string))),
                ]).line)
        }
        options.inform(
            !isChanged
                ? "\(path): is wired already"
                : isDryRun ? "\(path): would be wired" : "\(path): wired to \(outline.provider)/\(outline.model)")
        for note in plan.notes { options.inform("  \(note)") }
    }

    private func write(_ wired: WiredFile, _ tables: WireTables, _ old: WiringRecord?) throws {
        if old == nil, !wired.isChanged, tables.changes.isEmpty { return }
        // Until everything is in place, what was there before is remembered, too.
        var pending = wired.record
        pending.variables.merge(old?.variables ?? [:]) { new, _ in new }
        if pending.profile == nil { (pending.profile, pending.isNewProfile) = (old?.profile, old?.isNewProfile ?? false) }
        pending.consumer = pending.consumer ?? old?.consumer
        if pending != old { try ledger.keep(pending) }
        do {
            // A variable that the configuration refers to must be there first.
            try tables.write()
            try tables.takeCopy(vault)
            try tables.apply(vault)
            try wired.write()
        } catch {
            try? tables.undo(vault)
            if let old { try? ledger.keep(old) } else { try? ledger.forget(pending) }
            throw error
        }
        if wired.record != pending { try ledger.keep(wired.record) }
    }

    /// What requests need, with every key in the vault.
    private func outline(_ model: String?, _ names: Set<String>) throws -> RequestOutline {
        do {
            return try session.resolver(vault: vault).outline(model, secrets: names)
        } catch let error as ResolverError where model == nil && session.settings.defaults.model == nil {
            throw Failure(
                .invalid, error.description, hints: ["--model PROVIDER/MODEL, or `warder onboard`, which asks for a default model"])
        }
    }

    /// A program that goes to another address than the resolver takes the key there only if it may go there.
    private func checkHosts(_ plan: WiringPlan) throws {
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

    /// What the program calls: this executable, or a private copy where it would not call this one.
    private func command(usesEnvironment: Bool, mayCopy: Bool) throws -> HelperCommand {
        var arguments: [String] = []
        if session.vaultPath != session.directories.vaultPath { arguments += ["--vault", try Self.absolute(session.vaultPath)] }
        if let file = options.settings { arguments += ["--settings", try Self.absolute(file)] }
        if options.system { arguments = ["--system"] }
        let path = try HelperCommand.ownPath()
        guard !usesEnvironment else { return HelperCommand(path: path, options: arguments) }
        if session.settings.vault.keyFile == nil {
            options.warn("\(system.title) cannot type a passphrase: add a key file with `warder slot add`, and key_file under [vault]")
        }
        guard let objection = HelperCommand.objection(to: path, isOwn: system.isOpenClaw) else {
            return HelperCommand(path: path, options: arguments)
        }
        let copy = HelperCommand.privatePath(session.directories)
        // One that is there has been agreed to.
        guard
            mayCopy || isDryRun || HelperCommand.objection(to: copy, isOwn: true) == nil
                || Prompt.confirm("\(path) \(objection), so \(system.title) should not call it. Make a private copy, \(copy)?")
        else {
            throw Failure(
                .unsafeFile, "\(path): \(objection), and \(system.title) should not call it",
                hints: ["--private-copy makes a copy that it can call"])
        }
        let own = isDryRun ? copy : try HelperCommand.makePrivateCopy(of: path, session.directories)
        return HelperCommand(path: own, options: arguments)
    }

    // MARK: Back

    /// - Parameters:
    ///   - file: which of its configurations, if several are wired.
    ///   - isForced: whether the file becomes what it was, whatever has been changed in it since.
    func remove(file: String?, isForced: Bool) throws {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        let path = try Self.canonical(file)
        let all = try ledger.records(of: system)
        let chosen = all.filter { path == nil || $0.file == path }
        guard let record = chosen.first else { throw Failure(.notFound, "\(system.title) is not wired") }
        guard chosen.count == 1 else {
            throw Failure(.invalid, "\(system.title) is wired in several files", hints: chosen.map { "--file \($0.file)" })
        }
        let tables = try WireTables(nil, record, others: all.filter { $0.file != record.file }, session)
        let wired = try WiredFile(undoing: record, isForced: isForced)
        if !isDryRun {
            try wired.write()
            try tables.takeCopy(vault)
            try tables.write()
            try tables.apply(vault)
            try ledger.forget(record)
            wired.removeDirectory()
        }
        try report(record.file, wired.lines, tables.changes)
        if options.json {
            return try Console.write(
                JSON.answer([
                    ("program", .string(system.rawValue)), ("file", .string(record.file)), ("changed", .bool(wired.isChanged)),
                    ("settings", .array(tables.changes.map(JSON.string))),
                ]).line)
        }
        if let other = wired.otherPath { options.inform("what stood there is kept as \(other)") }
        options.inform("\(record.file): \(isDryRun ? "would be" : "is") as it was before")
    }

    // MARK: Code

    /// A profile with the variables of the patterns, and the code of one.
    func snippets(model: String?, name: String) throws {
        let snippets = try LibrarySnippets(outline(model, Set(try vault.list().map(\.name.description))))
        _ = try session.resolver(vault: vault).resolve(model)
        guard let code = snippets.code(name) else {
            throw Failure(
                .invalid, "there is no such pattern", hints: ["the patterns are \(LibrarySnippets.names.joined(separator: ", "))"])
        }
        let tables = try WireTables(profile: (system.rawValue, snippets.variables), session)
        for line in tables.changes { options.inform("\(session.writableSettingsPath): \(line)") }
        if !isDryRun { try tables.write() }
        try Console.write(code)
        options.inform("run it with: warder run -P \(system.rawValue) -- …")
    }

    // MARK: Telling

    /// What changes: asked for by --dry-run on standard output, else on standard error.
    private func report(_ path: String, _ lines: [String], _ changes: [String]) throws {
        guard !options.json else { return }
        let all = (lines.isEmpty ? [] : ["\(path):"] + lines) + (changes.isEmpty ? [] : ["\(session.writableSettingsPath):"] + changes)
        if isDryRun {
            try Console.write(all.map { $0 + "\n" }.joined())
        } else {
            for line in all { options.inform(line) }
        }
    }

    // MARK: Paths

    /// Two at once would each take the other's state for the program's own.
    private func lock() throws -> DirectoryLock {
        let directory = "\(session.directories.state)/warder/wired"
        try PrivateFile.makeDirectory(directory)
        return try DirectoryLock(directory)
    }

    /// One path for each file: without links in its directories, as far as they are there.
    private static func canonical(_ path: String?) throws -> String? {
        guard let path = try path.map(absolute) else { return nil }
        var (parent, name) = PrivateFile.split(path)
        while true {
            if let real = canonicalPath(parent) { return real == "/" ? "/\(name)" : "\(real)/\(name)" }
            if parent == "/" { return path }
            let (above, last) = PrivateFile.split(parent)
            (parent, name) = (above, "\(last)/\(name)")
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
