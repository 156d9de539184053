internal import Agent
internal import ArgumentParser
internal import Keystore

/// `warder verify`
struct Verify: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the whole vault: every record, value, slot and audit entry.",
        discussion: """
            --strict also looks at the bytes that SQLite ignores. --accept is how a person says that the vault as it is now is right, after a
            restore from elsewhere or a rekey on another host.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Check unused bytes of the file, too.")
    var strict = false

    @Option(help: ArgumentHelp("Take the vault with this fingerprint and sequence for the newest.", valueName: "fingerprint:sequence"))
    var accept: String?

    func run() throws {
        let session = try Session(options)
        let storage = try session.storage()
        let anchor = try session.anchor()
        if let accept { return try take(accept, session, storage, anchor) }
        let vault = try session.unlock(storage: storage, anchor: anchor)
        let report: VerificationReport
        do throws(KeystoreError) {
            report = try vault.verify()
        } catch {
            guard [.rolledBack, .forked, .replaced].contains(error.code) else { throw error }
            // Say what it would take to accept it.
            let seen = try Vault(storage: storage, keys: vault.keys, anchor: nil).size()
            throw Failure(
                error.code, error.description,
                hints: ["the vault is \(vault.keys.fingerprint):\(seen.sequence); `warder verify --accept` takes it for the newest"])
        }
        if strict { try storage.verifyUnusedBytes() }
        if options.json {
            try Console.write(
                JSON.answer([
                    ("fingerprint", .string(report.fingerprint.description)), ("sequence", .number(report.sequence)),
                    ("values", .number(report.values)), ("removals", .number(report.removals)),
                    ("audit_entries", .number(report.auditEntries)), ("slots", .number(UInt64(report.slots))), ("strict", .bool(strict)),
                ]).line)
        } else {
            try Console.write(
                """
                all in order: \(counted(report.values, "value")), \(counted(report.removals, "removal")), \(counted(report.slots, "slot")), \
                \(counted(report.auditEntries, "audit entry"))
                identity: \(report.fingerprint):\(report.sequence)

                """)
        }
    }

    private func take(_ accept: String, _ session: Session, _ storage: SQLiteStorage, _ anchor: Anchor) throws {
        let parts = accept.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[1]) else {
            throw Failure(.invalid, "--accept takes FINGERPRINT:SEQUENCE, as `warder verify` says them")
        }
        let fingerprint = try Fingerprint(parts[0])
        let vault = try session.unlock(storage: storage, anchor: nil)
        do throws(KeystoreError) {
            try vault.accept(fingerprint: fingerprint, sequence: sequence, anchor: anchor)
        } catch {
            throw Failure(error.code, error.description)
        }
        if options.json {
            try Console.write(JSON.answer([("accepted", .string(accept))]).line)
        } else {
            options.inform("accepted \(accept)")
        }
    }
}
