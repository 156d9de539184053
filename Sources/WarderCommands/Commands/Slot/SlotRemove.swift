internal import ArgumentParser
internal import Keystore

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
        let (vault, known) = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor())
        let credentials = try remaining.credentials(known, for: vault.slots(), removing: slot)
        let readable = try vault.list(includingRemoved: true)
        let outcome = try vault.rekey(removing: slot, credentials: credentials, dropAbsent: remaining.dropAbsent)
        try RekeyReport.print(outcome, readable: readable, session)
    }
}
