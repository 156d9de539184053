internal import ArgumentParser
internal import Keystore

/// `warder remove`
struct Remove: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove secrets.",
        discussion: "Their history stays, for `rollback`, until `purge` erases it.",
        aliases: ["rm"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The names.", completion: .secretNames)
    var names: [String]

    func run() throws {
        var secretNames: [SecretName] = []
        for name in names { secretNames.append(try SecretName(argument: name)) }
        try Session(options).unlock().remove(secretNames)
        if options.json {
            try Console.write(JSON.answer([("removed", .array(names.map(JSON.string)))]).line)
        } else {
            options.inform("removed \(names.joined(separator: ", "))")
        }
    }
}
