import SodiumCrypto
import Testing

@testable import Keystore

/// What every driver of `RecordStorage` does alike.
@Suite(.serialized) struct ConformanceTests {
    @Test(arguments: Driver.allCases) func `gives back what was stored, over a reopened vault too`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let values = ["", "x", "two words", "line\nfeed", "\u{0}nul", "käse 🔑", String(repeating: "long ", count: 50_000)]
        for (index, value) in values.enumerated() { try fixture.vault.put("a/v\(index)", value) }
        let again = try fixture.reopened()
        for (index, value) in values.enumerated() {
            let isSame = try again.text("a/v\(index)") == value
            #expect(isSame, "value \(index)")
        }
    }

    @Test(arguments: Driver.allCases) func `counts generations from one and keeps the old values`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for number in 1...3 { try fixture.vault.put("A", "value \(number)") }
        #expect(try fixture.vault.get(name("A")).listing.generation == 3)
        #expect(try fixture.vault.text("A", generation: 1) == "value 1")
        #expect(try fixture.vault.history(name("A")).map(\.generation) == [3, 2, 1])
        #expect(code { _ = try fixture.vault.text("A", generation: 4) } == .notFound)
    }

    @Test(arguments: Driver.allCases) func `writes only on the expected generation`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        #expect(code { try fixture.vault.put("A", "x", expected: 1) } == .conflict)
        try fixture.vault.put("A", "one", expected: 0)
        #expect(code { try fixture.vault.put("A", "x", expected: 0) } == .conflict)
        try fixture.vault.put("A", "two", expected: 1)
        try fixture.vault.remove([name("A")])
        #expect(code { try fixture.vault.put("A", "x", expected: 3) } == .conflict)
        try fixture.vault.put("A", "four", expected: 0)
        #expect(try fixture.vault.get(name("A")).listing.generation == 4)
    }

    @Test(arguments: Driver.allCases) func `writes a batch whole or not at all`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.put("B", "before")
        let batch = [
            SecretWrite(name: try name("A"), value: try secret("new")),
            SecretWrite(name: try name("B"), value: try secret("new"), expected: 7),
        ]
        #expect(code { try fixture.vault.set(batch) } == .conflict)
        #expect(code { _ = try fixture.vault.text("A") } == .notFound)
        #expect(try fixture.vault.text("B") == "before")
    }

    @Test(arguments: Driver.allCases) func `takes the same name twice in one batch`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let batch = try ["one", "two", "three"].map { SecretWrite(name: try name("A"), value: try secret($0)) }
        #expect(try fixture.vault.set(batch) == [1, 2, 3])
        #expect(try fixture.vault.text("A") == "three")
        #expect(try fixture.vault.text("A", generation: 2) == "two")
        _ = try fixture.vault.verify()
    }

    @Test(arguments: Driver.allCases) func `removes, and keeps history until it is purged`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.put("A", "one")
        try fixture.vault.put("B", "other")
        try fixture.vault.remove([name("A")])
        #expect(code { _ = try fixture.vault.text("A") } == .notFound)
        #expect(code { try fixture.vault.remove([name("A")]) } == .notFound)
        #expect(try fixture.vault.text("A", generation: 1) == "one")
        #expect(try fixture.vault.list().map(\.name.description) == ["B"])
        #expect(try fixture.vault.list(includingRemoved: true).map(\.isRemoval) == [true, false])
        try fixture.vault.purge(name("A"))
        #expect(code { _ = try fixture.vault.history(name("A")) } == .notFound)
        #expect(code { try fixture.vault.purge(name("A")) } == .notFound)
        _ = try fixture.vault.verify()
    }

    @Test(arguments: Driver.allCases) func `purges one older generation and never the newest`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for number in 1...3 { try fixture.vault.put("A", "value \(number)") }
        try fixture.vault.purge(name("A"), generation: 2)
        #expect(try fixture.vault.history(name("A")).map(\.generation) == [3, 1])
        #expect(code { try fixture.vault.purge(name("A"), generation: 3) } == .conflict)
        #expect(code { try fixture.vault.purge(name("A"), generation: 2) } == .notFound)
    }

    @Test(arguments: Driver.allCases) func `renames with value and metadata`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.set([
            SecretWrite(name: name("A"), value: secret("v")) { _ in
                var metadata = Metadata()
                metadata.note = "a note"
                metadata.allowedHosts = ["api.example.org"]
                return metadata
            }
        ])
        try fixture.vault.put("B", "taken")
        #expect(code { try fixture.vault.rename(name("A"), to: name("B")) } == .conflict)
        try fixture.vault.rename(name("A"), to: name("c/d"))
        let moved = try fixture.vault.get(name("c/d"))
        #expect(moved.listing.metadata.note == "a note" && moved.listing.metadata.allowedHosts == ["api.example.org"])
        #expect(code { _ = try fixture.vault.text("A") } == .notFound)
        #expect(code { try fixture.vault.rename(name("A"), to: name("E")) } == .notFound)
    }

    @Test(arguments: Driver.allCases) func `rolls back by a new generation`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.put("A", "one")
        try fixture.vault.put("A", "two")
        #expect(try fixture.vault.rollback(name("A"), to: 1) == 3)
        #expect(try fixture.vault.text("A") == "one")
        try fixture.vault.remove([name("A")])
        #expect(try fixture.vault.rollback(name("A"), to: 2) == 5)
        #expect(try fixture.vault.text("A") == "two")
        #expect(code { try fixture.vault.rollback(name("A"), to: 4) } == .notFound)
    }

    @Test(arguments: Driver.allCases) func `keeps ten generations or ninety days, whichever is more`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let day: UInt64 = 86_400_000
        let start: UInt64 = 1_700_000_000_000
        for number in 0..<15 { try fixture.vault.put("young", "v", now: start + UInt64(number) * day) }
        #expect(try fixture.vault.history(name("young")).count == 15)
        for number in 0..<15 { try fixture.vault.put("old", "v", now: start + UInt64(number) * 100 * day) }
        #expect(try fixture.vault.history(name("old")).map(\.generation) == Array((6...15).reversed()))
        _ = try fixture.vault.verify()
    }

    @Test(arguments: Driver.allCases) func `lists by pattern, sorted, without opening a value`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for text in ["prod/b", "prod/a", "dev/a", "Z"] { try fixture.vault.put(text, "v") }
        #expect(try fixture.vault.list().map(\.name.description) == ["Z", "dev/a", "prod/a", "prod/b"])
        #expect(try fixture.vault.list(matching: NamePattern("prod/*")).map(\.name.description) == ["prod/a", "prod/b"])
        #expect(try fixture.vault.list(matching: NamePattern("nothing*")).isEmpty)
    }

    @Test(arguments: Driver.allCases) func `gives several secrets of one state, nil for those that are not there`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.put("A", "1")
        try fixture.vault.put("B", "2")
        let found = try fixture.vault.get([name("B"), name("none"), name("A")])
        #expect(found.map { $0.map { String(decoding: $0.value.reveal(), as: UTF8.self) } } == ["2", nil, "1"])
    }

    @Test(arguments: Driver.allCases) func `inherits note, labels and hosts but not the times`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.set([
            SecretWrite(name: name("A"), value: secret("v")) { _ in
                var metadata = Metadata()
                metadata.kind = "api-key"
                metadata.labels = ["team": "infra"]
                metadata.expires = 5
                metadata.rotateBy = 4
                return metadata
            }
        ])
        try fixture.vault.put("A", "w")
        let metadata = try fixture.vault.get(name("A")).listing.metadata
        #expect(metadata.kind == "api-key" && metadata.labels == ["team": "infra"])
        #expect(metadata.expires == nil && metadata.rotateBy == nil)
    }

    @Test(arguments: Driver.allCases) func `refuses names and values out of bounds`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for text in ["", "/", "a/", "/a", "a//b", ".a", "-a", "_A", "a b", "ä", "a\n", String(repeating: "x", count: 257), "a/.b", "a:b"] {
            #expect(code { _ = try name(text) } == .invalid, "\(text.count) characters")
        }
        _ = try name(String(repeating: "x", count: 256))
        let tooLong = SecretWrite(name: try name("A"), value: try SecretValue(copying: [UInt8](repeating: 7, count: (1 << 20) + 1)))
        #expect(code { try fixture.vault.set([tooLong]) } == .invalid)
        let longest = SecretWrite(name: try name("A"), value: try SecretValue(copying: [UInt8](repeating: 7, count: 1 << 20)))
        try fixture.vault.set([longest])
        #expect(try fixture.vault.get(name("A")).value.count == 1 << 20)
    }

    @Test(arguments: Driver.allCases) func `tells in its audit trail what was done`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        try fixture.vault.put("A", "1")
        try fixture.vault.rename(name("A"), to: name("B"))
        try fixture.vault.remove([name("B")])
        try fixture.vault.purge(name("B"))
        let trail = try fixture.vault.auditTrail()
        #expect(trail.map(\.operation) == [.create, .set, .rename, .rename, .remove, .purge])
        #expect(trail.map(\.subject) == ["", "A", "A", "B", "B", "B"])
        #expect(trail.map(\.number) == [1, 2, 3, 4, 5, 6])
    }

    @Test(arguments: Driver.allCases) func `survives a rekey with every value, its history and its audit trail`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for number in 1...300 { try fixture.vault.put("n\(number % 150)", "value \(number)") }
        try fixture.vault.remove([name("n7")])
        let before = try fixture.vault.auditTrail().count
        let outcome = try fixture.vault.rekey(credentials: [fixture.credentials])
        #expect(outcome.dropped.isEmpty)
        #expect(outcome.vault.keys.fingerprint != fixture.vault.keys.fingerprint)
        let again = try fixture.reopened()
        #expect(try again.text("n10") == "value 160")
        #expect(try again.text("n10", generation: 1) == "value 10")
        #expect(try again.text("n7", generation: 2) == "value 157")
        #expect(try again.list().count == 149)
        #expect(try again.auditTrail().count == before + 1)
        _ = try again.verify()
        // The old keys open nothing any more.
        #expect(code { _ = try fixture.vault.text("n10") } == .replaced)
    }

    @Test(arguments: Driver.allCases) func `restores a backup as the newest state`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        for number in 1...200 { try fixture.vault.put("n\(number)", "value \(number)") }
        try fixture.vault.remove([name("n5")])
        var stream: [UInt8] = []
        #expect(try fixture.vault.backup { stream += $0 } == 201)
        try fixture.vault.put("n1", "after the backup")
        let reached = try fixture.vault.size().sequence
        let backup = try CheckedBackup(stream, credentials: fixture.credentials)
        let fresh = MemoryStorage()
        try backup.put(in: fresh, after: reached, anchor: fixture.anchor)
        try backup.settle(in: fresh, anchor: fixture.anchor)
        let restored = try Vault.unlock(fresh, credentials: fixture.credentials, anchor: fixture.anchor).vault
        #expect(try restored.text("n1") == "value 1")
        #expect(try restored.text("n5", generation: 1) == "value 5")
        #expect(try restored.size().sequence == reached + 1)
        #expect(try restored.auditTrail().last?.operation == .restore)
        _ = try restored.verify()
    }
}
