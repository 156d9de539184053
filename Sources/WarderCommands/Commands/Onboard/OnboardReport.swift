internal import Keystore
internal import Resolver
internal import Settings
internal import Wiring

/// What `onboard` says at its end: names only.
struct OnboardReport {
    let plan: OnboardPlan
    let done: OnboardPlan.Done
    let session: Session
    let newKeyFile: String?

    func print() throws {
        let options = session.options
        for note in plan.notes { options.warn(note) }
        if options.json { return try Console.write(answer.line) }
        if let newKeyFile { options.inform("made \(session.vaultPath), which opens with the key file \(newKeyFile)") }
        for secret in done.secrets { options.inform("stored \(secret.name), generation \(secret.generation)") }
        if done.settingsChanged {
            options.inform("changed \(plan.settings.file):")
            for change in plan.settings.changes { options.inform("  \(change)") }
        }
        if done.secrets.isEmpty, !done.settingsChanged { options.inform("nothing has changed") }
        if !plan.variables.isEmpty {
            options.inform("`warder run -- PROGRAM` gives a program \(plan.variables.joined(separator: ", "))")
        }
        if let model = plan.settings.settings.defaults.model {
            options.inform("`warder resolve` says what a request for \(model) needs; `warder models list` shows the models")
        }
        options.inform("`warder doctor` looks for what is wrong")
    }

    private var answer: JSON {
        let secrets = done.secrets.map { JSON.object([("name", .string($0.name)), ("generation", .number($0.generation))]) }
        return JSON.answer([
            ("provider", .string(plan.chosen.name)), ("kind", .string(plan.chosen.provider.id)), ("vault", .string(session.vaultPath)),
            ("secrets", .array(secrets)), ("settings", .string(plan.settings.file)),
            ("changed", .array(plan.settings.changes.map { .string($0) })), ("variables", .array(plan.variables.map { .string($0) })),
            ("model", .text(plan.settings.settings.defaults.model)),
            ("systems", .array(OnboardConsumers.found(session).map { .string($0.system.rawValue) })),
        ])
    }
}
