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
    /// Whether the program makes its requests through the proxy, and has no key.
    var usesProxy = false
    /// Whether somebody said which profile: with the proxy there is none otherwise.
    var namesProfile = false
    /// The only routes of the proxy that it may use.
    var routes: [String] = []
    /// The program and its arguments, which are the last ones of this process.
    var command: [String]

    /// Becomes the program, or throws.
    func run(_ options: CommonOptions) throws {
        guard !command.isEmpty else { throw Failure(.invalid, "which program?", hints: ["warder run -- PROGRAM ARGUMENTS"]) }
        let variables = usesProxy && !namesProfile ? [] : try ProfileReading(profile: profile, filter: filter).variables(options)
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
        if usesProxy {
            let proxy = try ProxyVariables(Session(options), routes: routes)
            for name in proxy.removed { environment.remove(name) }
            for (name, value) in proxy.set { environment.set(name, to: value.reveal()) }
        }
        let code = environment.execute(lastArguments: command.count)
        let reason = unsafe String(cString: strerror(code))
        throw Failure(exitCode: code == ENOENT || code == ENOTDIR ? 127 : 126, "the program cannot be run: \(reason)")
    }
}
