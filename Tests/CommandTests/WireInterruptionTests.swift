import Foundation
import Glibc
import Testing

/// `warder wire`, when it fails half-way, is stopped, or is run again for another purpose.
@Suite struct WireInterruptionTests {
    let rig: WireRig
    var home: Home { rig.home }
    var key: String { rig.key }
    var token: String { rig.token }

    init() throws { rig = try WireRig() }

    @Test func `leaves nothing behind when the environment file has another value`() throws {
        let env = try home.write("CF_AIG_TOKEN=other\n", to: ".fased/.env")
        let (settings, tree) = (home.content(home.settings), try home.files())
        #expect(try home.run("wire", "fased").refused(19))
        #expect(home.content(home.settings) == settings)
        #expect(try home.files() == tree && home.content(env) == Value("CF_AIG_TOKEN=other\n"))
        #expect(try home.run("wire", "fased", "--remove").refused(22))
    }

    @Test func `is not forgotten before it is taken back`() throws {
        try home.write("{}", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        try FileManager.default.moveItem(atPath: home("key"), toPath: home("key.off"))
        #expect(try home.run("wire", "fased", "--remove").code != 0)
        try FileManager.default.moveItem(atPath: home("key.off"), toPath: home("key"))
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(home(".fased/fased.json")) == Value("{}") && home.content(home(".fased/.env")) == nil)
    }

    @Test func `variables that are not needed any more go`() throws {
        try #require(home.run("wire", "fased", "--keys", "env").code == 0)
        let hadKey = home.content(home(".fased/.env"))?.contains(key) == true
        try #require(home.run("wire", "fased").code == 0)
        let hasKey = home.content(home(".fased/.env"))?.contains(key) == true
        #expect(hadKey && !hasKey)
        let hasToken = home.content(home(".fased/.env"))?.contains(token) == true
        #expect(hasToken)
    }

    @Test func `variables that its user has added keep their way to the program`() throws {
        try #require(home.run("wire", "fased").code == 0)
        let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
        try home.write(settings.replacing("[profile.fased]\n", with: "[profile.fased]\nMINE = \"mine-value\"\n"), to: home.settings)
        try #require(home.run("apply", "fased").code == 0)
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(home(".fased/.env")) == Value("MINE=mine-value\n"))
    }

    @Test func `one path has one record, whatever it is called`() throws {
        let file = try home.write("{}", to: ".fased/fased.json")
        unsafe symlink(home(".fased"), home("link"))
        try #require(home.run("wire", "fased").code == 0)
        #expect(try home.run("wire", "fased", "--file", home("link/fased.json")).error.contains("is wired already"))
        #expect(try home.run("wire", "fased", "--remove", "--file", home(".fased/../.fased/fased.json")).code == 0)
        #expect(home.content(file) == Value("{}"))
    }

    /// Wherever it is stopped, it can be wired again and taken back.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace"), "SKIPPED: needs strace"))
    func `is whole wherever it is stopped`() throws {
        let text = "{ a: 1 }\n"
        for call in ["rename", "renameat2", "fsync", "fdatasync", "unlink", "unlinkat"] {
            for (words, number) in [([], 1), ([], 2), ([], 3), ([], 4), (["--remove"], 1), (["--remove"], 2), (["--remove"], 3)]
                as [([String], Int)]
            {
                let file = try home.write(text, to: ".fased/fased.json")
                let settings = home.content(home.settings)
                if !words.isEmpty { try #require(home.run("wire", "fased").code == 0) }
                _ = try home.run(
                    ["-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)", Home.program]
                        + ["wire", "fased"] + words, program: "/usr/bin/strace")
                let isWhole = home.content(file) == Value(text) || home.content(file)?.contains("\"secrets\"") == true
                #expect(isWhole, "\(call) \(number) \(words)")
                #expect(try home.run("wire", "fased").code == 0, "\(call) \(number) \(words)")
                #expect(try home.run("wire", "fased", "--remove").code == 0, "\(call) \(number) \(words)")
                #expect(home.content(file) == Value(text), "\(call) \(number) \(words)")
                #expect(home.content(home.settings) == settings, "\(call) \(number) \(words)")
            }
        }
    }
}
