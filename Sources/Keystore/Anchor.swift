internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// What this host has seen of a vault, kept outside it: the one thing that tells a vault rolled back or replaced as a whole.
///
/// A file of one mark of 104 bytes: `"WRDA" | u16 1 | u16 0 | vault 16 | fingerprint 16 | u64 sequence | head MAC 32 | MAC 24`. It never
/// moves back by itself. While the root key changes there are further marks, for the vault as it will be: whichever of them the
/// vault is after a crash, it is known.
public struct Anchor: Sendable {
    static let byteCount = 104

    /// Where it is.
    public let path: String
    private let pinned: Fingerprint?
    private let mayBeAbsent: Bool
    private let onFirstUse: @Sendable (Fingerprint, UInt64) -> Void

    /// The anchor of the vault at `vaultPath`, named by the hash of that path.
    ///
    /// - Parameters:
    ///   - vaultPath: the canonical path of the vault.
    ///   - directory: where anchors are kept.
    ///   - pinned: the only fingerprint that is accepted, if there is one; then the anchor must be there, too.
    ///   - mayBeAbsent: whether a host that has not seen the vault yet may trust it and make an anchor.
    ///   - onFirstUse: called with fingerprint and sequence when an anchor is made.
    /// - Throws: ``KeystoreError/Code/io``.
    public init(
        vaultPath: String, directory: String, pinned: Fingerprint? = nil, mayBeAbsent: Bool = true,
        onFirstUse: @escaping @Sendable (Fingerprint, UInt64) -> Void = { _, _ in }
    ) throws(KeystoreError) {
        let digest = try inKeystoreTerms {
            var hash = try KeyedHash(label: "anchor path")
            hash.update(Array(vaultPath.utf8))
            return hash.finalize()
        }
        path = directory + "/" + hex(digest.bytes.prefix(16))
        self.pinned = pinned
        self.mayBeAbsent = mayBeAbsent && pinned == nil
        self.onFirstUse = onFirstUse
    }

    /// What an anchor says.
    struct Mark: Sendable {
        var vault: VaultID
        var fingerprint: Fingerprint
        var sequence: UInt64
        var headMAC: Digest

        func encoded(_ keys: some KeyHolder) throws(KeystoreError) -> [UInt8] {
            var bytes = Array("WRDA".utf8)
            bytes.append(little: UInt16(1))
            bytes.append(little: UInt16(0))
            bytes += vault.bytes
            bytes += fingerprint.bytes
            bytes.append(little: sequence)
            bytes += headMAC.bytes
            return bytes + (try keys.authenticate(bytes).bytes.prefix(24))
        }

        init(_ head: Head, _ keys: some KeyHolder) {
            (vault, fingerprint, sequence, headMAC) = (head.vault, keys.fingerprint, head.sequence, head.mac)
        }

        /// Reads a mark; nil if it is of another vault or root key.
        init?(decoding bytes: [UInt8], _ keys: some KeyHolder) throws(KeystoreError) {
            var reader = ByteReader(bytes)
            try reader.expect("WRDA")
            try reader.expectVersion()
            guard try reader.number(UInt16.self) == 0 else { throw KeystoreError(.tooNew, "the anchor has unknown flags") }
            vault = try VaultID(try reader.take(VaultID.byteCount))
            fingerprint = try Fingerprint(bytes: try reader.take(Fingerprint.byteCount))
            sequence = try reader.number()
            let mac = try reader.take(Digest.byteCount)
            headMAC = try inKeystoreTerms { try Digest(mac) }
            guard vault == keys.vaultID, fingerprint == keys.fingerprint else { return nil }
            let expected = try keys.authenticate(Array(bytes.prefix(reader.offset))).bytes.prefix(24)
            guard isEqualInConstantTime(try reader.take(24), Array(expected)) else { throw .corrupt("the anchor was changed") }
            try reader.expectEnd()
        }
    }

