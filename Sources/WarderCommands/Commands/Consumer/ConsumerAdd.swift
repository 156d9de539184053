internal import ArgumentParser
internal import Exporter
internal import Glibc
internal import Keystore
internal import Settings

/// `warder consumer add`
struct ConsumerAdd: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a consumer to the settings.",
        discussion: """
            The systems that Warder knows need no more than their name: \(ConsumerPresets.all.map(\.name).joined(separator: ", ")). Any other
            needs a format, and a path or a unit:

                warder consumer add fased
                warder consumer add worker --format systemd-credential \\
                    --unit worker.service --scope system
                warder consumer add site --format dotenv-js \\
                    --path /srv/site/.env --profile site

            Nothing is written but the settings, until `warder apply`. A unit is restarted on a change unless --on-change says otherwise; a
            program to be run instead, { exec = ["/program"] }, stands in the settings only.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "What to call it.")
    var name: String

    @Option(help: ArgumentHelp("A system that Warder knows, if it is called something else here.", valueName: "name"))
    var preset: String?

    @Option(
        help: ArgumentHelp(
            "The form of the copy: a format of `export`, systemd-drop-in, systemd-credential or systemd-credential-socket.",
            valueName: "name"),
        completion: .list(Formats.all.map { $0.name } + Consumer.unitFormats))
    var format: String?

    @Option(help: ArgumentHelp("The file.", valueName: "path"), completion: .file())
    var path: String?

    @Option(help: ArgumentHelp("The systemd unit.", valueName: "name"))
    var unit: String?

    @Option(
        help: ArgumentHelp("Whose unit it is: user, unless it says system.", valueName: "scope"), completion: .list(["user", "system"]))
    var scope: String?

    @Option(help: ArgumentHelp("Who owns the file, if not you.", valueName: "user"))
    var owner: String?

    @Option(
        name: [.customShort("P"), .long],
        help: ArgumentHelp("The profile whose variables it gets, if not the default one.", valueName: "name"))
    var profile: String?

    @Option(help: ArgumentHelp("Only variables that match; may be given several times.", valueName: "pattern"))
    var only: [String] = []

    @Option(help: ArgumentHelp("No variables that match; may be given several times.", valueName: "pattern"))
    var except: [String] = []

    @Option(
        name: .customLong("name"), help: ArgumentHelp("Its own name for a variable; may be given several times.", valueName: "its=ours"))
    var names: [String] = []

    @Option(
        help: ArgumentHelp("What happens when its copy has changed: restart, reload or none.", valueName: "what"),
        completion: .list(["restart", "reload", "none"]))
    var onChange: String?

    func run() throws {
        let session = try Session(options)
        let file = session.writableSettingsPath
        guard !session.consumers.contains(where: { $0.name == name }) else {
            throw Failure(.conflict, "there is a consumer of that name already", hints: ["warder consumer remove NAME"])
        }
        let preset = try knownPreset()
        if let preset, preset.path == nil, path == nil {
            throw Failure(.invalid, "\(preset.name) has no file of its own: name it with --path")
        }
        var tables: [(path: [String], entries: [(key: String, value: SettingsValue)])] = []
        if let preset, profile == nil { tables += try profileTable(preset, session) }
        tables.append((["consumer", name], try consumerEntries(preset, session)))
        func edit(_ text: String) throws(SettingsError) -> String {
            var text = text
            for table in tables { text = try SettingsEditor.add(table: table.path, table.entries, to: text, file: file) }
            return text
        }
        // Everything about it is checked before anything is written.
        let before = try SettingsFile.text(file)
        _ = try WarderSettings.parse(before, file: file)
        let made = try checked(edit(before), file, session)
        try SettingsFile.update(file) { text throws(SettingsError) in try edit(text) }
        if options.json {
            try Console.write(JSON.answer(ConsumerText.fields(made)).line)
        } else {
            options.inform("added \(name) to \(file): \(ConsumerText.place(made)); `warder apply \(name)` gives it its copy")
            for table in tables where table.path.first == "profile" {
                options.inform("it gets \(table.entries.map(\.key).joined(separator: ", "))")
            }
            if preset != nil, tables.count == 1, profile == nil { options.inform("it gets the profile \(name), which is there already") }
            if let preset, path == nil { options.inform(preset.advice) }
        }
    }

    /// The consumer that the settings have after the edit. What is wrong with it was on the command line.
    private func checked(_ text: String, _ file: String, _ session: Session) throws -> ConsumerSettings {
        do {
            guard let made = try WarderSettings.parse(text, file: file).consumers[name] else {
                throw Failure(.invalid, "that is not a name for a consumer")
            }
            _ = try session.consumer(made)
            return made
        } catch let error as SettingsError {
            throw Failure(.invalid, error.reason, hints: error.hint.map { [$0] } ?? [])
        } catch let error as ExportError where error.code == .settings {
            throw Failure(.invalid, error.reason)
        }
    }

    private func knownPreset() throws -> ConsumerPreset? {
        guard let wanted = preset ?? (format == nil ? name : nil) else { return nil }
        guard let known = ConsumerPresets.named(wanted) else {
            throw Failure(
                .invalid, preset == nil ? "a consumer needs a format, or the name of a known system" : "there is no such preset",
                hints: ["the known systems are \(ConsumerPresets.all.map(\.name).joined(separator: ", "))"])
        }
        return known
    }

    /// The profile of a preset, unless there is one of its name.
    private func profileTable(
        _ preset: ConsumerPreset, _ session: Session
    ) throws -> [(path: [String], entries: [(key: String, value: SettingsValue)])] {
        guard session.settings.profiles[name] == nil else { return [] }
        let secrets = Set(try session.unlock().list().map(\.name.description))
        let resolved = preset.resolve(secrets: secrets, settings: session.settings)
        guard resolved.missing.isEmpty else {
            throw Failure(
                .notFound, "\(name): nothing to give it for \(resolved.missing.map(\.name).joined(separator: ", "))",
                hints: resolved.missing.map { "\($0.name) comes from \($0.source)" }
                    + ["store a secret with `warder set NAME`; ids belong into \(session.writableSettingsPath)"])
        }
        guard !resolved.variables.isEmpty else { throw Failure(.notFound, "\(name): no secret that it could use") }
        return [(["profile", name], resolved.variables.map { ($0.name, .text($0.reference)) })]
    }

    private func consumerEntries(_ preset: ConsumerPreset?, _ session: Session) throws -> [(key: String, value: SettingsValue)] {
        var entries: [(key: String, value: SettingsValue)] = []
        func add(_ key: String, _ text: String?) {
            if let text { entries.append((key, .text(text))) }
        }
        let installed = preset?.unit.flatMap { isInstalled($0, session) ? $0 : nil }
        add("format", format ?? preset?.format)
        add("path", try path.map(absolute) ?? preset?.path)
        add("unit", unit.map { $0.contains(".") ? $0 : "\($0).service" } ?? installed)
        add("scope", scope ?? (options.system ? "system" : nil))
        add("owner", owner)
        add("profile", profile ?? (preset == nil ? nil : name))
        if !only.isEmpty { entries.append(("only", .list(only))) }
        if !except.isEmpty { entries.append(("except", .list(except))) }
        if !names.isEmpty { entries.append(("names", .table(try nameTable()))) }
        add("on_change", onChange ?? (installed == nil ? nil : "restart"))
        return entries
    }

    /// Whether the user's service manager has a unit file of this name.
    private func isInstalled(_ unit: String, _ session: Session) -> Bool {
        ["\(session.directories.config)/systemd/user", "/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"]
            .contains { unsafe access("\($0)/\(unit)", F_OK) == 0 }
    }

    private func absolute(_ path: String) throws -> String {
        if path.hasPrefix("/") || path.hasPrefix("~/") { return path }
        guard let directory = Session.workingDirectory else { throw Failure(.io, "the working directory is gone") }
        return "\(directory)/\(path)"
    }

    private func nameTable() throws -> [String: String] {
        var table: [String: String] = [:]
        for name in names {
            let parts = name.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, table.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw Failure(.invalid, "--name takes ITS=OURS: the consumer's name for a variable, and the profile's")
            }
        }
        return table
    }
}
