internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Settings
internal import Wiring

/// The vault's file, what opens it, and that all of it is in order.
struct VaultChecks {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    private var session: Session { examination.session }
    private var path: String { session.vaultPath }

    func run() {
        examination.look(path)
        let source = KeySource.first(session.settings, session.directories)
        guard checkPlace() else { return }
        let storage: SQLiteStorage
        do { storage = try session.storage() } catch { return note(Failure(error)) }
        let keyIsThere = checkKeyFile(source)
        checkWaysIn(source, storage)
        guard keyIsThere else { return }
        do {
            // At a terminal there is somebody to ask; a passphrase comes from nowhere else.
            let vault = try session.unlock(storage: storage, anchor: try anchor(), mayPrompt: Prompt.terminal() != nil)
            examination.vault = vault
            examination.listings = try vault.list()
            _ = try vault.verify()
        } catch {
            note(Failure(error))
        }
        if examination.listings != nil { SecretChecks(examination).run() }
    }

    /// What this host has seen of the vault, compared and not remembered.
    private func anchor() throws -> Anchor {
        var anchor = try session.anchor()
        anchor.onlyCompares = true
        return anchor
    }

    // MARK: The file

    /// Whether there is a file to be opened.
    private func checkPlace() -> Bool {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else {
            if session.lacksVault { examination.listings = [] }
            examination.add(
                .vaultMissing, path, path: path, session.lacksVault ? "there is no vault yet" : "the vault is not there any more",
                fix: session.lacksVault ? "`warder init`" : "`warder restore BACKUP`, or `warder init` for a new one")
            return false
        }
        let directory = PrivateFile.split(path).parent
        var isFine = true
        if unsafe stat(directory, &info) == 0, info.st_mode & 0o077 != 0 || ![geteuid(), 0].contains(info.st_uid) {
            examination.add(
                .vaultUnsafe, directory, path: directory, "others can look into the vault's directory",
                fix: examination.privacy(directory, mode: "700"))
            isFine = info.st_mode & 0o022 == 0
        }
        if unsafe lstat(path, &info) == 0,
            info.st_mode & S_IFMT != S_IFREG || info.st_uid != geteuid() || info.st_mode & 0o077 != 0 || info.st_nlink > 1
        {
            examination.add(
                .vaultUnsafe, path, path: path, "the vault is not a private file of yours, and is not opened",
                fix: examination.privacy(path))
            isFine = false
        }
        return isFine
    }

    private func note(_ failure: Failure) {
        let (code, fix): (Finding.Code, String) =
            switch KeystoreError.Code(rawValue: failure.code) {
            case .locked: (.vaultLocked, Self.unlocking)
            case .noMatch: (.vaultWrongKey, "give the right key: WARDER_KEY_FILE=PATH, or key_file under [vault] in warder.toml")
            case .rolledBack: (.vaultRolledBack, Self.accepting)
            case .forked: (.vaultForked, Self.accepting)
            case .replaced: (.vaultReplaced, Self.accepting)
            case .corrupt: (.vaultCorrupt, "`warder restore BACKUP`; `warder verify --strict` says what is damaged")
            case .tooNew: (.vaultTooNew, "install a newer warder")
            case .unsafeFile:
                (.vaultUnsafe, "make it a private file of yours; `ls -la \(examination.word(PrivateFile.split(path).parent))`")
            case .auditUnavailable: (.auditBroken, "`warder audit verify` says more; a backup from before has the whole trail")
            case .busy: (.vaultUnreadable, "try again when the other process is done")
            default: (failure.code == Failure.settingsInvalid ? .settingsInvalid : .vaultUnreadable, "`warder verify` says more")
            }
        let text = failure.message.hasPrefix("\(path): ") ? String(failure.message.dropFirst(path.count + 2)) : failure.message
        examination.add(code, path, path: path, text, fix: fix)
    }

    private static let accepting =
        "if you know why: `warder verify --accept FINGERPRINT:SEQUENCE`, with the two as `warder verify` says them"
    private static let unlocking =
        "run it at a terminal, or give a key by WARDER_KEY_FILE=PATH, or key_file under [vault] in warder.toml"

    // MARK: The way in

    /// Whether the key file, if there is to be one, can be used.
    private func checkKeyFile(_ source: KeySource) -> Bool {
        let key: String
        switch source {
        case .environmentKeyFile(let path), .settingsKeyFile(let path), .systemdCredential(let path): key = path
        case .passphraseDescriptor, .terminal: return true
        }
        examination.look(key)
        do {
            _ = try source.credentials(mayPrompt: false)
        } catch {
            let failure = Failure(error)
            let text = failure.message.hasPrefix("\(key): ") ? String(failure.message.dropFirst(key.count + 2)) : failure.message
            if failure.code == KeystoreError.Code.notFound.rawValue {
                examination.add(
                    .keyFileMissing, key, path: key, "the key file of the vault is not there",
                    fix: "put it back, mount its disk, or open the vault with another slot: WARDER_KEY_FILE=PATH")
            } else {
                let hasRightMode = text.contains("bytes")
                examination.add(
                    .keyFileUnsafe, key, path: key, "the key file is not used: \(text)",
                    fix: hasRightMode ? "put the right file there" : examination.privacy(key))
            }
            return false
        }
        func directory(_ path: String) -> String { canonicalPath(PrivateFile.split(path).parent) ?? PrivateFile.split(path).parent }
        if directory(key) == directory(path) {
            examination.add(
                .keyFileBesideVault, key, path: key, "the key lies beside the vault: who copies the directory has both",
                fix: "move it, to ~/.config/warder for one, and change key_file under [vault] in warder.toml")
        }
        return true
    }

    /// Who asks without a person needs a key without a person.
    private func checkWaysIn(_ source: KeySource, _ storage: SQLiteStorage) {
        guard !source.isKeyFile, let slots = try? Vault<LocalKeys>.slots(of: storage) else { return }
        let hasKeySlot = slots.contains { $0.kind == .keyFile || $0.kind == .recipient }
        let wired = examination.options.system ? nil : examination.systemFiles.programsOfWarder.first
        // Whoever serves consumers may bring a key along; whoever is asked by a system has nothing but the settings.
        let served = hasKeySlot ? nil : session.consumers.first
        guard let who = wired.map({ "\($0.system.title) asks" }) ?? served.map({ "the consumer \($0.name) is served" }) else { return }
        examination.add(
            .promptNeeded, path, path: path, "only a passphrase opens the vault here, and \(who) without a person",
            fix: hasKeySlot
                ? "key_file = \"PATH\" under [vault] in warder.toml"
                : "a file of 32 random bytes: `warder slot add --key-file PATH`, then key_file = \"PATH\" under [vault] in warder.toml")
    }
}
