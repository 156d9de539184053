import Foundation
import Testing

/// The commands that work through the proxy.
@Suite struct ThroughProxyTests {
    private static let openAI = "sk-proj-0123456789abcdefghij"
    private static let anthropic = "sk-ant-0123456789abcdefghij"

    private func rig(keys: [String: [String]] = ["openai": [openAI], "anthropic": [anthropic]]) throws -> ServeRig {
        try ServeRig(
            upstream: .init(providers: keys), secrets: ["openai/api-key": Self.openAI, "anthropic/api-key": Self.anthropic]
        ) { port in
            """
            [default]
            model = "openai/gpt-4o"
            [provider.openai]
            base_url = "http://127.0.0.1:\(port)/direct/openai/v1"
            [provider.anthropic]
            base_url = "http://127.0.0.1:\(port)/direct/anthropic"
            [route.chat]
            models = ["anthropic/claude-sonnet-4-6"]

            """
        }
    }

    @Test(arguments: [[], ["--model", "anthropic/claude-sonnet-4-6"], ["--model", "chat"]]) func `ask prints an answer`(options: [String])
        throws
    {
        let rig = try rig()
        let answer = try rig.home.run(["ask", "--message", "say something"] + options, program: Home.program)
        #expect(answer.code == 0)
        #expect(answer.text.count > 3)
        #expect(answer.text.hasSuffix("\n"))
        let piped = try rig.home.run(["ask"] + options, program: Home.program, input: Value("say something"))
        #expect(piped.text == answer.text)
        let request = try #require(try rig.upstream.requests.last)
        #expect(request.body.contains("say something"))
        #expect(request.body.contains(options.isEmpty ? "\"gpt-4o\"" : "\"claude-sonnet-4-6\""))
    }

    @Test func `ask says what is wrong`() throws {
        let rig = try rig(keys: ["openai": ["another"], "anthropic": []])
        #expect(try rig.home.run("ask", "--message", "x").refused(27))
        #expect(try rig.home.run("ask", "--message", "x", "--model", "nowhere").refused(22))
        #expect(try rig.home.run("ask", "--message", "").refused(2))
        #expect(try rig.home.run("ask").refused(2))
        #expect(try rig.end().code == 0)
        #expect(try rig.home.run("ask", "--message", "x").refused(22))
        #expect(try rig.home.run("serve", "status").refused(22))
    }

    @Test func `models --live lists what providers have, and says who does not answer`() throws {
        let rig = try rig()
        let openAI = try rig.home.run("models", "list", "--live", "--provider", "openai")
        #expect(openAI.code == 0)
        #expect(openAI.text.split(separator: "\n").allSatisfy { $0.hasPrefix("openai/") })
        #expect(!openAI.text.isEmpty)
        try rig.upstream.configure(.init(providers: ["openai": [], "anthropic": [Self.anthropic]]))
        let both = try rig.home.run("models", "list", "--live", "--json")
        #expect(both.code == 1)
        let rows = try #require(both.json()["providers"] as? [[String: Any]])
        let wrong = try #require(rows.first { $0["provider"] as? String == "openai" })
        #expect((wrong["error"] as? String)?.contains("the provider does not take its key") == true)
        #expect(rows.contains { $0["provider"] as? String == "anthropic" && $0["models"] is [String] })
    }

