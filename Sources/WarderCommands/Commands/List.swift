internal import ArgumentParser
internal import Keystore

/// `warder list`
struct List: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List secrets, without their values.",
        discussion: "In a pattern, * stands for any characters and ? for one: warder list 'prod/*'.",
        aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Only names that match.", completion: .secretNames)
    var pattern: String?

    func run() throws {
        let listings = try Session(options).unlock().list(matching: pattern.map(NamePattern.init))
        if options.json {
            try Console.write(JSON.answer([("secrets", .array(listings.map(\.json)))]).line)
            return
        }
        if listings.isEmpty {
            options.inform("no secrets")
            return
        }
        let now = WallClock.now()
        var table = Table(["NAME", "GEN", "AGE", "EXPIRES", "NOTE"])
        for listing in listings {
            table.add([
                listing.name.description, "\(listing.generation)", Timestamp.distance(listing.created, now: now),
                listing.metadata.expires.map { $0 <= now ? "expired" : Timestamp.distance($0, now: now) } ?? "-",
                listing.metadata.note ?? "",
            ])
        }
        try Console.write(table.text(width: Console.width))
    }
}
