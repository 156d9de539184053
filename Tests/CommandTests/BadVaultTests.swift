import Foundation
import Glibc
import Testing

/// A vault whose file is not what Warder left: each has its exit code, and stays as it is.
@Suite struct BadVaultTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
    }

    /// Every kind of command refuses with `code`, and the file keeps its bytes.
    private func expectRefusal(_ code: Int32, at path: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let path = path ?? home.vault
        let before = home.content(path)
        for words in [
            ["get", "NAME"], ["list"], ["set", "NAME"], ["verify"], ["remove", "NAME"], ["run", "--", "echo", "ran"], ["audit", "list"],
        ] {
            let outcome = try home.run(["--vault", path] + words, program: Home.program, input: Value("new"))
            #expect(outcome.refused(code), "\(words[0])", sourceLocation: sourceLocation)
        }
        let isUnchanged = home.content(path) == before
        #expect(isUnchanged, sourceLocation: sourceLocation)
    }

    /// Runs SQL on the vault behind Warder's back.
    private func sql(_ statement: String) throws {
        let done = try home.python(
            "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.commit(); d.close()", home.vault,
            statement)
        try #require(done.code == 0)
    }

    /// Stores another generation in a copy that is put back afterwards.
    private func snapshot() throws -> Value { try #require(home.content(home.vault)) }

    @Test func `refuses what is no private regular file`() throws {
        try expectRefusal(22, at: home("nothing/vault.db"))
        try FileManager.default.createSymbolicLink(atPath: home("link.db"), withDestinationPath: home.vault)
        try expectRefusal(21, at: home("link.db"))
        try expectRefusal(22, at: home("a\nb\u{1B}[31m/vault.db"))
        try #require(unsafe mkfifo(home("fifo.db"), 0o600) == 0)
        #expect(try home.run("--vault", home("fifo.db"), "get", "NAME").refused(21))
        try FileManager.default.createDirectory(atPath: home("directory.db"), withIntermediateDirectories: false)
        #expect(try home.run("--vault", home("directory.db"), "get", "NAME").refused(21))
        #expect(try home.run("--vault", "/dev/null", "get", "NAME").refused(21))
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o666] as [mode_t]) func `refuses a file that others can read or write`(mode: mode_t) throws {
        unsafe chmod(home.vault, mode)
        try expectRefusal(21)
    }

    @Test func `refuses a second link`() throws {
        try #require(unsafe link(home.vault, home("second.db")) == 0)
        try expectRefusal(21)
        try expectRefusal(21, at: home("second.db"))
    }

    @Test func `refuses a directory that others can write in`() throws {
        unsafe chmod(home(".local/share/warder"), 0o770)
        try expectRefusal(21)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func `refuses another user's file`() throws {
        try #require(unsafe chown(home.vault, 65534, 65534) == 0)
        try expectRefusal(21)
    }

    @Test func `refuses a file of another program`() throws {
        try home.write("not a database at all\n" + String(repeating: "x", count: 5000), to: "text.db")
        try expectRefusal(12, at: home("text.db"))
        try home.write("", to: "empty.db")
        try expectRefusal(12, at: home("empty.db"))
        try home.python(
            "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('create table t (a)'); d.commit()", home("other.db"))
        unsafe chmod(home("other.db"), 0o600)
        try expectRefusal(12, at: home("other.db"))
    }

    @Test(arguments: [
        "CREATE TABLE extra (a)", "CREATE TRIGGER t AFTER INSERT ON audit BEGIN DELETE FROM audit; END",
        "CREATE VIEW v AS SELECT * FROM slot",
        "CREATE INDEX i ON bucket (entries)", "DROP TABLE audit", "ALTER TABLE slot ADD COLUMN extra BLOB", "DELETE FROM vault",
        "DELETE FROM slot",
        "DELETE FROM record", "DELETE FROM value", "DELETE FROM bucket", "UPDATE value SET box = zeroblob(length(box))",
        "UPDATE vault SET head = zeroblob(length(head))", "UPDATE record SET generation = generation + 1",
        "UPDATE record SET header = zeroblob(length(header))",
    ]) func `refuses what was done by SQL`(statement: String) throws {
        try sql(statement)
        let before = home.content(home.vault)
        let outcome = try home.run("get", "NAME")
        #expect(outcome.refused(12))
        #expect(try home.run("verify").refused(12))
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged)
    }

    @Test(arguments: ["DELETE FROM audit", "UPDATE audit SET entry = zeroblob(length(entry))", "UPDATE audit SET number = number + 5"])
    func `refuses an audit trail that was changed`(statement: String) throws {
        try sql(statement)
        #expect(try home.run("audit", "list").refused(24))
        #expect(try home.run("audit", "verify").refused(24))
        #expect(try home.run("get", "NAME").text == "value")
        // A write knows how many entries there must be; only `audit` and `verify` read them all.
        let mayWrite = statement.hasPrefix("UPDATE audit SET entry")
        #expect(try mayWrite || home.run("set", "NAME", input: Value("new")).refused(24))
    }

    @Test func `refuses a newer format`() throws {
        try sql("PRAGMA user_version = 2")
        try expectRefusal(23)
    }

    @Test(arguments: [1, 99, 100, 512, 4096, 8192, -4096]) func `refuses a truncated file`(count: Int) throws {
        let bytes = try snapshot().bytes
        try home.write(Value(Array(bytes.prefix(count < 0 ? bytes.count + count : count))), to: home.vault)
        try expectRefusal(12)
    }

    @Test(arguments: [1, 2, 100, 4095]) func `gives the right value or none when the end is cut off`(count: Int) throws {
        let bytes = try snapshot().bytes
        try home.write(Value(Array(bytes.dropLast(count))), to: home.vault)
        let outcome = try home.run("get", "NAME")
        #expect(outcome.text == "value" || outcome.refused(12))
    }

    @Test func `refuses a vault that was rolled back`() throws {
        let old = try snapshot()
        try home.store("NAME", "newer")
        try home.write(old, to: home.vault)
        try expectRefusal(13)
        let outcome = try home.run("get", "NAME")
        #expect(outcome.error.contains("hint: "))
    }

    @Test func `refuses a vault that went another way`() throws {
        let old = try snapshot()
        let anchors = home(".local/state/warder")
        try #require(home.run(["-r", anchors, home("anchors")], program: "/bin/cp").code == 0)
        try home.store("NAME", "here")
        try home.write(old, to: home.vault)
        try home.write("", to: "unused")
        // On another host, which has the old anchor.
        let there = home("there")
        try #require(home.shell("mkdir -m 700 -p there/warder && cp -r anchors/anchor there/warder/ && chmod -R go= there").code == 0)
        try #require(home.run("set", "NAME", input: Value("there"), with: ["XDG_STATE_HOME": there]).code == 0)
        try expectRefusal(14)
    }

    @Test func `refuses another vault in its place`() throws {
        try #require(home.run("--vault", home("other/vault.db"), "init", "--key-file", home("key")).code == 0)
        try #require(home.run("--vault", home("other/vault.db"), "set", "NAME", input: Value("planted")).code == 0)
        try home.write(try #require(home.content(home("other/vault.db"))), to: home.vault)
        try expectRefusal(15)
    }

    @Test func `trusts no vault unseen when the settings pin a fingerprint`() throws {
        let fingerprint = try #require(try home.run("verify", "--json").json()["fingerprint"] as? String)
        try FileManager.default.removeItem(atPath: home(".local/state/warder"))
        let first = try home.run("get", "NAME")
        #expect(first.code == 0)
        #expect(first.error.hasPrefix("warder: first use of this vault on this host: fingerprint \(fingerprint)"))
        #expect(try home.run("get", "NAME").error.isEmpty)
        try home.write("[vault]\nkey_file = \"~/key\"\nfingerprint = \"\(fingerprint)\"\n", to: home.settings)
        #expect(try home.run("get", "NAME").code == 0)
        try FileManager.default.removeItem(atPath: home(".local/state/warder"))
        try expectRefusal(15)
        try home.write("[vault]\nkey_file = \"~/key\"\nfingerprint = \"\(String(fingerprint.reversed()))\"\n", to: home.settings)
        try expectRefusal(15)
    }

    @Test func `refuses Argon2id work out of bounds before doing it`() throws {
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        // A slot's header: 4 + 2 + 2 + 16 + 4 + 4, then passes and memory.
        let script = """
            import sqlite3, struct, sys
            d = sqlite3.connect(sys.argv[1])
            b = bytearray(d.execute('select slot from slot').fetchone()[0])
            at = b.index(struct.pack('<IQ', 2, 64 << 20))
            b[at:at + 12] = struct.pack('<IQ', int(sys.argv[2]), int(sys.argv[3]))
            d.execute('update slot set slot = ?', (bytes(b),)); d.commit(); d.close()
            """
        let original = home.content(vault)
        for (passes, memory) in [(1, 64 << 20), (2, 8 << 10), (17, 64 << 20), (2, 1 << 40), (16, 1 << 30), (0, 0)] {
            try home.write(try #require(original), to: vault)
            try #require(home.python(script, vault, "\(passes)", "\(memory)").code == 0)
            let outcome = try home.run(
                "--vault", vault, "--settings", home("empty.toml"), "get", "NAME", with: ["WARDER_PASSPHRASE_FD": "3"],
                descriptors: [3: home("passphrase")])
            #expect(outcome.refused(16))
        }
    }
}
