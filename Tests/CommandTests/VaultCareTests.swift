import Foundation
import Testing

/// `init`, `status`, `verify`, `backup` and `restore`.
@Suite struct VaultCareTests {
    let home: Home

    init() throws { home = try Home(withVault: false) }

    @Test func `makes a vault with a key file, and notes it in the settings`() throws {
        let answer = try home.run("init", "--key-file", home("keys/key"), "--json").json()
        #expect(answer["vault"] as? String == home.vault)
        #expect((answer["fingerprint"] as? String)?.isEmpty == false)
        #expect(home.content(home("keys/key"))?.bytes.count == 32)
        let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
        #expect(settings.contains("[vault]"))
        #expect(settings.contains("key_file = \"\(home("keys/key"))\""))
        #expect(try home.run("list").code == 0)
        #expect(try home.run("init", "--key-file", home("keys/key")).refused(19))
    }

    @Test func `makes a vault with a passphrase from a descriptor`() throws {
        try home.write("short\n", to: "weak")
        let words = ["init", "--kdf-memory", "64", "--kdf-passes", "2"]
        func make(_ more: String...) throws -> Outcome {
            try home.run(words + more, program: Home.program, with: ["WARDER_PASSPHRASE_FD": "5"], descriptors: [5: home("weak")])
        }
        #expect(try make().refused(2))
        #expect(try home.run("init", "--kdf-memory", "63").refused(16))
        #expect(try home.run("init", "--kdf-memory", "8192").refused(16))
        #expect(try make("--weak").code == 0)
        #expect(try home.run("list", with: ["WARDER_PASSPHRASE_FD": "5"], descriptors: [5: home("weak")]).code == 0)
        #expect(try home.run("list").refused(10))
    }

    @Test func `says how things are, locked or not`() throws {
        let none = try home.run("status", "--json").json()
        #expect(none["exists"] as? Bool == false)
        #expect(none["unlocks_with"] as? String == "passphrase")
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "value")
        let open = try home.run("status", "--json").json()
        #expect(open["locked"] as? Bool == false)
        #expect(open["secrets"] as? Int == 1)
        #expect(open["unlocks_with"] as? String == "key-file")
        #expect((open["due"] as? [String])?.isEmpty == true)
        let locked = try home.run("--vault", home.passphraseVault(), "--settings", home.write("", to: "empty.toml"), "status", "--json")
            .json()
        #expect(locked["locked"] as? Bool == true)
        #expect(locked["secrets"] is NSNull)
        #expect(try home.run("status").text.contains(home.vault))
    }

    @Test func `verifies`() throws {
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "value")
        let answer = try home.run("verify", "--strict", "--json").json()
        #expect(
            Set(answer.keys)
                == ["version", "fingerprint", "sequence", "values", "removals", "audit_entries", "slots", "strict"])
        #expect(answer["values"] as? Int == 1)
        #expect(answer["strict"] as? Bool == true)
        #expect(try home.run("verify").text.hasPrefix("all in order: 1 value, 0 removals, 1 slot, 2 audit entries\n"))
    }

    @Test func `brings a backup back`() throws {
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "old")
        let made = try home.run("backup", home("backup"), "--json").json()
        #expect(made["generations"] as? Int == 1)
        #expect(made["bytes"] as? Int == home.content(home("backup"))?.bytes.count)
        #expect(try home.run("backup", home("backup")).refused(19))
        #expect(try home.run("backup", home("backup"), "--force").code == 0)
        try home.store("NAME", "new")
        #expect(try home.run("restore", home("backup")).refused(19))
        #expect(try home.run("get", "NAME").text == "new")
        let restored = try home.run("restore", home("backup"), "--force", "--json").json()
        #expect(Set(restored.keys) == ["version", "vault", "generations", "fingerprint", "kept"])
        let kept = try #require(restored["kept"] as? String)
        #expect(home.content(kept) != nil)
        #expect(try home.run("get", "NAME").text == "old")
        try home.store("NAME", "newest")
        #expect(try home.run("verify").code == 0)
    }

    @Test func `brings a backup to where no vault is`() throws {
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "value")
        try #require(home.run("backup", home("backup")).code == 0)
        #expect(try home.run("--vault", home("new/vault.db"), "restore", home("backup")).code == 0)
        #expect(try home.run("--vault", home("new/vault.db"), "get", "NAME").text == "value")
    }

    @Test(arguments: [0, 1, 40, 200, 500, -1, -20]) func `refuses a backup with a flipped bit`(offset: Int) throws {
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "value")
        try #require(home.run("backup", home("backup")).code == 0)
        var bytes = try #require(home.content(home("backup"))).bytes
        bytes[offset < 0 ? bytes.count + offset : offset] ^= 1
        try home.write(Value(bytes), to: "backup")
        let before = home.content(home.vault)
        let outcome = try home.run("restore", home("backup"), "--force")
        #expect([2, 11, 12, 15, 16, 23].contains(outcome.code))
        #expect(outcome.refused(outcome.code))
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged)
    }

    @Test func `takes a vault for the newest on a person's word`() throws {
        try #require(home.run("init", "--key-file", home("key")).code == 0)
        try home.store("NAME", "old")
        let old = try #require(home.content(home.vault))
        try home.store("NAME", "new")
        try home.write(old, to: home.vault)
        let refused = try home.run("verify")
        #expect(refused.refused(13))
        let identity = try #require(refused.error.split(separator: " ").first { $0.contains(":") && $0.hasSuffix(";") }?.dropLast())
        #expect(try home.run("verify", "--accept", "nonsense").refused(2))
        #expect(try home.run("verify", "--accept", String(identity) + "9").code != 0)
        #expect(try home.run("verify", "--accept", String(identity), "--json").json()["accepted"] as? String == String(identity))
        #expect(try home.run("get", "NAME").text == "old")
        #expect(try home.run("audit", "list").text.contains("accept"))
    }
}
