internal import ArgumentParser
internal import Keystore
internal import Settings
internal import SodiumCrypto

/// `warder slot rekey`
struct SlotRekey: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Draw all keys anew and seal everything again.",
        discussion: """
            Old copies of the vault's file then say nothing about what comes. The fingerprint changes: this host's anchor moves along, other
            hosts need `warder verify --accept`.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var remaining: RemainingSlots

    func run() throws {
        let session = try Session(options)
        let (vault, known) = try session.unlockDirectly(storage: session.storage(), anchor: session.anchor())
        let credentials = try remaining.credentials(known, for: vault.slots(), removing: nil)
        let readable = try vault.list(includingRemoved: true)
        let outcome = try vault.rekey(credentials: credentials, dropAbsent: remaining.dropAbsent)
        try RekeyReport.print(outcome, readable: readable, session)
    }
}
