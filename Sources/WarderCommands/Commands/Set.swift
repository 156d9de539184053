internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// `warder set`
struct SetSecret: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Store a value as a new generation of a secret.",
        discussion: """
            The value comes from a prompt without echo, from standard input when it is not a terminal, from a file, or from chance: never from
            an argument, which every process of the machine could read. What is piped in is stored exactly.

            A new generation keeps kind, note, labels and allowed hosts of the one before, unless they are given anew.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String?

    @Argument(help: .hidden)
    var misplaced: [String] = []

    @Option(help: ArgumentHelp("Read the value from this file.", valueName: "path"), completion: .file())
    var fromFile: String?

    @Option(help: ArgumentHelp("Store this many random URL-safe characters.", valueName: "n"))
    var generate: Int?

    @Flag(help: "Read many secrets from standard input, one JSON object on a line, and write all of them or none.")
    var batch = false

    @Option(help: ArgumentHelp("Write only if this is the newest generation; 0: only if there is none.", valueName: "n"))
    var ifGeneration: UInt64?

    @Flag(help: "Take one line feed off the end of the value.")
    var trim = false

    @Flag(help: "Say nothing of a line feed at the end of the value.")
    var keep = false

    @OptionGroup var metadata: MetadataOptions

    func run() throws {
        guard misplaced.isEmpty else {
            throw Failure(
                .invalid, "a value is never an argument: every process of the machine can read those, and the shell's history keeps them",
                hints: ["type it at the prompt: warder set NAME", "or pipe it in: some-command | warder set NAME"])
        }
        let sources = [fromFile != nil, generate != nil, batch].count { $0 }
        guard sources <= 1, !(trim && keep) else {
            throw Failure(.invalid, "only one of --from-file, --generate and --batch, and only one of --trim and --keep")
        }
        if batch {
            guard name == nil, ifGeneration == nil, !trim, !keep, metadata.isEmpty else {
                throw Failure(.invalid, "--batch takes everything from its lines")
            }
            return try SetBatch(options: options).run()
        }
        guard let name else { throw Failure(.invalid, "which secret?", hints: ["warder set NAME"]) }
        let secretName = try SecretName(argument: name)
        let update = try metadata.change(now: WallClock.now()).checked()
        let session = try Session(options)
        // Unlock first: nobody should type a value that cannot be stored.
        let vault = try session.unlock()
        let value = try ValueInput.read(
            secretName, file: fromFile, generate: generate, lineEnd: trim ? .trim : keep ? .keep : .warn, options: options)
        let write = SecretWrite(name: secretName, value: value, expected: ifGeneration, metadata: update)
        let generation = try vault.set([write], retention: session.retention).first ?? 0
        if options.json {
            try Console.write(JSON.answer([("name", .string(name)), ("generation", .number(generation))]).line)
        } else {
            options.inform("\(name): generation \(generation)")
        }
    }
}
