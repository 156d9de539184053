import Testing

@testable import Resolver

/// What was found is kept exactly as long as it is right.
@Suite struct CacheTests {
    private func isBearer(_ text: String, _ rig: Rig, _ model: String = "openai/m") throws -> Bool {
        try rig.resolve(model).headers.first { $0.name == "authorization" }?.value.holds("Bearer \(text)") ?? false
    }

    @Test func `while the vault does not change it is not asked again`() throws {
        let rig = try Rig(secrets: ["openai/api-key"])
        rig.vault.setStamp(try Stamps.settled())
        for _ in 0..<5 { _ = try rig.resolve("openai/m") }
        #expect(rig.vault.asked == 1)
        rig.clock.advance(.seconds(1 << 30))
        _ = try rig.resolve("openai/m")
        #expect(rig.vault.asked == 1)
        _ = try rig.resolve("openai/another")
        #expect(rig.vault.asked == 2)
    }

    @Test func `a changed stamp is seen with the next request`() throws {
        let rig = try Rig(values: ["openai/api-key": "one"])
        rig.vault.setStamp(try Stamps.settled())
        #expect(try isBearer("one", rig))
        try rig.vault.store("openai/api-key", "two")
        rig.vault.setStamp(try Stamps.settled("/usr/bin"))
        #expect(try isBearer("two", rig))
        // A vault that was put back is another state, too.
        rig.vault.setStamp(try Stamps.settled())
        #expect(try isBearer("two", rig) && rig.vault.asked == 3)
    }

    @Test func `a key that is stored where an earlier place is comes first from then on`() throws {
        let rig = try Rig(variables: ["OPENAI_API_KEY": "of-the-process"])
        rig.vault.setStamp(try Stamps.settled())
        #expect(try isBearer("of-the-process", rig))
        try rig.vault.store("openai/api-key", "of-the-vault")
        rig.vault.setStamp(try Stamps.settled("/usr/bin"))
        #expect(try isBearer("of-the-vault", rig))
    }

    @Test func `without a stamp, or with one that is too young, nothing is kept`() throws {
        let rig = try Rig(secrets: ["openai/api-key"])
        for _ in 0..<3 { _ = try rig.resolve("openai/m") }
        #expect(rig.vault.asked == 3)
        let directory = try TemporaryDirectory()
        let young = try Stamps.unsettled(in: directory)
        rig.vault.setStamp(young)
        for _ in 0..<3 { _ = try rig.resolve("openai/m") }
        #expect(rig.vault.asked == 6)
    }

    @Test func `an error is not kept`() throws {
        let rig = try Rig()
        rig.vault.setStamp(try Stamps.settled())
        #expect(try rig.failure("openai/m").code == .notFound)
        rig.variables.set("OPENAI_API_KEY", "now")
        #expect(try isBearer("now", rig))
    }

    @Test func `a file is asked again after a second, a program after five minutes`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("one", to: "key")
        let rows: [(reference: String, seconds: Int)] = [
            ("{ file = '\(path)' }", 1), ("{ exec = ['/bin/cat', '\(path)'] }", 300),
            ("['secret:other/key', { exec = ['/bin/cat', '\(path)'] }, { file = '\(path)' }]", 1),
        ]
        for row in rows {
            try directory.write("one", to: "key")
            let key = row.reference.hasPrefix("[") ? "api_keys" : "api_key"
            let rig = try Rig("[provider.openai]\n\(key) = \(row.reference)", secrets: ["other/key"])
            rig.vault.setStamp(try Stamps.settled())
            func holds(_ text: String) throws -> Bool {
                try rig.resolver.candidates("openai/m").contains { $0.headers.first?.value.holds("Bearer \(text)") ?? false }
            }
            #expect(try holds("one"))
            try directory.write("two", to: "key")
            #expect(try holds("one"))
            rig.clock.advance(.seconds(row.seconds) - .milliseconds(1))
            #expect(try holds("one"), "\(row)")
            rig.clock.advance(.seconds(1))
            #expect(try holds("two"), "\(row)")
            try directory.write("three", to: "key")
            rig.resolver.forget()
            #expect(try holds("three"), "\(row)")
        }
    }

    @Test func `a source that the user has allowed is asked again after five minutes`() throws {
        let file = TestVariables("the file", ["OPENAI_API_KEY": "one"])
        let rig = try Rig(fallbacks: [file])
        rig.vault.setStamp(try Stamps.settled())
        #expect(try isBearer("one", rig))
        file.set("OPENAI_API_KEY", "two")
        rig.clock.advance(.seconds(299))
        #expect(try isBearer("one", rig))
        rig.clock.advance(.seconds(1))
        #expect(try isBearer("two", rig))
    }

    @Test func `names that come from requests do not fill the memory`() throws {
        let rig = try Rig(secrets: ["openai/api-key"])
        rig.vault.setStamp(try Stamps.settled())
        for number in 0...1024 { _ = try rig.resolve("openai/m\(number)") }
        #expect(rig.vault.asked == 1025)
        _ = try rig.resolve("openai/m1024")
        #expect(rig.vault.asked == 1025)
        _ = try rig.resolve("openai/m0")
        #expect(rig.vault.asked == 1026, "the first ones were forgotten")
    }

    @Test func `many at once see the new value after the change`() async throws {
        let rig = try Rig(values: ["openai/api-key": "one"])
        rig.vault.setStamp(try Stamps.settled())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<50 { _ = try rig.resolve("openai/m\((task + round) % 4)") }
                }
            }
            try await group.waitForAll()
        }
        try rig.vault.store("openai/api-key", "two")
        rig.vault.setStamp(try Stamps.settled("/usr/bin"))
        for number in 0..<4 { #expect(try isBearer("two", rig, "openai/m\(number)")) }
    }
}
