/// What the global options say.
struct CommonOptions: Sendable {
    var vault: String?
    var system = false
    var settings: String?
    var json = false
    var quiet = false
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
