internal import ArgumentParser
internal import Keystore

/// `warder history`
struct History: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "history", abstract: "List the generations of a secret that are kept.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    func run() throws {
        let history = try Session(options).unlock().history(SecretName(name))
        if options.json {
            let generations = history.map { listing in
                JSON.object([
                    ("generation", .number(listing.generation)), ("created", .time(listing.created)), ("removed", .bool(listing.isRemoval)),
                    ("expires", .time(listing.metadata.expires)), ("note", .text(listing.metadata.note)),
                ])
            }
            try Console.write(JSON.answer([("name", .string(name)), ("generations", .array(generations))]).line)
            return
        }
        var table = Table(["GEN", "CREATED", "", "NOTE"])
        for listing in history {
            table.add([
                "\(listing.generation)", Timestamp.text(listing.created), listing.isRemoval ? "removed" : "", listing.metadata.note ?? "",
            ])
        }
        try Console.write(table.text(width: Console.width))
    }
}

/// `warder rollback`
struct Rollback: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Make an older value the newest.",
        discussion: "The generation before the newest, unless another is named. It becomes a new generation; nothing is lost.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    @Option(help: ArgumentHelp("Which generation.", valueName: "n"))
    var generation: UInt64?

    func run() throws {
        let session = try Session(options)
        let vault = try session.unlock()
        let secretName = try SecretName(name)
        let wanted: UInt64
        if let generation {
            wanted = generation
        } else {
            guard let before = try vault.history(secretName).dropFirst().first(where: { !$0.isRemoval }) else {
                throw Failure(.notFound, "\(secretName): there is no older generation")
            }
            wanted = before.generation
        }
        let new = try vault.rollback(secretName, to: wanted, retention: session.retention)
        if options.json {
            try Console.write(
                JSON.answer([("name", .string(name)), ("generation", .number(new)), ("value_of", .number(wanted))]).line)
        } else {
            options.inform("\(name): generation \(new) has the value of generation \(wanted)")
        }
    }
}

/// `warder purge`
struct Purge: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Erase a secret with all its history, or one older generation.",
        discussion: "Cannot be undone. Copies and backups of the vault still have it.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    @Option(help: ArgumentHelp("Only this generation.", valueName: "n"))
    var generation: UInt64?

    @Flag(help: "Do not ask.")
    var yes = false

    func run() throws {
        let secretName = try SecretName(name)
        let vault = try Session(options).unlock()
        let kept = try vault.history(secretName)
        let what = generation.map { "generation \($0) of \(secretName)" } ?? "\(secretName) and its \(kept.count) generations"
        guard yes || Prompt.confirm("Erase \(what) for good?") else {
            throw Failure(.invalid, "nothing was erased", hints: ["--yes erases without asking"])
        }
        try vault.purge(secretName, generation: generation)
        if options.json {
            try Console.write(JSON.answer([("name", .string(name)), ("purged", .bool(true))]).line)
        } else {
            options.inform("erased \(what)")
        }
    }
}
