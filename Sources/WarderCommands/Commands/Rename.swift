internal import ArgumentParser
internal import Keystore

/// `warder rename`
struct Rename: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a secret another name.",
        discussion: "The newest value goes along; the history stays under the old name.",
        aliases: ["mv"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The name it has.", completion: .secretNames)
    var name: String

    @Argument(help: "The name it gets.")
    var newName: String

    func run() throws {
        try Session(options).unlock().rename(SecretName(argument: name), to: SecretName(argument: newName))
        if options.json {
            try Console.write(JSON.answer([("name", .string(newName)), ("renamed_from", .string(name))]).line)
        } else {
            options.inform("\(name) is now \(newName)")
        }
    }
}
