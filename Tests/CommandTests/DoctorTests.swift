import Foundation
import Glibc
import Testing

/// `warder doctor` as a whole: what it says of a home where all is well, and of one with many faults.
@Suite struct DoctorTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `finds nothing in a healthy home`() throws {
        let home = try Home()
        try #require(home.run("set", "anthropic/api-key", "--allow-host", "api.anthropic.com", input: Value("one")).code == 0)
        try home.configure("[provider.anthropic]\nmodels = [\"claude-sonnet-4-6\"]\n[default]\nmodel = \"anthropic/claude-sonnet-4-6\"\n")
        try home.write("export EDITOR=vi\n", to: ".profile", mode: 0o644)
        unsafe mkdir(home(".fased"), 0o700)
        try #require(home.run("consumer", "add", "fased").code == 0)
        try #require(home.run("apply").code == 0)
        let found = try home.doctor()
        #expect(found.code == 0 && found.rows.isEmpty && found.error == "nothing found\n", "\(found.rows)")
        #expect(try home.run("doctor", "--quiet").error.isEmpty)
        let spoken = try home.run("doctor", "--verbose").errorLines
        for path in [".config/warder/warder.toml", ".local/share/warder/vault.db", ".fased/.env", ".profile"] {
            #expect(spoken.contains("warder: looking at ~/\(path)"))
        }
    }

    @Test func `changes nothing`() throws {
        let home = try Home()
        try home.store("ANTHROPIC_API_KEY", "one")
        try home.write("export ANTHROPIC_API_KEY=two\n", to: ".profile")
        try home.write("[provider]\nkind = \"cloudflare\"\n", to: ".loong/config.toml")
        // A host that has not seen the vault yet stays so.
        for state in ["", home("elsewhere")] {
            let list = "find . -printf '%p %m %s %T@ %i\\n' | sort"
            let before = try home.shell(list).text
            #expect(try home.doctor(with: ["XDG_STATE_HOME": state]).code == 1)
            #expect(try home.shell(list).text == before)
        }
    }

    @Test func `finds several faults at once, the worst first`() throws {
        let home = try Home()
        try home.store("anthropic/api-key", "one")
        try #require(home.run("set", "OLD", "--expires", "2020-01-01", input: Value("x")).code == 0)
        try home.write("\nexport ANTHROPIC_API_KEY=two\n", to: ".profile")
        try home.write("[provider]\nkind = \"cloudflare_ai_gateway\"\napi_key = \"three\"\n", to: ".loong/config.toml", mode: 0o644)
        let found = try home.doctor(with: ["ANTHROPIC_API_KEY": "four"])
        #expect(found.has("secret-expired", subject: "OLD"))
        #expect(found.has("shadowed-key", ".profile", 2, subject: "ANTHROPIC_API_KEY"))
        #expect(found.has("shadowed-key", subject: "ANTHROPIC_API_KEY"))
        #expect(found.has("file-wide", ".loong/config.toml"))
        #expect(found.has("plaintext-key", ".loong/config.toml", 3))
        #expect(found.has("gateway-address", ".loong/config.toml", 2))
        #expect(found.has("secret-without-hosts", subject: "anthropic/api-key"))
        let ranks = found.rows.map { ["error", "warning", "info"].firstIndex(of: $0.severity) ?? 9 }
        #expect(ranks == ranks.sorted())
    }

    @Test func `good advice alone is no failure`() throws {
        let home = try Home()
        try home.store("openai/api-key", "one")
        let found = try home.doctor()
        #expect(found.code == 0 && found.has("secret-without-hosts", subject: "openai/api-key"))
        #expect(found.rows.count == 1 && found.error.isEmpty)
        try home.expectCured(
            "secret-without-hosts", subject: "openai/api-key", fix: "`warder set openai/api-key --allow-host api.openai.com`"
        ) {
            try home.cure("warder set openai/api-key --allow-host api.openai.com", input: Value("two"))
        }
    }

    @Test func `settings that cannot be read do not hide the rest`() throws {
        let home = try Home()
        try home.store("anthropic/api-key", "one")
        try home.write("export ANTHROPIC_API_KEY=two\n", to: ".profile")
        try home.configure("[nonsense]\nx = 1\n")
        let found = try home.doctor()
        #expect(found.has("settings-invalid", ".config/warder/warder.toml", 4))
        #expect(found.has("shadowed-key", ".profile", 1), "the key file is still known")
        // Nothing at all can be taken from this.
        try home.write("[vault\nkey_file = ", to: home.settings)
        let broken = try home.doctor()
        #expect(broken.all("settings-invalid").count == 1 && broken.has("vault-locked", ".local/share/warder/vault.db"))
    }

    @Test func `works without a vault, and with one that is locked`() throws {
        let home = try Home(withVault: false)
        try home.write("{\"env\":{\"ANTHROPIC_API_KEY\":\"one\"}}", to: ".claude/settings.json")
        try home.write("[Service]\nExecStart=/bin/true\n", to: ".config/systemd/user/fased-gateway.service")
        try home.write("export OPENAI_API_KEY=two\n", to: ".profile")
        let found = try home.doctor()
        #expect(found.has("vault-missing", ".local/share/warder/vault.db"))
        #expect(found.has("plaintext-key", ".claude/settings.json", 1) && found.has("login-only-key", ".profile", 1))
        let vault = try home.passphraseVault()
        let locked = try home.doctor("--vault", vault)
        #expect(locked.has("vault-locked", "second/vault.db") && locked.has("plaintext-key", ".claude/settings.json", 1))
        #expect(locked.all("login-only-key").isEmpty, "the vault may have it")
    }

    @Test func `asks for a passphrase at a terminal alone`() throws {
        let home = try Home(withVault: false)
        let vault = try home.passphraseVault()
        let asked = try Terminal.run(
            home, "--vault", vault, "doctor", steps: [.expect("Passphrase: "), .echo(false), .type("correct horse battery\n")])
        #expect(asked.failed == nil && asked.code == 0 && asked.text.contains("nothing found"))
    }

    @Test func `wraps its lines for a terminal`() throws {
        let home = try Home()
        try home.store("anthropic/api-key", "one")
        try home.write("export ANTHROPIC_API_KEY=two\n", to: ".profile")
        let lines = try home.run("doctor", with: ["COLUMNS": "60"]).text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 60 || $0.contains("`") } && lines.count > 4)
    }

    @Test func `the machine's own vault serves none of the user's programs`() throws {
        let home = try Home()
        try home.write("[provider]\nkind = \"cloudflare_ai_gateway\"\n", to: ".loong/config.toml")
        #expect(try home.doctor().code == 1)
        let found = try home.doctor("--system", "--vault", home.vault, with: ["WARDER_KEY_FILE": home("key")])
        #expect(found.all("gateway-address").isEmpty)
    }

    @Test func `every finding is in the documents and has a test`() throws {
        let source = try String(
            contentsOf: Self.repository.appending(path: "Sources/WarderCommands/Commands/Doctor/Finding.swift"), encoding: .utf8)
        let codes = source.matches(of: /case [a-zA-Z]+ = "([a-z-]+)"/).map { String($0.output.1) }
        #expect(codes.count > 40)
        let document = try String(contentsOf: Self.repository.appending(path: "contrib/docs/doctor.md"), encoding: .utf8)
        let tests = Self.repository.appending(path: "Tests/CommandTests")
        let names = try FileManager.default.contentsOfDirectory(atPath: tests.path).filter { $0.hasPrefix("Doctor") }
        let text = try names.map { try String(contentsOf: tests.appending(path: $0), encoding: .utf8) }.joined()
        for code in codes {
            #expect(document.contains("| `\(code)` |"), "\(code) in doctor.md")
            #expect(text.contains("\"\(code)\""), "\(code) in a test")
        }
    }
}
