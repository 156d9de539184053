internal import PrivateFiles
internal import SodiumCrypto

/// A generated passphrase that is shown once: 30 characters, 150 bits.
enum RecoveryPassphrase {
    /// Offers one at the terminal; without one, or declined, gives nil.
    static func offer() throws -> SecretValue? {
        guard Console.environment("WARDER_PASSPHRASE_FD") == nil, let terminal = Prompt.terminal(),
            Prompt.confirm("Add a recovery passphrase, to be written down and kept elsewhere?")
        else { return nil }
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let passphrase = SecretValue(
            try SecretBytes(capacity: 35) { span in
                let key = try SecretKey.random()
                key.withBytes { bytes in
                    for index in 0..<30 {
                        if index > 0, index % 5 == 0 { span.append(UInt8(ascii: "-")) }
                        span.append(alphabet[Int(bytes[index] & 31)])
                    }
                }
            })
        Prompt.show("\n    \(String(decoding: passphrase.reveal(), as: UTF8.self))\n\nThis is shown once.\n", on: terminal.number)
        return passphrase
    }
}
