import Testing

@testable import Settings

/// `[provider.NAME]`, `[default]` and `[route.NAME]`: what they say, and what they may not.
@Suite struct ProviderSettingsTests {
    private func provider(_ text: String) throws -> ProviderSettings {
        try #require(settings("[provider.p]\n" + text).providers["p"])
    }

    // MARK: What is read

    @Test func `reads a whole provider`() throws {
        let read = try settings(
            """
            [provider.work]
            kind = "cloudflare"
            account_id = "a"
            gateway_id = "g"
            route = "openai"
            base_url = "https://models.example/v1"
            path = "/chat"
            style = "openai-chat"
            auth = "bearer"
            region = "r"
            project = "p"
            resource = "s"
            deployment = "d"
            api_key = "secret:a/key"
            headers = { X-B = "b", x-a = "${secret:a/key} $${x}" }
            models = ["m", "n"]
            [default]
            model = "work/auto"
            env_file = "~/.env"
            login_shell = true
            [route.chat]
            models = ["work/m", "work/n"]
            """)
        let work = try #require(read.providers["work"])
        let fields = ["cloudflare", "a", "g", "openai", "https://models.example/v1", "/chat", "openai-chat", "bearer", "r", "p", "s", "d"]
        #expect(ProviderSettings.Field.allCases.map { work[$0] } == fields)
        #expect(work.keys?.map(\.source) == [.secret("a/key")] && work.keys?[0].place.line == 14)
        #expect(work.headers?.map(\.name) == ["x-b", "x-a"])
        #expect(work.headers?[1].parts == [.secret("a/key"), .text(" ${x}")] && work.headers?[1].place.line == 15)
        #expect(work.models == ["m", "n"] && work.gateway == nil && work.place.description == "warder.toml: line 1")
        #expect(read.defaults.model == "work/auto" && read.defaults.modelPlace?.line == 18)
        #expect(read.defaults.environmentFile == "~/.env" && read.defaults.usesLoginShell == true)
        #expect(read.routes["chat"]?.models == ["work/m", "work/n"] && read.routes["chat"]?.place.line == 21)
    }

