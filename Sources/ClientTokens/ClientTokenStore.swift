internal import Foundation
public import Keystore
internal import SodiumCrypto

/// The tokens of the proxy's clients, as notes of a vault: their hashes and what they may do, sealed and authenticated as secrets are.
public struct ClientTokenStore<Holder: KeyHolder> {
    private let vault: Vault<Holder>

    /// - Parameter vault: an unlocked vault.
    public init(_ vault: Vault<Holder>) { self.vault = vault }

    /// All tokens, by name.
    ///
    /// - Throws: ``KeystoreError``; `.tooNew` for a token that a later program has written.
    public func all() throws(KeystoreError) -> [ClientToken] {
        var tokens: [ClientToken] = []
        for (_, content) in try vault.notes(.client) {
            guard let token = try? JSONDecoder().decode(ClientToken.self, from: Data(content.reveal())) else {
                throw KeystoreError(.tooNew, "a client's token says something that this program does not know")
            }
            tokens.append(token)
        }
        return tokens
    }

    /// Adds a token. Those that have expired more than a day ago go.
    ///
    /// - Parameters:
    ///   - token: what is kept of it.
    ///   - now: milliseconds since 1970 UTC.
    /// - Throws: ``KeystoreError/Code/conflict`` if there is one of that name.
    public func add(_ token: ClientToken, now: UInt64 = WallClock.now()) throws(KeystoreError) {
        let present = try all()
        let name = try NoteName(.client, token.name)
        guard !present.contains(where: { $0.name == token.name }) else {
            throw KeystoreError(.conflict, "\(token.name): there is a token of that name already")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let content = try? SecretValue(copying: Array(encoder.encode(token))) else {
            throw KeystoreError(.invalid, "\(token.name): cannot be written down")
        }
        let stale = present.filter { $0.hasExpired(at: Int(now / 1000) - 86_400) }
        if !stale.isEmpty { try revoke(stale.map(\.name), now: now) }
        try vault.write([(name, content)], as: .tokenAdd, now: now)
    }

    /// Takes tokens away.
    ///
    /// - Throws: ``KeystoreError/Code/notFound`` if there is none of a name, which is not repeated: it may be the token itself.
    public func revoke(_ names: [String], now: UInt64 = WallClock.now()) throws(KeystoreError) {
        let present = Set(try all().map(\.name))
        guard names.allSatisfy(present.contains) else {
            throw KeystoreError(.notFound, "there is no token of that name")
        }
        let notes = try Set(names).sorted().map { name throws(KeystoreError) in
            (name: try NoteName(.client, name), content: SecretValue?.none)
        }
        try vault.write(notes, as: .tokenRevoke, now: now)
    }
}
