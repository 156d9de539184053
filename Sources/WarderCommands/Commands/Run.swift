internal import ArgumentParser
internal import Keystore
internal import Profiles

/// `warder run`
struct Run: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a program that has the secrets of a profile in its environment.",
        discussion: """
            The program takes the place of this process: process number, signals, terminal, exit code and streams are its own. It is not started
            if a variable that the profile requires has no value.

            Your shell expands what you write: to use a variable in the command itself, write warder run -- sh -c 'curl -H "…$KEY"'.
            """.unwrapped,
        aliases: ["exec", "x"])

    @OptionGroup var global: GlobalOptions
    @OptionGroup var profile: ProfileOptions

    @Flag(help: "Give the program nothing but the profile's variables.")
    var pristine = false

    @Option(
        help: ArgumentHelp(
            "Give this variable the path of a file in memory that holds the value; may be given several times.", valueName: "name"))
    var asFile: [String] = []

    @Option(help: ArgumentHelp("Set this variable although its name is reserved; may be given several times.", valueName: "name"))
    var allowReserved: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Let it make its requests through the proxy: it gets addresses and a token of its own, and no provider's key. No profile, unless one is named."
        ))
    var viaProxy = false

    @Option(
        name: .customLong("route"),
        help: ArgumentHelp("With --via-proxy: the only routes that it may use, the first for all libraries.", valueName: "name"))
    var routes: [String] = []

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The program and its arguments.", valueName: "command"))
    var command: [String] = []

    func run() throws {
        var words = command
        if words.first == "--" {
            words.removeFirst()
        } else if words.first == "-h" || words.first == "--help" {
            throw CleanExit.helpRequest(self)
        } else if words.first?.hasPrefix("-") == true {
            throw Failure(.invalid, "unknown option", hints: ["options of the program follow its name: warder run -- PROGRAM ARGUMENTS"])
        }
        var launch = Launch(profile: profile.profile, filter: profile.filter, command: words)
        guard routes.isEmpty || viaProxy else { throw Failure(.invalid, "--route belongs to --via-proxy") }
        launch.usesProxy = viaProxy
        launch.namesProfile = profile.named != nil
        launch.routes = routes
        launch.isPristine = pristine
        launch.asFile = asFile
        launch.allowReserved = allowReserved
        try launch.run(options)
    }
}