    @Test func `reads each kind of key, and pools with weights`() throws {
        let read = try provider(
            """
            api_keys = [
              "secret:a", { env = "B" }, { file = "~/c" }, { file = "/d" }, { exec = ["/bin/e", "f"] },
              { key = { exec = ["g"] }, weight = 100 }, { key = "secret:h" },
            ]
            """)
        #expect(
            read.keys?.map(\.source) == [
                .secret("a"), .variable("B"), .file("~/c"), .file("/d"), .program(["/bin/e", "f"]), .program(["g"]), .secret("h"),
            ])
        #expect(read.keys?.map(\.weight) == [1, 1, 1, 1, 1, 100, 1])
    }

    // MARK: What is not

    /// What follows `[provider.p]`, the line, and the error after it.
    private static let errors: [(String, Int, String)] = [
        ("api_key = 'plain'", 2, #""api_key" in [provider.p] must be "secret:NAME", { env = "NAME" }, "#),
        ("api_key = 'env:X'", 2, #""api_key" in [provider.p] must be "secret:NAME", "#),
        ("api_key = '$X'", 2, #""api_key" in [provider.p] must be "#), ("api_key = 1", 2, #""api_key" in [provider.p] must be "#),
        ("api_key = []", 2, #""api_key" in [provider.p] must be "#), ("api_key = {}", 2, #""api_key" in [provider.p] must be "#),
        ("api_key = { env = 'A', file = '/b' }", 2, #""api_key" in [provider.p] must be "#),
        ("api_key = { value = 'a' }", 2, #""api_key" in [provider.p] must be "#),
        ("api_key = 'secret:'", 2, #"must be the name of a secret after "secret:""#),
        ("api_key = 'secret:a//b'", 2, #"must be the name of a secret after "secret:""#),
        ("api_key = 'secret:../b'", 2, #"must be the name of a secret after "secret:""#),
        ("api_key = { env = '1X' }", 2, "must have the name of a variable in env"),
        ("api_key = { env = 'A=B' }", 2, "must have the name of a variable in env"),
        ("api_key = { env = '' }", 2, "is empty"), ("api_key = { env = 1 }", 2, "must be a string"),
        ("api_key = { file = 'key' }", 2, "must have the path of a file, absolute or beginning with ~/"),
        ("api_key = { file = './key' }", 2, "must have the path of a file"), ("api_key = { file = '~x/key' }", 2, "must have the path"),
        ("api_key = { file = '/keys/' }", 2, "must have the path of a file"),
        ("api_key = { exec = [] }", 2, "must begin with the absolute path or the plain name of a program"),
        ("api_key = { exec = [''] }", 2, "must begin with"), ("api_key = { exec = ['./x'] }", 2, "must begin with"),
        ("api_key = { exec = ['a/b'] }", 2, "must begin with"), ("api_key = { exec = 'a b' }", 2, "must be a list of strings"),
        ("api_key = { exec = ['a', 1] }", 2, "must be a list of strings"),
        ("api_key = 'secret:a'\napi_keys = ['secret:b']", 3, "must not be beside api_key"),
        ("api_keys = 'secret:a'", 2, #""api_keys" in [provider.p] must be a list of keys"#), ("api_keys = []", 2, "must be a list of keys"),
        ("api_keys = ['secret:a', 'secret:a']", 2, "has a key twice: a weight makes it be taken more often"),
        ("api_keys = ['secret:a', { key = 'secret:a', weight = 2 }]", 2, "has a key twice"),
        ("api_keys = [{ key = 'secret:a', weight = 0 }]", 2, "has a weight that is no whole number from 1 to 100"),
        ("api_keys = [{ key = 'secret:a', weight = 101 }]", 2, "has a weight that is no whole number from 1 to 100"),
        ("api_keys = [{ key = 'secret:a', weight = 1.5 }]", 2, "has a weight that is no whole number from 1 to 100"),
        ("api_keys = [{ key = 'secret:a', wieght = 2 }]", 2, "has an entry with something other than key and weight"),
        ("api_keys = [{ weight = 2 }]", 2, #""api_keys" in [provider.p] must be "#),
        ("headers = 'x: y'", 2, #""headers" in [provider.p] must be a table of headers"#),
        ("headers = { 'x y' = 'z' }", 2, "is not the name of a header"), ("headers = { '' = 'z' }", 2, "is not the name of a header"),
        ("headers = { 'x:' = 'z' }", 2, "is not the name of a header"), ("headers = { \"x\\n\" = 'z' }", 2, "is not the name of a header"),
        ("headers = { X-A = 'y', x-a = 'z' }", 2, #""x-a" in [provider.p.headers] is there twice"#),
        ("[provider.p.headers]\nx-a = 'y'\nx-b = ''", 4, #""x-b" in [provider.p.headers] is empty"#),
        ("headers = { x-a = 1 }", 2, "must be a string"), ("headers = { x-a = \"a\\r\\nb: c\" }", 2, "has a control character"),
        ("headers = { x-a = 'é' }", 2, "has a character that is not ASCII, which a header cannot carry"),
        ("headers = { x-a = '${secret:a' }", 2, "has a ${ without a }"), ("headers = { x-a = '${HOME}' }", 2, "has a ${…} that is neither"),
        ("headers = { x-a = '${secret:}' }", 2, "refers to a secret by something that is not a secret's name"),
        ("headers = { x-a = '${provider:p/api_key}' }", 2, "refers to a field that providers don't have"),
        ("headers = { Host = 'x' }", 2, #""Host" in [provider.p.headers] is a header that only the client can know"#),
        ("headers = { content-length = '1' }", 2, "is a header that only the client can know"),
        ("headers = { transfer-encoding = 'x' }", 2, "is a header that only the client can know"),
        ("headers = { cf-aig-cache-ttl = '1' }", 2, "is a header of the gateway, which has a setting of its own"),
        ("headers = { CF-AIG-Metadata = '{}' }", 2, "is a header of the gateway, which has a setting of its own"),
        ("headers = { cf-skip-cache = 'true' }", 2, "is a header of the gateway, which has a setting of its own"),
        ("headers = { authorization = 'x' }", 2, "is a header for keys, and has none from the vault"),
        ("headers = { X-Api-Key = '${provider:p/account_id}' }", 2, "is a header for keys, and has none from the vault"),
        ("headers = { cf-aig-authorization = 'Bearer 0123456789abcdef0123456789abcdef' }", 2, "is a header for keys"),
        ("models = 'm'", 2, #""models" in [provider.p] must be a list of models"#), ("models = []", 2, "must be a list of models"),
        ("models = ['m', 'm']", 2, "has a model twice"), ("models = ['']", 2, "is empty"), ("models = [1]", 2, "must be a string"),
        ("base_url = 1", 2, #""base_url" in [provider.p] must be a string"#), ("base_url = ''", 2, "is empty"),
        ("route = \"a\\nb\"", 2, "has a control character"), ("gateway = 1", 2, #""gateway" in [provider.p] must be a table"#),
        ("apikey = 'secret:a'", 2, #"unknown key "apikey" in [provider.p]"#),
    ]

    @Test(arguments: errors)
    func `names the line that is wrong, and why`(_ text: String, _ line: Int, _ reason: String) throws {
        let error = try #require(failure("[provider.p]\n" + text))
        #expect(error.code == .invalid)
        #expect(error.description.hasPrefix("warder.toml: line \(line): "))
        #expect(error.description.contains(reason))
    }

    @Test func `refuses keys in every place, and does not repeat them`() throws {
        for key in [FakeKey.anthropic, FakeKey.random] {
            for text in [
                "api_key = '\(key)'", "api_key = { env = '\(key)' }", "api_key = { file = '/\(key)' }",
                "api_key = { exec = ['/bin/a', '\(key)'] }",
                "api_key = { exec = ['/bin/a', '--key=\(key)'] }", "api_keys = ['\(key)']", "api_keys = [{ key = '\(key)', weight = 2 }]",
                "headers = { x-a = '\(key)' }", "headers = { authorization = 'Bearer \(key)' }", "headers = { \(key) = 'x' }",
                "models = ['\(key)']",
                "base_url = 'https://models.example/\(key)'", "route = '\(key)'", "\(key) = 'x'", "[provider.\(key)]\nroute = 'x'",
                "[default]\nmodel = '\(key)'", "[default]\nmodel = 'openai/\(key)'", "[route.\(key)]\nmodels = ['a/b']",
                "[route.r]\nmodels = ['\(key)']",
                "[provider.p.gateway]\ncache_key = '\(key)'", "[provider.p.gateway]\ntoken = '\(key)'",
                "[provider.p.gateway]\nmetadata = { a = '\(key)' }", "[provider.p.gateway]\nmetadata = { '\(key)' = 'a' }",
            ] {
                let error = failure("[provider.p]\n" + text)
                #expect(error?.code == .invalid)
                let isShown = [error?.description, error?.hint].contains { $0?.contains(key.suffix(12)) ?? false }
                #expect(!isShown)
            }
        }
    }

    @Test(arguments: [("", false), ("merge_system_messages = true", true), ("merge_system_messages = false", false)])
    func `a route may ask for one system message`(_ line: String, _ expected: Bool) throws {
        let read = try WarderSettings.parse("[route.r]\nmodels = ['a/b']\n\(line)", file: "warder.toml")
        #expect(read.routes["r"]?.mergesSystemMessages == expected)
    }

    @Test(arguments: [
        ("[default]\nmodel = 1", "must be a string"), ("[default]\nmodel = ''", "is empty"),
        ("[default]\nenv_file = '.env'", "must be an absolute path"),
        ("[default]\nlogin_shell = 'yes'", "must be true or false"), ("[default]\nmodels = ['x']", #"unknown key "models" in [default]"#),
        ("[route.r]\n", #""r" in [route] needs models"#), ("[route.r]\nmodels = []", "must be a list of models"),
        ("[route.r]\nmodels = ['a/b', 'a/b']", "has a model twice"), ("[route.r]\nmodel = 'a/b'", #"unknown key "model" in [route.r]"#),
        ("[route.r]\nmodels = ['a/b']\nmerge_system_messages = 'yes'", "must be true or false"),
        ("[route]\nr = 'a/b'", #""r" in [route] must be a table"#), ("[route.'a b']\nmodels = ['a/b']", "is not a name"),
        ("[provider]\np = 1", "must be a table"), ("[provider.'a/b']\nroute = 'x'", "is not a name"),
    ])
    func `defaults and routes are as strict`(_ text: String, _ reason: String) throws {
        let error = try #require(failure(text))
        #expect(error.code == .invalid && error.description.contains(reason))
    }

    // MARK: Files

    @Test func `a project's file has neither providers nor defaults nor routes`() throws {
        for (text, table) in [
            ("[provider.p]\nbase_url = 'https://evil.example'", "[provider]"), ("[provider.p.gateway]\ncache_ttl = 60", "[provider]"),
            ("[default]\nmodel = 'a/b'", "[default]"), ("[route.r]\nmodels = ['a/b']", "[route]"), ("provider = {}", "[provider]"),
            ("gateway = {}", "[gateway]"),
        ] {
            let error = try #require(failure("\n" + text, scope: .project))
            #expect(error.code == .invalid, "\(table)")
            #expect(error.description.hasPrefix("warder.toml: line 2: \(table) is not for project files"), "\(table)")
        }
    }

    @Test func `a later file overrides key by key, and pools, headers, models, gateways and routes whole`() throws {
        func layer(_ text: String, _ file: String) throws -> SettingsLayer {
            try SettingsLayer(SettingsDocument(Array(text.utf8), file: file), scope: .trusted)
        }
        let system = """
            [provider.p]
            route = "openai"
            region = "r"
            api_keys = ["secret:a", "secret:b"]
            headers = { x-a = "1", x-b = "2" }
            models = ["m", "n"]
            [provider.p.gateway]
            cache_ttl = 60
            authenticated = true
            [route.chat]
            models = ["p/m", "p/n"]
            [default]
            model = "p/m"
            env_file = "/e"
            """
        let user = """
            [provider.p]
            route = "anthropic"
            api_key = { env = "K" }
            headers = { x-c = "3" }
            [provider.p.gateway]
            cache_key = "k"
            [route.chat]
            models = ["p/o"]
            [default]
            model = "chat"
            """
        let both = try WarderSettings([layer(system, "s"), layer(user, "u")])
        let provider = try #require(both.providers["p"])
        #expect(provider[.route] == "anthropic" && provider[.region] == "r")
        #expect(provider.keys?.map(\.source) == [.variable("K")] && provider.keys?[0].place.description == "u: line 3")
        #expect(provider.headers?.map(\.name) == ["x-c"] && provider.models == ["m", "n"])
        #expect(provider.gateway?.headers.map(\.name) == ["cf-aig-cache-key"] && provider.gateway?.isAuthenticated == nil)
        #expect(provider.place.description == "u: line 1")
        #expect(both.routes["chat"]?.models == ["p/o"])
        #expect(both.defaults.model == "chat" && both.defaults.modelPlace?.file == "u")
        #expect(both.defaults.environmentFile == "/e" && both.defaults.usesLoginShell == nil)
        let other = try WarderSettings([layer(system, "s"), layer("[provider.q]\nroute = 'x'", "u")])
        #expect(other.providers["p"]?.gateway?.isAuthenticated == true && other.providers["p"]?.place.file == "s")
    }
}
