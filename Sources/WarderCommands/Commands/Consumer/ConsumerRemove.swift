internal import ArgumentParser
internal import Exporter
internal import Settings

/// `warder consumer remove`
struct ConsumerRemove: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a consumer from the settings.",
        discussion: """
            Its copy stays, and it is said where. With --with-copy it goes, too: our variables out of a file that has others, and otherwise
            the files that Warder wrote. A running daemon keeps what it has read.
            """, aliases: ["rm"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The consumer.")
    var name: String

    @Flag(help: "Take its copy away, too.")
    var withCopy = false

    func run() throws {
        let session = try Session(options)
        let settings = try session.consumers(named: [name])[0]
        // Settings that make no sense any more must not keep it from going.
        let consumer = withCopy ? try session.consumer(settings) : nil
        let left = try session.applier(session.unlock()).forget(name, consumer, isRemovingFiles: withCopy)
        try SettingsFile.update(settings.file) { text throws(SettingsError) in
            try SettingsEditor.remove(table: ["consumer", name], in: text, file: settings.file)
        }
        if options.json {
            try Console.write(JSON.answer([("removed", .string(name)), ("copies_left", .array(left.map(JSON.string)))]).line)
        } else {
            options.inform("removed \(name)")
            for path in left { options.warn("\(path) still holds its copy") }
        }
    }
}
