internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import PrivateFiles

/// `warder restore`
struct RestoreVault: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make the vault what a backup holds.",
        discussion: """
            The backup is checked to its last byte before anything is written. A vault that is there is kept beside it, and only with --force
            replaced.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The backup.", completion: .file())
    var file: String

    @Flag(help: "Replace the vault that is there.")
    var force = false

    @Option(
        help: ArgumentHelp("Take this vault although this host knows another in its place.", valueName: "fingerprint"))
    var accept: String?

    /// More than any vault that fits in memory twice.
    private static let maximumByteCount = 4 << 30

    func run() throws {
        let session = try Session(options)
        let exists = unsafe access(session.vaultPath, F_OK) == 0
        guard !exists || force else {
            throw Failure(.conflict, "\(session.vaultPath): there is a vault already", hints: ["--force replaces it, and keeps it beside"])
        }
        let bytes = try PrivateFile.readTrusted(file, maximum: Self.maximumByteCount)
        guard bytes.starts(with: Array("WRDB".utf8)) else { throw Failure(.corrupt, "\(file): is not a backup") }
        try PrivateFile.makeDirectory(PrivateFile.split(session.vaultPath).parent)
        let source = KeySource.first(session.settings, session.directories)
        let credentials = try source.credentials(mayPrompt: true)
        let backup = try open(bytes, credentials)
        let anchor = try session.anchor()
        let accepted = try accept.map { try Fingerprint($0) }
        guard try accepted.map({ $0 == backup.fingerprint }) ?? !backup.replacesOther(anchor) else {
            throw Failure(
                .replaced, "\(file): is of another vault than this host knows in this place: its fingerprint is \(backup.fingerprint)",
                hints: ["if it is the right one: --accept \(backup.fingerprint)"])
        }
        var kept: String?
        if exists {
            let reached = sequenceReached(session, credentials)
            kept = try SQLiteStorage.replace(at: session.vaultPath) { storage throws(KeystoreError) in
                try backup.put(in: storage, after: reached, anchor: anchor)
            }.old
        } else {
            try SQLiteStorage.create(at: session.vaultPath) { storage throws(KeystoreError) in
                try backup.put(in: storage, after: 0, anchor: anchor)
            }
        }
        try backup.settle(in: SQLiteStorage(path: session.vaultPath), anchor: anchor)
        if options.json {
            try Console.write(
                JSON.answer([
                    ("vault", .string(session.vaultPath)), ("generations", .number(backup.recordCount)),
                    ("fingerprint", .string(backup.fingerprint.description)), ("kept", .text(kept)),
                ]).line)
        } else {
            options.inform("restored \(counted(backup.recordCount, "generation")), fingerprint \(backup.fingerprint)")
            if let kept { options.inform("the vault that was there is \(kept)") }
        }
    }

    private func open(_ bytes: [UInt8], _ credentials: Credentials) throws -> CheckedBackup {
        do throws(KeystoreError) {
            return try CheckedBackup(bytes, credentials: credentials)
        } catch {
            guard error.code == .noMatch, credentials.passphrase == nil else { throw error }
            let both = Credentials(passphrase: try KeySource.passphrase(mayPrompt: true), keyFile: credentials.keyFile)
            return try CheckedBackup(bytes, credentials: both)
        }
    }

    /// How far the vault that is there has come, as far as it can be read at all.
    private func sequenceReached(_ session: Session, _ credentials: Credentials) -> UInt64 {
        guard let storage = try? SQLiteStorage(path: session.vaultPath),
            let vault = try? Vault.unlock(storage, credentials: credentials, anchor: nil).vault
        else { return 0 }
        return (try? vault.size().sequence) ?? 0
    }
}
