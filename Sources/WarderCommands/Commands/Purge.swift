internal import ArgumentParser
internal import Keystore

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
        let secretName = try SecretName(argument: name)
        let vault = try Session(options).unlock()
        let kept = try vault.history(secretName)
        let what = generation.map { "generation \($0) of \(secretName)" } ?? "\(secretName) with \(counted(kept.count, "generation"))"
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
