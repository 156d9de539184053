internal import ArgumentParser
internal import Exporter
internal import Settings

/// `warder consumer list`
struct ConsumerList: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the consumers, from the settings alone.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let consumers = try Session(options).consumers
        if options.json {
            try Console.write(JSON.answer([("consumers", .array(consumers.map { .object(ConsumerText.fields($0)) }))]).line)
            return
        }
        var table = Table(["CONSUMER", "FORMAT", "PROFILE", "ON CHANGE", "WHERE"])
        for consumer in consumers {
            table.add([consumer.name, consumer.format, consumer.profile, ConsumerText.change(consumer), ConsumerText.place(consumer)])
        }
        if !consumers.isEmpty { try Console.write(table.text(width: Console.width)) }
    }
}
