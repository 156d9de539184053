internal import Keystore

/// The vaults that an agent has the keys of, each until its time is over or nobody has used it for too long.
struct UnlockedVaults {
    /// How many at once.
    static let maximumCount = 16

    struct Entry {
        let keys: LocalKeys
        /// What `status` shows: the path with which it was unlocked.
        let path: String
        /// When it locks at the latest, in seconds of uptime.
        let end: Double?
        /// After how many seconds without use it locks.
        let idle: Double?
        var used: Double

        /// When it locks if nobody uses it again.
        var deadline: Double? {
            switch (end, idle.map { used + $0 }) {
            case (let end?, let idle?): min(end, idle)
            case (let end, let idle): end ?? idle
            }
        }
    }

    private(set) var entries: [VaultID: Entry] = [:]

    /// Uptime at which the next of them locks.
    var deadline: Double? { entries.values.compactMap(\.deadline).min() }

    /// Drops the keys of those whose time is over.
    ///
    /// - Returns: whether there were any.
    mutating func expire(at now: Double) -> Bool {
        let before = entries.count
        entries = entries.filter { $0.value.deadline.map { $0 > now } ?? true }
        return entries.count < before
    }

    /// The keys of a vault, which count as used.
    mutating func use(_ vault: VaultID, at now: Double) -> LocalKeys? {
        guard entries[vault] != nil else { return nil }
        entries[vault]?.used = now
        return entries[vault]?.keys
    }

    /// - Throws: ``KeystoreError/Code/busy`` if there are too many already.
    mutating func add(_ entry: Entry) throws(KeystoreError) {
        guard entries[entry.keys.vaultID] != nil || entries.count < Self.maximumCount else {
            throw KeystoreError(.busy, "the agent holds \(Self.maximumCount) vaults already: lock one of them")
        }
        entries[entry.keys.vaultID] = entry
    }

    /// Drops the keys of one vault, or of all.
    mutating func remove(_ vault: VaultID?) {
        if let vault { entries[vault] = nil } else { entries = [:] }
    }
}
