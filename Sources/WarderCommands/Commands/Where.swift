internal import ArgumentParser
internal import Exporter
internal import Keystore

/// `warder where`
struct Where: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "where", abstract: "Say which consumers hold a secret, and in which generation.",
        discussion: "What they were given last counts, not what the files say: `warder apply --check` compares the two.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret.", completion: .secretNames)
    var name: String

    func run() throws {
        let session = try Session(options)
        let vault = try session.unlock()
        let name = try SecretName(argument: self.name)
        let current = try vault.list(matching: NamePattern(name.description)).first?.generation
        var rows: [(consumer: String, variable: String, generation: UInt64, copy: HeldCopy)] = []
        for (consumer, copy) in try session.applier(vault).held().sorted(by: { $0.key < $1.key }) {
            for variable in Set(copy.candidates.flatMap(\.variables)).sorted(by: { $0.name < $1.name }) {
                for found in variable.secrets where found.name == name.description {
                    rows.append((consumer, variable.name, found.generation, copy))
                }
            }
        }
        guard current != nil || !rows.isEmpty else { throw Failure(.notFound, "\(name): there is no such secret") }
        if options.json {
            let holders = rows.map { row in
                JSON.object([
                    ("consumer", .string(row.consumer)), ("variable", .string(row.variable)), ("generation", .number(row.generation)),
                    ("current", .bool(row.generation == current)), ("applied", .time(row.copy.given)),
                ])
            }
            try Console.write(
                JSON.answer([
                    ("secret", .string(name.description)), ("generation", current.map(JSON.number) ?? .null), ("holders", .array(holders)),
                ]).line)
            return
        }
        var table = Table(["CONSUMER", "VARIABLE", "GENERATION", "APPLIED"])
        for row in rows {
            let age = row.generation == current ? "\(row.generation)" : "\(row.generation) (now \(current.map(String.init) ?? "removed"))"
            table.add([row.consumer, row.variable, age, Timestamp.text(row.copy.given)])
        }
        if rows.isEmpty { options.inform("no consumer holds \(name)") } else { try Console.write(table.text(width: Console.width)) }
    }
}
