import Foundation
import Glibc
import Keystore
import SodiumCrypto
import Testing

@testable import Resolver

/// A vault's file that changes under a process that lives long.
@Suite struct AttackVaultTests {
    private let directory: TemporaryDirectory
    private let credentials: Credentials
    private let path: String
    private let vault: UserVault
    private let name: SecretName

    init() throws {
        directory = try TemporaryDirectory()
        path = "\(directory.path)/vault.db"
        name = try SecretName("mine/api-key")
        let key = [UInt8](repeating: 7, count: 32)
        let keyFile = try directory.write(String(decoding: key, as: UTF8.self), to: "key")
        credentials = Credentials(keyFile: try SecretValue(copying: key))
        let slots = [NewSlot(kind: .keyFile, label: "test", credentials: credentials)]
        _ = try SQLiteStorage.create(at: path) { storage throws(KeystoreError) in
            try Vault.create(in: storage, slots: slots, anchor: nil)
        }
        vault = try UserVault(environment: ["HOME": directory.path, "WARDER_VAULT": path, "WARDER_KEY_FILE": keyFile])
    }

    /// Another process, with an anchor elsewhere.
    private func store(_ value: String) throws {
        let other = try Vault.unlock(SQLiteStorage(path: path), credentials: credentials, anchor: nil).vault
        _ = try other.set([SecretWrite(name: name, value: SecretValue(copying: Array(value.utf8))) { $0?.inherited ?? Metadata() }])
    }

    private func holds(_ value: String) throws -> Bool { try vault.secrets([name])[0]?.value.holds(value) ?? false }

    @Test func `gives what was stored last, also in a file that took the place of the first`() throws {
        try store("first")
        #expect(try holds("first"))
        try store("second")
        #expect(try holds("second"))
        try FileManager.default.copyItem(atPath: path, toPath: "\(path).new")
        try #require(unsafe rename("\(path).new", path) == 0)
        try store("third")
        #expect(try holds("third"))
    }

    @Test func `gives nothing when the file is gone`() throws {
        try store("first")
        #expect(try holds("first"))
        try FileManager.default.removeItem(atPath: path)
        let error = try #require(throws: KeystoreError.self) { try vault.secrets([name]) }
        #expect(error.code == .notFound)
    }
}
