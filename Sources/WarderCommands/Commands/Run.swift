internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import Profiles
internal import SodiumCrypto

/// `warder run`
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a program that has the secrets of a profile in its environment.",
        discussion: """
            The program takes the place of this process: process number, signals, terminal, exit code and streams are its own. It is not started
            if a variable that the profile requires has no value.

            Your shell expands what you write: to use a variable in the command itself, write warder run -- sh -c 'curl -H "…$KEY"'.
            """,
        aliases: ["exec", "x"])

    @OptionGroup var options: GlobalOptions
    @OptionGroup var profile: ProfileOptions

    @Flag(help: "Give the program nothing but the profile's variables.")
    var pristine = false

    @Option(
        help: ArgumentHelp("Give this variable the path of a file in memory that holds the value; may be given several times.", valueName: "name"))
    var asFile: [String] = []

    @Option(help: ArgumentHelp("Set this variable although its name is reserved; may be given several times.", valueName: "name"))
    var allowReserved: [String] = []

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The program and its arguments.", valueName: "command"))
    var command: [String] = []

    func run() throws {
        var command = self.command
        if command.first == "--" { command.removeFirst() }
        guard let program = command.first else { throw Failure(.invalid, "which program?", hints: ["warder run -- PROGRAM ARGUMENTS"]) }
        let variables = try profile.variables(options)
        try ReservedNames.check(variables, allowed: allowReserved)
        var environment = ChildEnvironment(inheriting: !pristine)
        for name in asFile where !variables.contains(where: { $0.name == name }) {
            throw Failure(.notFound, "--as-file: the profile has no such variable")
        }
        for variable in variables {
            if environment.has(variable.name) { options.remark("\(variable.name): replaces the inherited variable") }
            if asFile.contains(variable.name) {
                environment.set(variable.name, to: Array(try MemoryFile.make(variable).utf8))
            } else {
                try ChildEnvironment.check(variable)
                environment.set(variable.name, to: variable.value.reveal())
            }
        }
        let code = environment.execute(program, command)
        let reason = unsafe String(cString: strerror(code))
        throw Failure(exitCode: code == ENOENT || code == ENOTDIR ? 127 : 126, "the program cannot be run: \(reason)")
    }
}

/// Which profile, and which of its variables.
struct ProfileOptions: ParsableArguments {
    @Option(name: [.customShort("P"), .long], help: ArgumentHelp("The profile.", valueName: "name"))
    var profile: String = ProfilePlan.defaultName

    @Option(help: ArgumentHelp("Only variables that match; may be given several times.", valueName: "pattern"))
    var only: [String] = []

    @Option(help: ArgumentHelp("No variables that match; may be given several times.", valueName: "pattern"))
    var except: [String] = []

    var filter: VariableFilter { VariableFilter(only: only, except: except) }

    /// The profile's variables with their values.
    func variables(_ options: GlobalOptions) throws -> [EnvironmentVariable] {
        let session = try Session(options, readingProject: true)
        let plan = try ProfilePlan(profile: profile, settings: session.settings)
        let variables = try ProfileValues.read(plan, from: session.unlock(), filter: filter)
        if variables.isEmpty { try missing(plan, options) }
        for variable in variables { options.remark("\(variable.name): set") }
        return variables
    }

    /// A profile without variables is a mistake, unless it is the default one or empty on purpose.
    func missing(_ plan: ProfilePlan, _ options: GlobalOptions) throws {
        guard case .named = plan, only.isEmpty, except.isEmpty else { return }
        guard profile == ProfilePlan.defaultName else {
            throw Failure(.notFound, "the profile has no variables", hints: ["neither warder.toml nor a secret PROFILE/NAME defines one"])
        }
        options.warn("the default profile has no variables (store one: warder set ANTHROPIC_API_KEY)")
    }
}
