internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// `warder slot`
struct SlotGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slot",
        abstract: "Manage the ways into the vault.",
        discussion: """
            A slot is a passphrase, a key file, both together, or a recipient: the public half of a key pair. Whoever has removed a way in should
            rotate what could be read through it; `remove` says what that is.
            """,
        subcommands: [SlotList.self, SlotAdd.self, SlotRemove.self, SlotChange.self, SlotRekey.self, SlotKeygen.self])
}

/// `warder slot list`
struct SlotList: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the slots.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let slots = try Session(options).unlock().slots()
        if options.json {
            let rows = slots.map { slot in
                JSON.object([
                    ("slot", .number(UInt64(slot.number))), ("kind", .string(slot.kind.name)), ("label", .string(slot.label)),
                    ("created", .time(slot.created)), ("recipient", .text(slot.recipient.map(RecipientText.encode))),
                    ("kdf_passes", slot.kind.hasPassphrase ? .number(UInt64(slot.cost.passes)) : .null),
                    ("kdf_memory_mib", slot.kind.hasPassphrase ? .number(slot.cost.memory >> 20) : .null),
                ])
            }
            try Console.write(JSON.answer([("slots", .array(rows))]).line)
            return
        }
        var table = Table(["SLOT", "KIND", "CREATED", "LABEL", ""])
        for slot in slots {
            let detail =
                slot.recipient.map(RecipientText.encode)
                ?? (slot.kind.hasPassphrase ? "\(slot.cost.memory >> 20) MiB × \(slot.cost.passes)" : "")
            table.add(["\(slot.number)", slot.kind.name, Timestamp.text(slot.created), slot.label, detail])
        }
        try Console.write(table.text(width: Console.width))
    }
}

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
        let vault = try Session(options).unlock()
        var slot = NewSlot(kind: .passphrase, label: label, cost: try cost.cost())
        if let recipient {
            slot.kind = .recipient
            slot.recipient = try RecipientText.decode(recipient)
        } else if let keyFile {
            slot.kind = passphrase || passphraseFd != nil ? .passphraseAndKeyFile : .keyFile
            slot.credentials.keyFile = try KeySource.keyFile(keyFile)
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
        let (vault, known) = try session.unlock(storage: session.storage(), anchor: session.anchor())
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

/// `warder slot keygen`
struct SlotKeygen: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Make a key pair: the secret half in a file, the recipient printed.",
        discussion: "Who has the file opens the vault with WARDER_KEY_FILE=PATH, once its recipient has a slot.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Where to write the secret half.", completion: .file())
    var path: String

    func run() throws {
        let recipient = try RecipientText.makeKeyPair(at: path)
        try Console.write(
            options.json ? JSON.answer([("recipient", .string(recipient)), ("key_file", .string(path))]).line : recipient + "\n")
    }
}
