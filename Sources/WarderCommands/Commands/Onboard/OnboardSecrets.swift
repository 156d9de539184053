internal import Agent
internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// The secrets as they will be: the vault's, and those that are about to be stored.
struct OnboardSecrets: SecretSource {
    /// Nil for a vault that is not made yet.
    let vault: Vault<VaultKeys>?
    private var pending: [String: Pending] = [:]

    /// A value that is about to be stored.
    private struct Pending {
        let value: SecretValue
        let write: SecretWrite?
        let secret: Secret
    }

    init(vault: Vault<VaultKeys>?) { self.vault = vault }

    /// What must be stored: a value that is there already is not stored again.
    var writes: [SecretWrite] { pending.sorted { $0.key < $1.key }.compactMap(\.value.write) }

    /// The names of all secrets.
    func names() throws -> [SecretName] {
        let stored = try vault?.list().map(\.name) ?? []
        return stored + (try pending.keys.sorted().map { try SecretName($0) }).filter { !stored.contains($0) }
    }

    /// Takes a value in.
    ///
    /// - Parameters:
    ///   - hosts: where it may be sent. A secret that is there and may go anywhere keeps that.
    ///   - former: where it was sent so far, by the settings; it may not be any more, unless it is among `hosts`.
    ///   - kind: what it is, if the secret does not say so yet.
    mutating func store(_ value: SecretValue, as text: String, hosts: [String], insteadOf former: [String], kind: String) throws {
        let name = try SecretName(text)
        let current = try vault?.get([name]).first ?? nil
        let metadata: @Sendable (Metadata?) -> Metadata = { before in
            var metadata = before?.inherited ?? Metadata()
            metadata.kind = metadata.kind ?? kind
            let isFree = before.map(\.allowedHosts.isEmpty) ?? false
            if !isFree { metadata.allowedHosts = Set(metadata.allowedHosts).subtracting(former).union(hosts).sorted() }
            return metadata
        }
        let next = metadata(current?.listing.metadata)
        try next.validate()
        let isSame = current.map {
            SecretBytes.isEqual($0.value.bytes, value.bytes) && $0.listing.metadata.allowedHosts == next.allowedHosts
        }
        let generation = current?.listing.generation ?? 0
        pending[text] = Pending(
            value: value,
            write: isSame == true ? nil : SecretWrite(name: name, value: value, expected: generation, metadata: metadata),
            secret: Secret(listing: Listing(name: name, generation: generation + 1, created: 0, metadata: next), value: value))
    }

    func secrets(_ names: [SecretName]) throws -> [Secret?] {
        let stored = try vault?.get(names) ?? names.map { _ in nil }
        return zip(names, stored).map { pending[$0.description]?.secret ?? $1 }
    }

    func stamp() -> VaultStamp? { nil }
}

/// No variables: what the environment happens to have now says nothing of later.
struct NoVariables: VariableSource {
    var name: String { "no environment" }
    func value(of variable: String) -> SecretValue? { nil }
}
