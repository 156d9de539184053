package import Agent
package import Exporter
package import Keystore
package import Settings

extension Session {
    /// The consumers of this vault, by name: those of the file that this session writes to. The system's consumers belong to the
    /// system's vault.
    package var consumers: [ConsumerSettings] {
        settings.consumers.values.filter { $0.file == writableSettingsPath }.sorted { $0.name < $1.name }
    }

    /// The consumers with these names, or all.
    ///
    /// - Throws: 22 for a name that no consumer has.
    func consumers(named names: [String]) throws -> [ConsumerSettings] {
        let all = consumers
        guard !names.isEmpty else { return all }
        guard names.allSatisfy({ name in all.contains { $0.name == name } }) else { throw Self.noSuchConsumer(all) }
        return all.filter { names.contains($0.name) }
    }

    /// The name is not repeated: it may be a value in the wrong place.
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
    package func applier(_ vault: Vault<VaultKeys>, isForced: Bool = false, isReplacing: Bool = false) -> Applier<VaultKeys> {
        Applier(vault, settings, places, isForced: isForced, isReplacing: isReplacing)
    }

    /// Consumers with their paths on this machine, and those whose settings make no sense here, or want a file that another one has.
    package func usable(_ all: [ConsumerSettings]) -> (consumers: [Consumer], broken: [(name: String, failure: Failure)]) {
        var consumers: [Consumer] = []
        var broken: [(name: String, failure: Failure)] = []
        let byPath = Dictionary(grouping: self.consumers) { $0.path.map(directories.expand) ?? "" }
        for settings in all {
            do {
                let consumer = try consumer(settings)
                if case .file(let path, let format) = consumer.copy,
                    let other = byPath[path]?.first(where: { $0.name < settings.name && !Self.leavesRoom($0, format) })
                {
                    throw Failure(
                        exitCode: Failure.settingsInvalid,
                        "\(settings.file): line \(settings.line): [consumer.\(settings.name)] has the same file as [consumer.\(other.name)]",
                        hints: ["two can share a file only in one format of lines, such as dotenv"])
                }
                consumers.append(consumer)
            } catch {
                broken.append((settings.name, Failure(error)))
            }
        }
        return (consumers, broken)
    }

    /// Whether another consumer of a file leaves room in it for one of this format.
    private static func leavesRoom(_ other: ConsumerSettings, _ format: any EnvironmentFormat.Type) -> Bool {
        format.keepsOtherLines && other.format == format.name
    }

    /// A consumer with its paths on this machine.
    func consumer(_ settings: ConsumerSettings) throws -> Consumer { try Consumer(settings, directories: directories) }
}
