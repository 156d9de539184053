internal import CPlatform
internal import Glibc
public import Keystore
public import SodiumCrypto
internal import Synchronization

/// The keys of a vault that the agent has unlocked: each use of them is a request to the agent, which never gives them away.
///
/// Keeps one connection, and makes it anew if it is gone. Every request can be made twice.
public final class AgentKeys: KeyHolder {
    /// Which vault the keys belong to.
    public let vaultID: VaultID
    /// The fingerprint of the root key.
    public let fingerprint: Fingerprint
    private let client: AgentClient

    /// The keys of `vault`, or nil if no agent has them.
    ///
    /// - Parameters:
    ///   - vault: which vault.
    ///   - client: the agent.
    public init?(of vault: VaultID, from client: AgentClient) {
        guard let fingerprint = try? client.ask(.session, [.bytes(vault.bytes)]).first?.fingerprint() else { return nil }
        vaultID = vault
        self.fingerprint = fingerprint
        self.client = client
    }

    /// The identifiers that stand for names in the clear.
    public func recordIDs(of names: [SecretName]) throws(KeystoreError) -> [RecordID] {
        let answers = try askInBatches(.recordIDs, names.map { [.bytes(Array($0.description.utf8))] })
        return try answers.map { field throws(KeystoreError) in try RecordID(field.plain) }
    }

    /// Seals each plaintext with what it is bound to.
    public func seal(_ requests: [SealRequest]) throws(KeystoreError) -> [SealedBox] {
        let answers = try askInBatches(.seal, requests.map { [.secret($0.plaintext), .bytes($0.context)] })
        var boxes: [SealedBox] = []
        for answer in answers {
            guard let box = try? SealedBox(answer.plain) else { throw AgentMessage.malformed }
            boxes.append(box)
        }
        return boxes
    }

    /// Opens each box.
    public func open(_ requests: [OpenRequest]) throws(KeystoreError) -> [SecretValue] {
        let answers = try askInBatches(.open, requests.map { [.bytes($0.box.bytes), .bytes($0.context)] })
        do { return try answers.map { try $0.asSecret() } } catch { throw KeystoreError(.io, "not enough memory") }
    }

    /// The authenticator of a head or an anchor.
    public func authenticate(_ message: [UInt8]) throws(KeystoreError) -> Digest {
        let answer = try client.ask(.authenticate, [.bytes(vaultID.bytes), .bytes(message)])
        guard let first = answer.first, let digest = try? Digest(first.plain) else { throw AgentMessage.malformed }
        return digest
    }

    /// What seals the chunks of one backup.
    public func backupSealer() throws(KeystoreError) -> SecretStream.Sealer {
        let answer = try client.ask(.backup, [.bytes(vaultID.bytes)])
        guard answer.count == 2, let state = try? answer[0].asSecret(),
            let sealer = try? SecretStream.Sealer(state: state, header: answer[1].plain)
        else { throw AgentMessage.malformed }
        return sealer
    }

    /// Asks for many things in as few requests as fit.
    private func askInBatches(
        _ request: AgentRequest, _ items: [[AgentMessage.Field]]
    ) throws(KeystoreError) -> [AgentMessage.Field] {
        var answers: [AgentMessage.Field] = []
        var rest = items[...]
        while !rest.isEmpty {
            var batch: [AgentMessage.Field] = [.bytes(vaultID.bytes)]
            var count = 0
            var size = 0
            while let item = rest.first {
                // Sealing makes a box somewhat longer than its plaintext: the answer must fit, too.
                let more = item.reduce(0) { $0 + 4 + $1.count } + SealedBox.overhead
                guard count == 0 || size + more <= 1 << 20 else { break }
                batch += item
                size += more
                count += 1
                rest.removeFirst()
            }
            let answer = try client.ask(request, batch)
            guard answer.count == count else { throw AgentMessage.malformed }
            answers += answer
        }
        return answers
    }
}
