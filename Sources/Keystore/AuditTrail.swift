internal import SodiumCrypto

/// One entry of the audit trail: who changed what, when. Never a value.
public struct AuditEntry: Hashable, Sendable {
    /// What was done.
    public enum Operation: UInt16, Sendable, CaseIterable {
        /// The vault was made.
        case create = 1
        /// A secret got a new generation.
        case set
        /// A secret was removed.
        case remove
        /// A secret got a new name.
        case rename
        /// An older value became a new generation.
        case rollback
        /// Generations were erased.
        case purge
        /// A slot was added.
        case slotAdd
        /// A slot got a new passphrase.
        case slotChange
        /// A slot was removed.
        case slotRemove
        /// All keys were drawn anew.
        case rekey
        /// The vault came from a backup.
        case restore
        /// A person moved this host's anchor.
        case accept
        /// A consumer got a copy of secrets.
        case apply
        /// What a consumer holds was forgotten, because there is no such consumer any more.
        case forget
        /// References to secrets went into another program's configuration.
        case wire
        /// They were taken out again.
        case unwire
        /// A client of the proxy got a token.
        case tokenAdd
        /// A token was revoked.
        case tokenRevoke
        /// The proxy began to use a secret for requests.
        case use
        /// A unit loaded a secret as a credential.
        case deliver
        /// The proxy was told to refuse every request.
        case pause
        /// It was told to take requests again.
        case resume
    }

    /// From 1.
    public var number: UInt64
    /// Milliseconds since 1970 UTC.
    public var time: UInt64
    /// Effective user.
    public var user: UInt32
    /// Process.
    public var process: UInt32
    /// What was done.
    public var operation: Operation
    /// The secret's, consumer's, program's or token's name, or the slot's number, or nothing.
    public var subject: String
    /// The generation that came to be, or 0.
    public var generation: UInt64
}

/// The stored form: a box of `u8 1 | u64 time | u32 user | u32 process | u16 operation | u64 generation | u16 length | subject | zeros`.
///
/// The chain is `c0 = zeros`, `ci = H("audit", c(i-1), number, box)`; the head, which has the MAC, holds count and last link.
enum AuditTrail {
    static func context(vault: VaultID, number: UInt64) -> [UInt8] {
        var bytes = Array("WRDU".utf8)
        bytes += vault.bytes
        bytes.append(little: number)
        return bytes
    }

    static func encode(_ entry: AuditEntry) throws(KeystoreError) -> SecretValue {
        var bytes: [UInt8] = [1]
        bytes.append(little: entry.time)
        bytes.append(little: entry.user)
        bytes.append(little: entry.process)
        bytes.append(little: entry.operation.rawValue)
        bytes.append(little: entry.generation)
        bytes.append(little: UInt16(entry.subject.utf8.count))
        bytes += Array(entry.subject.utf8)
        bytes += [UInt8](repeating: 0, count: paddedLength(bytes.count) - bytes.count)
        return try inKeystoreTerms { try SecretValue(copying: bytes) }
    }

    static func decode(_ opened: SecretValue, number: UInt64) throws(KeystoreError) -> AuditEntry {
        var reader = ByteReader(opened.reveal())
        guard try reader.number(UInt8.self) == 1 else { throw KeystoreError(.tooNew, "an audit entry has a newer form") }
        let time = try reader.number(UInt64.self)
        let user = try reader.number(UInt32.self)
        let process = try reader.number(UInt32.self)
        guard let operation = AuditEntry.Operation(rawValue: try reader.number()) else {
            throw KeystoreError(.tooNew, "an audit entry tells of something that this program does not know")
        }
        let generation = try reader.number(UInt64.self)
        let subject = try reader.text(Int(try reader.number(UInt16.self)))
        guard try reader.take(reader.remaining).allSatisfy({ $0 == 0 }) else { throw .corrupt("padding is not zero") }
        return AuditEntry(
            number: number, time: time, user: user, process: process, operation: operation, subject: subject, generation: generation)
    }

    static func link(_ previous: Digest, number: UInt64, box: [UInt8]) throws(KeystoreError) -> Digest {
        try inKeystoreTerms {
            var hash = try KeyedHash(label: "audit")
            hash.update(previous.bytes)
            hash.update(number)
            hash.update(box)
            return hash.finalize()
        }
    }
}
