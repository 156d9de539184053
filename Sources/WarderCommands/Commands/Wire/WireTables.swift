internal import Exporter
internal import Keystore
internal import PrivateFiles
internal import Settings

/// The tables of the settings that a wired program needs: the profile that its variables are, and the consumer that gets them.
struct WireTables {
    /// What changes in the settings, a line each.
    private(set) var changes: [String] = []
    /// The tables that are new.
    private(set) var made: (profile: String?, consumer: String?) = (nil, nil)

    private let session: Session
    private let file: String
    private var edits: [Edit] = []
    /// The consumer that gets its copy anew.
    private var changedConsumer: String?

    private enum Edit {
        case add([String], [(key: String, value: SettingsValue)])
        case set([String], key: String, String)
        case remove([String])
    }

    // MARK: Making

    /// - Parameters:
    ///   - profile: the profile and its variables.
    ///   - consumer: the consumer that gets them.
    ///   - session: whose settings they go to.
    /// - Throws: 19 if the consumer of that name gets another profile's variables.
    init(
        _ profile: (name: String, variables: [(name: String, reference: String)])?,
        _ consumer: (name: String, format: String, path: String)?,
        _ session: Session
    ) throws {
        self.session = session
        file = session.writableSettingsPath
        guard let profile else { return }
        let existing = consumer.flatMap { wanted in session.consumers.first { $0.name == wanted.name } }
        let name = existing?.profile ?? profile.name
        if let known = session.settings.profiles[name] {
            try extend(known, with: profile.variables)
        } else {
            if let existing {
                throw Failure(
                    .conflict, "[consumer.\(existing.name)] gets the profile \(name), which the settings do not have",
                    hints: ["warder consumer remove \(existing.name) --with-copy, and then again"])
            }
            add(["profile", name], profile.variables.map { ($0.name, .text($0.reference)) })
            made.profile = name
        }
        guard let consumer else { return }
        changedConsumer = consumer.name
        guard existing == nil else { return }
        add(
            ["consumer", consumer.name],
            [("format", .text(consumer.format)), ("path", .text(consumer.path)), ("profile", .text(name))])
        made.consumer = consumer.name
    }

    /// Variables that a profile has already stay as their user wrote them.
    private mutating func extend(_ profile: Profile, with variables: [(name: String, reference: String)]) throws {
        for (variable, reference) in variables {
            if let entry = profile.entries.first(where: { $0.name == variable }) {
                let isSame =
                    "\"\(reference)\"" == entry.shown || reference == entry.shown || "the secret \(reference.dropFirst(7))" == entry.shown
                if !isSame { session.options.warn("[profile.\(profile.name)] \(variable) is \(entry.shown), and stays so") }
                continue
            }
            guard profile.file == file else {
                throw Failure(.conflict, "[profile.\(profile.name)] stands in \(profile.file), and needs \(variable) = \"\(reference)\"")
            }
            changes.append("[profile.\(profile.name)] \(variable) = \"\(reference)\"")
            edits.append(.set(["profile", profile.name], key: variable, reference))
        }
    }

    private mutating func add(_ table: [String], _ entries: [(key: String, value: SettingsValue)]) {
        changes.append("[\(table.joined(separator: "."))] with \(entries.map(\.key).joined(separator: ", "))")
        edits.append(.add(table, entries))
    }

    // MARK: Taking back

    /// The tables that were made.
    init(taking profile: String?, _ consumer: String?, _ session: Session) throws {
        self.session = session
        file = session.writableSettingsPath
        for table in [["consumer", consumer], ["profile", profile]] {
            let path = table.compactMap { $0 }
            guard path.count == 2 else { continue }
            let isThere =
                path[0] == "profile" ? session.settings.profiles[path[1]] != nil : session.consumers.contains { $0.name == path[1] }
            guard isThere else { continue }
            changes.append("[\(path.joined(separator: "."))] goes")
            edits.append(.remove(path))
        }
        changedConsumer = consumer
    }

    /// Takes the consumer's copy away, and the tables.
    func takeBack() throws {
        if let settings = session.consumers.first(where: { $0.name == changedConsumer }) {
            let left = try session.applier(try session.unlock()).forget(
                settings.name, try? session.consumer(settings), isRemovingFiles: true)
            for path in left { session.options.warn("\(path) may still hold its copy") }
        }
        try write()
    }

    // MARK: Writing

    /// Changes the settings.
    func write() throws {
        guard !edits.isEmpty else { return }
        let before = try SettingsFile.text(file)
        _ = try WarderSettings.parse(try edited(before), file: file)
        try SettingsFile.update(file) { text throws(SettingsError) in try edited(text) }
    }

    private func edited(_ text: String) throws(SettingsError) -> String {
        var text = text
        for edit in edits {
            switch edit {
            case .add(let table, let entries): text = try SettingsEditor.add(table: table, entries, to: text, file: file)
            case .set(let table, let key, let value):
                text = try SettingsEditor.set(table: table, key: key, value: value, in: text, file: file)
            case .remove(let table): text = try SettingsEditor.remove(table: table, in: text, file: file)
            }
        }
        return text
    }

    /// Gives the consumer its copy.
    func apply(_ vault: Vault<LocalKeys>) throws {
        guard let changedConsumer else { return }
        let session = try Session(self.session.options)
        let (consumers, broken) = session.usable(try session.consumers(named: [changedConsumer]))
        if let (_, failure) = broken.first { throw failure }
        // A program that has not been started yet has no directory.
        for path in consumers.compactMap(\.settings.path).map(session.directories.expand) {
            try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
        }
        var failure: Failure?
        try session.applier(vault).apply(consumers) { outcome in
            if case .failure(let error) = outcome.steps { failure = Failure(error) }
        }
        if let failure { throw failure }
    }
}
