internal import ArgumentParser
internal import Exporter
internal import Settings

/// `warder consumer show`
struct ConsumerShow: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say what a consumer is, what it holds, and whether that is still right.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The consumer.")
    var name: String

    func run() throws {
        let session = try Session(options)
        let settings = try session.consumers(named: [name])[0]
        let consumer = try session.consumer(settings)
        guard let status = try session.applier(session.unlock()).check([consumer]).first else { return }
        let drift = try status.drift.get()
        if options.json {
            let rows = drift.map { JSON.object([("kind", .string($0.identifier)), ("detail", .string($0.description))]) }
            let fields = ConsumerText.fields(settings) + [("held", ConsumerText.held(status.held)), ("drift", .array(rows))]
            try Console.write(JSON.answer(fields).line)
            return
        }
        var lines = [
            "consumer   \(name) (\(settings.file), line \(settings.line))", "format     \(settings.format)",
            "where      \(ConsumerText.place(settings))\(consumer.isServedFromMemory ? ", from warderd when it starts" : "")",
            "profile    \(settings.profile)", "on change  \(ConsumerText.change(settings))",
        ]
        for variable in status.held?.variables ?? [] {
            let secrets = variable.secrets.map { "\($0.name) generation \($0.generation)" }.joined(separator: ", ")
            lines.append("holds      \(variable.name)\(secrets.isEmpty ? "" : ": \(secrets)")")
        }
        if let given = status.held?.given { lines.append("applied    \(Timestamp.text(given))") }
        lines += drift.map { "drift      \($0.description)" }
        try Console.write(lines.joined(separator: "\n") + "\n")
    }
}
