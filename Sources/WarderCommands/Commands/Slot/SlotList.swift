internal import ArgumentParser
internal import Keystore
internal import SodiumCrypto

/// `warder slot list`
struct SlotList: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the slots.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let slots = try Session(options).unlock().slots()
        if options.json {
            let rows = slots.map { slot in
                JSON.object([
                    ("slot", .number(UInt64(slot.number))), ("kind", .string(slot.kind.name)), ("label", .string(slot.label)),
                    ("created", .time(slot.created)), ("recipient", .text(slot.recipient.map(RecipientText.encode))),
                    ("kdf_passes", slot.kind.hasPassphrase ? .number(UInt64(slot.cost.passes)) : .null),
                    ("kdf_memory_mib", slot.kind.hasPassphrase ? .number(slot.cost.memory >> 20) : .null),
                ])
            }
            try Console.write(JSON.answer([("slots", .array(rows))]).line)
            return
        }
        var table = Table(["SLOT", "KIND", "CREATED", "LABEL", "DETAIL"])
        for slot in slots {
            let detail =
                slot.recipient.map(RecipientText.encode)
                ?? (slot.kind.hasPassphrase ? "\(slot.cost.memory >> 20) MiB × \(slot.cost.passes)" : "")
            table.add(["\(slot.number)", slot.kind.name, Timestamp.text(slot.created), slot.label, detail])
        }
        try Console.write(table.text(width: Console.width))
    }
}
