internal import ArgumentParser
internal import Exporter
internal import Keystore
internal import Settings

/// `warder apply`
struct Apply: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Give consumers their copies of variables.",
        discussion: """
            Each copy is written whole or not at all, only if it is not right already, and one consumer that fails does not stop the others.
            Then the unit is restarted or reloaded as its on_change says, and it is checked that it has the new values. Exit code 1 if one
            failed, or did not take them; with --check, if one differs from what it should hold. A single consumer that fails ends with the
            code of its failure.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The consumers; all if none is named.")
    var names: [String] = []

    @Flag(help: "Write nothing, and say which copies are missing, old or changed.")
    var check = false

    @Flag(help: "Write nothing, and show what would be written and run, without values.")
    var dryRun = false

    @Flag(help: "Write also over what is in a file that is not from here: another value, another document.")
    var replace = false

    @Flag(help: "Write even through symbolic links, over files of others, where others can write, or where git would see it.")
    var force = false

    func run() throws {
        guard !check || !(dryRun || force || replace) else { throw Failure(.invalid, "--check writes nothing: it goes with no other flag") }
        let session = try Session(options)
        let (consumers, broken) = session.usable(try session.consumers(named: names))
        let applier = session.applier(try session.unlock(), isForced: force, isReplacing: replace)
        var report = ApplyReport(options: options, isDryRun: dryRun)
        for (name, failure) in broken { report.failed(name, failure) }
        if check {
            for status in try applier.check(consumers) { report.add(status) }
            let known = Set(session.consumers.map(\.name))
            try report.forgotten(applier.held().keys.filter { !known.contains($0) }.sorted(), names)
        } else {
            try applier.apply(consumers, isDryRun: dryRun) { report.add($0) }
        }
        try report.finish(isCheck: check)
    }
}
