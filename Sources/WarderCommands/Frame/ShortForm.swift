/// The plainest forms of the two commands that scripts call again and again: `get NAME` and `run [-P PROFILE] -- PROGRAM …`.
///
/// The argument parser looks its types up at run time, which takes longer than opening the vault. What these forms mean is exactly what
/// the parser would make of them; anything with another option goes to it.
enum ShortForm {
    /// Runs such a form; gives false if the arguments are not one.
    static func run(_ arguments: [String]) throws -> Bool {
        if arguments.count == 2, arguments[0] == "get", !arguments[1].hasPrefix("-") {
            try Get.print(arguments[1], CommonOptions())
            return true
        }
        guard ["run", "exec", "x"].contains(arguments.first) else { return false }
        var launch = Launch(command: [])
        var rest = arguments.dropFirst()
        if rest.count >= 2, rest.first == "-P", let profile = rest.dropFirst().first, !profile.hasPrefix("-") {
            launch.profile = profile
            rest = rest.dropFirst(2)
        }
        guard rest.first == "--", rest.count >= 2 else { return false }
        launch.command = Array(rest.dropFirst())
        try launch.run(CommonOptions())
        return true
    }
}
