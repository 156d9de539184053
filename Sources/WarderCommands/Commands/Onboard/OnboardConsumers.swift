internal import Agent
internal import Glibc
internal import Keystore
internal import Settings
internal import Wiring

/// The systems on this machine that can take their keys from Warder.
enum OnboardConsumers {
    /// Those that have been here, with their directories as a person writes them.
    static func found(_ session: Session) -> [(system: WiredSystem, directory: String)] {
        guard !session.options.system else { return [] }
        return WiredSystem.allCases.compactMap { system in
            guard let place = session.places(of: system)?.directory else { return nil }
            var info = stat()
            guard unsafe stat(place, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return nil }
            let home = session.directories.home + "/"
            return (system, place.hasPrefix(home) ? "~/" + place.dropFirst(home.count) : place)
        }
    }

    /// Asks for each of them whether it shall be wired.
    static func offer(_ session: Session) throws -> [WiredSystem] {
        try found(session).filter { system, directory in
            try OnboardQuestions.confirm("\(system.title) is here (\(directory)). Wire it?", default: false)
        }.map(\.system)
    }

    /// Wires them, after everything else is written. One that cannot be wired does not stop the others: the keys are stored in any case.
    ///
    /// - Throws: 1 if one is not wired.
    static func wire(_ systems: [WiredSystem], _ options: CommonOptions, vault: Vault<VaultKeys>) throws {
        var options = options
        options.json = false
        var isComplete = true
        for system in systems {
            guard system != .dockerAgent else {
                suggest([system], options)
                continue
            }
            do {
                let work = WireWork(system: system, session: try Session(options), isDryRun: false, vault: vault)
                try work.wire(file: nil, model: nil, usesEnvironment: false, mayCopy: true)
            } catch {
                isComplete = false
                let failure = Failure(error)
                options.warn("\(system.title) is not wired: \(failure.message)")
                for hint in failure.hints { options.inform("hint: \(hint)") }
            }
        }
        guard isComplete else { throw Failure.finding }
    }

    /// Says how they are wired.
    static func suggest(_ systems: [WiredSystem], _ options: CommonOptions) {
        for system in systems {
            options.inform("wire it: warder wire \(system.rawValue)\(system == .dockerAgent ? " --file AGENT.yaml" : "")")
        }
    }
}
