import SodiumCrypto
import Testing

@testable import Keystore

/// Random operations on a vault and on plain dictionaries, over both drivers, with keys in this process and behind a boundary.
@Suite struct ModelTests {
    /// What a secret's history should be: values by generation, nil for a removal.
    private typealias Model = [String: [UInt64: String?]]

    private let names = ["A", "B", "c/d", "c/e", "F"]
    private let retention = Retention(generations: 4, days: 0)

    @Test(arguments: Driver.allCases, [UInt64(1), 2]) func `does what plain dictionaries do`(driver: Driver, seed: UInt64) throws {
        let fixture = try Fixture(driver)
        try run(400, seed: seed, fixture.vault) { try fixture.reopened() }
    }

    @Test(arguments: Driver.allCases) func `does so with keys behind a boundary of bytes`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        func vault() throws -> Vault<RemoteLikeKeys> {
            let opened = try fixture.reopened()
            return Vault(storage: opened.storage, keys: RemoteLikeKeys(opened.keys), anchor: fixture.anchor)
        }
        try run(200, seed: 3, vault(), vault)
    }

    @Test(arguments: Driver.allCases) func `asks its keys in batches`(driver: Driver) throws {
        let fixture = try Fixture(driver)
        let keys = RemoteLikeKeys(fixture.vault.keys)
        let vault = Vault(storage: fixture.storage, keys: keys, anchor: fixture.anchor)
        let writes = try (0..<500).map { SecretWrite(name: try name("n\($0)"), value: try secret("v\($0)")) }
        try vault.set(writes)
        let setting = keys.takeLog()
        #expect(setting.count < 60, "\(setting.count) requests for a set of 500")
        #expect(try vault.list().count == 500)
        let listing = keys.takeLog()
        #expect(listing.count < 30, "\(listing.count) requests for a list of 500")
        #expect(try vault.get(where: { _ in true }).count == 500)
        let getting = keys.takeLog()
        #expect(getting.count < 30, "\(getting.count) requests for 500 values")
        _ = try vault.get(writes.prefix(100).map(\.name))
        let some = keys.takeLog()
        #expect(some.count < 15, "\(some.count) requests for 100 values by name")
    }

    private func run<Holder: KeyHolder>(
        _ count: Int, seed: UInt64, _ first: Vault<Holder>, _ reopen: () throws -> Vault<Holder>
    ) throws {
        var random = SeededGenerator(seed: seed)
        var vault = first
        var model: Model = [:]
        for step in 0..<count {
            let text = names[Int.random(in: 0..<names.count, using: &random)]
            let other = names[Int.random(in: 0..<names.count, using: &random)]
            let newest = model[text]?.keys.max() ?? 0
            let isLive = live(model, text)
            let value = "value \(step) " + String(repeating: "x", count: Int.random(in: 0..<200, using: &random))
            // Every write is a day after the one before, so that age never keeps a generation.
            let now = 1_700_000_000_000 + UInt64(step) * 86_400_000
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3:
                let expected: UInt64? = Bool.random(using: &random) ? (isLive ? newest : 0) : nil
                try vault.set([SecretWrite(name: name(text), value: secret(value), expected: expected)], retention: retention, now: now)
                add(&model, text, value)
            case 4:
                let wrong = SecretWrite(name: try name(text), value: try secret(value), expected: newest + 1)
                #expect(code { try vault.set([wrong], retention: retention, now: now) } == .conflict, "step \(step)")
            case 5:
                #expect(code { try vault.remove([name(text)], now: now) } == (isLive ? nil : .notFound), "step \(step)")
                if isLive { model[text]?[newest + 1] = .some(nil) }
            case 6:
                let expected: KeystoreError.Code? = !isLive ? .notFound : live(model, other) ? .conflict : nil
                #expect(code { try vault.rename(name(text), to: name(other), now: now) } == expected, "step \(step)")
                if expected == nil {
                    model[other, default: [:]][(model[other]?.keys.max() ?? 0) + 1] = model[text]?[newest]
                    model[text]?[newest + 1] = .some(nil)
                }
            case 7, 8:
                let target = UInt64.random(in: 1...max(newest, 1), using: &random)
                let found = model[text]?[target] ?? nil
                let failure = code { try vault.rollback(name(text), to: target, retention: retention, now: now) }
                #expect(failure == (found == nil ? .notFound : nil), "step \(step)")
                if let found { add(&model, text, found) }
            case 9:
                let target: UInt64? = Bool.random(using: &random) ? UInt64.random(in: 1...max(newest, 1), using: &random) : nil
                let isThere = target.map { model[text]?[$0] != nil } ?? (newest > 0)
                let expected: KeystoreError.Code? = newest > 0 && target == newest ? .conflict : isThere ? nil : .notFound
                #expect(code { try vault.purge(name(text), generation: target, now: now) } == expected, "step \(step)")
                if expected == nil {
                    if let target { model[text]?[target] = nil } else { model[text] = nil }
                }
            case 10:
                let batch = [text, other, text]
                try vault.set(
                    batch.enumerated().map { SecretWrite(name: try name($1), value: try secret("\(value) \($0)")) }, retention: retention,
                    now: now)
                for (index, text) in batch.enumerated() { add(&model, text, "\(value) \(index)") }
            default: vault = try reopen()
            }
            if step % 20 == 0 { try compare(vault, model, step) }
        }
        try compare(reopen(), model, count)
        _ = try reopen().verify()
    }

    private func live(_ model: Model, _ text: String) -> Bool {
        guard let history = model[text], let newest = history.keys.max() else { return false }
        return (history[newest] ?? nil) != nil
    }

    private func add(_ model: inout Model, _ text: String, _ value: String) {
        var history = model[text] ?? [:]
        history[(history.keys.max() ?? 0) + 1] = value
        for old in history.keys.sorted().dropLast(retention.generations) { history[old] = nil }
        model[text] = history
    }

    private func compare<Holder: KeyHolder>(_ vault: Vault<Holder>, _ model: Model, _ step: Int) throws {
        #expect(try vault.list().map(\.name.description) == names.filter { live(model, $0) }.sorted(), "step \(step)")
        for text in names {
            guard let history = model[text], !history.isEmpty else {
                #expect(code { _ = try vault.history(name(text)) } == .notFound, "step \(step)")
                continue
            }
            #expect(try vault.history(name(text)).map(\.generation) == history.keys.sorted(by: >), "step \(step)")
            for (generation, value) in history {
                var isSame = true
                let failure = code { isSame = try vault.text(text, generation: generation) == value }
                #expect(failure == (value == nil ? .notFound : nil), "step \(step)")
                #expect(isSame, "step \(step): another value")
            }
        }
    }
}
