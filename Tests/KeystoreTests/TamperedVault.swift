import Foundation
import GRDB
import SodiumCrypto
import Testing

@testable import Keystore

/// A vault with some history, as files in memory: every tamper case gets its own copy of them.
struct VaultTemplate: Sendable {
    static let shared = Result { try VaultTemplate() }
    static let names = ["A", "B", "C", "D", "long/value"]

    /// Opens slot 1, a key file.
    let credentials: Credentials
    /// Opens slot 2, a passphrase.
    let passphrase: Credentials
    /// The vault, and what this host has seen of it.
    let file: [UInt8]
    let anchor: [UInt8]
    /// The vault one write before.
    let earlier: [UInt8]
    /// The vault after another last write than `file` saw.
    let fork: [UInt8]
    /// Another vault that the same key file opens.
    let foreign: [UInt8]
    let foreignAnchor: [UInt8]
    let identifiers: [String: Data]
    /// What each generation holds, nil for a removal.
    let truth: [String: [UInt64: String?]]

    private init() throws {
        var fixture = try Fixture()
        // Cases claim that secrets of other buckets are untouched, so no two share one.
        while Set(try fixture.vault.keys.recordIDs(of: Self.names.map { try name($0) }).map(\.bucket)).count < Self.names.count {
            fixture = try Fixture()
        }
        let vault = fixture.vault
        let words = Credentials(passphrase: try secret("correct horse battery staple"))
        _ = try vault.add(NewSlot(kind: .passphrase, label: "words", credentials: words, cost: KeyDerivationBounds.floor))
        let long = String(repeating: "long ", count: 1000)
        for (secretName, value) in [("A", "one"), ("B", "bee"), ("A", "two"), ("C", "gone"), ("D", "dee"), ("long/value", long)] {
            try vault.put(secretName, value)
        }
        try vault.remove([name("C")])
        earlier = try read(fixture.path)
        try vault.put("A", "three")
        file = try read(fixture.path)
        anchor = try read(fixture.anchor.path)

        let directory = try TemporaryDirectory()
        try write(earlier, directory.path + "/fork.db")
        let forked = try SQLiteStorage(path: directory.path + "/fork.db")
        try Vault.unlock(forked, credentials: fixture.credentials, anchor: nil).vault.put("A", "forked")
        fork = try read(directory.path + "/fork.db")

        let otherPath = directory.path + "/other.db"
        let otherAnchor = try Anchor(vaultPath: otherPath, directory: directory.path + "/anchor")
        let slots = [NewSlot(kind: .keyFile, label: "test", credentials: fixture.credentials)]
        _ = try SQLiteStorage.create(at: otherPath) { storage throws(KeystoreError) in
            try Vault.create(in: storage, slots: slots, anchor: otherAnchor)
        }
        let other = try Vault.unlock(SQLiteStorage(path: otherPath), credentials: fixture.credentials, anchor: otherAnchor).vault
        for secretName in ["A", "A", "A", "B"] { try other.put(secretName, "foreign") }
        foreign = try read(otherPath)
        foreignAnchor = try read(otherAnchor.path)

        credentials = fixture.credentials
        passphrase = words
        let ids = try vault.keys.recordIDs(of: Self.names.map { try name($0) })
        identifiers = Dictionary(uniqueKeysWithValues: zip(Self.names, ids.map { Data($0.bytes) }))
        truth = [
            "A": [1: "one", 2: "two", 3: "three"], "B": [1: "bee"], "C": [1: "gone", 2: nil], "D": [1: "dee"], "long/value": [1: long],
        ]
    }
}

func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
}

/// One copy of the template, and the ways to change it behind Warder's back.
struct TamperedVault {
    let template: VaultTemplate
    let directory: TemporaryDirectory
    let anchor: Anchor

    var path: String { directory.path + "/vault.db" }

    init() throws {
        template = try VaultTemplate.shared.get()
        directory = try TemporaryDirectory()
        let path = directory.path + "/vault.db"
        anchor = try Anchor(vaultPath: path, directory: directory.path + "/anchor")
        try write(template.file, path)
        try FileManager.default.createDirectory(
            atPath: directory.path + "/anchor", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try write(template.anchor, anchor.path)
    }

    func unlocked(_ credentials: Credentials? = nil) throws -> Vault<LocalKeys> {
        try Vault.unlock(SQLiteStorage(path: path), credentials: credentials ?? template.credentials, anchor: anchor).vault
    }

    /// Replaces the whole file.
    func replace(_ bytes: [UInt8]) throws { try write(bytes, path) }

    /// Changes bytes of the file.
    func raw(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(path)
        change(&bytes)
        try write(bytes, path)
    }

    /// Changes bytes of the anchor.
    func anchorBytes(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(anchor.path)
        change(&bytes)
        try write(bytes, anchor.path)
    }

    /// Runs statements on a plain connection, without any of Warder's checks.
    func sql(_ statements: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try access { try $0.execute(sql: statements, arguments: arguments) }
    }

    func access<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    /// Changes one blob, such as `edit("info", "record", "id = ?", [id("A")])`.
    func edit(_ column: String, _ table: String, _ row: String, _ arguments: StatementArguments = [], _ change: (inout [UInt8]) -> Void)
        throws
    {
        try access { database in
            var bytes = [UInt8](
                try #require(try Data.fetchOne(database, sql: "SELECT \(column) FROM \(table) WHERE \(row)", arguments: arguments)))
            change(&bytes)
            try database.execute(sql: "UPDATE \(table) SET \(column) = ? WHERE \(row)", arguments: [Data(bytes)] + arguments)
        }
    }

    /// A blob of another file.
    func blob(_ column: String, _ table: String, _ row: String, of file: [UInt8]) throws -> Data {
        let other = directory.path + "/source.db"
        try write(file, other)
        let queue = try DatabaseQueue(path: other)
        defer { try? queue.close() }
        return try queue.read { try #require(try Data.fetchOne($0, sql: "SELECT \(column) FROM \(table) WHERE \(row)")) }
    }

    func id(_ secretName: String) -> Data { template.identifiers[secretName] ?? Data() }

    /// The number of the bucket that a secret is in.
    func bucket(_ secretName: String) -> Int64 { Int64(id(secretName).first ?? 0) }
}

extension [UInt8] {
    /// Replaces the bytes at an offset.
    mutating func put(_ bytes: [UInt8], at offset: Int) { replaceSubrange(offset..<(offset + bytes.count), with: bytes) }

    /// Writes a little-endian number at an offset.
    mutating func put(_ number: some FixedWidthInteger, at offset: Int) {
        var bytes: [UInt8] = []
        bytes.append(little: number)
        put(bytes, at: offset)
    }

    mutating func flip(_ offset: Int) { self[offset] ^= 1 }
}
