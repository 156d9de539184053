internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// `warder slot change`
struct SlotChange: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "change", abstract: "Give a slot a new passphrase.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The slot's number.")
    var slot: UInt32

    @Option(help: ArgumentHelp("The slot's key file, if it has one.", valueName: "path"), completion: .file())
    var keyFile: String?

    @Option(help: ArgumentHelp("Read the new passphrase from this file descriptor.", valueName: "n"))
    var passphraseFd: Int32?

    @Flag(help: "Take a passphrase of fewer than 12 characters.")
    var weak = false

    @OptionGroup var cost: KeyDerivationOptions

    func run() throws {
        let session = try Session(options)
        let (vault, known) = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor())
        let old = try vault.slot(slot)
        guard old.kind == .passphrase || old.kind == .passphraseAndKeyFile else {
            throw Failure(.invalid, "slot \(slot) has no passphrase: add another slot, then remove this one")
        }
        var credentials = Credentials()
        if old.kind == .passphraseAndKeyFile {
            credentials.keyFile = try keyFile.map(KeySource.keyFile) ?? known.keyFile
            guard credentials.keyFile != nil else { throw Failure(.invalid, "slot \(slot) has a key file: give it with --key-file") }
        }
        credentials.passphrase = try NewPassphrase.read("slot \(slot)", mayBeWeak: weak, descriptor: passphraseFd)
        try vault.change(slot: slot, to: credentials, cost: cost.cost())
        options.inform("slot \(slot) has a new passphrase")
        options.warn(
            "copies of the vault's file from before still open with the old one; `warder slot rekey` makes them worthless for what comes")
        if options.json { try Console.write(JSON.answer([("slot", .number(UInt64(slot)))]).line) }
    }
}
