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
            """.unwrapped,
        subcommands: [SlotList.self, SlotAdd.self, SlotRemove.self, SlotChange.self, SlotRekey.self, SlotKeygen.self])
}
