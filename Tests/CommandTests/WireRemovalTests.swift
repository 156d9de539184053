import Foundation
import Testing

/// `warder wire --remove` in files that have changed since.
@Suite struct WireRemovalTests {
    let rig: WireRig
    var home: Home { rig.home }
    var key: String { rig.key }
    var token: String { rig.token }

    init() throws { rig = try WireRig() }

    @Test func `takes back its own part of a file that has changed since`() throws {
        let file = try home.write("{\n  a: 1,\n  b: 2\n}\n", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let wired = try String(contentsOfFile: file, encoding: .utf8)
        try home.write("// new\n" + wired.replacing("a: 1,", with: "a: 100,"), to: file)
        #expect(try home.run("wire", "fased").error.contains("is wired already"))
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value("// new\n{\n  a: 100,\n  b: 2\n}\n"))
    }

    @Test func `does not take back what somebody has changed, unless it may take all back`() throws {
        let file = try home.write("{ a: 1 }", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let changed = try String(contentsOfFile: file, encoding: .utf8).replacing("my-gw", with: "other")
        try home.write(changed, to: file)
        for words in [["--remove"], ["--remove", "--dry-run"], []] {
            #expect(try home.run(["wire", "fased"] + words, program: Home.program).refused(19))
            #expect(home.content(file) == Value(changed))
        }
        #expect(try home.run("wire", "fased", "--force").refused(2))
        #expect(try home.run("wire", "fased", "--remove", "--force").code == 0)
        #expect(home.content(file) == Value("{ a: 1 }"))
        #expect(try home.run("wire", "fased", "--remove").refused(22))
    }

    /// As programs write their own configuration again.
    @Test(arguments: [nil, 1, 4] as [Int?]) func `takes its part out of a file that was written anew`(_ indentation: Int?) throws {
        for text in ["", "{\n  \"env\": { \"A\": \"b\" },\n  \"model\": \"opus\"\n}\n"] {
            let file = home(".claude/settings.json")
            if !text.isEmpty { try home.write(text, to: file) }
            try #require(home.run("wire", "claude-code").code == 0)
            try #require(
                home.python(
                    """
                    import json, sys
                    with open(sys.argv[1]) as file: data = json.load(file)
                    data["permissions"] = {"allow": ["x"]}
                    with open(sys.argv[1], "w") as file: json.dump(data, file, indent=eval(sys.argv[2]))
                    """, file, indentation.map(String.init) ?? "None"
                ).code == 0)
            #expect(try home.run("wire", "claude-code").code == 0)
            #expect(try home.run("wire", "claude-code", "--remove").code == 0)
            let left = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file))) as? [String: Any])
            #expect((left["permissions"] as? [String: [String]]) == ["allow": ["x"]])
            #expect(left.count == (text.isEmpty ? 1 : 3) && left["model"] as? String == (text.isEmpty ? nil : "opus"))
            #expect(left["env"] as? [String: String] == (text.isEmpty ? nil : ["A": "b"]))
            try FileManager.default.removeItem(atPath: file)
        }
    }

    @Test func `says so when the file is gone, and what is done by hand is done`() throws {
        let file = try home.write("{ a: 1 }", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        try FileManager.default.removeItem(atPath: file)
        #expect(try home.run("wire", "fased", "--remove").refused(22))
        #expect(try home.run("wire", "fased", "--remove", "--force").code == 0)
        #expect(home.content(file) == Value("{ a: 1 }"))
        try #require(home.run("wire", "fased").code == 0)
        try home.write("{ a: 1 }", to: file)
        #expect(try home.run("wire", "fased").code == 0)
        try home.write("{ a: 1, mine: 2 }", to: file)
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value("{ a: 1, mine: 2 }"))
    }

    @Test func `keeps what stands in a file that becomes what it was`() throws {
        let file = try home.write("{ a: 1 }", to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let changed = try String(contentsOfFile: file, encoding: .utf8).replacing("my-gw", with: "other")
        try home.write(changed, to: file)
        #expect(try home.run("wire", "fased", "--remove", "--force").code == 0)
        #expect(home.content(file) == Value("{ a: 1 }") && home.content(file + ".before-remove") == Value(changed))
    }

    @Test func `leaves the model that its user has chosen since`() throws {
        let text = "{\n  agents: { defaults: { model: 'openai/gpt-4o' } }\n}\n"
        let file = try home.write(text, to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let chosen = try String(contentsOfFile: file, encoding: .utf8)
            .replacing("model: \"cloudflare-ai-gateway/claude-sonnet-4-6\"", with: "model: 'openai/gpt-5'")
        try home.write(chosen, to: file)
        #expect(try home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value(text.replacing("gpt-4o", with: "gpt-5")))
    }

    /// A change at the beginning moves everything behind it, also the end of a line that was only partly changed.
    @Test func `takes back lines of TOML that have moved`() throws {
        try home.store("openai/api-key", key)
        let text = "model = \"gpt-5-mini\"\n\n[mcp_servers.x]\ncommand = \"npx\"\n"
        let file = try home.write(text, to: ".codex/config.toml")
        try #require(home.run("wire", "codex", "--model", "openai/gpt-5").code == 0)
        let wired = try String(contentsOfFile: file, encoding: .utf8)
        try home.write("# my note on top, quite long really\n" + wired, to: file)
        #expect(try home.run("wire", "codex", "--model", "openai/gpt-5").error.contains("is wired already"))
        #expect(try home.run("wire", "codex", "--remove").code == 0)
        #expect(home.content(file) == Value("# my note on top, quite long really\n" + text))
    }

    @Test func `a change of the settings changes the wiring, which still goes without a trace`() throws {
        let text = "{ models: { providers: { x: { apiKey: 'y' } } } }"
        let file = try home.write(text, to: ".fased/fased.json")
        try #require(home.run("wire", "fased").code == 0)
        let settings = try String(contentsOfFile: home.settings, encoding: .utf8)
        try home.write(settings.replacing("my-gw", with: "second"), to: home.settings)
        try #require(home.run("wire", "fased").code == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("/second/anthropic"))
        try #require(home.run("wire", "fased", "--remove").code == 0)
        #expect(home.content(file) == Value(text))
    }
}
