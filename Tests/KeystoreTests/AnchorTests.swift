import Foundation
import GRDB
import SodiumCrypto
import Testing

@testable import Keystore

/// What this host has seen, through writes, new keys, restores and interruptions.
@Suite struct AnchorTests {
    private func head(_ vault: Vault<LocalKeys>) throws -> Head {
        try Vault(storage: vault.storage, keys: vault.keys, anchor: nil).verified { view throws(KeystoreError) in view.head }
    }

    private func file(_ fixture: Fixture) throws -> Data { try Data(contentsOf: URL(filePath: fixture.path)) }

    private func put(_ data: Data, _ fixture: Fixture) throws { try data.write(to: URL(filePath: fixture.path)) }

    @Test func `settling an older head leaves the newer one`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let old = try head(fixture.vault)
        try fixture.vault.put("A", "two")
        try fixture.anchor.settle(old, fixture.vault.keys)
        #expect(try fixture.anchor.read(fixture.vault.keys)?.sequence == old.sequence + 1)
    }

    @Test func `what was only prepared trusts nothing and locks nobody out`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        try FileManager.default.removeItem(atPath: fixture.anchor.path)
        var later = try head(fixture.vault)
        later.sequence += 7
        try fixture.anchor.prepare(for: later, fixture.vault.keys)
        #expect(try fixture.vault.text("A") == "one")
        let pinned = try Anchor(
            vaultPath: fixture.path, directory: fixture.directory.path + "/other", pinned: fixture.vault.keys.fingerprint)
        try pinned.prepare(for: later, fixture.vault.keys)
        let strict = Vault(storage: fixture.storage, keys: fixture.vault.keys, anchor: pinned)
        #expect(code { _ = try strict.text("A") } == .replaced)
    }

    @Test func `knows the vault before and after a rekey that was interrupted at the anchor`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let before = try Data(contentsOf: URL(filePath: fixture.anchor.path))
        let old = try file(fixture)
        let outcome = try fixture.vault.rekey(credentials: [fixture.credentials])
        // As if the process had been killed before it settled the anchor.
        try before.write(to: URL(filePath: fixture.anchor.path))
        try fixture.anchor.prepare(for: head(outcome.vault), outcome.vault.keys)
        #expect(try fixture.reopened().text("A") == "one")
        try put(old, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .replaced)
    }

    @Test func `keys that were replaced meanwhile do not settle the anchor again`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let late = try head(fixture.vault)
        let old = try file(fixture)
        let outcome = try fixture.vault.rekey(credentials: [fixture.credentials])
        // A writer that committed before the rekey comes to its anchor only now.
        try fixture.anchor.settle(late, fixture.vault.keys)
        #expect(try outcome.vault.text("A") == "one")
        try put(old, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .replaced)
    }

    @Test func `what was prepared and given up does not come back`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let current = try file(fixture)
        let seen = try Data(contentsOf: URL(filePath: fixture.anchor.path))
        let outcome = try fixture.vault.rekey(credentials: [fixture.credentials])
        let givenUp = try file(fixture)
        let future = try head(outcome.vault)
        // As if the rekey had been undone by a crash after it had prepared.
        try put(current, fixture)
        try seen.write(to: URL(filePath: fixture.anchor.path))
        try fixture.anchor.prepare(for: future, outcome.vault.keys)
        try fixture.reopened().put("A", "two")
        try put(givenUp, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .replaced)
    }

    @Test func `a restore goes on after everything that was seen, under other keys too`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        var backup: [UInt8] = []
        _ = try fixture.vault.backup { backup += $0 }
        for number in 1...5 { try fixture.vault.put("A", "later \(number)") }
        let old = try file(fixture)
        let reached = try fixture.vault.size().sequence
        _ = try fixture.vault.rekey(credentials: [fixture.credentials])
        let checked = try CheckedBackup(backup, credentials: fixture.credentials)
        #expect(try checked.replacesOther(fixture.anchor))
        _ = try SQLiteStorage.replace(at: fixture.path) { storage throws(KeystoreError) in
            try checked.put(in: storage, after: 0, anchor: fixture.anchor)
        }
        try checked.settle(in: SQLiteStorage(path: fixture.path), anchor: fixture.anchor)
        #expect(try fixture.reopened().text("A") == "one")
        #expect(try fixture.reopened().size().sequence > reached + 1)
        try put(old, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .rolledBack)
    }

    @Test func `what was rejected by a person's word does not come back`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let old = try file(fixture)
        let sequence = try fixture.vault.size().sequence
        for number in 1...4 { try fixture.vault.put("A", "rejected \(number)") }
        let rejected = try file(fixture)
        try put(old, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .rolledBack)
        let vault = try fixture.reopened()
        #expect(code { try vault.accept(fingerprint: vault.keys.fingerprint, sequence: sequence + 1, anchor: fixture.anchor) } == .replaced)
        try vault.accept(fingerprint: vault.keys.fingerprint, sequence: sequence, anchor: fixture.anchor)
        #expect(try fixture.reopened().text("A") == "one")
        try put(rejected, fixture)
        #expect(code { _ = try fixture.reopened().text("A") } == .rolledBack)
    }
}

