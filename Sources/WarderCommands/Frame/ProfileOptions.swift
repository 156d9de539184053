internal import ArgumentParser
internal import Profiles

/// Which profile, and which of its variables.
struct ProfileOptions: ParsableArguments {
    @Option(name: [.customShort("P"), .customLong("profile")], help: ArgumentHelp("The profile.", valueName: "name"))
    var named: String?

    /// The profile: the default one if none is named.
    var profile: String { named ?? ProfilePlan.defaultName }

    @Option(help: ArgumentHelp("Only variables that match; may be given several times.", valueName: "pattern"))
    var only: [String] = []

    @Option(help: ArgumentHelp("No variables that match; may be given several times.", valueName: "pattern"))
    var except: [String] = []

    var filter: VariableFilter { VariableFilter(only: only, except: except) }
}
