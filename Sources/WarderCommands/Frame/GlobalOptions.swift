internal import ArgumentParser

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The vault's file.", valueName: "path"), completion: .file())
    var vault: String?

    @Flag(help: "Use the system's vault and settings.")
    var system = false

    @Option(help: ArgumentHelp("Read this file instead of all other settings.", valueName: "file"), completion: .file())
    var settings: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print no warnings.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more about what is done.")
    var verbose = false

    /// Prints a warning on standard error, unless there shall be none.
    func warn(_ line: String) {
        if !quiet { Console.say("warder: \(line)") }
    }

    /// Prints what was done on standard error, unless nothing shall be said.
    func inform(_ line: String) {
        if !quiet { Console.say(line) }
    }

    /// Prints a remark on standard error, if more is wanted.
    func remark(_ line: String) {
        if verbose { Console.say("warder: \(line)") }
    }
}
