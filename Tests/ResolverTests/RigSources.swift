import Keystore
import Resolver
import Settings
import SodiumCrypto
import Synchronization
import Testing

/// A vault in memory that counts how often it is asked, and has the stamp that the test gives it.
final class TestVault: SecretSource {
    private struct State {
        var stamp: VaultStamp?
        var asked = 0
    }

    private let vault: Vault<LocalKeys>
    private let state = Mutex(State())

    init() throws {
        let credentials = Credentials(keyFile: try SecretValue(copying: randomBytes(32)))
        vault = try Vault.create(
            in: MemoryStorage(), slots: [NewSlot(kind: .keyFile, label: "test", credentials: credentials)], anchor: nil)
    }

    /// Adds a generation.
    func store(_ name: String, _ value: String, allowedHosts: [String] = []) throws {
        try store(name, Array(value.utf8), allowedHosts: allowedHosts)
    }

    func store(_ name: String, _ value: [UInt8], allowedHosts: [String] = []) throws {
        let write = SecretWrite(name: try SecretName(name), value: try SecretValue(copying: value)) { before in
            var metadata = before?.inherited ?? Metadata()
            metadata.allowedHosts = allowedHosts
            return metadata
        }
        _ = try vault.set([write])
    }

    /// How often it was asked for secrets.
    var asked: Int { state.withLock { $0.asked } }

    func setStamp(_ stamp: VaultStamp?) { state.withLock { $0.stamp = stamp } }

    func secrets(_ names: [SecretName]) throws -> [Secret?] {
        state.withLock { $0.asked += 1 }
        return try vault.get(names)
    }

    func stamp() -> VaultStamp? { state.withLock { $0.stamp } }
}

/// Stamps of files that nobody changes, and of one that was just written.
enum Stamps {
    static func settled(_ path: String = "/usr") throws -> VaultStamp {
        let stamp = try #require(VaultStamp(path: path))
        try #require(stamp.isSettled)
        return stamp
    }

    static func unsettled(in directory: TemporaryDirectory) throws -> VaultStamp {
        for number in 0..<1000 {
            let path = try directory.write("", to: "stamp-\(number)")
            if let stamp = VaultStamp(path: path), !stamp.isSettled { return stamp }
        }
        throw Missing()
    }

    struct Missing: Error {}
}

/// Variables out of a dictionary.
final class TestVariables: VariableSource {
    let name: String
    private let values: Mutex<[String: String]>

    init(_ name: String, _ values: [String: String]) {
        self.name = name
        self.values = Mutex(values)
    }

    func set(_ variable: String, _ value: String?) { values.withLock { $0[variable] = value } }

    func value(of variable: String) throws -> SecretValue? {
        try values.withLock { $0[variable] }.map { try SecretValue(copying: Array($0.utf8)) }
    }
}

/// A clock that stands still.
final class TestClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }

    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
}
