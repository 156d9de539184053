/// What the global options say.
package struct CommonOptions: Sendable {
    package var vault: String?
    package var system = false
    package var settings: String?
    package var json = false
    package var quiet = false
    package var verbose = false

    /// Prints a warning on standard error, unless there shall be none.
    package func warn(_ line: String) {
        if !quiet { Console.say("warder: \(line)") }
    }

    /// Prints what was done on standard error, unless nothing shall be said.
    package func inform(_ line: String) {
        if !quiet { Console.say(line) }
    }

    /// Prints a remark on standard error, if more is wanted.
    package func remark(_ line: String) {
        if verbose { Console.say("warder: \(line)") }
    }
}
