internal import Exporter
internal import Keystore
internal import Settings

extension Session {
    /// The consumers of this vault, by name: those of the file that this session writes to. The system's consumers belong to the
    /// system's vault.
    var consumers: [ConsumerSettings] {
        settings.consumers.values.filter { $0.file == writableSettingsPath }.sorted { $0.name < $1.name }
    }

    /// The consumers with these names, or all.
    ///
    /// - Throws: 22 for a name that no consumer has.
    func consumers(named names: [String]) throws -> [ConsumerSettings] {
        let all = consumers
        guard !names.isEmpty else { return all }
        return try names.map { name in
            guard let consumer = all.first(where: { $0.name == name }) else { throw Self.noSuchConsumer(all) }
            return consumer
        }
    }

    static func noSuchConsumer(_ all: [ConsumerSettings]) -> Failure {
        Failure(
            .notFound, "there is no such consumer",
            hints: [all.isEmpty ? "`warder consumer add` makes one" : "the consumers are \(all.map(\.name).joined(separator: ", "))"])
    }

    /// Where consumers' own files are.
    var places: ConsumerPlaces {
        var environment: [String: String] = [:]
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"] {
            environment[name] = Console.environment(name)
        }
        return ConsumerPlaces(directories: directories, environment: environment)
    }

    /// What gives consumers their copies.
    func applier(_ vault: Vault<LocalKeys>, isForced: Bool = false) -> Applier<LocalKeys> {
        Applier(vault, settings, places, isForced: isForced)
    }

    /// What is wrong with a consumer, as a failure that its settings are to blame for.
    func consumer(_ settings: ConsumerSettings) throws -> Consumer { try Consumer(settings, directories: directories) }
}
