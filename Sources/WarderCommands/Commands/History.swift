internal import ArgumentParser
internal import Keystore

/// `warder history`
struct History: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "history", abstract: "List the generations of a secret that are kept.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    func run() throws {
        let history = try Session(options).unlock().history(SecretName(argument: name))
        if options.json {
            let generations = history.map { JSON.object($0.fields + [("removed", .bool($0.isRemoval))]) }
            try Console.write(JSON.answer([("name", .string(name)), ("generations", .array(generations))]).line)
            return
        }
        var table = Table(["GEN", "CREATED", "STATE", "NOTE"])
        for listing in history {
            table.add([
                "\(listing.generation)", Timestamp.text(listing.created), listing.isRemoval ? "removed" : "value",
                listing.metadata.note ?? "",
            ])
        }
        try Console.write(table.text(width: Console.width))
    }
}
