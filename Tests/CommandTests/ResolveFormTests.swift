import Foundation
import Testing

/// The forms of `warder resolve`, read by the programs that they are for: curl, shells, python-dotenv, the vendors' own libraries.
@Suite struct ResolveFormTests {
    let home: Home
    let server: RecordingServer

    /// What a key may be made of, and what some reader would take for something else.
    static let keys = [
        "plain-0123456789", #"q"u\o$t`e'"#, #"\"#, #"""#, #"\\""\n\t"#, "a b  c", "# no comment", "@file", "--option", "{a,b}[1-3]",
        "%41%0a",
        "a;b&c|d<e>f(g)*?~!", "${HOME}$HOME", "key=value: x", "'single'", "~/x", ":", "Bearer twice",
    ]
    /// Headers that curl adds by itself.
    static let ofCurl: Set<String> = ["host", "user-agent", "accept", "content-length"]

    init() throws {
        home = try Home()
        server = try RecordingServer(in: home.streams)
        try home.configure(
            """
            [provider.local]
            base_url = "http://127.0.0.1:\(server.port)/v1"
            [provider.messages]
            base_url = "http://127.0.0.1:\(server.port)"
            style = "anthropic-messages"
            headers = { "X-Team" = "a \\"b\\" \\\\ c" }
            [provider.inside]
            base_url = "http://127.0.0.1:\(server.port)/in"
            path = "/deep/chat/completions"
            [provider.elsewhere]
            base_url = "http://127.0.0.1:\(server.port)"
            path = "/v2/chat"
            """)
    }

    private func store(_ name: String, _ value: String) throws { try home.store(name, value) }

    /// The only request that came.
    private func request() throws -> RecordingServer.Request {
        let requests = try server.requests()
        try #require(requests.count == 1)
        return requests[0]
    }

    // MARK: curl

    @Test(arguments: keys) func `curl reads its configuration`(key: String) throws {
        try store("local/api-key", key)
        let outcome = try home.shell(
            "$WARDER resolve local/m --format curl >curl.conf && curl -sS --config curl.conf --data '{\"a\": 1}'")
        try #require(outcome.code == 0)
        let request = try request()
        #expect(request.line == "POST /v1/chat/completions HTTP/1.1" && request.body == "{\"a\": 1}")
        let isSame = request.headers(without: Self.ofCurl) == ["authorization": "Bearer \(key)", "content-type": "application/json"]
        #expect(isSame)
        #expect(request["host"] == "127.0.0.1:\(server.port)")
    }

    @Test(arguments: keys) func `curl reads a file of headers`(key: String) throws {
        try store("messages/api-key", key)
        let outcome = try home.shell(
            """
            $WARDER resolve messages/m --format header-file >headers &&
                curl -sS --header @headers --json '{}' 'http://127.0.0.1:\(server.port)/v1/messages'
            """)
        try #require(outcome.code == 0)
        let request = try request()
        let expected = ["x-api-key": key, "anthropic-version": "2023-06-01", "x-team": #"a "b" \ c"#, "content-type": "application/json"]
        let isSame = request.headers(without: Self.ofCurl) == expected
        #expect(isSame)
    }

    @Test func `curl takes the settings' own type of content, and all headers of a gateway's request`() throws {
        try store("local/api-key", "key")
        try store("gate/token", "token")
        try store("gate/api-key", "provider-key")
        try home.configure(
            """
            [provider.typed]
            base_url = "http://127.0.0.1:\(server.port)/v1"
            headers = { "Content-Type" = "application/json; charset=utf-8", "authorization" = "Bearer ${secret:local/api-key}" }
            [provider.gate]
            kind = "cloudflare-ai-gateway"
            base_url = "http://127.0.0.1:\(server.port)/v1/acc/gw/openai"
            route = "openai"
            [provider.gate.gateway]
            cache_ttl = 60
            metadata = { team = "blue \\"x\\"", n = 1 }
            """)
        try #require(home.shell("$WARDER resolve typed/m --format curl | curl -sS --config - --data x").code == 0)
        let typed = try request().headers(without: Self.ofCurl)
        #expect(typed == ["authorization": "Bearer key", "content-type": "application/json; charset=utf-8"])

        try #require(home.shell("$WARDER resolve gate/m --format curl | curl -sS --config - --data x").code == 0)
        let gate = try request()
        #expect(gate.line == "POST /v1/acc/gw/openai/chat/completions HTTP/1.1")
        #expect(
            gate.headers(without: Self.ofCurl) == [
                "authorization": "Bearer provider-key", "cf-aig-authorization": "Bearer token", "cf-aig-cache-ttl": "60",
                "cf-aig-metadata": #"{"team":"blue \"x\"","n":1}"#, "content-type": "application/json",
            ])
    }

