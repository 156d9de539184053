internal import Exporter

/// What `apply` says, consumer by consumer, and its exit code.
struct ApplyReport {
    let options: CommonOptions
    let isDryRun: Bool
    private var rows: [JSON] = []
    private var findings = 0
    private var changed = 0
    /// The failure of the only consumer that there is: its own exit code tells more than 1.
    private var only: Failure?

    init(options: CommonOptions, isDryRun: Bool) {
        self.options = options
        self.isDryRun = isDryRun
    }

    /// What was done for one consumer.
    mutating func add(_ outcome: ConsumerOutcome) {
        let steps: [ConsumerOutcome.Step]
        do { steps = try outcome.steps.get() } catch { return failed(outcome.name, Failure(error)) }
        let found = steps.filter(\.isFinding)
        let state = found.isEmpty ? (steps.isEmpty ? "unchanged" : isDryRun ? "would_apply" : "applied") : "unconfirmed"
        if !steps.isEmpty { changed += 1 }
        findings += found.isEmpty ? 0 : 1
        row(
            outcome.name, state, steps: steps.filter { !$0.isFinding }.map { .string($0.text) }, findings: found.map { .string($0.text) })
        guard !options.json else { return }
        for step in steps {
            if step.isFinding {
                Console.say("warder: \(outcome.name): \(step.text)")
            } else {
                options.inform("\(outcome.name): \(step.text)")
            }
        }
        if steps.isEmpty { options.remark("\(outcome.name): unchanged") }
    }

    /// What one consumer holds.
    mutating func add(_ status: ConsumerStatus) {
        let drift: [Drift]
        do { drift = try status.drift.get() } catch { return failed(status.name, Failure(error)) }
        findings += drift.isEmpty ? 0 : 1
        let found = drift.map { JSON.object([("kind", .string($0.identifier)), ("detail", .string($0.description))]) }
        row(status.name, drift.isEmpty ? "current" : "drifted", drift: found, held: ConsumerText.held(status.held))
        guard !options.json else { return }
        for one in drift { Console.say("warder: \(status.name): \(one.description)") }
        if drift.isEmpty { options.remark("\(status.name): current") }
    }

    /// Consumers that the vault remembers and the settings do not have.
    mutating func forgotten(_ names: [String], _ wanted: [String]) throws {
        for name in names where wanted.isEmpty {
            findings += 1
            row(name, "unknown")
            if !options.json {
                Console.say("warder: \(name): holds a copy, but is no consumer any more\nhint: warder consumer remove \(name)")
            }
        }
    }

    /// A consumer that could not be served; its copy is as it was.
    mutating func failed(_ name: String, _ failure: Failure) {
        only = rows.isEmpty ? failure : nil
        findings += 1
        row(name, "failed", error: failure)
        guard !options.json else { return }
        Console.say("warder: \(name): \(failure.message)")
        for hint in failure.hints { Console.say("hint: \(hint)") }
    }

    /// One consumer of the answer for programs: always with the same keys.
    private mutating func row(
        _ name: String, _ state: String, steps: [JSON] = [], findings: [JSON] = [], drift: [JSON] = [], held: JSON = .null,
        error: Failure? = nil
    ) {
        rows.append(
            .object([
                ("name", .string(name)), ("state", .string(state)), ("steps", .array(steps)), ("findings", .array(findings)),
                ("drift", .array(drift)), ("held", held), ("error", .text(error?.message)),
                ("code", error.map { .number(UInt64($0.code)) } ?? .null),
            ]))
    }

    /// Prints the answer for programs, and fails if there was anything to report.
    func finish(isCheck: Bool) throws {
        if options.json {
            try Console.write(JSON.answer([("consumers", .array(rows))]).line)
        } else if findings == 0 {
            options.inform(
                isCheck
                    ? "\(counted(rows.count, "consumer")): all as it should be"
                    : "\(counted(rows.count, "consumer")), \(changed == 0 ? "nothing to do" : "\(changed) \(isDryRun ? "would change" : "changed")")"
            )
        }
        if findings > 0 { throw Failure(exitCode: rows.count == 1 ? only?.code ?? 1 : 1, "") }
    }
}
