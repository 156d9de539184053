internal import ArgumentParser
internal import Keystore

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
        let secretName = try SecretName(argument: name)
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
