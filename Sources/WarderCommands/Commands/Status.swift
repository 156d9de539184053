internal import Agent
internal import ArgumentParser
internal import Exporter
internal import Glibc
internal import Keystore
internal import Settings

/// `warder status`
struct Status: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say where the vault is, how it would be unlocked, what is due, and which copies are not right.",
        discussion: "Never asks for anything. The exit code is 0 whether the vault is locked or not.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let session = try Session(options)
        let source = KeySource.first(session.settings, session.directories)
        let exists = unsafe access(session.vaultPath, F_OK) == 0
        var lines = ["vault     \(session.vaultPath)\(exists ? "" : " (none: `warder init` makes one)")"]
        lines += session.settings.files.map { "settings  \($0)" }
        var content = Content()
        var unlocksWith = source.identifier
        if exists {
            let storage = try session.storage()
            if let vault = try session.agentsVault(storage, session.anchor()) {
                unlocksWith = "agent"
                content = try read(vault, session, &lines)
            } else if source.isKeyFile, let credentials = try credentials(source, &lines) {
                // A key file alone may be half of what a slot needs: then the vault is locked.
                content = try unlock(storage, credentials, session, &lines)
            } else if !source.isKeyFile {
                lines.append("locked    needs a passphrase; `warder unlock` keeps it unlocked for a while")
            }
        }
        let agent = AgentState(session, content.fingerprint)
        if let line = agent.line { lines.append(line) }
        let fields: [(String, JSON)] = [
            ("vault", .string(session.vaultPath)), ("exists", .bool(exists)),
            ("settings", .array(session.settings.files.map(JSON.string))), ("unlocks_with", .string(unlocksWith)),
            ("locked", exists ? .bool(content.fingerprint == nil) : .null), ("agent", agent.json),
            ("fingerprint", .text(content.fingerprint)),
            ("sequence", content.sequence.map(JSON.number) ?? .null), ("secrets", content.secrets.map(JSON.number) ?? .null),
            ("due", content.due.map { .array($0.map(JSON.string)) } ?? .null),
            ("consumers", content.consumers.map(JSON.number) ?? .null),
            ("drift", content.drift.map { .array($0.map(JSON.string)) } ?? .null),
        ]
        try Console.write(options.json ? JSON.answer(fields).line : lines.joined(separator: "\n") + "\n")
    }

    /// What an unlocked vault says of itself.
    private struct Content {
        var fingerprint: String?
        var sequence: UInt64?
        var secrets: UInt64?
        var due: [String]?
        var consumers: UInt64?
        /// Those whose copies are not right.
        var drift: [String]?
    }

    /// The key, or nil if its file is not there: on a disk that is not mounted, say.
    private func credentials(_ source: KeySource, _ lines: inout [String]) throws -> Credentials? {
        do {
            return try source.credentials(mayPrompt: false)
        } catch {
            let failure = Failure(error)
            guard failure.code == KeystoreError.Code.notFound.rawValue else { throw failure }
            lines.append("locked    \(failure.message)")
            return nil
        }
    }

    private func unlock(
        _ storage: SQLiteStorage, _ credentials: Credentials, _ session: Session, _ lines: inout [String]
    ) throws -> Content {
        let vault: Vault<LocalKeys>
        do throws(KeystoreError) {
            vault = try Vault.unlock(storage, credentials: credentials, anchor: try anchor(session)).vault
        } catch {
            guard error.code == .noMatch else { throw error }
            lines.append("locked    the key file opens no slot by itself")
            return Content()
        }
        lines.append("unlocked  with a key file")
        return try read(vault.held { .local($0) }, session, &lines)
    }

    private func read(_ vault: Vault<VaultKeys>, _ session: Session, _ lines: inout [String]) throws -> Content {
        let listings = try vault.list()
        var size = try vault.size()
        // Notes are generations to the vault, and nothing to a person.
        size.records -= min(size.records, UInt64(try vault.notes(.consumer).count))
        let now = WallClock.now()
        let due = listings.filter { listing in
            [listing.metadata.expires, listing.metadata.rotateBy].contains { $0.map { $0 <= now } ?? false }
        }.map(\.name.description)
        lines.append(
            "content   \(counted(listings.count, "secret")), \(counted(size.records, "generation")), sequence \(size.sequence)")
        lines.append("identity  \(vault.keys.fingerprint)")
        lines += due.map { "due       \($0)" }
        var content = Content(
            fingerprint: vault.keys.fingerprint.description, sequence: size.sequence, secrets: UInt64(listings.count), due: due)
        (content.consumers, content.drift) = try drift(vault, session, &lines)
        return content
    }

    /// The number of consumers, and those that do not hold what they should.
    private func drift(_ vault: Vault<VaultKeys>, _ session: Session, _ lines: inout [String]) throws -> (UInt64, [String]) {
        let all = session.consumers
        let (consumers, broken) = session.usable(all)
        let applier = session.applier(vault)
        var drifted: [String] = []
        func add(_ name: String, _ reason: String) {
            drifted.append(name)
            lines.append("consumer  \(name): \(reason)")
        }
        for (name, failure) in broken { add(name, failure.message) }
        for name in try applier.held().keys.sorted() where !all.contains(where: { $0.name == name }) {
            add(name, "holds a copy, but is no consumer any more: `warder consumer remove \(name)`")
        }
        for status in try applier.check(consumers) {
            do {
                if let first = try status.drift.get().first { add(status.name, first.description) }
            } catch {
                add(status.name, Failure(error).message)
            }
        }
        if !all.isEmpty, drifted.isEmpty { lines.append("consumers \(all.count), all as they should be") }
        return (UInt64(all.count), drifted)
    }

    private func anchor(_ session: Session) throws(KeystoreError) -> Anchor {
        do { return try session.anchor() } catch { throw KeystoreError(.invalid, Failure(error).message) }
    }
}
