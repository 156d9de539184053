internal import ChildProcesses
internal import SodiumCrypto

/// What the installed systemd can do for units of a scope, found by asking its programs, not by its version.
struct SystemdAbilities: Equatable, Sendable {
    /// `systemd-creds` encrypts credentials, and units load them.
    let sealsCredentials: Bool
    /// A reload can give a running unit new credentials.
    let refreshesCredentials: Bool
}

extension Systemd {
    /// The most bytes that the names and values of a unit's credentials may have together. Measured with 252 and 257.
    static let maximumCredentials = 1 << 20

    /// The most bytes of an encrypted credential, in base64, that systemd 252 loads. Measured.
    private static let maximumSealed = 1_179_648

    /// Finds what the installed systemd can do for units of this scope. Nothing is changed: no key is made.
    ///
    /// - Throws: ``ExportError/Code/systemd`` if it cannot be asked.
    func abilities() throws(ExportError) -> SystemdAbilities {
        var seals = false
        // A user's units load encrypted credentials where `systemd-creds` can make them for a user: since version 256.
        if ChildProcess.find("systemd-creds") != nil, try run("systemd-creds", forScope + ["--help"]).status == 0 {
            seals = try complaint(about: Array("[Service]\nLoadCredentialEncrypted=trial:/trial\n".utf8)) == nil
        }
        return SystemdAbilities(
            sealsCredentials: seals,
            refreshesCredentials: try complaint(about: Array("[Service]\nRefreshOnReload=credentials\n".utf8)) == nil)
    }

    /// Encrypts a value so that units of this scope, on this machine, can load it under that name and no other. The result is decrypted
    /// and compared: what cannot be loaded is not given out.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable`` for a value that is larger than the installed systemd takes;
    ///   ``ExportError/Code/invalidName``; ``ExportError/Code/systemd``.
    func seal(_ value: SecretValue, as name: String) throws(ExportError) -> [UInt8] {
        try CredentialName.check(name)
        guard name.utf8.count + value.count <= Self.maximumCredentials else { throw tooLarge(name) }
        // Host key, TPM2 or both, as the machine has them.
        let sealing = try run("systemd-creds", forScope + ["encrypt", "--with-key=auto", "--name=\(name)", "-", "-"], input: value)
        guard sealing.status == 0, sealing.output.count > 0 else {
            throw ExportError(
                .systemd, "\(name): systemd-creds does not encrypt it",
                hint: scope == .user ? "encrypted credentials of users need systemd 256 or newer" : "are you root?")
        }
        let opening = try run("systemd-creds", forScope + ["decrypt", "--name=\(name)", "-", "-"], input: sealing.output)
        guard opening.status == 0 else {
            if sealing.output.count > Self.maximumSealed { throw tooLarge(name) }
            throw ExportError(.systemd, "\(name): systemd-creds does not decrypt what it has just encrypted")
        }
        guard SecretBytes.isEqual(opening.output.bytes, value.bytes) else {
            throw ExportError(.verification, "\(name): systemd-creds decrypts it to something else")
        }
        return sealing.output.reveal()
    }

    private var forScope: [String] { scope == .user ? ["--user"] : [] }

    private func tooLarge(_ name: String) -> ExportError {
        ExportError(.unrepresentable, "\(name): it is larger than the systemd of this machine takes as a credential")
    }
}
