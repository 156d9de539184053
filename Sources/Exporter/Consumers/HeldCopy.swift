internal import FoundationEssentials
internal import PrivateFiles
internal import SodiumCrypto

/// What a consumer was given last, as the vault remembers it: no value, but fingerprints under a key that is drawn for each consumer and
/// stays in the vault.
public struct HeldCopy: Codable, Equatable, Sendable {
    /// 32 random bytes: what the fingerprints are made with.
    var key: Data
    /// The fingerprint of all variables and values.
    var content: Data
    /// The files that hold them, with a fingerprint of each.
    var files: [File]
    /// The variables, and the secrets that their values come from.
    public var variables: [Variable]
    /// The format, as the settings name it.
    public var format: String
    /// When it was given, in milliseconds since 1970 UTC.
    public var given: UInt64
    /// Whether what was to happen then has been seen to succeed. If not, the next `apply` sees to it.
    public var isConfirmed: Bool

    /// The copies before this one, newest first, as long as this one is not confirmed: a crash may have left either in place.
    var earlier: [HeldCopy]?
    /// Whose the files are, by number, if not this process's user's: that stays true when the settings say something else.
    var ownerUser: UInt32?
    var ownerGroup: UInt32?

    var owner: PrivateFile.Owner? {
        guard let ownerUser, let ownerGroup else { return nil }
        return PrivateFile.Owner(user: ownerUser, group: ownerGroup)
    }

    /// This copy alone.
    var withoutEarlier: HeldCopy {
        var copy = self
        copy.earlier = nil
        return copy
    }

    /// This copy and those before it that may still be in place.
    public var candidates: [HeldCopy] { [self] + (earlier ?? []) }

    /// One file of a copy.
    struct File: Codable, Equatable, Sendable {
        /// Absolute.
        var path: String
        /// Of its bytes; of the variables that are ours, if the file has others too.
        var fingerprint: Data
    }

    /// One variable of a copy.
    public struct Variable: Codable, Hashable, Sendable {
        /// The consumer's name for it.
        public var name: String
        /// The secrets that its value comes from.
        public var secrets: [Secret]
    }

    /// One generation of a secret.
    public struct Secret: Codable, Hashable, Sendable {
        /// The secret's name.
        public var name: String
        /// The generation that was given.
        public var generation: UInt64
    }
}

/// Makes the fingerprints of one consumer.
final class CopyFingerprints: Sendable {
    private let key: SecretKey

    /// Draws a new key.
    init() throws { key = try SecretKey.random() }

    /// Takes the key of a copy that was given before.
    init(_ held: HeldCopy) throws { key = try SecretKey(SecretBytes(copying: [UInt8](held.key))) }

    /// What ``HeldCopy/key`` keeps.
    var stored: Data { key.withBytes { span in unsafe span.withUnsafeBytes { unsafe Data($0) } } }

    /// The fingerprint of variables and values, in their order.
    func content(_ variables: [(name: String, value: [UInt8])]) throws -> Data {
        var hash = try KeyedHash(key: key, label: "consumer/content")
        for variable in variables {
            hash.update(Array(variable.name.utf8))
            hash.update(variable.value)
        }
        return Data(hash.finalize().bytes)
    }

    /// The fingerprint of a file's bytes.
    func file(_ bytes: [UInt8]) throws -> Data {
        var hash = try KeyedHash(key: key, label: "consumer/file")
        hash.update(bytes)
        return Data(hash.finalize().bytes)
    }
}

extension HeldCopy {
    /// Reads what a note holds.
    ///
    /// - Throws: ``ExportError/Code/verification`` if it is nothing of the kind.
    init(note: SecretValue) throws(ExportError) {
        do {
            self = try JSONDecoder().decode(HeldCopy.self, from: Data(note.reveal()))
        } catch {
            throw ExportError(.verification, "what the vault remembers of a consumer cannot be read")
        }
    }

    /// What a note holds.
    func note() throws -> SecretValue { try SecretValue(copying: [UInt8](JSONEncoder().encode(self))) }
}