    @Test func `doctor --online tells causes apart`() throws {
        let ways = GatewayWays()
        let rig = try ways.rig()
        func causes() throws -> [String: String] {
            let outcome = try rig.home.run("doctor", "--online", "--json")
            let rows = try #require(outcome.json()["online"] as? [[String: Any]])
            var found: [String: String] = [:]
            for row in rows { found[try #require(row["provider"] as? String)] = row["cause"] as? String }
            return found
        }
        let before = try causes()
        #expect(before["openai"] == "fine")
        #expect(before["gw-openai"] == "fine")
        #expect(before["poor-openai"] == "no-credit")
        #expect(before["limited-openai"] == "rate-limited")
        var configuration = ways.configuration
        configuration.providers["openai"] = ["another"]
        configuration.gateways["auth"]?.token = "another"
        try rig.upstream.configure(configuration)
        let after = try causes()
        #expect(after["openai"] == "provider-key")
        #expect(after["gw-anthropic"] == "gateway-token")
        #expect(try rig.home.run("doctor", "--online").code == 1)
    }

    @Test func `run --via-proxy gives a program addresses and a token, and no key`() throws {
        let rig = try rig()
        let mine = [
            "OPENAI_API_KEY": "sk-of-the-user", "GROQ_API_KEY": "gsk-of-the-user", "ANTHROPIC_AUTH_TOKEN": "of-the-user", "KEPT": "yes",
        ]
        let shown = try rig.home.run("run", "--via-proxy", "--", "/usr/bin/env", with: mine)
        #expect(shown.code == 0)
        var environment: [String: String] = [:]
        for line in shown.text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            environment[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        #expect(environment["KEPT"] == "yes")
        #expect(environment["GROQ_API_KEY"] == nil)
        #expect(environment["ANTHROPIC_AUTH_TOKEN"] == nil)
        #expect(environment["OPENAI_BASE_URL"] == rig.address("openai") + "/v1")
        #expect(environment["ANTHROPIC_BASE_URL"] == rig.address("anthropic"))
        let token = try #require(environment["WARDER_PROXY_TOKEN"])
        #expect(environment["OPENAI_API_KEY"] == token && environment["ANTHROPIC_API_KEY"] == token)
        let leaks = [Self.openAI, Self.anthropic, "of-the-user"].filter { shown.text.contains($0) }
        #expect(leaks.isEmpty)

        let script = """
            sleep 1; curl -sS -o /dev/null -w '%{http_code} ' -H "authorization: Bearer $OPENAI_API_KEY" -d '{"model":"gpt-4o","messages":[]}' \
                "$OPENAI_BASE_URL/chat/completions"
            curl -sS -o /dev/null -w '%{http_code}' -H "x-api-key: $ANTHROPIC_API_KEY" -d '{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[]}' \
                "$ANTHROPIC_BASE_URL/v1/messages"
            """
        #expect(try rig.home.run("run", "--via-proxy", "--", "/bin/sh", "-c", script).text == "200 200")
        // Bound to one route, it reaches no other.
        let bound = try rig.home.run("run", "--via-proxy", "--route", "chat", "--", "/usr/bin/printenv", "OPENAI_BASE_URL")
        #expect(bound.text == rig.address("chat") + "/v1\n")
        let other =
            "sleep 1; curl -sS -o /dev/null -w '%{http_code}' -H \"authorization: Bearer $WARDER_PROXY_TOKEN\" \"$WARDER_PROXY_URL/openai/models\""
        #expect(try rig.home.run("run", "--via-proxy", "--route", "chat", "--", "/bin/sh", "-c", other).text == "404")
        #expect(try rig.home.run("run", "--route", "chat", "--", "/bin/true").refused(2))
        #expect(try rig.home.run("serve", "token", "list", "--json").json()["tokens"] is [Any])
    }

    @Test func `tokens are shown once, and listed without what they are`() throws {
        let home = try Home()
        let made = try home.run(
            "serve", "token", "add", "ci", "--route", "openai", "--expires", "30d", "--requests-per-minute", "60", "--json")
        let token = try #require(try made.json()["token"] as? String)
        #expect(token.hasPrefix("wd_") && token.count == 46)
        #expect(try home.run("serve", "token", "add", "ci").refused(19))
        #expect(try home.run("serve", "token", "add", "../ci").refused(2))
        #expect(try home.run("serve", "token", "add", "two", "--expires", "soon").refused(2))
        let list = try home.run("serve", "token", "list", "--json")
        let row = try #require((try list.json()["tokens"] as? [[String: Any]])?.first)
        #expect(row["name"] as? String == "ci" && row["requests_per_minute"] as? Int == 60)
        #expect(row["hash"] == nil && !list.text.contains(token))
        let audit = try home.run("audit", "list").text
        #expect(audit.contains("token-add") && !audit.contains(token))
        #expect(try home.run("serve", "token", "revoke", token).code != 0)
        #expect(try !home.run("serve", "token", "revoke", token).error.contains(token))
        #expect(try home.run("serve", "token", "revoke", "ci").code == 0)
        #expect(try home.run("audit", "list").text.contains("token-revoke"))
        #expect(try home.run("verify", "--strict").code == 0)
    }
}
