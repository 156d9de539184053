import Foundation
import Glibc
import Testing

/// `warder doctor` and the vault: each fault with its cure.
@Suite struct DoctorVaultTests {
    let home: Home
    private let place = ".local/share/warder/vault.db"

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
    }

    private func sql(_ statement: String) throws {
        let done = try home.python(
            "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.commit(); d.close()", home.vault,
            statement)
        try #require(done.code == 0)
    }

    /// Takes the vault as it is, with the words of `warder verify`.
    private func accept() throws {
        let hint = try home.run("verify").error
        let identity = try #require(hint.firstMatch(of: /the vault is ([0-9a-f-]+:[0-9]+)/)?.output.1)
        try home.cure("warder verify --accept \(identity)")
    }

    @Test func `there is no vault`() throws {
        let home = try Home(withVault: false)
        try home.expectCured("vault-missing", place, fix: "`warder init`") { try home.cure("warder init --key-file ~/.config/warder/key") }
        let backup = home("backup")
        try #require(home.run("backup", backup).code == 0)
        unsafe unlink(home.vault)
        try home.expectCured("vault-missing", place, fix: "`warder restore BACKUP`") { try home.cure("warder restore ~/backup") }
    }

    @Test func `others can look into it`() throws {
        unsafe chmod(home.vault, 0o644)
        try home.expectCured("vault-unsafe", place, fix: "`chmod 600 ~/\(place)`") { try home.cure("chmod 600 ~/\(place)") }
        for mode in [0o755, 0o777] as [mode_t] {
            unsafe chmod(home(".local/share/warder"), mode)
            try home.expectCured("vault-unsafe", ".local/share/warder", fix: "`chmod 700 ~/.local/share/warder`") {
                try home.cure("chmod 700 ~/.local/share/warder")
            }
        }
        try #require(unsafe link(home.vault, home("second.db")) == 0)
        try home.expectCured("vault-unsafe", place, fix: "find ~ -samefile") { unsafe unlink(home("second.db")) }
        try #require(unsafe rename(home.vault, home("real.db")) == 0)
        try #require(unsafe symlink(home("real.db"), home.vault) == 0)
        try home.expectCured("vault-unsafe", place, fix: "in the place of the link") {
            try #require(unsafe rename(home("real.db"), home.vault) == 0)
        }
    }

    @Test func `nothing opens it, or the wrong key`() throws {
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        let locked = try home.doctor("--vault", vault, "--settings", home("empty.toml"))
        #expect(locked.code == 1 && locked.has("vault-locked", "second/vault.db"))
        try home.write(.random(32), to: "wrong")
        let more = ["WARDER_KEY_FILE": home("wrong")]
        #expect(try home.doctor(with: more).has("vault-wrong-key", place))
        #expect(try home.doctor(with: ["WARDER_KEY_FILE": home("key")]).code == 0, "the cure")
        // The passphrase is the cure of the other.
        let opened = try home.run(
            "--vault", vault, "--settings", home("empty.toml"), "doctor", with: ["WARDER_PASSPHRASE_FD": "3"],
            descriptors: [3: home("passphrase")])
        #expect(opened.code == 0)
    }

    @Test func `it is older than what this host has seen`() throws {
        let old = try #require(home.content(home.vault))
        try home.store("NAME", "newer")
        try home.write(old, to: home.vault)
        try home.expectCured("vault-rolled-back", place, fix: "`warder verify --accept FINGERPRINT:SEQUENCE`", by: accept)
    }

    @Test func `it went another way`() throws {
        let old = try #require(home.content(home.vault))
        try #require(home.shell("cp -r .local/state anchors && chmod -R go= anchors").code == 0)
        try home.store("NAME", "here")
        try home.write(old, to: home.vault)
        try #require(home.run("set", "NAME", input: Value("there"), with: ["XDG_STATE_HOME": home("anchors")]).code == 0)
        try home.expectCured("vault-forked", place, fix: "`warder verify --accept FINGERPRINT:SEQUENCE`", by: accept)
    }

    @Test func `it is another vault`() throws {
        try #require(home.run("--vault", home("other/vault.db"), "init", "--key-file", home("key")).code == 0)
        try home.write(try #require(home.content(home("other/vault.db"))), to: home.vault)
        try home.expectCured("vault-replaced", place, fix: "`warder verify --accept FINGERPRINT:SEQUENCE`", by: accept)
    }

    @Test func `it is damaged`() throws {
        try #require(home.run("backup", home("backup")).code == 0)
        try sql("UPDATE value SET box = zeroblob(length(box))")
        try home.expectCured("vault-corrupt", place, fix: "`warder restore BACKUP`") { try home.cure("warder restore ~/backup --force") }
        try sql("DELETE FROM audit")
        try home.expectCured("audit-broken", place, fix: "`warder audit verify`") { try home.cure("warder restore ~/backup --force") }
    }

    @Test func `it is of a newer program, or cannot be read`() throws {
        try sql("PRAGMA user_version = 2")
        try home.expectCured("vault-too-new", place, fix: "install a newer warder") {
            try sql("PRAGMA user_version = 1")
        }
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        // A slot that asks for more work than is allowed: 4 + 2 + 2 + 16 + 4 + 4, then passes and memory.
        let script = """
            import sqlite3, struct, sys
            d = sqlite3.connect(sys.argv[1])
            b = bytearray(d.execute('select slot from slot').fetchone()[0])
            at = b.index(struct.pack('<IQ', 2, 64 << 20))
            b[at:at + 12] = struct.pack('<IQ', 2, 1 << 40)
            d.execute('update slot set slot = ?', (bytes(b),)); d.commit(); d.close()
            """
        let good = try #require(home.content(vault))
        func run() throws -> Outcome {
            try home.run(
                "--vault", vault, "--settings", home("empty.toml"), "doctor", "--json", with: ["WARDER_PASSPHRASE_FD": "3"],
                descriptors: [3: home("passphrase")])
        }
        try #require(home.python(script, vault).code == 0)
        let found = try run()
        let code = "vault-unreadable"
        #expect(found.code == 1 && found.text.contains("\"code\":\"\(code)\""))
        try home.write(good, to: vault)
        #expect(try run().code == 0)
    }

    @Test func `its key file is gone, open to others, or beside it`() throws {
        unsafe chmod(home("key"), 0o644)
        try home.expectCured("key-file-unsafe", "key", fix: "`chmod 600 ~/key`") { try home.cure("chmod 600 ~/key") }
        let key = try #require(home.content(home("key")))
        try home.write(.random(31), to: "key")
        try home.expectCured("key-file-unsafe", "key", fix: "put the right file there") { try home.write(key, to: "key") }
        unsafe unlink(home("key"))
        try home.expectCured("key-file-missing", "key", fix: "put it back") { try home.write(key, to: "key") }
        try home.write(key, to: ".local/share/warder/key")
        try home.write("[vault]\nkey_file = \"~/.local/share/warder/key\"\n", to: home.settings)
        try home.expectCured("key-file-beside-vault", ".local/share/warder/key", fix: "move it, to ~/.config/warder") {
            try home.cure("mv ~/.local/share/warder/key ~/.config/warder/key")
            try home.write("[vault]\nkey_file = \"~/.config/warder/key\"\n", to: home.settings)
        }
    }

    @Test func `a consumer, or a wired system, needs an answer without a person`() throws {
        let vault = try home.passphraseVault()
        let other = try home.write("", to: "other.toml")
        func found() throws -> [Diagnosis.Row] { try home.doctor("--vault", vault, "--settings", other).all("prompt-needed") }
        #expect(try found().isEmpty)
        try home.write("[consumer.app]\nformat = \"dotenv\"\npath = \"~/app.env\"\n", to: "other.toml")
        #expect(try found().first?.message.contains("the consumer app") == true)
        try home.write("", to: "other.toml")
        let command = try home.write("#!/bin/sh\n", to: ".config/warder/warder", mode: 0o700)
        try home.write(
            "{secrets: {providers: {warder: {source: 'exec', command: '\(command)', args: ['credential', 'openclaw']}}}}",
            to: ".openclaw/openclaw.json")
        #expect(try found().first?.fix.contains("`warder slot add --key-file PATH`") == true)
        let added = try home.run(
            "--vault", vault, "--settings", other, "slot", "add", "--key-file", home("key"), with: ["WARDER_PASSPHRASE_FD": "3"],
            descriptors: [3: home("passphrase")])
        #expect(added.code == 0)
        #expect(try found().first?.fix == "key_file = \"PATH\" under [vault] in warder.toml")
        try home.write("[vault]\nkey_file = \"~/key\"\n", to: "other.toml")
        #expect(try home.doctor("--vault", vault, "--settings", other).code == 0)
    }

    @Test func `secrets that are old`() throws {
        try #require(home.run("set", "GONE", "--expires", "2020-01-01", input: Value("x")).code == 0)
        try home.expectCured("secret-expired", subject: "GONE", fix: "`warder set GONE`") {
            try home.cure("warder set GONE", input: Value("y"))
        }
        try #require(home.run("set", "SOON", "--expires", "3d", input: Value("x")).code == 0)
        #expect(try home.doctor().all("secret-expiring").first?.message == "SOON expires in 3d")
        try home.expectCured("secret-expiring", subject: "SOON", fix: "`warder set SOON`") {
            try home.cure("warder set SOON --expires 90d", input: Value("y"))
        }
        try #require(home.run("set", "DUE", "--rotate-by", "2020-01-01", input: Value("x")).code == 0)
        try home.expectCured("secret-rotate-due", subject: "DUE", fix: "`warder set DUE`") {
            try home.cure("warder set DUE", input: Value("y"))
        }
        #expect(try home.doctor().code == 0)
    }

    @Test func `a token where a key belongs, and the reverse`() throws {
        try home.store("cloudflare-ai-gateway/api-key", "cfut_abcdefghijklmnop")
        try home.expectCured("misplaced-key", subject: "cloudflare-ai-gateway/api-key", fix: "`warder set cloudflare-ai-gateway/api-key`") {
            try home.cure("warder set cloudflare-ai-gateway/api-key", input: Value("sk-ant-abcdefghijklmnop"))
        }
        try home.store("CF_AIG_TOKEN", "sk-ant-abcdefghijklmnop")
        try home.expectCured("misplaced-key", subject: "CF_AIG_TOKEN", fix: "`warder set CF_AIG_TOKEN`") {
            try home.cure("warder set CF_AIG_TOKEN", input: Value("cfat_abcdefghijklmnop"))
        }
        // Where Cloudflare's own REST API is asked, its token is the key.
        try home.store("cloudflare-ai-gateway/api-key", "cfut_abcdefghijklmnop")
        try home.configure("[provider.cloudflare-ai-gateway]\naccount_id = \"a1\"\ngateway_id = \"g1\"\nroute = \"rest\"\n")
        #expect(try home.doctor().all("misplaced-key").isEmpty)
    }
}
