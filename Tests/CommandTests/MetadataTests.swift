import Foundation
import Testing

/// `list`, `show`, `history`, and what `set` says of a value.
@Suite struct MetadataTests {
    let home: Home

    init() throws { home = try Home() }

    private func secrets(_ arguments: String...) throws -> [[String: Any]] {
        try #require(try home.run(["list", "--json"] + arguments, program: Home.program).json()["secrets"] as? [[String: Any]])
    }

    private static let fields: Set<String> = [
        "name", "kind", "generation", "created", "expires", "rotate_by", "note", "labels", "allowed_hosts",
    ]

    @Test func `lists nothing in an empty vault`() throws {
        #expect(try secrets().isEmpty)
        #expect(try home.run("list").output.isEmpty)
        #expect(try home.run("list").code == 0)
    }

    @Test func `has every field, null when unset`() throws {
        try home.store("NAME", "value")
        let secret = try #require(try secrets().first)
        #expect(Set(secret.keys) == Self.fields)
        for field in ["kind", "expires", "rotate_by", "note"] { #expect(secret[field] is NSNull) }
        #expect((secret["labels"] as? [String: String])?.isEmpty == true)
        #expect((secret["allowed_hosts"] as? [String])?.isEmpty == true)
    }

    @Test func `keeps what set says of a value`() throws {
        let outcome = try home.run(
            "set", "NAME", "--kind", "api-key", "--expires", "2031-02-03", "--rotate-by", "2030-01-02T03:04:05Z", "--note",
            "for the gateway",
            "--label", "team=core", "--label", "env=a=b", "--allow-host", "api.anthropic.com", "--allow-host", "API.example.org",
            input: Value("v"))
        #expect(outcome.code == 0)
        let secret = try #require(try secrets().first)
        #expect(secret["kind"] as? String == "api-key")
        #expect(secret["expires"] as? String == "2031-02-03T00:00:00Z")
        #expect(secret["rotate_by"] as? String == "2030-01-02T03:04:05Z")
        #expect(secret["note"] as? String == "for the gateway")
        #expect(secret["labels"] as? [String: String] == ["team": "core", "env": "a=b"])
        #expect(secret["allowed_hosts"] as? [String] == ["api.anthropic.com", "api.example.org"])

        let shown = try home.run("show", "NAME", "--json").json()
        #expect(Set(shown.keys) == Self.fields.union(["version", "kept"]))
        #expect(shown["note"] as? String == "for the gateway")
        let page = try home.run("show", "NAME").text
        for part in ["api-key", "2031-02-03T00:00:00Z", "for the gateway", "team=core", "api.example.org"] { #expect(page.contains(part)) }
    }

    @Test func `takes over all but the times`() throws {
        try home.run("set", "NAME", "--expires", "90d", "--note", "n", "--allow-host", "h.example", "--label", "a=b", input: Value("1"))
        try home.run("set", "NAME", "--label", "c=d", input: Value("2"))
        let secret = try #require(try secrets().first)
        #expect(secret["expires"] is NSNull)
        #expect(secret["note"] as? String == "n")
        #expect(secret["labels"] as? [String: String] == ["a": "b", "c": "d"])
        try home.run("set", "NAME", "--note", "", "--no-labels", "--no-allowed-hosts", input: Value("3"))
        let bare = try #require(try secrets().first)
        #expect(bare["note"] is NSNull)
        #expect((bare["labels"] as? [String: String])?.isEmpty == true)
        #expect((bare["allowed_hosts"] as? [String])?.isEmpty == true)
    }

    @Test(arguments: [
        ["--expires", "soon"], ["--expires", "2031-02-30"], ["--expires", "90"], ["--label", "none"], ["--label", "a b=c"],
        ["--note", "two\nlines"], ["--allow-host", "http://host"], ["--kind", "API KEY"], ["--rotate-by", ""],
    ]) func `refuses metadata out of bounds`(words: [String]) throws {
        let outcome = try home.run(["set", "NAME"] + words, program: Home.program, input: Value("v"))
        #expect(outcome.refused(2))
        #expect(try home.run("get", "NAME").refused(22))
    }

    @Test func `lists sorted, and by pattern`() throws {
        for name in ["prod/B", "prod/A", "dev/A", "Z"] { try home.store(name, "v") }
        #expect(try secrets().map { $0["name"] as? String } == ["Z", "dev/A", "prod/A", "prod/B"])
        #expect(try secrets("prod/*").map { $0["name"] as? String } == ["prod/A", "prod/B"])
        #expect(try secrets("?").map { $0["name"] as? String } == ["Z"])
        #expect(try secrets("nothing*").isEmpty)
        #expect(try home.run("list", "nothing*").code == 0)
        let table = try home.run("list").text.split(separator: "\n")
        #expect(table.first?.split(separator: " ") == ["NAME", "GEN", "AGE", "EXPIRES", "NOTE"])
        #expect(table.count == 5)
    }

    @Test func `cuts the table to the width of the terminal`() throws {
        try home.run("set", "NAME", "--note", String(repeating: "wide 表 ", count: 20), input: Value("v"))
        let table = try home.run("list", with: ["COLUMNS": "40"]).text.split(separator: "\n")
        #expect(table.allSatisfy { $0.count <= 40 })
        #expect(table.last?.hasSuffix("…") == true)
    }

    @Test func `shows the history, newest first`() throws {
        try home.store("NAME", "1")
        try home.store("NAME", "2")
        try home.run("remove", "NAME")
        let answer = try home.run("history", "NAME", "--json").json()
        let generations = try #require(answer["generations"] as? [[String: Any]])
        #expect(generations.map { $0["generation"] as? Int } == [3, 2, 1])
        #expect(generations.map { $0["removed"] as? Bool } == [true, false, false])
        #expect(Set(try #require(generations.first).keys) == Self.fields.union(["removed"]))
        #expect(try home.run("history", "NAME").text.contains("removed"))
        #expect(try home.run("history", "OTHER").refused(22))
    }
}
