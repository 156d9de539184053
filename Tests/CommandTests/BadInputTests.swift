import Foundation
import Testing

/// Arguments that are wrong: exit code 2, and never repeated, since one of them may be a secret in the wrong place.
@Suite struct BadInputTests {
    static let canary = "sk-ant-canary0123456789"
    let home: Home

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
    }

    private func expectUsage(_ words: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = home.content(home.vault)
        let outcome = try home.run(words, program: Home.program, input: Value("x"))
        #expect(outcome.refused(2), sourceLocation: sourceLocation)
        let isSilent = !outcome.error.contains("canary")
        #expect(isSilent, sourceLocation: sourceLocation)
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged, sourceLocation: sourceLocation)
    }

    @Test func `says why a value is no argument, and what to do`() throws {
        try expectUsage(["set", "NAME", Self.canary])
        try expectUsage(["set", "NAME", "--trim", Self.canary])
        try expectUsage(["set", "NAME", "-\(Self.canary)"])
        try expectUsage(["set", "NAME=\(Self.canary)"])
        let outcome = try home.run("set", "NAME", Self.canary)
        #expect(outcome.error.hasPrefix("warder: a value is never an argument"))
        #expect(outcome.error.contains("hint: type it at the prompt: warder set NAME\n"))
        #expect(outcome.error.contains("| warder set NAME"))
    }

    @Test(arguments: [
        ["C"], ["--C"], ["-C"], ["get"], ["get", "NAME", "C"], ["get", "--C", "NAME"], ["get", "NAME", "--generation", "C"],
        ["get", "--generation"], ["get", "NAME", "--C=C"], ["slot"] + ["C"], ["slot", "remove", "C"], ["audit", "C"], ["--vault"],
        ["list", "a", "C"],
        ["set", "NAME", "--generate", "C"], ["set", "NAME", "--if-generation", "-1"], ["set", "--batch", "C"], ["rename", "NAME"],
        ["remove"],
        ["history", "NAME", "--json=C"], ["run", "--C", "--", "true"], ["check", "C"], ["allow", "C"], ["init", "--kdf-memory", "C"],
        ["get", "x'C'y", "z"], ["get", "a", "b'C'"], ["get", "a", "'C"], ["get", "a", "b\n'C'\nC"], ["status", "'--json' C '"],
        ["get", "NAME", "\u{1B}[31mC"],
    ]) func `refuses unknown words without repeating them`(words: [String]) throws {
        try expectUsage(words.map { $0.replacingOccurrences(of: "C", with: Self.canary) })
    }

    @Test(arguments: ["", "/A", "A/", "A//B", ".A", "-A", "A B", "A\n", "é", "A/../B", "A:B", String(repeating: "A", count: 257)])
    func `refuses names out of bounds`(name: String) throws {
        for words in [["get"], ["set"], ["show"], ["history"], ["remove"], ["purge", "--yes"], ["rollback"], ["rename", "NAME"]] {
            let outcome = try home.run(words + ["--", name], program: Home.program, input: Value("x"))
            #expect(outcome.refused(2), "\(words[0])")
        }
    }

    @Test func `takes the longest name`() throws {
        let name = String(repeating: "A", count: 256)
        try home.store(name, "value")
        #expect(try home.run("get", name).text == "value")
    }

    @Test func `prints help and version on standard output`() throws {
        for words in [["--help"], ["-h"], ["help"], ["set", "--help"], ["slot", "--help"], ["help", "run"], ["--version"]] {
            let outcome = try home.run(words, program: Home.program)
            #expect(outcome.code == 0)
            #expect(!outcome.output.isEmpty)
            #expect(outcome.error.isEmpty)
        }
    }
}
