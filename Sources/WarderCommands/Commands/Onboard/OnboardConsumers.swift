internal import Glibc
internal import Keystore
internal import Settings
internal import Wiring

/// The systems on this machine that can take their keys from Warder.
enum OnboardConsumers {
    /// Those that have been here, with their directories as a person writes them.
    static func found(_ session: Session) -> [(system: WiredSystem, directory: String)] {
        guard !session.options.system else { return [] }
        var environment: [String: String] = [:]
        for name in WiredSystem.placeVariables { environment[name] = Console.environment(name) }
        return WiredSystem.allCases.compactMap { system in
            guard let place = system.places(session.directories, environment: environment)?.directory else { return nil }
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

    /// Does what was asked for, after everything else is written.
    static func connect(_ systems: [WiredSystem], _ session: Session) throws {
        for system in systems { session.options.inform("wire it: warder wire \(system.rawValue)") }
    }
}
