package import ArgumentParser

/// What `serve` takes, in `warder` and in `warderd`.
package struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Also listen on this TCP port of 127.0.0.1, for clients that have a token; 0 for any.", valueName: "port"))
    package var port: UInt16?

    @Option(
        name: .customLong("extra-ca"),
        help: ArgumentHelp("A file of certificates (PEM) that are trusted beside the system's.", valueName: "file"), completion: .file())
    package var extraCA: String?

    @Option(
        name: .customLong("allow-private"),
        help: ArgumentHelp("A host of your own whose name may stand for a private address; may be given several times.", valueName: "host"))
    package var privateHosts: [String] = []

    @Option(
        name: .customLong("access-log"),
        help: ArgumentHelp("One line of JSON for each request, to: stderr, none, or a file.", valueName: "where"))
    package var accessLog = "stderr"

    package init() {}

    /// The words that give the same options to another program.
    var arguments: [String] {
        var words = ["--access-log", accessLog]
        if let port { words += ["--port", "\(port)"] }
        if let extraCA { words += ["--extra-ca", extraCA] }
        return words + privateHosts.flatMap { ["--allow-private", $0] }
    }
}