    /// Reads the anchor. To be done before the vault is read, so that a write in between only makes the vault newer.
    ///
    /// - Throws: ``KeystoreError/Code/replaced`` if it is another vault, or there must be an anchor and is none.
    func read(_ keys: some KeyHolder) throws(KeystoreError) -> Mark? {
        if let pinned, pinned != keys.fingerprint {
            throw KeystoreError(.replaced, "the settings pin another fingerprint than the vault's, which is \(keys.fingerprint)")
        }
        if let mark = try stored(keys) { return mark }
        guard mayBeAbsent else {
            throw KeystoreError(.replaced, "this host has no anchor for the vault, and may not trust it unseen")
        }
        return nil
    }

    /// Compares a verified head with what was seen before, and remembers it if it is newer.
    ///
    /// - Throws: ``KeystoreError/Code/rolledBack``, ``KeystoreError/Code/forked``.
    func check(_ head: Head, against mark: Mark?, _ keys: some KeyHolder) throws(KeystoreError) {
        if let mark {
            guard head.sequence >= mark.sequence else {
                throw KeystoreError(
                    .rolledBack, "the vault is at \(head.sequence), and this host has seen it at \(mark.sequence): it was rolled back")
            }
            if head.sequence == mark.sequence {
                guard isEqualInConstantTime(head.mac.bytes, mark.headMAC.bytes) else {
                    throw KeystoreError(.forked, "the vault at \(head.sequence) is not the one this host has seen at \(mark.sequence)")
                }
                return
            }
        }
        try advance(to: head, keys)
        if mark == nil { onFirstUse(keys.fingerprint, head.sequence) }
    }

    /// Remembers `head` unless something newer is remembered already.
    func advance(to head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in
            if let newer = try stored(keys), newer.sequence >= head.sequence { return }
            try write(try Mark(head, keys).encoded(keys))
        }
    }

    /// Remembers `head`, which is not in place yet, beside what is remembered.
    func prepare(for head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in
            let marks = try content() ?? []
            // The settled mark first, then what was prepared last: two processes may be at it, and only one of them will be done.
            let prepared = marks.dropFirst(Self.byteCount).suffix(Self.byteCount)
            try write(marks.prefix(Self.byteCount) + prepared + (try Mark(head, keys).encoded(keys)))
        }
    }

    /// Remembers `head` in place of whatever is remembered: after a new root key, a restore, or a person's word.
    func move(to head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in try write(try Mark(head, keys).encoded(keys)) }
    }

    /// The sequence that is remembered under these keys; 0 if none is. For a restore, which continues after it.
    func rememberedSequence(_ keys: some KeyHolder) throws(KeystoreError) -> UInt64 {
        do throws(KeystoreError) {
            return try stored(keys)?.sequence ?? 0
        } catch {
            if error.code == .replaced { return 0 }
            throw error
        }
    }

    private func stored(_ keys: some KeyHolder) throws(KeystoreError) -> Mark? {
        guard let bytes = try content() else { return nil }
        guard !bytes.isEmpty, bytes.count % Self.byteCount == 0 else { throw .corrupt("the anchor was changed") }
        for start in stride(from: 0, to: bytes.count, by: Self.byteCount) {
            if let mark = try Mark(decoding: Array(bytes[start..<(start + Self.byteCount)]), keys) { return mark }
        }
        throw KeystoreError(
            .replaced, "this is another vault than this host has seen here before: its fingerprint is \(keys.fingerprint)")
    }

    private func content() throws(KeystoreError) -> [UInt8]? {
        do throws(FileError) {
            return try PrivateFile.readTrusted(path, maximum: 3 * Self.byteCount)
        } catch {
            if error.code == .notFound { return nil }
            throw KeystoreError(error)
        }
    }

    private func write(_ bytes: [UInt8]) throws(KeystoreError) {
        try inKeystoreTerms { try PrivateFile.write(bytes, to: path, existing: .replace) }
    }

    private func locked(_ body: () throws(KeystoreError) -> Void) throws(KeystoreError) {
        let parent = PrivateFile.split(path).parent
        try inKeystoreTerms {
            try PrivateFile.makeDirectory(parent)
            let directory = try FileDescriptor.openDirectory(parent)
            guard retrying({ flock(directory.number, LOCK_EX) }) == 0 else {
                throw KeystoreError(.io, "\(parent): cannot be locked")
            }
            try body()
        }
    }
}
