import Foundation
import Testing

/// `set` and `get`.
@Suite struct ValueTests {
    let home: Home

    init() throws { home = try Home() }

    @Test(arguments: [0, 1, 255, 4096, 1 << 20]) func `gives back exactly what was piped in`(count: Int) throws {
        let value = Value.random(count)
        try home.store("NAME", value)
        let isSame = try home.value("NAME") == value
        #expect(isSame)
    }

    @Test func `gives back every byte`() throws {
        let value = Value((0...255).map { UInt8($0) } + [0x0A])
        try home.store("NAME", value)
        let isSame = try home.value("NAME") == value
        #expect(isSame)
        let answer = try home.run("get", "--json", "NAME").json()
        let encoded = answer["value_base64"] as? String == Data(value.bytes).base64EncodedString()
        #expect(encoded)
        #expect(answer["value"] == nil)
        #expect(Set(answer.keys) == ["version", "name", "generation", "value_base64"])
    }

    @Test func `prints text as text in JSON`() throws {
        let text = "quote \" backslash \\ newline \n tab \t bell \u{7} é 🙂"
        try home.store("NAME", text)
        let answer = try home.run("get", "NAME", "--json").json()
        let isSame = answer["value"] as? String == text
        #expect(isSame)
        #expect(answer["name"] as? String == "NAME")
        #expect(answer["generation"] as? Int == 1)
        #expect(Set(answer.keys) == ["version", "name", "generation", "value"])
    }

    @Test func `refuses a value of more than 1 MiB`() throws {
        #expect(try home.run("set", "NAME", input: .random(1 << 20 + 1)).refused(2))
        #expect(try home.run("get", "NAME").refused(22))
    }

    @Test func `counts generations and gives an older one`() throws {
        try home.store("NAME", "one")
        let answer = try home.run("set", "NAME", "--json", input: Value("two")).json()
        #expect(answer["generation"] as? Int == 2)
        #expect(answer["name"] as? String == "NAME")
        #expect(try home.run("get", "NAME", "--generation", "1").text == "one")
        #expect(try home.run("get", "NAME").text == "two")
        #expect(try home.run("get", "NAME", "--generation", "3").refused(22))
    }

    @Test func `writes only on top of the generation that was expected`() throws {
        #expect(try home.run("set", "NAME", "--if-generation", "1", input: Value("x")).refused(19))
        #expect(try home.run("set", "NAME", "--if-generation", "0", input: Value("one")).code == 0)
        #expect(try home.run("set", "NAME", "--if-generation", "0", input: Value("x")).refused(19))
        #expect(try home.run("set", "NAME", "--if-generation", "1", input: Value("two")).code == 0)
        #expect(try home.run("get", "NAME").text == "two")
    }

    @Test func `warns of a line feed at the end, and stores it`() throws {
        let warned = try home.run("set", "NAME", input: Value("text\n"))
        #expect(warned.code == 0)
        #expect(warned.error.contains("warder: NAME: the value ends with a line feed"))
        #expect(try home.run("get", "NAME").text == "text\n")
    }

    @Test func `takes the line feed away, or says nothing, when told so`() throws {
        let trimmed = try home.run("set", "NAME", "--trim", input: Value("text\n\n"))
        #expect(!trimmed.error.contains("line feed"))
        #expect(try home.run("get", "NAME").text == "text\n")
        let kept = try home.run("set", "NAME", "--keep", input: Value("text\n"))
        #expect(!kept.error.contains("line feed"))
        #expect(try home.run("get", "NAME").text == "text\n")
        #expect(try home.run("set", "NAME", "-q", input: Value("text\n")).error.isEmpty)
        #expect(try home.run("set", "NAME", "--keep", "--trim", input: Value("x")).refused(2))
    }

    @Test func `reads a value from a file`() throws {
        let value = Value.random(5000)
        try home.write(value, to: "value")
        #expect(try home.run("set", "NAME", "--keep", "--from-file", home("value")).code == 0)
        let isSame = try home.value("NAME") == value
        #expect(isSame)
        #expect(try home.run("set", "NAME", "--from-file", home("nothing")).refused(22))
        #expect(try home.run("set", "NAME", "--from-file", home(".config")).refused(20))
    }

    @Test func `generates characters that are safe in a URL`() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<3 {
            #expect(try home.run("set", "NAME", "--generate", "32").code == 0)
            let value = try #require(try home.value("NAME"))
            let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            let isSafe = value.bytes.count == 32 && value.bytes.allSatisfy(alphabet.contains)
            #expect(isSafe)
            seen.insert(value.bytes)
        }
        #expect(seen.count == 3)
        #expect(try home.run("set", "NAME", "--generate", "15").refused(2))
        #expect(try home.run("set", "NAME", "--generate", "4097").refused(2))
        #expect(try home.run("set", "NAME", "--generate", "32", "--from-file", home("key")).refused(2))
    }

    @Test func `stays quiet when nobody reads on`() throws {
        try home.store("NAME", Value.random(1 << 20))
        let outcome = try home.shell("\"$WARDER\" get NAME | head -c1")
        #expect(outcome.code == 0)
        #expect(outcome.output.count == 1)
        #expect(outcome.error.isEmpty)
    }

    @Test(arguments: [
        ["--vault", "V", "-q", "get", "A"], ["get", "--vault", "V", "A", "-q"], ["get", "A", "--vault=V"], ["--vault=V", "get", "A"],
    ])
    func `takes global options before and after the verb`(words: [String]) throws {
        let other = home("other/vault.db")
        try #require(home.run("--vault", other, "init", "--key-file", home("key")).code == 0)
        try home.store("A", "of the first")
        try home.run("set", "A", "--vault", other, input: Value("of the other"))
        let arguments = words.map { $0 == "V" ? other : $0 == "--vault=V" ? "--vault=\(other)" : $0 }
        #expect(try home.run(arguments, program: Home.program).text == "of the other")
        #expect(try home.run("get", "A", with: ["WARDER_VAULT": other]).text == "of the other")
    }
}
