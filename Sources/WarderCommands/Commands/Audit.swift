internal import ArgumentParser
internal import Keystore

/// `warder audit`
struct AuditGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "See who changed what, when.",
        discussion: "Every write has its entry in the same transaction; reads are not logged. Entries hold names and never values.",
        subcommands: [AuditList.self, AuditVerify.self])
}

/// `warder audit list`
struct AuditList: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the entries, oldest first.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let entries = try Session(options).unlock().auditTrail()
        if options.json {
            let rows = entries.map { entry in
                JSON.object([
                    ("number", .number(entry.number)), ("time", .time(entry.time)), ("operation", .string(entry.operation.name)),
                    ("subject", entry.subject.isEmpty ? .null : .string(entry.subject)),
                    ("generation", entry.generation == 0 ? .null : .number(entry.generation)), ("uid", .number(UInt64(entry.user))),
                    ("pid", .number(UInt64(entry.process))),
                ])
            }
            try Console.write(JSON.answer([("entries", .array(rows))]).line)
            return
        }
        var table = Table(["NR", "TIME", "UID", "PID", "OPERATION", "SUBJECT"])
        for entry in entries {
            let generation = entry.generation == 0 ? "" : " (\(entry.generation))"
            table.add([
                "\(entry.number)", Timestamp.text(entry.time), "\(entry.user)", "\(entry.process)", entry.operation.name,
                entry.subject + generation,
            ])
        }
        try Console.write(table.text(width: Console.width))
    }
}

/// `warder audit verify`
struct AuditVerify: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no entry was changed, added or taken away.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let count = try Session(options).unlock().auditTrail().count
        try Console.write(
            options.json ? JSON.answer([("entries", .number(UInt64(count)))]).line : "all in order: \(counted(count, "audit entry"))\n")
    }
}

extension AuditEntry.Operation {
    /// What it is called.
    var name: String {
        switch self {
        case .create: "create"
        case .set: "set"
        case .remove: "remove"
        case .rename: "rename"
        case .rollback: "rollback"
        case .purge: "purge"
        case .slotAdd: "slot-add"
        case .slotChange: "slot-change"
        case .slotRemove: "slot-remove"
        case .rekey: "rekey"
        case .restore: "restore"
        case .accept: "accept"
        case .apply: "apply"
        case .forget: "forget"
        case .wire: "wire"
        case .unwire: "unwire"
        case .tokenAdd: "token-add"
        case .tokenRevoke: "token-revoke"
        case .use: "use"
        case .deliver: "deliver"
        case .pause: "pause"
        case .resume: "resume"
        }
    }
}
