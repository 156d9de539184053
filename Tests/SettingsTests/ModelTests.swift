import Testing

@testable import Settings

@Suite struct ModelTests {
    @Test func `reads every table`() throws {
        let read = try settings(
            #"""
            [vault]
            key_file = "~/.config/warder/key"
            fingerprint = "00112233445566778899aabbccddeeff"
            [history]
            generations = 3
            days = 0
            [profile.default]
            ANTHROPIC_API_KEY = "secret:anthropic/api-key"
            LOG_LEVEL         = "info"
            CF_ACCOUNT_ID     = "${provider:cloudflare-ai-gateway/account_id}"
            CF_HEADERS        = "cf-aig-authorization: Bearer ${secret:cloudflare-ai-gateway/token}"
            DATABASE_URL      = { secret = "db/url", required = false, default = "sqlite://" }
            PORT = 8080
            DEBUG = true
            LITERAL = "$${HOME} costs 5$"
            WRAPPED = { value = "x${secret:a}" }
            [profile.prod]
            extends = "default"
            [provider.cloudflare-ai-gateway]
            account_id = "0123456789abcdef0123456789abcdef"
            route = "anthropic"
            """#)
        #expect(read.vault.keyFile == "~/.config/warder/key")
        #expect(read.vault.fingerprint == "00112233445566778899aabbccddeeff")
        #expect(read.history == HistorySettings(generations: 3, days: 0))
        #expect(read.providers["cloudflare-ai-gateway"]?[.route] == "anthropic")
        #expect(read.providers["cloudflare-ai-gateway"]?[.baseURL] == nil)
        let entries = try #require(try read.entries(ofProfile: "prod"))
        #expect(entries == (try read.entries(ofProfile: "default")))
        #expect(
            entries.map(\.kind) == [
                .secret("anthropic/api-key"), .literal("info"), .template([.provider("cloudflare-ai-gateway", field: .accountID)]),
                .template([.text("cf-aig-authorization: Bearer "), .secret("cloudflare-ai-gateway/token")]), .secret("db/url"),
                .literal("8080"), .literal("true"), .literal("${HOME} costs 5$"), .template([.text("x"), .secret("a")]),
            ])
        #expect(entries.map(\.line) == Array(8...16))
        #expect(entries[4].required == false)
        #expect(entries[4].default == "sqlite://")
        #expect(entries[0].required)
        #expect(entries[3].secrets == ["cloudflare-ai-gateway/token"])
    }

    @Test func `has defaults when nothing is set`() throws {
        let read = try settings("")
        #expect(read.history == .standard)
        #expect(read.vault == VaultSettings())
        #expect(try read.entries(ofProfile: "default") == nil)
    }

    @Test(arguments: [
        ("[vault]\nfoo = 1", #"warder.toml: line 2: unknown key "foo" in [vault]"#),
        ("\n[resolver.fased]\nformat = 'x'", "warder.toml: line 2: unknown table [resolver]"),
        ("x = 1", #"warder.toml: line 1: unknown key "x""#),
        ("[provider.p]\napikey = 'secret:a'", #"warder.toml: line 2: unknown key "apikey" in [provider.p]"#),
        ("[profile.p]\nA = { secret = 'a', exec = ['x'] }", #"warder.toml: line 2: unknown key "exec" in [profile.p.A]"#),
        ("[vault]\n'odd key!' = 1", "warder.toml: line 2: unknown key in [vault]"),
        ("[vault]\n\(FakeKey.anthropic) = 1", "warder.toml: line 2: unknown key in [vault]"),
        ("[[vault]]\nfingerprint = 'x'", #"warder.toml: line 1: "vault" must be a table"#),
        ("vault = 1", #"warder.toml: line 1: "vault" must be a table"#),
        ("[vault]\nkey_file = 'key'", #"warder.toml: line 2: "key_file" in [vault] must be an absolute path or begin with ~/"#),
        ("[vault]\nkey_file = 1", #"warder.toml: line 2: "key_file" in [vault] must be a string"#),
        ("[vault]\nfingerprint = ''", #"warder.toml: line 2: "fingerprint" in [vault] is empty"#),
        ("[vault]\nkey_file = \"/a\\nb\"", #"warder.toml: line 2: "key_file" in [vault] has a control character"#),
        ("[history]\ndays = 36501", #"warder.toml: line 2: "days" in [history] must be a whole number from 0 to 36500"#),
        ("[history]\ngenerations = 0", #"warder.toml: line 2: "generations" in [history] must be a whole number from 1 to 1000"#),
        ("[history]\ndays = '9'", #"warder.toml: line 2: "days" in [history] must be a whole number from 0 to 36500"#),
        ("[profile]\np = 1", #"warder.toml: line 2: "p" in [profile] must be a table"#),
        ("[profile.'a b']", "a key in [profile] is not a name"),
        ("[profile.p]\n'1A' = 'x'", #"line 2: "1A" in [profile.p] is not the name of a variable"#),
        ("[profile.p]\nA = 1.5", #"line 2: "A" in [profile.p] must be a string, a whole number"#),
        ("[profile.p]\nA = [1]", #"line 2: "A" in [profile.p] must be a string, a whole number"#),
        ("[profile.p]\nA = 0x1F", #"line 2: "A" in [profile.p] must be a string to be given as it is written"#),
        ("[profile.p]\nA = {}", #"line 2: "A" in [profile.p] needs a secret or a value"#),
        ("[profile.p]\nA = { secret = 'a', value = 'b' }", #"line 2: "A" in [profile.p] has both a secret and a value"#),
        ("[profile.p]\nA = { secret = 1 }", #"line 2: "secret" in [profile.p.A] must be the name of a secret"#),
        ("[profile.p]\nA = { secret = 'a', required = 1 }", #"line 2: "required" in [profile.p.A] must be true or false"#),
        ("[profile.p]\nA = { secret = 'a', default = 1 }", #"line 2: "default" in [profile.p.A] must be a string"#),
        ("[profile.p]\nA = { secret = 'a', default = 'secret:b' }", #""default" in [profile.p.A] must be plain text"#),
        ("[profile.p]\nA = 'secret:/a'", #"line 2: "A" in [profile.p] must be the name of a secret"#),
        ("[profile.p]\nA = '${secret:a'", #"line 2: "A" in [profile.p] has a ${ without a }"#),
        ("[profile.p]\nA = '${HOME}'", #"line 2: "A" in [profile.p] has a ${…} that is neither"#),
        ("[profile.p]\nA = '${secret:a//b}'", #"by something that is not a secret's name"#),
        ("[profile.p]\nA = '${provider:a b/route}'", #"by something that is not a provider's name"#),
        ("[profile.p]\nA = '${provider:a/api_key}'", #"refers to a field that providers don't have"#),
        ("[profile.p]\nextends = 1", #"line 2: "extends" in [profile.p] must be a string"#),
        ("[profile.p]\nextends = 'a b'", #"line 2: "extends" in [profile.p] must be the name of a profile"#),
        ("[profile.p]\n\nextends = 'q'", #"line 3: [profile.p] extends a profile that is not defined, "q""#),
        ("[profile.p]\nextends = 'q'\n[profile.q]\nextends = 'p'", #"line 4: [profile.q] extends itself, "p""#),
        ("[profile.p]\nextends = 'p'", #"line 2: [profile.p] extends itself, "p""#),
    ])
    func `names file, line and key of what is wrong`(text: String, expected: String) throws {
        let error = try #require(failure(text))
        #expect(error.code == .invalid)
        #expect(error.description.contains(expected), "\(error.description)")
    }

    @Test(arguments: [
        ("a = ", "line 1, column 5"), ("[a\nb = 1", "line 1, column 3"), ("a = 1\na = 2", "line 2"), ("a = nonsense-input", "line 1"),
        ("x = \"\\q\"", "line 1"), ("a = 'x\n'", "line 1, column 7"), ("a = \"\u{1}\"", "line 1"), ("a = '''x", "column"),
        ("a = 2020-13-45", "line 1"),
    ])
    func `says where the TOML ends to be valid, without its text`(text: String, place: String) throws {
        let error = try #require(failure(text))
        #expect(error.code == .invalid)
        #expect(error.description.contains(place), "\(error.description)")
        #expect(error.description.hasSuffix("not valid TOML"))
        #expect(!error.description.contains("nonsense"))
    }

    @Test func `refuses NUL, which would end the parser's text early`() throws {
        for text in ["a = \"x\\u0000y\"", "a = \"x\\U00000000y\"", "# \0\na = 1", "\"a\\u0000\" = 1"] {
            #expect(try #require(failure(text)).description.contains("NUL"))
        }
        #expect(failure("[profile.p]\nA = \"\\\\u0000\"") == nil)
    }

    @Test func `puts inherited entries first and lets own ones override in their place`() throws {
        let read = try settings(
            """
            [profile.c]
            extends = "b"
            Z = "c"
            A = "c"
            [profile.b]
            B = "b"
            extends = "a"
            [profile.a]
            Z = "a"
            M = "a"
            """)
        let entries = try #require(try read.entries(ofProfile: "c"))
        #expect(entries.map(\.name) == ["Z", "M", "B", "A"])
        #expect(entries.map(\.kind) == [.literal("c"), .literal("a"), .literal("b"), .literal("c")])
    }

    @Test func `follows 32 profiles in a row and no more`() throws {
        func chain(_ count: Int) -> String {
            (1..<count).map { "[profile.p\($0)]\nextends = 'p\($0 - 1)'\n" }.joined() + "[profile.p0]\nA = 'x'\n"
        }
        #expect(try settings(chain(32)).entries(ofProfile: "p31")?.count == 1)
        #expect(try #require(failure(chain(33))).description.contains("extends too many profiles in a row"))
    }

    @Test func `reads an entry that is a table of its own`() throws {
        let read = try settings("[profile.p.URL]\nsecret = 'u'\nrequired = false\n[profile.p]\nB.value = 'x'")
        let entries = try #require(try read.entries(ofProfile: "p"))
        #expect(entries.map(\.name) == ["URL", "B"])
        #expect(entries.map(\.line) == [1, 5])
    }

    @Test func `answers deep nesting and long files with an error`() throws {
        let deep = 100_000
        for text in [
            "a = " + String(repeating: "[", count: deep), "a = " + String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
            "a = " + String(repeating: "{a=", count: deep), String(repeating: "a.", count: deep) + "a = 1",
            "[" + String(repeating: "a.", count: deep) + "a]",
        ] {
            #expect(try #require(failure(text)).description.contains("nested too deeply"))
        }
        #expect(try #require(failure(String(repeating: "[", count: deep))).code == .invalid)
        #expect(try #require(failure(String(repeating: "\n", count: 60_000))).description.contains("more than 50000 lines"))
        #expect(try #require(failure(String(repeating: "#", count: 2 << 20))).code == .unsafeFile)
        let table = String(repeating: "[{" + String(repeating: "a.", count: 63) + "a=", count: 31)
        let nested = "x = \(table)1" + String(repeating: "}]", count: 31)
        #expect(try #require(failure(nested)).description.contains("unknown key"))
    }

    @Test func `allows profiles only in a project's file`() throws {
        #expect(failure("[profile.p]\nA = 'x'", scope: .project) == nil)
        for (text, line) in [
            ("[profile.p]\n[vault]\n", 2), ("[history]", 1), ("\n[provider.x]\nbase_url = 'x'", 2), ("[consumer.x]", 1),
            ("[rotation.\"a/b\"]", 1),
            ("vault.key_file = '/x'", 1), ("default = { exec = ['x'] }", 1),
        ] {
            let error = try #require(failure(text, scope: .project))
            #expect(error.code == .invalid)
            #expect(error.description.contains("line \(line): "))
            #expect(error.description.contains("not for project files"))
        }
    }
}
