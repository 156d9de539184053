import Exporter
import Keystore
import Profiles
import Settings
import SodiumCrypto
import Testing

/// What the daemon is told to give to units.
@Suite struct ServedUnitTests {
    private let vault: Vault<LocalKeys>

    init() throws {
        let credentials = Credentials(keyFile: try SecretValue(copying: [UInt8](repeating: 7, count: 32)))
        vault = try Vault.create(
            in: MemoryStorage(), slots: [NewSlot(kind: .keyFile, label: "test", credentials: credentials)], anchor: nil)
    }

    private func store(_ name: String, _ text: String) throws {
        _ = try vault.set([
            SecretWrite(name: try SecretName(name), value: try SecretValue(copying: Array(text.utf8))) { $0?.inherited ?? Metadata() }
        ])
    }

    private func served(_ text: String, _ scope: ConsumerSettings.Scope) throws -> [ServedUnit] {
        let settings = try WarderSettings.parse(text, file: "warder.toml")
        let directories = try UserDirectories(environment: ["HOME": "/nowhere"], userID: 1)
        let consumers = try settings.consumers.values.sorted { $0.name < $1.name }.map {
            try Exporter.Consumer($0, directories: directories)
        }
        return Applier(vault, settings, ConsumerPlaces(directories: directories, environment: [:])).served(consumers, scope)
    }

    @Test func `a unit gets its profile's variables under its own names, with their generations`() throws {
        try store("a/key", "old")
        try store("a/key", "new")
        try store("EMPTY", "")
        let text = """
            [profile.default]
            KEY = "secret:a/key"
            LEVEL = "info"
            EMPTY = "secret:EMPTY"
            [consumer.one]
            format = "systemd-credential-socket"
            unit = "one@.service"
            scope = "system"
            only = ["KEY", "LEVEL"]
            names = { API_KEY = "KEY" }
            [consumer.two]
            format = "systemd-credential-socket"
            unit = "two.service"
            [consumer.three]
            format = "systemd-credential"
            unit = "three.service"
            scope = "system"
            """
        let system = try served(text, .system)
        #expect(system.map(\.consumer) == ["one"] && system.first?.unit.description == "one@.service")
        let variables = try #require(try system.first?.variables.get())
        #expect(variables.map(\.name) == ["API_KEY", "LEVEL"])
        #expect(variables.map(\.sources) == [[SecretGeneration(name: "a/key", generation: 2)], []])
        let isNew = variables.map { $0.value.reveal() } == [Array("new".utf8), Array("info".utf8)]
        #expect(isNew)
        // One value that a unit could not tell from none, and it gets nothing.
        let user = try served(text, .user)
        #expect(user.map(\.consumer) == ["two"])
        do {
            _ = try user.first?.variables.get()
            Issue.record("there was no error")
        } catch {
            #expect((error as? ExportError)?.exitCode == 26)
        }
    }

    @Test func `one consumer's missing secret does not keep another from its own`() throws {
        try store("A", "1")
        let units = try served(
            """
            [profile.bad]
            X = "secret:nowhere"
            [profile.good]
            A = "secret:A"
            [consumer.bad]
            format = "systemd-credential-socket"
            unit = "bad.service"
            profile = "bad"
            [consumer.good]
            format = "systemd-credential-socket"
            unit = "good.service"
            profile = "good"
            """, .user)
        let works = units.map { (try? $0.variables.get()) != nil }
        #expect(works == [false, true])
    }
}