/// What stands beside a vault's file is SQLite's to read first: it must be nothing that could harm.
@Suite struct CompanionFileTests {
    /// A rollback journal that plays nothing back and names `victim` for SQLite to delete.
    private func superJournal(_ victim: String, pages: UInt32) -> Data {
        func number(_ value: UInt32) -> Data { unsafe withUnsafeBytes(of: value.bigEndian) { unsafe Data($0) } }
        let magic = Data([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7])
        var journal = magic + number(0) + number(1) + number(pages) + number(512) + number(4096)
        journal.append(Data(count: 512 - journal.count))
        let name = Data(victim.utf8)
        journal += number(0x4000_0000 / 4096 + 1) + name + number(UInt32(name.count)) + number(name.reduce(0) { $0 + UInt32($1) }) + magic
        return journal
    }

    @Test func `a journal that names another file is refused, and the file stays`() throws {
        let fixture = try Fixture()
        let victim = fixture.anchor.path
        let pages = UInt32(try Data(contentsOf: URL(filePath: fixture.path)).count / 4096)
        try superJournal(victim, pages: pages).write(to: URL(filePath: fixture.path + "-journal"))
        unsafe chmod(fixture.path + "-journal", 0o600)
        #expect(code { _ = try SQLiteStorage(path: fixture.path) } == .corrupt)
        #expect(FileManager.default.fileExists(atPath: victim))
    }

    @Test func `a journal that is no private file, and a write-ahead log, are refused`() throws {
        let fixture = try Fixture()
        let journal = fixture.path + "-journal"
        unsafe mkfifo(journal, 0o600)
        #expect(code { _ = try SQLiteStorage(path: fixture.path) } == .unsafeFile)
        unsafe unlink(journal)
        try Data([0]).write(to: URL(filePath: fixture.directory.path + "/other"))
        unsafe chmod(fixture.directory.path + "/other", 0o600)
        unsafe link(fixture.directory.path + "/other", journal)
        #expect(code { _ = try SQLiteStorage(path: fixture.path) } == .unsafeFile)
        unsafe unlink(journal)
        for suffix in ["-wal", "-shm"] {
            try Data().write(to: URL(filePath: fixture.path + suffix))
            #expect(code { _ = try SQLiteStorage(path: fixture.path) } == .unsafeFile)
            unsafe unlink(fixture.path + suffix)
        }
        _ = try SQLiteStorage(path: fixture.path)
    }

    /// Seen under load: a file that is looked up while it is removed has no link at all.
    @Test func `a journal that its writer removes at this moment is no reason to refuse`() async throws {
        let fixture = try Fixture()
        let journal = fixture.path + "-journal"
        let writer = Task.detached {
            while !Task.isCancelled {
                close(unsafe open(journal, O_CREAT | O_RDWR, 0o600))
                unsafe unlink(journal)
            }
        }
        var refusals = Set<KeystoreError.Code>()
        for _ in 0..<20_000 {
            do throws(KeystoreError) { try VaultFile.check(fixture.path) } catch { refusals.insert(error.code) }
        }
        writer.cancel()
        await writer.value
        #expect(refusals == [])
    }

    @Test func `a new vault is not played over by the journal of an old one`() throws {
        let fixture = try Fixture()
        for number in 1...8 { try fixture.vault.put("N\(number)", "value \(number)") }
        var backup: [UInt8] = []
        _ = try fixture.vault.backup { backup += $0 }
        // A journal as a crash in the middle of a write leaves it: copied while the write is going on.
        let journal = fixture.path + "-journal"
        let writer = try DatabaseQueue(path: fixture.path)
        try writer.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE record SET header = zeroblob(56)")
            try database.execute(sql: "UPDATE value SET box = zeroblob(length(box))")
            try FileManager.default.copyItem(atPath: journal, toPath: journal + ".kept")
            try database.execute(sql: "ROLLBACK")
        }
        try writer.close()
        try FileManager.default.removeItem(atPath: fixture.path)
        try FileManager.default.moveItem(atPath: journal + ".kept", toPath: journal)
        let checked = try CheckedBackup(backup, credentials: fixture.credentials)
        try SQLiteStorage.create(at: fixture.path) { storage throws(KeystoreError) in
            try checked.put(in: storage, after: 0, anchor: fixture.anchor)
        }
        #expect(!FileManager.default.fileExists(atPath: journal))
        try checked.settle(in: SQLiteStorage(path: fixture.path), anchor: fixture.anchor)
        _ = try fixture.reopened().verify()
        #expect(try fixture.reopened().text("N8") == "value 8")
    }

    @Test func `a file that is cut short by one byte is refused`() throws {
        let fixture = try Fixture()
        try fixture.vault.put("A", "one")
        let bytes = try Data(contentsOf: URL(filePath: fixture.path))
        try bytes.dropLast().write(to: URL(filePath: fixture.path))
        #expect(code { _ = try SQLiteStorage(path: fixture.path) } == .corrupt)
        try bytes.write(to: URL(filePath: fixture.path))
        #expect(try fixture.reopened().text("A") == "one")
    }
}
