internal import ArgumentParser
internal import Keystore
internal import Settings
internal import SodiumCrypto

/// The secrets of the slots that stay, for a new root key to be wrapped with them.
struct RemainingSlots: ParsableArguments {
    @Option(
        name: .customLong("key-file"),
        help: ArgumentHelp("The key file of a slot that stays; may be given several times.", valueName: "path"),
        completion: .file())
    var keyFiles: [String] = []

    @Option(
        name: .customLong("passphrase-fd"),
        help: ArgumentHelp(
            "Read the passphrase of a slot that stays from this file descriptor; may be given several times.", valueName: "n"))
    var passphraseDescriptors: [Int32] = []

    @Flag(help: "Drop the slots whose secret is not given.")
    var dropAbsent = false

    /// All that is at hand: what unlocked the vault, what the options name, and passphrases asked for at the terminal.
    func credentials(_ known: Credentials, for slots: [Slot], removing removed: UInt32?) throws -> [Credentials] {
        var files: [SecretValue?] = [nil, known.keyFile]
        for path in keyFiles { files.append(try KeySource.keyFile(path)) }
        var passphrases: [SecretValue?] = [nil, known.passphrase]
        for descriptor in passphraseDescriptors {
            passphrases.append(try KeySource.passphrase(descriptor: descriptor, "--passphrase-fd"))
        }
        let withPassphrase = slots.filter { slot in
            slot.number != removed && (slot.kind == .passphrase || slot.kind == .passphraseAndKeyFile)
        }
        // One that is known already fits one slot; the others are asked for.
        if !dropAbsent, Prompt.terminal() != nil, withPassphrase.count > passphrases.compactMap({ $0 }).count {
            for slot in withPassphrase.dropFirst(passphrases.compactMap { $0 }.count) {
                passphrases.append(try Prompt.hidden("Passphrase of another slot, such as slot \(slot.number) (\(slot.label))"))
            }
        }
        return files.flatMap { file in passphrases.map { Credentials(passphrase: $0, keyFile: file) } }
    }
}

/// `warder slot rekey`
struct SlotRekey: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Draw all keys anew and seal everything again.",
        discussion: """
            Old copies of the vault's file then say nothing about what comes. The fingerprint changes: this host's anchor moves along, other
            hosts need `warder verify --accept`.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var remaining: RemainingSlots

    func run() throws {
        let session = try Session(options)
        let (vault, known) = try session.unlock(storage: session.storage(), anchor: session.anchor())
        let credentials = try remaining.credentials(known, for: vault.slots(), removing: nil)
        let outcome = try vault.rekey(credentials: credentials, dropAbsent: remaining.dropAbsent)
        try SlotReport.print(outcome, removedFrom: nil, session)
    }
}

/// `warder slot remove`
struct SlotRemove: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a way in, and draw all keys anew.",
        discussion: "Names the secrets that could be read through it: they are known to whoever had it, and should be rotated.",
        aliases: ["rm"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The slot's number.")
    var slot: UInt32

    @OptionGroup var remaining: RemainingSlots

    func run() throws {
        let session = try Session(options)
        let (vault, known) = try session.unlock(storage: session.storage(), anchor: session.anchor())
        let credentials = try remaining.credentials(known, for: vault.slots(), removing: slot)
        let readable = try vault.list(includingRemoved: true)
        let outcome = try vault.rekey(removing: slot, credentials: credentials, dropAbsent: remaining.dropAbsent)
        try SlotReport.print(outcome, removedFrom: readable, session)
    }
}

/// What became of the vault.
enum SlotReport {
    static func print(_ outcome: RekeyOutcome, removedFrom readable: [Listing]?, _ session: Session) throws {
        let fingerprint = outcome.vault.keys.fingerprint
        let names = readable?.map(\.name.description) ?? []
        if session.options.json {
            var fields: [(String, JSON)] = [
                ("fingerprint", .string(fingerprint.description)),
                ("dropped", .array(outcome.dropped.map { .number(UInt64($0.number)) })),
            ]
            if readable != nil { fields.append(("readable_before", .array(names.map(JSON.string)))) }
            try Console.write(JSON.answer(fields).line)
        } else {
            for slot in outcome.dropped { session.options.inform("slot \(slot.number) is gone: \(slot.kind.name) \(slot.label)") }
            session.options.inform("all keys are new, the fingerprint is \(fingerprint)")
            if !names.isEmpty {
                Console.say("whoever had that slot may know \(names.count) secrets; rotate them:")
                for name in names { Console.say("  \(name)") }
            }
        }
        if session.settings.vault.fingerprint != nil {
            session.options.warn("the settings pin the old fingerprint: change [vault] fingerprint to \(fingerprint)")
        }
    }
}
