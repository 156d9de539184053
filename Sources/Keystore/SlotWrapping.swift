internal import SodiumCrypto

/// Wrapping a root key in a slot, and unwrapping it.
///
/// A slot's secret S is 32 bytes: Argon2id of the passphrase; or `H(key file, "slot/key-file", header)`; or `H(key file,
/// "slot/both", Argon2id, header)`; or random, sealed to the recipient. `H(S, "slot/commitment", bound)` is stored and compared before
/// the root key is opened under `H(S, "slot/wrap", bound)`.
extension Slot {
    /// Wraps `root` for what `credentials` hold, or for `recipient`.
    static func wrap(
        _ root: borrowing SecretKey, kind: Kind, vault: VaultID, number: UInt32, label: String, created: UInt64,
        cost: PasswordHash.Cost, credentials: Credentials, recipient: PublicKey? = nil
    ) throws(KeystoreError) -> [UInt8] {
        guard label.utf8.count <= labelByteCount, label.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw KeystoreError(.invalid, "a slot's label has up to \(labelByteCount) bytes on one line")
        }
        let cost = kind.hasPassphrase ? cost : PasswordHash.Cost(passes: 0, memory: 0)
        if kind.hasPassphrase { try KeyDerivationBounds.check(cost) }
        let salt = try inKeystoreTerms { try randomBytes(PasswordHash.saltByteCount) }
        let header = header(kind: kind, vault: vault, number: number, cost: cost, salt: salt, label: label, created: created)
        if kind == .recipient {
            guard let recipient else { throw KeystoreError(.invalid, "no recipient") }
            let secret = try inKeystoreTerms { try SecretKey.random() }
            let sealed: [UInt8]
            do throws(SodiumError) {
                sealed = try recipient.seal(secret)
            } catch {
                throw KeystoreError(.invalid, "the recipient is not a usable key")
            }
            return try wrap(root, under: secret, bound: header + recipient.bytes + sealed)
        }
        let secret = try slotSecret(kind: kind, header: header, salt: salt, cost: cost, credentials: credentials)
        return try wrap(root, under: secret, bound: header)
    }

    private static func wrap(
        _ root: borrowing SecretKey, under secret: borrowing SecretKey, bound: [UInt8]
    ) throws(KeystoreError) -> [UInt8] {
        do throws(SodiumError) {
            let commitment = try commitment(secret, bound)
            let content = try root.withBytes { span throws(SodiumError) in try SecretBytes(copying: span) }
            let box = try SealedBox.seal(content, key: try wrappingKey(secret, bound), authenticating: bound + commitment.bytes)
            return bound + commitment.bytes + box.bytes
        } catch {
            throw KeystoreError(error)
        }
    }

    /// Unwraps the root key, or gives nil if `credentials` do not fit this slot.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt`` if they fit and the box still does not open.
    func unwrap(_ credentials: Credentials) throws(KeystoreError) -> SecretKey? {
        guard let secret = try secret(credentials) else { return nil }
        let bound = self.bound
        guard isEqualInConstantTime(try inKeystoreTerms { try Self.commitment(secret, bound).bytes }, commitment) else { return nil }
        return try inKeystoreTerms {
            try SecretKey(try SealedBox(box).open(key: try Self.wrappingKey(secret, bound), authenticating: bound + commitment))
        }
    }

    private func secret(_ credentials: Credentials) throws(KeystoreError) -> SecretKey? {
        if kind == .recipient {
            guard credentials.keyFile != nil else { return nil }
            let key = try credentials.keyFileKey()
            do throws(SodiumError) {
                let pair = try KeyPair(secretKey: key)
                return pair.publicKey == recipient ? try pair.open(sealedSecret) : nil
            } catch {
                throw KeystoreError(error)
            }
        }
        if kind != .passphrase, credentials.keyFile == nil { return nil }
        if kind.hasPassphrase {
            if credentials.passphrase == nil { return nil }
            try KeyDerivationBounds.check(cost)
            try KeyDerivationBounds.checkMemory(cost)
        }
        return try Self.slotSecret(kind: kind, header: header, salt: salt, cost: cost, credentials: credentials)
    }

    private static func slotSecret(
        kind: Kind, header: [UInt8], salt: [UInt8], cost: PasswordHash.Cost, credentials: Credentials
    ) throws(KeystoreError) -> SecretKey {
        switch kind {
        case .passphrase:
            return try derive(credentials, salt, cost)
        case .keyFile:
            let key = try credentials.keyFileKey()
            return try inKeystoreTerms {
                var hash = try KeyedHash(key: key, label: "slot/key-file")
                hash.update(header)
                return try hash.finalizeKey()
            }
        case .passphraseAndKeyFile:
            let key = try credentials.keyFileKey()
            let stretched = try derive(credentials, salt, cost)
            return try inKeystoreTerms {
                var hash = try KeyedHash(key: key, label: "slot/both")
                stretched.withBytes { hash.update($0) }
                hash.update(header)
                return try hash.finalizeKey()
            }
        case .recipient:
            throw KeystoreError(.invalid, "a recipient's secret is not derived")
        }
    }

    private static func derive(
        _ credentials: Credentials, _ salt: [UInt8], _ cost: PasswordHash.Cost
    ) throws(KeystoreError) -> SecretKey {
        let passphrase = try credentials.normalizedPassphrase()
        do throws(SodiumError) {
            return try PasswordHash.derive(from: passphrase, salt: salt, cost: cost)
        } catch {
            throw KeystoreError(.kdfMemory, "not enough memory for the passphrase: \(cost.memory >> 20) MiB")
        }
    }

    private static func commitment(_ secret: borrowing SecretKey, _ bound: [UInt8]) throws(SodiumError) -> Digest {
        var hash = try KeyedHash(key: secret, label: "slot/commitment")
        hash.update(bound)
        return hash.finalize()
    }

    private static func wrappingKey(_ secret: borrowing SecretKey, _ bound: [UInt8]) throws(SodiumError) -> SecretKey {
        var hash = try KeyedHash(key: secret, label: "slot/wrap")
        hash.update(bound)
        return try hash.finalizeKey()
    }
}

extension [Slot] {
    /// Tries the slots, cheap kinds first, and gives the keys and the number of the slot that opened.
    ///
    /// - Throws: ``KeystoreError/Code/noMatch`` if none opens.
    func unlock(_ credentials: Credentials) throws(KeystoreError) -> (keys: LocalKeys, slot: UInt32) {
        for kind in [Slot.Kind.keyFile, .recipient, .passphraseAndKeyFile, .passphrase] {
            for slot in self where slot.kind == kind {
                if let root = try slot.unwrap(credentials) {
                    return (try LocalKeys(root: root, vaultID: slot.vault), slot.number)
                }
            }
        }
        throw KeystoreError(.noMatch, "this passphrase or key opens no slot of the vault")
    }
}
