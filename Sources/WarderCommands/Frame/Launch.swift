internal import Glibc
internal import Keystore
internal import Profiles
internal import SodiumCrypto

/// Running a program that has the variables of a profile.
struct Launch {
    var profile = ProfilePlan.defaultName
    var filter = VariableFilter()
    var isPristine = false
    var asFile: [String] = []
    var allowReserved: [String] = []
    /// The program and its arguments, which are the last ones of this process.
    var command: [String]

    /// Becomes the program, or throws.
    func run(_ options: CommonOptions) throws {
        guard !command.isEmpty else { throw Failure(.invalid, "which program?", hints: ["warder run -- PROGRAM ARGUMENTS"]) }
        let variables = try ProfileReading(profile: profile, filter: filter).variables(options)
        try ReservedNames.check(variables, allowed: allowReserved)
        for name in asFile where !variables.contains(where: { $0.name == name }) {
            throw Failure(.notFound, "--as-file: the profile has no such variable")
        }
        var environment = ChildEnvironment(inheriting: !isPristine)
        for variable in variables {
            if environment.has(variable.name) { options.remark("\(variable.name): replaces the inherited variable") }
            if asFile.contains(variable.name) {
                environment.set(variable.name, to: Array(try MemoryFile.make(variable).utf8))
            } else {
                try ChildEnvironment.check(variable)
                environment.set(variable.name, to: variable.value.reveal())
            }
        }
        let code = environment.execute(lastArguments: command.count)
        let reason = unsafe String(cString: strerror(code))
        throw Failure(exitCode: code == ENOENT || code == ENOTDIR ? 127 : 126, "the program cannot be run: \(reason)")
    }
}

/// Reading a profile's variables.
struct ProfileReading {
    var profile: String
    var filter: VariableFilter

    /// The variables with their values.
    func variables(_ options: CommonOptions) throws -> [EnvironmentVariable] {
        let session = try Session(options, readingProject: true)
        let plan = try ProfilePlan(profile: profile, settings: session.settings)
        let variables = try ProfileValues.read(plan, from: session.unlock(), filter: filter)
        if variables.isEmpty { try missing(plan, options) }
        for variable in variables { options.remark("\(variable.name): set") }
        return variables
    }

    /// A profile without variables is a mistake, unless it is the default one or empty on purpose.
    func missing(_ plan: ProfilePlan, _ options: CommonOptions) throws {
        guard case .named = plan, filter.isEmpty else { return }
        guard profile == ProfilePlan.defaultName else {
            throw Failure(.notFound, "the profile has no variables", hints: ["neither warder.toml nor a secret PROFILE/NAME defines one"])
        }
        options.warn("the default profile has no variables (store one: warder set ANTHROPIC_API_KEY)")
    }
}
