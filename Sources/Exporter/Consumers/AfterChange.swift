internal import ChildProcesses
internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// What happens when a consumer's copy has changed, and the proof that the consumer took it.
struct AfterChange {
    private let consumer: Consumer
    private let systemd: Systemd

    init(_ consumer: Consumer, _ systemd: Systemd) {
        self.consumer = consumer
        self.systemd = systemd
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - variables: what the consumer should have now.
    ///   - isNew: whether its files have just been written. Else this is another try, and the unit may have them by now.
    /// - Returns: what was done, and as findings what was not seen to succeed.
    func act(_ variables: [EnvironmentVariable], isNew: Bool) throws -> [ConsumerOutcome.Step] {
        var steps: [ConsumerOutcome.Step] = []
        if case .unit(let unit, let kind) = consumer.copy {
            if !isNew, try !unit.isTemplate && systemd.proof(of: unit, kind, variables) == .holds {
                return [.done("\(unit) has the new values")]
            }
            try systemd.reloadUnits()
            steps.append(.done("the service manager read its units again"))
        }
        if case .unit(let unit, .socket) = consumer.copy, let step = unserved(unit, variables) { return steps + [step] }
        if case .run(let words) = consumer.settings.onChange { return steps + [run(words)] }
        guard let unit = consumer.unit else { return steps }
        return try steps + tell(unit, variables)
    }

    /// What it would do.
    func describe(_ plan: CopyPlan) -> [ConsumerOutcome.Step] {
        let manager = "systemctl\(consumer.settings.scope == .user ? " --user" : "")"
        var steps: [ConsumerOutcome.Step] = []
        if plan.touchesUnits { steps.append(.done("would run \(manager) daemon-reload")) }
        switch (consumer.settings.onChange, consumer.unit) {
        case (.run(let words), _): steps.append(.done("would run \(words.joined(separator: " "))"))
        case (.restart, let unit?): steps.append(.done("would run \(manager) try-restart \(unit)"))
        case (.reload, let unit?): steps.append(.done("would run \(manager) reload \(unit), or restart it where that gives it nothing new"))
        default: break
        }
        return steps
    }

    /// How long the daemon may take to see that the vault has changed, in seconds.
    private static let patience = 5.0

    /// Why a unit would not get the new values from the daemon, if it would not. One that runs is left running with those that it has.
    private func unserved(_ unit: UnitName, _ variables: [EnvironmentVariable]) -> ConsumerOutcome.Step? {
        let socket = systemd.credentialSocket
        // What a template gives, it gives to an instance that nobody starts.
        let asked = unit.isTemplate ? unit.description.replacing("@.", with: "@warder-trial.") : unit.description
        let end = ContinuousClock.now + .seconds(Self.patience)
        while true {
            do throws(CredentialSocket.Silence) {
                var others: [String] = []
                for variable in variables {
                    let given = try socket.value(of: variable.name, for: asked)
                    if !(given.map { SecretBytes.isEqual($0.bytes, variable.value.bytes) } ?? false) { others.append(variable.name) }
                }
                if others.isEmpty { return nil }
                if ContinuousClock.now > end {
                    return .failed("the daemon does not give \(unit) \(others.joined(separator: ", ")) as the vault has it: is it locked?")
                }
            } catch {
                switch error {
                case .absent: return .failed("no daemon listens on \(socket.path): \(unit) cannot start without one")
                case .closed: return .failed("the daemon cannot be asked on \(socket.path)")
                }
            }
            usleep(100_000)
        }
    }

    private func run(_ words: [String]) -> ConsumerOutcome.Step {
        guard let program = words.first else { return .failed("there is no program to run") }
        do throws(ChildProcessError) {
            let status = try ChildProcess(program, Array(words.dropFirst()), timeLimit: 60).run().status
            return status == 0 ? .done("ran \(program)") : .failed("\(program) ended with \(status)")
        } catch {
            return .failed(error.description)
        }
    }

    /// Restarts or reloads the unit, if it runs, and looks at what it has then.
    private func tell(_ unit: UnitName, _ variables: [EnvironmentVariable]) throws -> [ConsumerOutcome.Step] {
        if unit.isTemplate { return [.done("instances of \(unit) take the new values when they start")] }
        let state = try systemd.state(of: unit)
        if state.isMasked { return [.failed("\(unit) is masked and cannot start")] }
        if state.isBroken { return [.failed("\(unit) has a unit file that systemd does not take")] }
        if state.hasFailed { return [.failed("\(unit) had failed before (\(state.result)): start it to have it take the new values")] }
        guard state.isActive else { return [.done("\(unit) is not running: it takes the new values when it starts")] }
        var steps: [ConsumerOutcome.Step] = []
        switch consumer.settings.onChange {
        case .nothing, .run: return [stale(unit)]
        case .restart: steps.append(try perform(.restart, unit))
        case .reload:
            if try isReloadEnough() {
                steps.append(try perform(.reload, unit))
            } else {
                steps += [.done("a reload gives \(unit) nothing new here: restarting it"), try perform(.restart, unit)]
            }
        }
        if let failed = steps.last, failed.isFinding { return steps }
        if let step = try check(unit, variables) { steps.append(step) }
        return steps
    }

    /// A unit that nobody restarts runs on with what it has. What it made of a file cannot be seen.
    private func stale(_ unit: UnitName) -> ConsumerOutcome.Step {
        if case .file = consumer.copy { return .done("\(unit) was not told") }
        return .failed("\(unit) runs on with the earlier values until it is restarted")
    }

    /// Whether a reload can bring new values: to a program that reads its file again, or where systemd refreshes credentials. The environment
    /// of a process does not change.
    private func isReloadEnough() throws -> Bool {
        switch consumer.copy {
        case .file: true
        case .unit(_, .dropIn): false
        case .unit(_, .credential), .unit(_, .socket): try systemd.abilities().refreshesCredentials
        }
    }

    private func perform(_ verb: Systemd.Verb, _ unit: UnitName) throws -> ConsumerOutcome.Step {
        guard try systemd.perform(verb, unit) else {
            let state = try systemd.state(of: unit)
            return .failed("\(unit) did not \(verb == .restart ? "start again" : "reload"): \(state.failure)")
        }
        return .done(verb == .restart ? "restarted \(unit)" : "reloaded \(unit)")
    }

    /// What the running unit has. A file's reader cannot be looked into: that it runs is all that can be seen.
    private func check(_ unit: UnitName, _ variables: [EnvironmentVariable]) throws -> ConsumerOutcome.Step? {
        guard case .unit(_, let kind) = consumer.copy else {
            return try systemd.state(of: unit).isActive ? nil : .failed("\(unit) does not run any more")
        }
        switch try systemd.proof(of: unit, kind, variables) {
        case .holds: return .done("\(unit) has the new values")
        case .differs(let names): return .failed("\(unit) runs without the new \(names.joined(separator: ", "))")
        case .notRunning(let state): return ended(unit, state)
        case .unknown(let reason): return .finding("\(unit): \(reason)")
        }
    }

    /// A unit that is done with its work has taken what it was given; one that failed has not.
    private func ended(_ unit: UnitName, _ state: UnitState) -> ConsumerOutcome.Step {
        if state.hasFailed || state.isWaitingForRestart { return .failed("\(unit) failed after its restart: \(state.failure)") }
        return .done(state.isActive ? "\(unit) has no main process to look into" : "\(unit) has ended")
    }
}
