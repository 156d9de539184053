import SodiumCrypto
import Testing

@testable import Keystore

/// What Warder remembers beside the secrets.
@Suite struct NoteTests {
    private func note(_ name: String, _ content: String?) throws -> (name: NoteName, content: SecretValue?) {
        (try NoteName(.consumer, name), try content.map { try secret($0) })
    }

    private func contents(_ vault: Vault<some KeyHolder>) throws -> [String] {
        try vault.notes(.consumer).map { "\($0.name.name)=\(String(decoding: $0.content.reveal(), as: UTF8.self))" }
    }

    @Test(arguments: Driver.allCases) func `are written, replaced and erased, without history`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let vault = fixture.vault
        try vault.write([note("b", "1"), note("a/x", "2")], as: .apply)
        #expect(try contents(fixture.reopened()) == ["a/x=2", "b=1"])
        let before = try vault.size().records
        try vault.write([note("b", "3")], as: .apply)
        #expect(try contents(fixture.reopened()) == ["a/x=2", "b=3"])
        #expect(try vault.size().records == before)
        try vault.write([note("b", nil), note("never", nil)], as: .forget)
        #expect(try contents(fixture.reopened()) == ["a/x=2"])
        #expect(try vault.auditTrail().suffix(2).map(\.subject) == ["b", "never"])
        _ = try vault.verify()
    }

    @Test(arguments: Driver.allCases) func `are no secrets`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let vault = fixture.vault
        try vault.set([SecretWrite(name: name("b"), value: secret("value"))])
        try vault.write([note("b", "note")], as: .apply)
        #expect(try vault.list(includingRemoved: true).map(\.name.description) == ["b"])
        #expect(try vault.get(where: { _ in true }).count == 1)
        #expect(try vault.get(name("b")).value.reveal() == Array("value".utf8))
        for text in ["consumer:b", ":b", "consumer:", "Consumer:b", "a:b:c"] {
            #expect(throws: KeystoreError.self) { try SecretName(text) }
        }
    }

    @Test(arguments: ["", "a b", "a:b", "/a", String(repeating: "x", count: 257)])
    func `have names as secrets have them`(_ text: String) throws {
        #expect(throws: KeystoreError.self) { try NoteName(.consumer, text) }
        #expect(try NoteName(.consumer, String(repeating: "x", count: 256)).name.count == 256)
    }

    @Test func `one that is there twice is refused, and so is one that is too long`() throws {
        let vault = try Fixture(.memory).vault
        #expect(throws: KeystoreError.self) { try vault.write([note("a", "1"), note("a", "2")], as: .apply) }
        let long = String(repeating: "x", count: (1 << 20) + 1)
        #expect(throws: KeystoreError.self) { try vault.write([note("a", long)], as: .apply) }
        #expect(try contents(vault).isEmpty)
    }

    @Test(arguments: Driver.allCases) func `go through a backup and a new root key`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.write([note("a", "1")], as: .apply)
        try fixture.vault.set([SecretWrite(name: name("s"), value: secret("v"))])
        var stream: [UInt8] = []
        #expect(try fixture.vault.backup { stream += $0 } == 2)
        let copy = MemoryStorage()
        let backup = try CheckedBackup(stream, credentials: fixture.credentials)
        let target = try Anchor(vaultPath: "/copy", directory: fixture.directory.path + "/other")
        try backup.put(in: copy, after: 0, anchor: target)
        #expect(try contents(Vault.unlock(copy, credentials: fixture.credentials, anchor: nil).vault) == ["a=1"])
        let outcome = try fixture.vault.rekey(credentials: [fixture.credentials])
        #expect(try contents(outcome.vault) == ["a=1"])
        _ = try outcome.vault.verify()
    }

    @Test func `a record of one kind under a name of the other is refused`() throws {
        let fixture = try Fixture(.memory)
        try fixture.vault.commit(now: 1) { draft throws(KeystoreError) in
            let name = try SecretName.ofRecord("consumer:a")
            let id = try fixture.vault.keys.recordID(of: name)
            let value = try inKeystoreTerms { try SecretValue(copying: [1]) }
            try draft.add([.init(name: name, id: id, kind: .value, generation: 1, created: 1, metadata: Metadata(), value: value)])
        }
        for call in [{ _ = try fixture.vault.list() }, { _ = try fixture.vault.verify() }] {
            do {
                try call()
                Issue.record("there was no error")
            } catch {
                #expect((error as? KeystoreError)?.code == .corrupt)
            }
        }
    }
}
