internal import Agent
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Settings
internal import SodiumCrypto

/// Making a vault, and the key file that opens it.
enum NewVault {
    /// The key file of this path, made if it is not there.
    static func keyFile(_ path: String) throws -> (key: SecretValue, isNew: Bool) {
        if unsafe access(path, F_OK) == 0 { return (try KeySource.keyFile(path), false) }
        let key = try SecretKey.random()
        try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
        try key.withBytes { span in try PrivateFile.write(span, to: path, existing: .refuse) }
        return (try KeySource.keyFile(path), true)
    }

    /// Makes the session's vault with these ways to open it.
    ///
    /// - Parameter newKeyFile: a key file that was made for it, which stays if making the vault fails.
    static func make(_ session: Session, slots: [NewSlot], newKeyFile: String? = nil) throws -> Vault<VaultKeys> {
        // The anchor's name comes from the canonical path, for which the directory must be there.
        try PrivateFile.makeDirectory(PrivateFile.split(session.vaultPath).parent)
        let anchor = try session.anchor()
        let made: Vault<LocalKeys>
        do {
            made = try SQLiteStorage.create(at: session.vaultPath) { storage throws(KeystoreError) in
                try Vault.create(in: storage, slots: slots, anchor: anchor)
            }
        } catch {
            // Another process may have made a vault with it meanwhile: the key file stays.
            if let newKeyFile { session.options.warn("the new key file stays: \(newKeyFile)") }
            throw error
        }
        let vault = Vault(storage: try session.storage(), keys: VaultKeys.local(made.keys), anchor: anchor)
        try vault.settle()
        return vault
    }
}
