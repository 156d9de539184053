import Foundation
import Testing

/// `set --batch`.
@Suite struct BatchTests {
    let home: Home

    init() throws { home = try Home() }

    @Test func `writes all lines in one go`() throws {
        let lines = """
            {"name":"A","value":"text \\u00e9\\n"}

            {"name":"B","value_base64":"AAH/","note":"n","kind":"k","labels":{"a":"b"},"allowed_hosts":["Host.example"],"expires":"2031-01-01"}
            {"name":"C","value":"","if_generation":0}
            """
        let answer = try home.run("set", "--batch", "--json", input: Value(lines)).json()
        #expect(answer["written"] as? Int == 3)
        #expect(try home.run("get", "A").text == "text é\n")
        #expect(try home.run("get", "B").output == [0, 1, 255])
        #expect(try home.run("get", "C").output.isEmpty)
        let shown = try home.run("show", "B", "--json").json()
        #expect(shown["note"] as? String == "n")
        #expect(shown["allowed_hosts"] as? [String] == ["host.example"])
        #expect(shown["expires"] as? String == "2031-01-01T00:00:00Z")
    }

    @Test(arguments: [
        "not json CANARY", "{\"name\":\"X\"}", "{\"name\":\"X\",\"value\":\"CANARY\",\"value_base64\":\"AA==\"}",
        "{\"name\":\"bad CANARY\",\"value\":\"x\"}", "{\"name\":\"X\",\"value\":\"x\",\"CANARY\":1}",
        "{\"name\":\"X\",\"value_base64\":\"CANARY!\"}",
        "[\"CANARY\"]", "{\"name\":\"X\",\"value\":7}", "{\"name\":\"X\",\"value\":\"v\",\"expires\":\"CANARY\"}",
        "{\"name\":\"X\",\"value\":\"v\",\"note\":\"CANARY\\nCANARY\"}",
    ]) func `writes nothing if one line is bad, and names it without repeating it`(line: String) throws {
        let outcome = try home.run("set", "--batch", input: Value("{\"name\":\"GOOD\",\"value\":\"v\"}\n\(line)\n"))
        #expect(outcome.refused(2))
        let isSilent = !outcome.error.contains("CANARY")
        #expect(isSilent)
        #expect(outcome.error.contains("line 2"))
        #expect(try home.run("get", "GOOD").refused(22))
    }

    @Test func `writes nothing if one generation is not what was expected`() throws {
        let lines = "{\"name\":\"GOOD\",\"value\":\"v\"}\n{\"name\":\"X\",\"value\":\"v\",\"if_generation\":3}\n"
        #expect(try home.run("set", "--batch", input: Value(lines)).refused(19))
        #expect(try home.run("get", "GOOD").refused(22))
    }

    @Test func `takes no name`() throws {
        #expect(try home.run("set", "--batch", "NAME").refused(2))
        #expect(try home.run("set", "--batch", "--if-generation", "1").refused(2))
    }
}
