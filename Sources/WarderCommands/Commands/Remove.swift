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
        for name in names { secretNames.append(try SecretName(name)) }
        try Session(options).unlock().remove(secretNames)
        if options.json {
            try Console.write(JSON.answer([("removed", .array(names.map(JSON.string)))]).line)
        } else {
            options.inform("removed \(names.joined(separator: ", "))")
        }
    }
}

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
        try Session(options).unlock().rename(SecretName(name), to: SecretName(newName))
        if options.json {
            try Console.write(JSON.answer([("name", .string(newName)), ("renamed_from", .string(name))]).line)
        } else {
            options.inform("\(name) is now \(newName)")
        }
    }
}
