internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// How much work one guess of a passphrase costs.
struct KeyDerivationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Argon2id memory in MiB, 64 to 2048.", valueName: "mib"))
    var kdfMemory: UInt64 = KeyDerivationBounds.standard.memory >> 20

    @Option(help: ArgumentHelp("Argon2id passes, 2 to 16.", valueName: "n"))
    var kdfPasses: UInt32 = KeyDerivationBounds.standard.passes

    func cost() throws -> PasswordHash.Cost {
        guard kdfMemory <= 4096 else { throw Failure(.kdfRefused, "Argon2id takes 64 to 2048 MiB") }
        let cost = PasswordHash.Cost(passes: kdfPasses, memory: kdfMemory << 20)
        try KeyDerivationBounds.check(cost)
        return cost
    }
}
