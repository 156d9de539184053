public import Keystore
public import SodiumCrypto

/// The keys of an unlocked vault, wherever they are.
public enum VaultKeys: KeyHolder {
    /// In this process.
    case local(LocalKeys)
    /// With the agent.
    case agent(AgentKeys)

    /// Which vault the keys belong to.
    public var vaultID: VaultID { holder.vaultID }
    /// The fingerprint of the root key.
    public var fingerprint: Fingerprint { holder.fingerprint }

    /// The identifiers that stand for names in the clear.
    public func recordIDs(of names: [SecretName]) throws(KeystoreError) -> [RecordID] { try holder.recordIDs(of: names) }

    /// Seals each plaintext with what it is bound to.
    public func seal(_ requests: [SealRequest]) throws(KeystoreError) -> [SealedBox] { try holder.seal(requests) }

    /// Opens each box.
    public func open(_ requests: [OpenRequest]) throws(KeystoreError) -> [SecretValue] { try holder.open(requests) }

    /// The authenticator of a head or an anchor.
    public func authenticate(_ message: [UInt8]) throws(KeystoreError) -> Digest { try holder.authenticate(message) }

    /// What seals the chunks of one backup.
    public func backupSealer() throws(KeystoreError) -> SecretStream.Sealer { try holder.backupSealer() }

    private var holder: any KeyHolder {
        switch self {
        case .local(let keys): keys
        case .agent(let keys): keys
        }
    }
}

extension Vault where Holder == VaultKeys {
    /// The vault in `storage`, if the agent at `socket` has its keys. Nil if there is no agent, if it is locked, or if the vault's keys were
    /// drawn anew since it was unlocked.
    ///
    /// - Parameters:
    ///   - storage: the sealed records.
    ///   - anchor: what this host has seen of the vault.
    ///   - socket: the agent's socket.
    public static func ofAgent(_ storage: any RecordStorage, anchor: Anchor?, socket: String) throws(KeystoreError) -> Vault? {
        guard let client = AgentClient(at: socket), let keys = AgentKeys(of: try identity(of: storage), from: client) else { return nil }
        let vault = Vault(storage: storage, keys: .agent(keys), anchor: anchor)
        do throws(KeystoreError) { return try vault.isCurrent() ? vault : nil } catch {
            // Locked at this moment.
            guard error.code == .locked else { throw error }
            return nil
        }
    }
}
