public import SodiumCrypto

extension Vault {
    /// The slots, vouched for.
    public func slots() throws(KeystoreError) -> [Slot] {
        try verified { view throws(KeystoreError) in try Slot.decode(view.stored.slots, of: view.head.vault) }
    }
}

extension Vault where Holder == LocalKeys {
    /// Adds a slot, and gives its number.
    ///
    /// - Throws: ``KeystoreError/Code/conflict`` if there are 32 already, or 4 with a passphrase.
    public func add(_ slot: NewSlot, now: UInt64 = WallClock.now()) throws(KeystoreError) -> UInt32 {
        let taken = try slots()
        let highest = taken.map(\.number).max() ?? 0
        guard highest < UInt32.max else { throw .corrupt("a slot has an impossible number") }
        let number = highest + 1
        let wrapped = try slot.wrap(keys, number: number, created: now)
        return try commit(now: now) { draft throws(KeystoreError) in
            let isFree = draft.slots[number] == nil && draft.slots.count < Slot.maximumCount
            let passphrases = try Slot.decode(draft.slots, of: keys.vaultID).count(where: \.kind.hasPassphrase)
            guard isFree, !slot.kind.hasPassphrase || passphrases < Slot.maximumPassphraseCount else {
                throw KeystoreError(
                    .conflict, "a vault has at most \(Slot.maximumCount) slots, \(Slot.maximumPassphraseCount) of them with a passphrase")
            }
            draft.slots[number] = wrapped
            try draft.note(.slotAdd, "\(number)")
            return number
        }
    }

    /// Gives a slot with a passphrase a new one. Copies of the file from before still open with the old one.
    ///
    /// - Parameter credentials: the new passphrase, and the slot's key file if it has one.
    /// - Throws: ``KeystoreError/Code/notFound``; ``KeystoreError/Code/invalid`` for a slot without a passphrase.
    public func change(
        slot number: UInt32, to credentials: Credentials, cost: PasswordHash.Cost = KeyDerivationBounds.standard,
        now: UInt64 = WallClock.now()
    ) throws(KeystoreError) {
        let old = try slot(number)
        guard old.kind.hasPassphrase else {
            throw KeystoreError(.invalid, "slot \(number) has no passphrase: add another slot, then remove this one")
        }
        let new = NewSlot(kind: old.kind, label: old.label, credentials: credentials, cost: cost)
        let wrapped = try new.wrap(keys, number: number, created: now)
        try commit(now: now) { draft throws(KeystoreError) in
            guard draft.slots[number] == old.bytes else { throw KeystoreError(.conflict, "slot \(number) changed meanwhile") }
            draft.slots[number] = wrapped
            try draft.note(.slotChange, "\(number)")
        }
    }

    /// One slot, vouched for.
    public func slot(_ number: UInt32) throws(KeystoreError) -> Slot {
        guard let slot = try slots().first(where: { $0.number == number }) else {
            throw KeystoreError(.notFound, "there is no slot \(number)")
        }
        return slot
    }
}

extension Slot {
    /// As it is stored.
    var bytes: [UInt8] { bound + commitment + box }
}
