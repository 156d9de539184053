internal import ArgumentParser
internal import Exporter
internal import Keystore
internal import Profiles

/// `warder export`
struct ExportEnvironment: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the variables of a profile as an environment file.",
        discussion: """
            Formats: \(Formats.all.map { $0.name }.joined(separator: ", ")).

            A value that a format cannot hold, so that its consumer would read it back byte for byte, is refused with a format that can. A
            file is written 0600, whole or not at all, and not where git would see it.

                eval "$(warder export --format sh)"

            The format \(Export.socketFormat) is the drop-in of a unit that loads the variables from warderd; it holds no value. A
            consumer puts it in place.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var profile: ProfileOptions

    @Option(help: ArgumentHelp("The format.", valueName: "name"), completion: .list(Formats.all.map { $0.name } + [Export.socketFormat]))
    var format: String = Dotenv.name

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file, not to standard output.", valueName: "path"), completion: .file())
    var output: String?

    @Flag(help: "Keep the other lines of a file that is there: its comments, and variables that are not exported.")
    var merge = false

    @Flag(help: "Replace a file that is there, whatever it holds.")
    var replace = false

    @Flag(help: "Write even through symbolic links, over files of others, where others can write, or where git would see it.")
    var force = false

    @Option(help: ArgumentHelp("Export this variable although its name is reserved; may be given several times.", valueName: "name"))
    var allowReserved: [String] = []

    func run() throws {
        guard format != Export.socketFormat else { return try writeDropIn() }
        let chosen = try Formats.named(format)
        guard output != nil || !options.json else {
            throw Failure(.invalid, "--json tells of a file that was written: add -o", hints: ["for the values as JSON: --format json"])
        }
        guard !(merge && replace) else { throw Failure(.invalid, "--merge and --replace exclude each other") }
        guard output != nil || !(merge || replace || force) else { throw Failure(.invalid, "there is no file: add -o") }
        let variables = try ProfileReading(profile: profile.profile, filter: profile.filter).variables(options)
        try ReservedNames.check(variables, allowed: allowReserved)
        guard let output else {
            try Console.write(Export.render(variables, as: chosen))
            return
        }
        try Export.write(variables, as: chosen, to: output, existing: merge ? .merge : replace ? .replace : .ours, force: force)
        if options.json {
            try Console.write(
                JSON.answer([
                    ("file", .string(output)), ("format", .string(chosen.name)), ("variables", .array(variables.map { .string($0.name) })),
                ]).line)
        } else {
            options.inform("\(output): \(counted(variables.count, "variable")) as \(chosen.name)")
        }
    }

    /// The drop-in of a unit that loads the variables from the daemon.
    private func writeDropIn() throws {
        guard output == nil, !options.json, !merge, !replace, !force else {
            throw Failure(
                .invalid, "the format \(format) goes to standard output alone",
                hints: ["warder consumer add NAME --format \(format) --unit UNIT"])
        }
        let variables = try ProfileReading(profile: profile.profile, filter: profile.filter).variables(options)
        try ReservedNames.check(variables, allowed: allowReserved)
        try Console.write(Export.socketDropIn(variables, options.system ? .system : .user))
    }
}