    // MARK: Variables

    /// What bash has in those variables after a file was sourced.
    private func sourced(_ form: String, _ model: String) throws -> [String: String]? {
        let outcome = try home.run(
            ["-c", "$WARDER resolve \(model) --format \(form) >.env || exit; set -a; . ./.env; exec env -0"], program: "/bin/bash",
            with: ["WARDER": Home.program, "OPENAI_API_KEY": "of somebody else", "ANTHROPIC_API_KEY": "of somebody else"])
        guard outcome.code == 0 else { return nil }
        var found: [String: String] = [:]
        for entry in outcome.text.split(separator: "\0") where entry.hasPrefix("OPENAI_") || entry.hasPrefix("ANTHROPIC_") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(parts[0])] = String(parts[1])
        }
        return found
    }

    @Test(arguments: keys) func `shells and python-dotenv read the variables`(key: String) throws {
        try store("local/api-key", key)
        let expected = [
            "OPENAI_BASE_URL": "http://127.0.0.1:\(server.port)/v1", "OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": "of somebody else",
        ]
        let isEvaluated = try sourced("sh", "local/m") == expected
        #expect(isEvaluated, "sh")
        let written = try home.run("resolve", "local/m", "--format", "env")
        // Some keys are not what all readers of such files take alike.
        guard written.code == 0 else {
            #expect(written.refused(26) && written.error.contains("OPENAI_API_KEY: ") && written.error.contains("hint: use --format sh\n"))
            #expect(["'", "\\", "${"].contains { key.contains($0) })
            return
        }
        let isSourced = try sourced("env", "local/m") == expected
        #expect(isSourced, "env")
        try home.write(Value(written.output), to: "keys.env")
        let python = try home.python("import dotenv, json; print(json.dumps(dotenv.dotenv_values('keys.env')))")
        guard python.code == 0 else { return print("SKIPPED: python-dotenv is not on this machine") }
        let isRead =
            try JSONSerialization.jsonObject(with: Data(python.output)) as? [String: String]
            == expected.filter { $0.key.hasPrefix("OPENAI_") }
        #expect(isRead, "python-dotenv")
    }

    @Test func `a request without a key gets nobody else's`() throws {
        let url = "http://127.0.0.1:\(server.port)"
        #expect(
            try sourced("env", "local/m") == [
                "OPENAI_BASE_URL": "\(url)/v1", "OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": "of somebody else",
            ])
        let messages = try sourced("sh", "messages/m")
        #expect(messages?["ANTHROPIC_BASE_URL"] == url && messages?["ANTHROPIC_API_KEY"]?.isEmpty == true)
    }

    @Test func `variables say where clients post, or are refused`() throws {
        #expect(try sourced("env", "inside/m")?["OPENAI_BASE_URL"] == "http://127.0.0.1:\(server.port)/in/deep")
        for form in ["env", "sh"] {
            let outcome = try home.run("resolve", "elsewhere/m", "--format", form)
            #expect(outcome.refused(25) && outcome.error.contains("/chat/completions"))
        }
        #expect(try home.run("resolve", "elsewhere/m", "--format", "curl").text.contains("/v2/chat\""))
        try store("gemini/api-key", "key")
        try home.configure("[provider.gemini]\nbase_url = \"http://127.0.0.1:1\"\nstyle = \"gemini\"\n")
        #expect(try home.run("resolve", "gemini/m", "--format", "env").refused(25))
    }

    @Test func `several headers are lines that only a shell reads`() throws {
        try store("messages/api-key", "key")
        try home.configure(
            """
            [provider.two]
            base_url = "http://127.0.0.1:\(server.port)"
            style = "anthropic-messages"
            auth = "bearer"
            headers = { "x-one" = "1", "x-two" = "${secret:messages/api-key} 'quoted'" }
            """)
        let refused = try home.run("resolve", "two/m", "--format", "env")
        #expect(refused.refused(26) && refused.error.contains("hint: use --format sh\n"))
        let found = try sourced("sh", "two/m")
        let isFound = found?["ANTHROPIC_CUSTOM_HEADERS"] == "x-one: 1\nx-two: key 'quoted'"
        #expect(isFound)
    }

    // MARK: The vendors' libraries

    /// A request by a library that takes everything from its variables. False if the library is not here.
    private func ask(_ package: String, _ model: String, _ call: String) throws -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        func python(_ script: String) throws -> Outcome { try home.shell("exec python3 -c '\(script)'", with: ["PATH": path]) }
        guard try python("import \(package)").code == 0 else {
            print("SKIPPED: the Python package \(package) is not on this machine")
            return false
        }
        let outcome = try home.shell(
            """
            eval "$($WARDER resolve \(model) --format sh)"
            exec python3 -c 'import \(package); \(call)'
            """, with: ["PATH": path])
        #expect(outcome.code == 0, "\(package) fails")
        return true
    }

    private static let message = "messages=[{\"role\": \"user\", \"content\": \"x\"}]"

    @Test func `openai for Python takes all of it`() throws {
        try store("local/api-key", #"q"u\o$t`e'"#)
        try home.configure(
            "[provider.more]\nbase_url = \"http://127.0.0.1:\(server.port)/more/v1\"\napi_key = \"secret:local/api-key\"\n"
                + "headers = { \"x-one\" = \"1\", \"x-two\" = \"2: ${secret:local/api-key}\" }\n")
        let call = "openai.OpenAI(max_retries=0).chat.completions.create(model=\"m\", \(Self.message))"
        guard try ask("openai", "more/m", call) else { return }
        let request = try request()
        #expect(request.line == "POST /more/v1/chat/completions HTTP/1.1" && request["x-one"] == "1")
        let isSame = request["authorization"] == #"Bearer q"u\o$t`e'"# && request["x-two"] == #"2: q"u\o$t`e'"#
        #expect(isSame)
        // Without a key of its own, it asks for one instead of sending somebody else's.
        #expect(try home.run("remove", "local/api-key").code == 0)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let none = try home.shell(
            "eval \"$($WARDER resolve local/m --format sh)\"; exec python3 -c 'import openai; \(call)'",
            with: ["PATH": path, "OPENAI_API_KEY": "of somebody else"])
        #expect(none.code != 0)
        #expect(try server.requests().isEmpty)
    }

    @Test func `anthropic for Python takes all of it`() throws {
        try store("messages/api-key", #"q"u\o$t`e'"#)
        let call = "anthropic.Anthropic(max_retries=0).messages.create(model=\"m\", max_tokens=1, \(Self.message))"
        guard try ask("anthropic", "messages/m", call) else { return }
        let request = try request()
        #expect(request.line == "POST /v1/messages HTTP/1.1" && request["x-team"] == #"a "b" \ c"#)
        // Its versions differ in where they put a key that they are given as ANTHROPIC_API_KEY.
        let isSame = request["x-api-key"] == #"q"u\o$t`e'"# || request["authorization"] == #"Bearer q"u\o$t`e'"#
        #expect(isSame)
    }
}
