import Testing

@testable import Settings

/// `[provider.NAME.gateway]`: bounds, and what each setting becomes.
@Suite struct GatewaySettingsTests {
    private func gateway(_ text: String) throws -> GatewaySettings {
        try #require(settings("[provider.p.gateway]\n" + text).providers["p"]?.gateway)
    }

    /// The headers, `NAME: VALUE`.
    private func headers(_ text: String) throws -> [String] { try gateway(text).headers.map { "\($0.name): \($0.value)" } }

    private func reason(_ text: String, line: Int = 2, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let error = try #require(failure("[provider.p.gateway]\n" + text), sourceLocation: sourceLocation)
        #expect(error.code == .invalid && error.description.hasPrefix("warder.toml: line \(line): "), sourceLocation: sourceLocation)
        return error.reason
    }

    // MARK: Numbers

    @Test(arguments: [
        ("cache_ttl", 60, 2_592_000), ("max_attempts", 1, 5), ("retry_delay", 0, 5000), ("request_timeout", 1, 86_400_000),
    ])
    func `a number has bounds, and is itself at both ends`(_ key: String, _ least: Int, _ most: Int) throws {
        let name = "cf-aig-" + key.replacing("_", with: "-")
        for number in [least, most] { #expect(try headers("\(key) = \(number)") == ["\(name): \(number)"]) }
        let wrong = ["\(least - 1)", "\(most + 1)", "-\(most)", "\(least).0", "'\(most)'", "true", "[\(most)]", "9223372036854775807"]
        for text in wrong {
            #expect(
                try reason("\(key) = \(text)") == "\"\(key)\" in [provider.p.gateway] must be a whole number from \(least) to \(most)",
                "\(text)")
        }
    }

    // MARK: Flags and words

