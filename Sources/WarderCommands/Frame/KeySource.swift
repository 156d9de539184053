internal import CPlatform
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Settings
internal import SodiumCrypto

/// Where the key comes from. The first that is present decides, and its failure is final.
enum KeySource {
    /// `WARDER_KEY_FILE`.
    case environmentKeyFile(String)
    /// `WARDER_PASSPHRASE_FD`.
    case passphraseDescriptor
    /// `$CREDENTIALS_DIRECTORY/warder.key`, as systemd gives it to a unit.
    case systemdCredential(String)
    /// `[vault] key_file`.
    case settingsKeyFile(String)
    /// A passphrase, asked for at the terminal.
    case terminal

    static func first(_ settings: WarderSettings, _ directories: UserDirectories) -> KeySource {
        if let path = Console.environment("WARDER_KEY_FILE"), !path.isEmpty { return .environmentKeyFile(path) }
        if Console.environment("WARDER_PASSPHRASE_FD") != nil { return .passphraseDescriptor }
        if let directory = Console.environment("CREDENTIALS_DIRECTORY"), unsafe access("\(directory)/warder.key", F_OK) == 0 {
            return .systemdCredential("\(directory)/warder.key")
        }
        if let path = settings.vault.keyFile { return .settingsKeyFile(directories.expand(path)) }
        return .terminal
    }

    /// Whether nothing is present that comes before the agent.
    static var mayBeAgent: Bool {
        Console.environment("WARDER_KEY_FILE").map(\.isEmpty) ?? true && Console.environment("WARDER_PASSPHRASE_FD") == nil
    }

    /// What it is called.
    var name: String {
        switch self {
        case .environmentKeyFile: "the key file of WARDER_KEY_FILE"
        case .passphraseDescriptor: "the passphrase of WARDER_PASSPHRASE_FD"
        case .systemdCredential: "the systemd credential warder.key"
        case .settingsKeyFile: "the key file of the settings"
        case .terminal: "the passphrase"
        }
    }

    /// Whether it opens the vault without a passphrase.
    var isKeyFile: Bool {
        switch self {
        case .environmentKeyFile, .settingsKeyFile, .systemdCredential: true
        case .passphraseDescriptor, .terminal: false
        }
    }

    /// One word for machines.
    var identifier: String {
        switch self {
        case .environmentKeyFile, .settingsKeyFile: "key-file"
        case .passphraseDescriptor: "passphrase-fd"
        case .systemdCredential: "systemd-credential"
        case .terminal: "passphrase"
        }
    }

    /// What it gives. A file that is not there is named together with who named it.
    func credentials(mayPrompt: Bool) throws -> Credentials {
        switch self {
        case .environmentKeyFile(let path), .settingsKeyFile(let path), .systemdCredential(let path):
            Credentials(keyFile: try Self.keyFile(path))
        case .passphraseDescriptor, .terminal: Credentials(passphrase: try Self.passphrase(mayPrompt: mayPrompt))
        }
    }

    /// A key file: exactly 32 bytes, for its owner only.
    static func keyFile(_ path: String) throws -> SecretValue {
        try exactKey(path, PrivateFile.readSecret(path, maximum: SecretKey.byteCount))
    }

    private static func content(_ descriptor: Int32, _ name: String) throws -> SecretBytes {
        try FileDescriptor(number: descriptor, path: name).readAll(maximum: 1025)
    }

    private static func exactKey(_ path: String, _ bytes: consuming SecretBytes) throws -> SecretValue {
        guard bytes.count == SecretKey.byteCount else {
            throw Failure(.unsafeFile, "\(path): a key file has exactly \(SecretKey.byteCount) bytes")
        }
        return SecretValue(bytes)
    }

    /// The passphrase of `WARDER_PASSPHRASE_FD` to its end, without one final line feed; else one from the terminal.
    static func passphrase(mayPrompt: Bool) throws -> SecretValue {
        if let text = Console.environment("WARDER_PASSPHRASE_FD") {
            guard let number = Int32(text), number >= 0 else {
                throw Failure(.invalid, "WARDER_PASSPHRASE_FD: not the number of a file descriptor")
            }
            return try passphrase(descriptor: number, "WARDER_PASSPHRASE_FD")
        }
        guard mayPrompt else { throw Failure(.locked, "the vault is locked", hints: Prompt.unlockingHints) }
        guard Prompt.terminal() != nil else {
            throw Failure(
                .locked, "the vault is locked, and there is no terminal to ask for the passphrase at", hints: Prompt.unlockingHints)
        }
        return try Prompt.hidden("Passphrase")
    }

    /// A passphrase from a descriptor, which is closed then, so that no child sees it.
    static func passphrase(descriptor: Int32, _ name: String) throws -> SecretValue {
        let bytes = try content(descriptor, name)
        // Closed now: no file may get the number of a standard stream.
        platform_fill_standard_descriptors()
        let count = bytes.withBytes { span in
            span.byteCount > 0 && span[span.byteCount - 1] == UInt8(ascii: "\n") ? span.byteCount - 1 : span.byteCount
        }
        guard count > 0, count <= 1024 else { throw Failure(.invalid, "\(name): a passphrase has 1 to 1024 bytes") }
        return SecretValue(try bytes.withBytes { span in try SecretBytes(copying: span.extracting(0..<count)) })
    }
}
