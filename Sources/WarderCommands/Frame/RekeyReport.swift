internal import Agent
internal import Keystore
internal import Settings

/// What became of the vault.
enum RekeyReport {
    static func print(_ outcome: RekeyOutcome, readable: [Listing], _ session: Session) throws {
        // The agent's keys are of no use any more.
        do { try AgentClient.find(at: session.agentSocket)?.lock(outcome.vault.keys.vaultID) } catch {
            session.options.warn("the agent could not be told: `warder lock`, so that nothing goes on with the old keys")
        }
        let fingerprint = outcome.vault.keys.fingerprint
        let names = outcome.dropped.isEmpty ? [] : readable.map(\.name.description)
        if session.options.json {
            let fields: [(String, JSON)] = [
                ("fingerprint", .string(fingerprint.description)),
                ("dropped", .array(outcome.dropped.map { .number(UInt64($0.number)) })),
                ("readable_before", .array(names.map(JSON.string))),
            ]
            try Console.write(JSON.answer(fields).line)
        } else {
            for slot in outcome.dropped { session.options.inform("slot \(slot.number) is gone: \(slot.kind.name) \(slot.label)") }
            session.options.inform("all keys are new, the fingerprint is \(fingerprint)")
            if !names.isEmpty {
                Console.say("whoever had that slot may know \(counted(names.count, "secret")); rotate:")
                for name in names { Console.say("  \(name)") }
            }
        }
        if session.settings.vault.fingerprint != nil {
            session.options.warn("the settings pin the old fingerprint: change [vault] fingerprint to \(fingerprint)")
        }
    }
}
