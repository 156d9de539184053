internal import SodiumCrypto

/// A new passphrase: from `WARDER_PASSPHRASE_FD` if it is there, else asked for twice.
enum NewPassphrase {
    static func read(_ what: String, mayBeWeak: Bool, descriptor: Int32? = nil) throws -> SecretValue {
        if let descriptor {
            let passphrase = try KeySource.passphrase(descriptor: descriptor, "--passphrase-fd")
            try Prompt.check(passphrase, mayBeWeak: mayBeWeak)
            return passphrase
        }
        if Console.environment("WARDER_PASSPHRASE_FD") != nil, what == "the vault" {
            let passphrase = try KeySource.passphrase(mayPrompt: false)
            try Prompt.check(passphrase, mayBeWeak: mayBeWeak)
            return passphrase
        }
        let hint =
            what == "the vault"
            ? "warder init --key-file PATH needs none; WARDER_PASSPHRASE_FD=N gives one" : "--passphrase-fd N gives one"
        return try Prompt.newPassphrase(what, mayBeWeak: mayBeWeak, hints: [hint])
    }
}
