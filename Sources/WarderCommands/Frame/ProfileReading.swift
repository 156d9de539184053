internal import Keystore
internal import Profiles

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
        guard !filter.hasOnly else { throw Failure(.notFound, "profile \(profile): no variable matches --only") }
        guard case .named = plan, filter.isEmpty else { return }
        guard profile == ProfilePlan.defaultName else {
            throw Failure(
                .notFound, "profile \(profile): has no variables", hints: ["neither warder.toml nor a secret \(profile)/NAME defines one"])
        }
        options.warn("the default profile has no variables (store one: warder set ANTHROPIC_API_KEY)")
    }
}
