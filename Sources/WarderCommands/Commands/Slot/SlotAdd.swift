internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// `warder slot add`
struct SlotAdd: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a way in.",
        discussion: "A passphrase unless --key-file or --recipient is given; --key-file with --passphrase needs both together.")

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("A file of exactly 32 bytes, such as `warder slot keygen` makes.", valueName: "path"), completion: .file())
    var keyFile: String?

    @Flag(help: "With --key-file: need a passphrase, too.")
    var passphrase = false

    @Option(help: ArgumentHelp("Read the new passphrase from this file descriptor.", valueName: "n"))
    var passphraseFd: Int32?

    @Option(help: ArgumentHelp("A public key, as `warder slot keygen` prints it.", valueName: "recipient"))
    var recipient: String?

    @Option(help: ArgumentHelp("What to call it: up to 32 bytes.", valueName: "text"))
    var label = ""

    @Flag(help: "Take a passphrase of fewer than 12 characters.")
    var weak = false

    @OptionGroup var cost: KeyDerivationOptions

    func run() throws {
        guard recipient == nil || (keyFile == nil && !passphrase && passphraseFd == nil) else {
            throw Failure(.invalid, "a recipient's slot has neither a key file nor a passphrase")
        }
        let session = try Session(options)
        let vault = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor()).vault
        var slot = NewSlot(kind: .passphrase, label: label, cost: try cost.cost())
        if let recipient {
            slot.kind = .recipient
            slot.recipient = try RecipientText.decode(recipient)
        } else if let keyFile {
            slot.kind = passphrase || passphraseFd != nil ? .passphraseAndKeyFile : .keyFile
            slot.credentials.keyFile = try NewVault.keyFile(keyFile).key
        }
        if slot.kind == .passphrase || slot.kind == .passphraseAndKeyFile {
            slot.credentials.passphrase = try NewPassphrase.read("the new slot", mayBeWeak: weak, descriptor: passphraseFd)
        }
        let number = try vault.add(slot)
        if options.json {
            try Console.write(JSON.answer([("slot", .number(UInt64(number))), ("kind", .string(slot.kind.name))]).line)
        } else {
            options.inform("slot \(number): \(slot.kind.name)")
        }
    }
}
