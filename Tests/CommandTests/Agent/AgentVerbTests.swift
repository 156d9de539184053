import Foundation
import Testing

/// Every verb, once with the key in the command's own process, and once through the agent: the answers are the same.
@Suite struct AgentVerbTests {
    /// One command of the transcript: its words, and its input.
    struct Step: Sendable {
        var words: [String]
        var input = ""
    }

    /// Everything that reads or writes a vault, but for what asks for a key by itself.
    static let transcript: [Step] = [
        Step(words: ["set", "API_KEY", "--kind", "api-key", "--label", "team=one", "--allow-host", "api.openai.com"], input: "sk-1"),
        Step(words: ["set", "API_KEY", "--if-generation", "1"], input: "sk-2"),
        Step(words: ["set", "API_KEY", "--if-generation", "7"], input: "sk-3"),
        Step(words: ["set", "empty", "--keep"]),
        Step(
            words: ["set", "--batch"], input: #"{"name":"a/one","value":"1"}"# + "\n" + #"{"name":"a/two","value_base64":"AP8="}"# + "\n"),
        Step(words: ["set", "random", "--generate", "-q"]),
        Step(words: ["get", "API_KEY"]), Step(words: ["get", "API_KEY", "--generation", "1", "--json"]),
        Step(words: ["get", "a/two", "--json"]),
        Step(words: ["get", "absent"]), Step(words: ["list"]), Step(words: ["list", "--json", "a/*"]), Step(words: ["show", "API_KEY"]),
        Step(words: ["history", "API_KEY", "--json"]), Step(words: ["rollback", "API_KEY", "1"]), Step(words: ["get", "API_KEY"]),
        Step(words: ["rename", "a/one", "b/one"]), Step(words: ["remove", "a/two"]), Step(words: ["purge", "a/two", "--yes"]),
        Step(words: ["run", "--", "/usr/bin/printenv", "API_KEY"]), Step(words: ["check"]), Step(words: ["check", "--json"]),
        Step(words: ["export", "--only", "API_KEY"]), Step(words: ["export", "--format", "json", "--only", "API_KEY"]),
        Step(words: ["import", "more.env"]), Step(words: ["get", "MORE"]),
        Step(words: ["consumer", "add", "site", "--format", "dotenv", "--path", "site.env", "--only", "API_KEY"]),
        Step(words: ["apply"]), Step(words: ["apply", "--check"]), Step(words: ["consumer", "list"]),
        Step(words: ["consumer", "show", "site", "--json"]),
        Step(words: ["where", "API_KEY", "--json"]), Step(words: ["consumer", "remove", "site"]),
        Step(words: ["provider", "list"]), Step(words: ["models", "list"]), Step(words: ["resolve", "openai/gpt-4o", "--json"]),
        Step(words: ["resolve", "openai/gpt-4o", "--explain"]),
        Step(words: ["credential", "openclaw"], input: #"{"protocolVersion":1,"provider":"w","ids":["API-KEY","b/one"]}"#),
        Step(words: ["credential", "claude"]), Step(words: ["slot", "list", "--json"]), Step(words: ["verify"]),
        Step(words: ["verify", "--strict", "--json"]),
        Step(words: ["audit", "list"]), Step(words: ["audit", "verify"]), Step(words: ["backup", "backup.wb"]),
    ]

    /// What each command answered, without what differs from one vault to the next.
    private func answers(throughAgent: Bool) throws -> [String] {
        let rig = try AgentRig()
        let home = rig.home
        try home.write("MORE=from a file\n", to: "more.env")
        if throughAgent { try rig.unlock() }
        let key = throughAgent ? [:] : ["WARDER_KEY_FILE": home("key")]
        var answers: [String] = []
        for step in Self.transcript {
            let outcome = try home.run(step.words, program: Home.program, input: Value(step.input), with: key)
            answers.append(
                "\(step.words.joined(separator: " ")): \(outcome.code)\n\(Self.plain(outcome.text, home))\n\(Self.plain(outcome.error, home))"
            )
        }
        // The agent is not left out by chance.
        if throughAgent { try #require(try home.run("status", "--json").json()["unlocks_with"] as? String == "agent") }
        // A backup that the agent's stream has sealed opens as any other.
        let restored = try home.run(
            "--vault", home("restored/vault.db"), "restore", home("backup.wb"), with: ["WARDER_KEY_FILE": home("key")])
        answers.append("restore: \(restored.code)")
        answers.append(
            try home.run("--vault", home("restored/vault.db"), "get", "API_KEY", with: ["WARDER_KEY_FILE": home("key")]).text)
        return answers
    }

    /// Paths, identifiers, times and sizes are each vault's own.
    private static func plain(_ text: String, _ home: Home) -> String {
        var text = text.replacingOccurrences(of: home.path, with: "HOME")
        text = text.replacing(#/[0-9a-f]{4}(-[0-9a-f]{4}){7}/#, with: "FINGERPRINT")
        text = text.replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/#, with: "TIME")
        text = text.replacing(#/[0-9a-f]{16,}/#, with: "HEX")
        text = text.replacing(#/TIME +\d+ +\d+/#, with: "TIME USER PROCESS").replacing(#/"pid":\d+/#, with: "PID")
        return text.replacing(#/ +\d+s\b/#, with: " AGE").replacing(#/ {2,}/#, with: " ")
    }

    @Test func `answer the same through the agent`() throws {
        let direct = try answers(throughAgent: false)
        let agent = try answers(throughAgent: true)
        #expect(direct.count == agent.count)
        for (one, other) in zip(direct, agent) {
            let isSame = one == other
            #expect(isSame, "\(one.prefix { $0 != ":" })")
        }
        // That the commands did what they are there for.
        let failed = direct.filter { $0.hasPrefix("get API_KEY:") && !$0.contains(": 0\n") }
        #expect(failed.isEmpty)
        #expect(direct.count { $0.contains(": 0\n") } >= 35)
        #expect(direct.suffix(2) == ["restore: 0", "sk-1"])
    }
}
