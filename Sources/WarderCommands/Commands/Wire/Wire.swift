internal import ArgumentParser
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// `warder wire`
struct Wire: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "wire", abstract: "Write references to keys into another program's configuration.",
        discussion: """
            The programs are \(WiredSystem.allCases.map(\.rawValue).joined(separator: ", ")). Their configuration gets the address of the
            model's provider, and where the key is: by the command that asks Warder for it, or by a variable. Never a value.

                warder wire fased --dry-run
                warder wire docker-agent --file agent.yaml \\
                    --model compat/openai/gpt-4o
                warder wire fased --remove

            Everything else in the file stays byte for byte. The file as it was before is kept in the vault, and --remove gives it back.
            ai-gateway-provider has no configuration: it gets a profile, and code on standard output (--snippet
            \(LibrarySnippets.names.joined(separator: ", "))).
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The program.", completion: .list(WiredSystem.allCases.map(\.rawValue)))
    var program: String

    @Option(help: ArgumentHelp("Its configuration, if that is not where it usually is.", valueName: "path"), completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("PROVIDER/MODEL, if not the default model of the settings.", valueName: "name"))
    var model: String?

    @Option(
        help: ArgumentHelp("How it gets its key: exec, by the command (the usual one), or env, by its environment.", valueName: "how"),
        completion: .list(["exec", "env"]))
    var keys: String?

    @Flag(help: "Give it a private copy of the executable to call, where it would not call this one.")
    var privateCopy = false

    @Option(help: ArgumentHelp("The pattern whose code is printed.", valueName: "name"), completion: .list(LibrarySnippets.names))
    var snippet: String?

    @Flag(help: "Write nothing, and show what would change.")
    var dryRun = false

    @Flag(help: "Take back what was written.")
    var remove = false

    @Flag(help: "With --remove: the whole file as it was before, whatever has been changed in it since.")
    var force = false

    func run() throws {
        guard let system = WiredSystem(rawValue: program) else {
            throw Failure(
                .invalid, "there is no such program to wire",
                hints: ["the programs are \(WiredSystem.allCases.map(\.rawValue).joined(separator: ", "))"])
        }
        guard keys.map({ ["exec", "env"].contains($0) }) ?? true else { throw Failure(.invalid, "--keys is exec or env") }
        guard !force || remove else { throw Failure(.invalid, "--force goes with --remove") }
        guard snippet == nil || system == .aiGatewayProvider else { throw Failure(.invalid, "--snippet is for ai-gateway-provider") }
        let session = try Session(options)
        let work = try WireWork(system: system, session: session, isDryRun: dryRun, vault: session.unlock())
        guard !remove || system != .aiGatewayProvider else {
            throw Failure(.invalid, "it has no configuration: its profile, [profile.ai-gateway-provider], is yours to remove")
        }
        if remove { return try work.remove(file: file, isForced: force) }
        if system == .aiGatewayProvider { return try work.snippets(model: model, name: snippet ?? LibrarySnippets.names[0]) }
        try work.wire(file: file, model: model, usesEnvironment: keys == "env", mayCopy: privateCopy)
    }
}
