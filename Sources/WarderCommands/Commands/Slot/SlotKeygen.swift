internal import ArgumentParser

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