    @Test func `a flag is true or false, and for some only true says something`() throws {
        for key in ["collect_log", "collect_log_payload"] {
            let name = "cf-aig-" + key.replacing("_", with: "-")
            for flag in ["true", "false"] { #expect(try headers("\(key) = \(flag)") == ["\(name): \(flag)"]) }
        }
        #expect(try headers("skip_cache = true\nno_wholesale = true") == ["cf-aig-no-wholesale: true", "cf-aig-skip-cache: true"])
        #expect(try headers("skip_cache = false\nno_wholesale = false") == [])
        for key in ["collect_log", "collect_log_payload", "skip_cache", "no_wholesale", "zdr", "authenticated"] {
            for text in ["1", "'true'", "[]"] {
                #expect(try reason("\(key) = \(text)") == "\"\(key)\" in [provider.p.gateway] must be true or false", "\(key)")
            }
        }
    }

    @Test func `a word is one of a few`() throws {
        for word in ["constant", "linear", "exponential"] { #expect(try headers("backoff = '\(word)'") == ["cf-aig-backoff: \(word)"]) }
        for text in ["'quadratic'", "'Linear'", "1", "''"] { _ = try reason("backoff = \(text)") }
        for kind in GatewaySettings.ProviderKey.allCases {
            #expect(try gateway("provider_key = '\(kind.rawValue)'").providerKey == kind)
        }
        #expect(try reason("provider_key = 'byok'").hasSuffix("must be \"request\", \"stored\" or \"unified\""))
        #expect(try gateway("").providerKey == nil && gateway("").isAuthenticated == nil && gateway("").token == nil)
    }

    @Test func `a text is visible ASCII, 256 bytes at most`() throws {
        for key in ["cache_key", "event_id", "byok_alias"] {
            let stored = key == "byok_alias" ? "provider_key = 'stored'\n" : ""
            let longest = String(repeating: "ab-", count: 85) + "c"
            let name = "cf-aig-" + key.replacing("_", with: "-")
            #expect(try headers("\(stored)\(key) = '\(longest)'") == ["\(name): \(longest)"])
            for text in ["\(longest)d", "a b", "é", ""] {
                _ = try reason("\(stored)\(key) = '\(text)'", line: stored.isEmpty ? 2 : 3)
            }
        }
    }

    // MARK: Objects

    @Test func `metadata are up to five flat entries, as JSON of ASCII in the order of the file`() throws {
        #expect(
            try headers("metadata = { b = 'x', a = 1, c = true, d = -2.5, e = '' }")
                == [#"cf-aig-metadata: {"b":"x","a":1,"c":true,"d":-2.5,"e":""}"#])
        #expect(
            try headers(#"metadata = { "ä\"" = "\\ \" é \u0001 😀" }"#)
                == [#"cf-aig-metadata: {"\u00e4\"":"\\ \" \u00e9 \u0001 \ud83d\ude00"}"#])
        #expect(try headers("[provider.p.gateway.metadata]\nteam = 'a'") == [#"cf-aig-metadata: {"team":"a"}"#])
    }

    @Test(arguments: [
        ("metadata = { a = 1, b = 2, c = 3, d = 4, e = 5, f = 6 }", "has more than 5 entries"),
        ("metadata = {}", "must be a table with entries"),
        ("metadata = 'a'", "must be a table with entries"), ("metadata = { a = { b = 1 } }", "must be a string, a number or a boolean"),
        ("metadata = { a = [1] }", "must be a string, a number or a boolean"),
        ("metadata = { a = nan }", "must be a string, a number or a boolean"),
        ("metadata = { a = inf }", "must be a string, a number or a boolean"),
        ("metadata = { a = 2026-01-01 }", "must be a string, a number or a boolean"),
        ("metadata = { 'cf.user_id' = 'a' }", "has a name that Cloudflare reserves"),
        ("metadata = { 'cf.x' = 1 }", "has a name that Cloudflare reserves"),
        ("custom_cost = { per_token_in = 1 }", "must be { per_token_in, per_token_out } or { total_cost }"),
        (
            "custom_cost = { total_cost = 1, per_token_in = 1, per_token_out = 1 }",
            "must be { per_token_in, per_token_out } or { total_cost }"
        ),
        ("custom_cost = 1", "must be { per_token_in, per_token_out } or { total_cost }"), ("custom_cost = {}", "must be { per_token_in"),
        ("custom_cost = { total_cost = -1 }", "must be a number that is not negative"),
        ("custom_cost = { total_cost = -0.5 }", "must be a number that is not negative"),
        ("custom_cost = { total_cost = nan }", "must be a number that is not negative"),
        ("custom_cost = { total_cost = inf }", "must be a number that is not negative"),
        ("custom_cost = { total_cost = '1' }", "must be a number that is not negative"),
        ("cf-aig-cache-ttl = 60", #"unknown key "cf-aig-cache-ttl" in [provider.p.gateway]"#),
        ("cachettl = 60", #"unknown key "cachettl""#),
        ("token = 'plain'", #"must be "secret:NAME""#), ("token = { env = '1' }", "must have the name of a variable in env"),
    ])
    func `refuses`(_ text: String, _ reason: String) throws { #expect(try self.reason(text).contains(reason)) }

    @Test func `a nested table names the line of its entry`() throws {
        _ = try reason("[provider.p.gateway.metadata]\nteam = 'a'\nmore = { a = 1 }", line: 4)
        _ = try reason("cache_ttl = 60\n\n# a comment\nmax_attempts = 6", line: 5)
    }

    @Test func `costs are JSON`() throws {
        #expect(
            try headers("custom_cost = { per_token_in = 0.000001, per_token_out = 2 }")
                == [#"cf-aig-custom-cost: {"per_token_in":1e-06,"per_token_out":2}"#])
        #expect(try headers("custom_cost = { total_cost = 0 }") == [#"cf-aig-custom-cost: {"total_cost":0}"#])
    }

    // MARK: Together

    @Test(arguments: [
        ("byok_alias = 'a'", "byok_alias", "needs provider_key = \"stored\""),
        ("byok_alias = 'a'\nprovider_key = 'unified'", "byok_alias", "needs provider_key = \"stored\""),
        ("zdr = true", "zdr", "needs provider_key = \"unified\""), ("zdr = false\nprovider_key = 'stored'", "zdr", "needs provider_key"),
        ("no_wholesale = true\nprovider_key = 'unified'", "no_wholesale", "contradicts provider_key = \"unified\""),
        ("token = 'secret:a'\nauthenticated = false", "token", "contradicts authenticated = false"),
    ])
    func `refuses what contradicts itself, in either order`(_ text: String, _ key: String, _ reason: String) throws {
        #expect(try self.reason(text).hasPrefix("\"\(key)\" in [provider.p.gateway] \(reason)"))
        let lines = text.split(separator: "\n").map(String.init)
        let turned = lines.reversed().joined(separator: "\n")
        #expect(try self.reason(turned, line: 1 + lines.count).contains(reason))
    }

    @Test func `headers are sorted by name and know their lines`() throws {
        let read = try gateway("skip_cache = true\nbackoff = 'linear'\ntoken = { env = 'T' }\nauthenticated = true")
        #expect(read.headers.map(\.name) == ["cf-aig-backoff", "cf-aig-skip-cache"] && read.headers.map(\.place.line) == [3, 2])
        #expect(read.token?.source == .variable("T") && read.token?.place.line == 4 && read.isAuthenticated == true)
    }
}
