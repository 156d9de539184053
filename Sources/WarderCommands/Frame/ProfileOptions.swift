internal import ArgumentParser
internal import Profiles

/// Which profile, and which of its variables.
struct ProfileOptions: ParsableArguments {
    @Option(name: [.customShort("P"), .long], help: ArgumentHelp("The profile.", valueName: "name"))
    var profile: String = ProfilePlan.defaultName

    @Option(help: ArgumentHelp("Only variables that match; may be given several times.", valueName: "pattern"))
    var only: [String] = []

    @Option(help: ArgumentHelp("No variables that match; may be given several times.", valueName: "pattern"))
    var except: [String] = []

    var filter: VariableFilter { VariableFilter(only: only, except: except) }
}
