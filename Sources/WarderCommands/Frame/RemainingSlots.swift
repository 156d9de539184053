internal import ArgumentParser
internal import Keystore
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
