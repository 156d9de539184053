import Foundation
import SodiumCrypto
import Testing

@testable import Keystore

/// A directory that goes with the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/warder-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The two drivers that every test of the conformance suite runs over.
enum Driver: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }
}

/// A vault with one key-file slot (no Argon2id), and what is needed to open it again.
struct Fixture {
    let directory: TemporaryDirectory
    let storage: any RecordStorage
    let credentials: Credentials
    let anchor: Anchor
    let vault: Vault<LocalKeys>

    var path: String { directory.path + "/vault.db" }

    init(_ driver: Driver = .sqlite) throws {
        directory = try TemporaryDirectory()
        credentials = Credentials(keyFile: try SecretValue(copying: randomBytes(32)))
        let path = directory.path + "/vault.db"
        let anchor = try Anchor(vaultPath: path, directory: directory.path + "/anchor")
        self.anchor = anchor
        let slots = [NewSlot(kind: .keyFile, label: "test", credentials: credentials)]
        switch driver {
        case .memory:
            storage = MemoryStorage()
            vault = try Vault.create(in: storage, slots: slots, anchor: anchor)
        case .sqlite:
            _ = try SQLiteStorage.create(at: path) { storage throws(KeystoreError) in
                try Vault.create(in: storage, slots: slots, anchor: anchor)
            }
            storage = try SQLiteStorage(path: path)
            vault = try Vault.unlock(storage, credentials: credentials, anchor: anchor).vault
        }
    }

    func reopened() throws -> Vault<LocalKeys> {
        let storage: any RecordStorage = self.storage is MemoryStorage ? self.storage : try SQLiteStorage(path: path)
        return try Vault.unlock(storage, credentials: credentials, anchor: anchor).vault
    }
}

func name(_ text: String) throws -> SecretName { try SecretName(text) }

func secret(_ text: String) throws -> SecretValue { try SecretValue(copying: Array(text.utf8)) }

extension Vault {
    func text(_ secretName: String, generation: UInt64? = nil) throws -> String {
        String(decoding: try get(SecretName(secretName), generation: generation).value.reveal(), as: UTF8.self)
    }

    func put(_ secretName: String, _ value: String, now: UInt64 = WallClock.now(), expected: UInt64? = nil) throws {
        try set([SecretWrite(name: SecretName(secretName), value: secret(value), expected: expected)], now: now)
    }
}

/// The code with which `body` fails, or nil.
func code(_ body: () throws -> Void) -> KeystoreError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? KeystoreError)?.code
    }
}
