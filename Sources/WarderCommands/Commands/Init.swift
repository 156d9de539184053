internal import Agent
internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import Settings

/// `warder init`
struct Init: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a vault.",
        discussion: """
            Asks for a passphrase, twice, and offers a second way in for the day it is forgotten. With --key-file the vault opens with a file
            of 32 random bytes, which is made if it is not there, and noted as key_file in the settings.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Open with this key file.", valueName: "path"), completion: .file())
    var keyFile: String?

    @Flag(help: "Ask for a passphrase, too, and open only with both together.")
    var withPassphrase = false

    @Flag(help: "Take a passphrase of fewer than 12 characters.")
    var weak = false

    @OptionGroup var cost: KeyDerivationOptions

    func run() throws {
        let session = try Session(options)
        guard unsafe access(session.vaultPath, F_OK) != 0 else {
            throw Failure(.conflict, "\(session.vaultPath): there is a vault already")
        }
        let cost = try cost.cost()
        var slots: [NewSlot] = []
        var madeKeyFile = false
        if let keyFile {
            let (key, isNew) = try NewVault.keyFile(keyFile)
            madeKeyFile = isNew
            var credentials = Credentials(keyFile: key)
            if withPassphrase { credentials.passphrase = try NewPassphrase.read("the vault", mayBeWeak: weak) }
            slots.append(
                NewSlot(kind: withPassphrase ? .passphraseAndKeyFile : .keyFile, label: "first", credentials: credentials, cost: cost))
        } else {
            let passphrase = try NewPassphrase.read("the vault", mayBeWeak: weak)
            slots.append(NewSlot(kind: .passphrase, label: "first", credentials: Credentials(passphrase: passphrase), cost: cost))
            if let recovery = try RecoveryPassphrase.offer() {
                slots.append(
                    NewSlot(kind: .passphrase, label: "recovery", credentials: Credentials(passphrase: recovery), cost: cost))
            }
        }
        let vault = try NewVault.make(session, slots: slots, newKeyFile: madeKeyFile ? keyFile : nil)
        if let keyFile { try note(keyFile, session) }
        if options.json {
            try Console.write(
                JSON.answer([("vault", .string(session.vaultPath)), ("fingerprint", .string(vault.keys.fingerprint.description))]).line)
        } else {
            options.inform("made \(session.vaultPath), fingerprint \(vault.keys.fingerprint)")
        }
    }

    /// Records the key file, unless the settings name another one, which may open other vaults.
    private func note(_ keyFile: String, _ session: Session) throws {
        let absolute = keyFile.hasPrefix("/") ? keyFile : (Session.workingDirectory ?? "") + "/" + keyFile
        if let known = session.settings.vault.keyFile {
            if session.directories.expand(known) != absolute {
                options.warn("the settings keep another key_file: open this vault with WARDER_KEY_FILE=\(absolute)")
            }
            return
        }
        let path = session.writableSettingsPath
        try SettingsFile.update(path) { text throws(SettingsError) in
            try SettingsEditor.set(table: ["vault"], key: "key_file", value: absolute, in: text, file: path)
        }
    }
}
