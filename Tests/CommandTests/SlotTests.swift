import Foundation
import Testing

/// `slot`: the ways into the vault.
@Suite struct SlotTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
        try home.write("a new long passphrase\n", to: "new")
        try home.write("yet another passphrase\n", to: "other")
    }

    private func addPassphrase(_ file: String = "new") throws -> Outcome {
        try home.run(
            "slot", "add", "--passphrase-fd", "3", "--label", file, "--kdf-memory", "64", "--kdf-passes", "2", descriptors: [3: home(file)])
    }

    /// Reads without the settings that name the key file.
    private func get(passphrase file: String) throws -> Outcome {
        try home.write("", to: "empty.toml")
        return try home.run(
            "--settings", home("empty.toml"), "get", "NAME", with: ["WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home(file)])
    }

    @Test func `lists slots`() throws {
        let slots = try #require(try home.run("slot", "list", "--json").json()["slots"] as? [[String: Any]])
        #expect(slots.count == 1)
        let slot = try #require(slots.first)
        #expect(Set(slot.keys) == ["slot", "kind", "label", "created", "recipient", "kdf_passes", "kdf_memory_mib"])
        #expect(slot["kind"] as? String == "key-file")
        #expect(slot["slot"] as? Int == 1)
        #expect(slot["kdf_passes"] is NSNull)
        #expect(try home.run("slot", "list").text.contains("key-file"))
        for words in [["--json", "slot", "list"], ["slot", "--json", "list"], ["slot", "--vault", home.vault, "ls", "--json"]] {
            #expect(try home.run(words, program: Home.program).json()["slots"] != nil)
        }
    }

    @Test func `adds a passphrase, changes it, and removes it`() throws {
        let added = try addPassphrase()
        #expect(added.code == 0)
        #expect(try get(passphrase: "new").text == "value")
        #expect(try get(passphrase: "other").refused(11))
        let changed = try home.run(
            "slot", "change", "2", "--passphrase-fd", "3", "--kdf-memory", "64", "--kdf-passes", "2", "--json",
            descriptors: [3: home("other")])
        #expect(try changed.json()["slot"] as? Int == 2)
        #expect(changed.error.contains("still open with the old one"))
        #expect(try get(passphrase: "new").refused(11))
        #expect(try get(passphrase: "other").text == "value")
        let removed = try home.run("slot", "remove", "2", "--json").json()
        #expect(removed["readable_before"] as? [String] == ["NAME"])
        #expect((removed["fingerprint"] as? String)?.isEmpty == false)
        #expect(removed["dropped"] is [Any])
        #expect(try get(passphrase: "other").refused(11))
        #expect(try home.run("get", "NAME").text == "value")
    }

    @Test func `names what a removed party could read`() throws {
        try #require(addPassphrase().code == 0)
        let removed = try home.run("slot", "remove", "2")
        #expect(removed.code == 0)
        #expect(removed.output.isEmpty)
        #expect(removed.errorLines.contains("  NAME"))
    }

    @Test func `opens with both halves and with neither alone`() throws {
        let vault = home("both/vault.db")
        try home.write("", to: "empty.toml")
        func run(_ words: String..., key: Bool, passphrase: String?) throws -> Outcome {
            try home.run(
                ["--vault", vault, "--settings", home("empty.toml")] + words, program: Home.program, input: Value("value"),
                with: ["WARDER_KEY_FILE": key ? home("half") : "", "WARDER_PASSPHRASE_FD": passphrase == nil ? "" : "3"],
                descriptors: passphrase.map { [3: home($0)] } ?? [:])
        }
        let made = try run(
            "init", "--key-file", home("half"), "--with-passphrase", "--kdf-memory", "64", "--kdf-passes", "2", key: false,
            passphrase: "new")
        #expect(made.code == 0)
        #expect(try run("set", "NAME", key: true, passphrase: "new").code == 0)
        #expect(try run("get", "NAME", key: true, passphrase: "new").text == "value")
        try home.write("", to: "empty.toml")
        #expect(try run("get", "NAME", key: true, passphrase: nil).refused(10))
        #expect(try run("get", "NAME", key: false, passphrase: "new").refused(11))
        #expect(try run("get", "NAME", key: true, passphrase: "other").refused(11))
    }

    @Test func `makes a key pair whose secret half opens the vault`() throws {
        let answer = try home.run("slot", "keygen", home("pair"), "--json").json()
        #expect(answer["key_file"] as? String == home("pair"))
        let recipient = try #require(answer["recipient"] as? String)
        #expect(recipient.hasPrefix("warder1"))
        #expect(try home.run("get", "NAME", with: ["WARDER_KEY_FILE": home("pair")]).refused(11))
        let added = try home.run("slot", "add", "--recipient", recipient, "--json").json()
        #expect(added["slot"] as? Int == 2)
        #expect(added["kind"] as? String == "recipient")
        #expect(try home.run("get", "NAME", with: ["WARDER_KEY_FILE": home("pair")]).text == "value")
        #expect(try home.run("slot", "keygen", home("pair")).refused(19))
        #expect(try home.run("slot", "add", "--recipient", recipient.dropLast() + (recipient.hasSuffix("a") ? "b" : "a")).refused(2))
        #expect(try home.run("slot", "add", "--recipient", recipient, "--passphrase").refused(2))
    }

    @Test func `rekeys, and needs every secret for it`() throws {
        try #require(addPassphrase().code == 0)
        let before = try home.run("verify", "--json").json()["fingerprint"] as? String
        let refused = try home.run("slot", "rekey")
        #expect(refused.refused(19))
        #expect(refused.error.contains("--drop-absent"))
        let rekeyed = try home.run("slot", "rekey", "--passphrase-fd", "3", "--json", descriptors: [3: home("new")]).json()
        #expect((rekeyed["readable_before"] as? [String])?.isEmpty == true)
        let after = try home.run("verify", "--json").json()["fingerprint"] as? String
        #expect(before != after)
        #expect(rekeyed["fingerprint"] as? String == after)
        #expect(try get(passphrase: "new").text == "value")
        let dropped = try home.run("slot", "rekey", "--drop-absent")
        #expect(dropped.code == 0)
        #expect(dropped.error.contains("may know 1 secret") && dropped.error.contains("slot 2 is gone"))
        #expect(try home.run("audit", "list").text.contains("slot-remove"))
        #expect(try get(passphrase: "new").refused(11))
        #expect(try home.run("get", "NAME").text == "value")
    }

    @Test func `refuses what is no slot`() throws {
        #expect(try home.run("slot", "remove", "9").refused(22))
        #expect(try home.run("slot", "change", "9").refused(22))
        #expect(try home.run("slot", "change", "1").refused(2))
        #expect(try home.run("slot", "remove", "1").code != 0)
        #expect(
            try home.run("slot", "add", "--passphrase-fd", "3", "--label", String(repeating: "x", count: 33), descriptors: [3: home("new")])
                .refused(2))
        try home.write("short\n", to: "short")
        #expect(try addPassphrase("short").refused(2))
        #expect(try home.run("get", "NAME").text == "value")
    }
}
