import Foundation
import Glibc
import Testing

/// `warder doctor` and fixes that lose nothing, and cure what they say.
@Suite struct DoctorCureTests {
    let home: Home

    init() throws { home = try Home() }

    @Test func `of two keys a person chooses`() throws {
        try home.store("MISTRAL_API_KEY", "old")
        try home.write("MISTRAL_API_KEY=new\n", to: ".genesis/.env")
        let back = "`warder consumer add genesis`, `warder apply --replace genesis`"
        let fix = "`warder import ~/.genesis/.env --format openclaw --replace` first; if the vault's is, only: \(back)"
        try home.expectCured("shadowed-key", ".genesis/.env", 1, fix: "if the file's is the right one, \(fix)") {
            try home.cure("warder import ~/.genesis/.env --format openclaw --replace")
            try home.cure("warder consumer add genesis && warder apply --replace genesis")
        }
        let isNew = try home.value("MISTRAL_API_KEY") == Value("new")
        #expect(isNew, "the newer key is in the vault")
        let found = try home.doctor()
        #expect(found.rows.allSatisfy { $0.severity == "info" }, "\(found.rows)")
        // A secret that is called otherwise is not the one that an import would write.
        try home.store("groq/api-key", "old")
        try home.write("GROQ_API_KEY=new\n", to: ".fased/.env")
        #expect(try home.doctor().all("shadowed-key").contains { $0.fix.contains("`warder set groq/api-key` with it first") })
        try home.write("export GROQ_API_KEY=new\n", to: ".profile")
        #expect(
            try home.doctor().all("shadowed-key").contains {
                $0.path == ".profile" && $0.fix.contains("if its value is the right one, `warder set groq/api-key` first")
            })
    }

    @Test func `a path with blanks is one that a shell finds`() throws {
        let directory = home("my  fased's")
        try home.write("MISTRAL_API_KEY=one\n", to: "my  fased's/.env", mode: 0o644)
        let more = ["FASED_STATE_DIR": directory]
        let word = "~/'my  fased'\\''s'/.env"
        try home.expectCured("file-wide", "my  fased's/.env", fix: "`chmod 600 \(word)`", with: more) {
            try home.cure("chmod 600 \(word)")
        }
        let fix =
            "`warder import \(word) --format openclaw`, then `warder consumer add fased --path \(word)`, `warder apply --replace fased`"
        try home.expectCured("plaintext-key", "my  fased's/.env", 1, fix: fix, with: more) {
            try home.cure(
                "warder import \(word) --format openclaw; warder consumer add fased --path \(word); warder apply --replace fased",
                with: more)
        }
        let found = try home.doctor(with: more)
        #expect(found.rows.allSatisfy { $0.severity == "info" }, "\(found.rows)")
        // The home's path within another path is no home.
        try home.write("{models: ", to: "root\(home.path)/openclaw.json")
        let nested = try home.doctor(with: ["OPENCLAW_CONFIG_PATH": home("root\(home.path)/openclaw.json")])
        #expect(nested.text.contains("warning: ~/root\(home.path)/openclaw.json:1: "))
        // A command is not broken at a terminal.
        let lines = try home.run("doctor", with: more.merging(["COLUMNS": "40"]) { $1 }).text
        #expect(lines.isEmpty || !lines.contains("~/'my\n"))
    }

    @Test func `a variable that no preset has`() throws {
        try home.write("MY_TOKEN=one\n", to: ".fased/.env")
        let entry = "MY_TOKEN = \"secret:MY_TOKEN\" in [profile.fased] of warder.toml"
        try home.expectCured(
            "plaintext-key", ".fased/.env", 1,
            fix: "then \(entry), `warder consumer add fased`, `warder apply --replace fased`"
        ) {
            try home.cure("warder import ~/.fased/.env --format openclaw")
            try home.configure("[profile.fased]\nMY_TOKEN = \"secret:MY_TOKEN\"\n")
            try home.cure("warder consumer add fased && warder apply --replace fased")
        }
        // Beside one that it has.
        try home.write("MY_TOKEN=one\nMISTRAL_API_KEY=two\n", to: ".genesis/.env")
        let found = try home.doctor().all("duplicate-key").first { $0.path == ".genesis/.env" }
        let line = "`warder consumer add genesis`, MY_TOKEN = \"secret:MY_TOKEN\" in [profile.genesis] of warder.toml, `warder apply"
        #expect(found?.fix.contains(line) == true, "\(found?.fix ?? "nothing")")
        try home.cure("warder import ~/.genesis/.env --format openclaw; warder consumer add genesis")
        try home.cure(
            "sed -i 's/^\\[profile.genesis\\]/&\\nMY_TOKEN = \"secret:MY_TOKEN\"/' ~/.config/warder/warder.toml; warder apply --replace genesis"
        )
        let after = try home.doctor()
        #expect(after.rows.allSatisfy { $0.severity == "info" }, "\(after.rows)")
    }

    @Test func `a copy beside a configuration`() throws {
        let file = ".openclaw/openclaw.json.bak.1"
        try home.write("{models: {providers: {\n openai: {apiKey: 'one'}}}}", to: file, mode: 0o644)
        try home.expectCured("file-wide", file, fix: "`chmod 600 ~/\(file)`") { try home.cure("chmod 600 ~/\(file)") }
        let fix = "`warder import ~/\(file) --format openclaw-config` first"
        try home.expectCured("plaintext-key", file, 2, subject: "openai/api-key", fix: fix) {
            try home.cure("warder import ~/\(file) --format openclaw-config")
        }
        try home.expectCured("duplicate-key", file, 2, subject: "openai/api-key", fix: "remove the file") {
            try home.store("openai/api-key", "two")
        }
        try home.expectCured("plaintext-key", file, 2, subject: "openai/api-key", fix: "remove the file") { unsafe unlink(home(file)) }
        try home.write("OPENAI_API_KEY=two\n", to: ".fased/.env.bak")
        #expect(try home.doctor().has("duplicate-key", ".fased/.env.bak", 1, subject: "OPENAI_API_KEY"))
    }
}
