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
            """.unwrapped, aliases: ["rm"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The consumer.")
    var name: String

    @Flag(help: "Take its copy away, too.")
    var withCopy = false

    func run() throws {
        let session = try Session(options)
        let settings = session.consumers.first { $0.name == name }
        let applier = session.applier(try session.unlock())
        // One that the settings have lost may still hold a copy.
        guard try settings != nil || applier.held()[name] != nil else { throw Session.noSuchConsumer(session.consumers) }
        // Settings that make no sense any more must not keep it from going.
        let consumer = settings.flatMap { try? session.consumer($0) }
        let left = try applier.forget(name, consumer, isRemovingFiles: withCopy)
        if let settings {
            try SettingsFile.update(settings.file) { text throws(SettingsError) in
                try SettingsEditor.remove(table: ["consumer", name], in: text, file: settings.file)
            }
        }
        if options.json {
            try Console.write(JSON.answer([("removed", .string(name)), ("copies_left", .array(left.map(JSON.string)))]).line)
        } else {
            options.inform("removed \(name)")
            if session.settings.profiles[name] != nil { options.inform("[profile.\(name)] stays in the settings") }
            for path in left { options.warn("\(path) may still hold its copy") }
        }
    }
}
