internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// What this host has seen of a vault, kept outside it: the one thing that tells a vault rolled back or replaced as a whole.
///
/// A file of one settled ``AnchorMark``. It never moves back by itself. While a vault is made, restored or gets a new root key there are
/// prepared marks beside it, for the vault as it will be: whichever the vault is after a crash, it is known, and the next read settles it.
public struct Anchor: Sendable {
    /// Where it is.
    public let path: String
    private let pinned: Fingerprint?
    private let mayBeAbsent: Bool
    private let onFirstUse: @Sendable (Fingerprint, UInt64) -> Void
    /// Whether what is read is compared and not remembered: for whoever changes nothing.
    public var onlyCompares = false

    /// At most so many marks: several processes may prepare at once, and only one of them will be done.
    private static let maximumCount = 16
    /// How long to wait for another process that writes an anchor.
    private static let patience = Duration.seconds(5)

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

    /// What this host has seen of the vault that `keys` open, or nil if it has not seen one here. To be read before the vault is, so that a
    /// write in between only makes the vault newer.
    ///
    /// - Throws: ``KeystoreError/Code/replaced`` if it is another vault, or there must be an anchor and is none.
    func read(_ keys: some KeyHolder) throws(KeystoreError) -> AnchorMark? {
        if let pinned, pinned != keys.fingerprint {
            throw KeystoreError(.replaced, "the settings pin another fingerprint than the vault's, which is \(keys.fingerprint)")
        }
        let marks = try content()
        var own: [AnchorMark] = []
        for mark in marks where try mark.isOf(keys) { own.append(mark) }
        if let settled = own.first(where: { !$0.isPrepared }) { return settled }
        guard marks.contains(where: { !$0.isPrepared }) else {
            // Nothing but what was prepared: whatever that was, this host had not seen the vault before.
            guard mayBeAbsent else {
                throw KeystoreError(.replaced, "this host has no anchor for the vault, and may not trust it unseen")
            }
            return nil
        }
        // What is prepared follows everything that is settled. A mark that the settled vault has passed was given up.
        let passed = marks.filter { !$0.isPrepared }.map(\.sequence).max() ?? 0
        guard let prepared = own.filter({ $0.sequence > passed }).min(by: { $0.sequence < $1.sequence }) else {
            throw KeystoreError(
                .replaced, "this is another vault than this host has seen here before: its fingerprint is \(keys.fingerprint)")
        }
        return prepared
    }

    /// Compares a verified head with what was seen before, and remembers it if that is not all that is remembered.
    ///
    /// - Throws: ``KeystoreError/Code/rolledBack``, ``KeystoreError/Code/forked``.
    func check(_ head: Head, against mark: AnchorMark?, _ keys: some KeyHolder) throws(KeystoreError) {
        guard let mark else {
            if onlyCompares { return }
            try settle(head, keys)
            onFirstUse(keys.fingerprint, head.sequence)
            return
        }
        try Self.compare(head, mark)
        if !onlyCompares, head.sequence > mark.sequence || mark.isPrepared { try settle(head, keys) }
    }

    /// Compares only.
    static func compare(_ head: Head, _ mark: AnchorMark) throws(KeystoreError) {
        guard head.sequence >= mark.sequence else {
            throw KeystoreError(
                .rolledBack, "the vault is at \(head.sequence), and this host has seen it at \(mark.sequence): it was rolled back")
        }
        guard head.sequence > mark.sequence || isEqualInConstantTime(head.mac.bytes, mark.headMAC.bytes) else {
            throw KeystoreError(.forked, "the vault at \(head.sequence) is not the one this host has seen at \(mark.sequence)")
        }
    }

    /// Remembers `head` in place of what was settled, unless something newer under the same keys is, or the vault has got other keys
    /// meanwhile: whoever changes them prepares first. What others have prepared stays while it is ahead: they may be about to put it in
    /// place.
    func settle(_ head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in
            var settled = try AnchorMark(head, keys)
            let marks = try content()
            var others: [AnchorMark] = []
            for mark in marks {
                if try !mark.isOf(keys) {
                    others.append(mark)
                } else if !mark.isPrepared, mark.sequence > head.sequence {
                    settled = mark
                }
            }
            let isKnown = others.count < marks.count
            guard isKnown || !others.contains(where: { !$0.isPrepared }) else { return }
            try write([settled] + others.filter { $0.isPrepared && $0.sequence > settled.sequence })
        }
    }

    /// Remembers `head`, which is not in place yet, beside what is remembered.
    func prepare(for head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in
            let marks = try content()
            let prepared = marks.filter(\.isPrepared).suffix(Self.maximumCount - 2)
            try write(marks.filter { !$0.isPrepared } + prepared + [try AnchorMark(head, keys, isPrepared: true)])
        }
    }

    /// Remembers `head` in place of whatever is remembered: on a person's word.
    func move(to head: Head, _ keys: some KeyHolder) throws(KeystoreError) {
        try locked { () throws(KeystoreError) in try write([try AnchorMark(head, keys)]) }
    }

    /// The highest sequence that this host has seen here, whatever the vault; 0 for none. What replaces a vault continues after it.
    func highestSequence() throws(KeystoreError) -> UInt64 {
        try content().map(\.sequence).max() ?? 0
    }

    /// Whether this host knows another vault here, or the settings pin another.
    func knowsOther(than fingerprint: Fingerprint) throws(KeystoreError) -> Bool {
        if let pinned, pinned != fingerprint { return true }
        return try content().contains { !$0.isPrepared && $0.fingerprint != fingerprint }
    }

    /// Whether this host has seen a vault here. One whose making was never finished is none.
    public var knowsVault: Bool {
        do { return try content().contains { !$0.isPrepared } } catch { return true }
    }

    private func content() throws(KeystoreError) -> [AnchorMark] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try PrivateFile.readTrusted(path, maximum: Self.maximumCount * AnchorMark.byteCount)
        } catch {
            if error.code == .notFound { return [] }
            throw KeystoreError(error)
        }
        guard !bytes.isEmpty, bytes.count % AnchorMark.byteCount == 0 else { throw .corrupt("the anchor was changed") }
        var marks: [AnchorMark] = []
        for start in stride(from: 0, to: bytes.count, by: AnchorMark.byteCount) {
            marks.append(try AnchorMark(decoding: Array(bytes[start..<(start + AnchorMark.byteCount)])))
        }
        return marks
    }

    private func write(_ marks: [AnchorMark]) throws(KeystoreError) {
        try inKeystoreTerms { try PrivateFile.write(marks.flatMap(\.encoded), to: path, existing: .replace) }
    }

    private func locked(_ body: () throws(KeystoreError) -> Void) throws(KeystoreError) {
        let parent = PrivateFile.split(path).parent
        try inKeystoreTerms {
            try PrivateFile.makeDirectory(parent)
            try PrivateFile.checkDirectory(parent)
            let directory = try FileDescriptor.openDirectory(parent)
            let start = ContinuousClock.now
            while flock(directory.number, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EWOULDBLOCK || errno == EINTR else { throw KeystoreError(.io, "\(parent): cannot be locked") }
                guard ContinuousClock.now - start < Self.patience else {
                    throw KeystoreError(.busy, "\(parent): another process holds the anchors")
                }
                usleep(2000)
            }
            try body()
        }
    }
}
