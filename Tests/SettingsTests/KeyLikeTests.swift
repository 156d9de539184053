import Testing

@testable import Settings

@Suite struct KeyLikeTests {
    @Test(arguments: [
        FakeKey.anthropic, FakeKey.random, "sk-" + "abcdEFGH1234ijklMNOP5678", "sk-proj-" + "x",
        "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
        "github_pat_" + "11ABCDEFG0abcdefghij_x", "xoxb-" + "123456789012-abcdefghijkl", "AKIA" + "IOSFODNN7EXAMPLE",
        "cfut_" + "abcdEFGH1234ijklMNOP5678",
        "cfat_" + "abcdEFGH1234ijklMNOP5678", "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q", "Bearer " + FakeKey.anthropic,
        "https://user:\(FakeKey.anthropic)@host/",
        "https://host/?key=" + FakeKey.random, "x=" + FakeKey.anthropic, "-----BEGIN PRIVATE KEY-----",
        "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=", "fGkRtYbWqXzLpMnHsDvCjAeUoSTNQgKh", "${secret:a} " + FakeKey.anthropic,
    ])
    func `sees a key`(text: String) throws {
        #expect(KeyLikeText.matches(text))
        let error = try #require(failure("# a comment\n[profile.p]\nA = '\(text)'"))
        #expect(error.description == #"warder.toml: line 3: "A" in [profile.p] looks like a key: settings hold names and references only"#)
        #expect(error.hint?.contains("warder set") == true)
    }

    @Test(arguments: [
        "", "info", "0123456789abcdef0123456789abcdef", "123e4567-e89b-12d3-a456-426614174000",
        "/home/user/projects/warder/Sources/Settings/Key2.swift",
        "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/my-gateway/anthropic",
        "sqlite:///var/lib/app/database.sqlite3",
        "sk-learn-classification-model", "cloudflare-ai-gateway/claude-sonnet-4-5-20250929", "task-ant-colony",
        "postgres://localhost:5432/my_database_name",
        "the quick brown fox jumps over the lazy dog 1234567890", "secret:cloudflare-ai-gateway/api-key",
        "us-east-1,eu-central-1,ap-southeast-2",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bd15d6c15b0f00a08", "-Xmx512m -XX:+UseG1GC -Dfile.encoding=UTF-8",
        "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
        "cf-aig-authorization: Bearer ${secret:cloudflare-ai-gateway/token}", "${provider:cloudflare-ai-gateway/account_id}",
        "AbstractSingletonProxyFactoryBean", "someVeryLongCamelCaseIdentifierOfAProgram", "ANTHROPIC_CUSTOM_HEADERS_OF_THE_GATEWAY",
        "InternationalizationConfigurationProvider", "application/vnd.openxmlformats-officedocument.wordprocessingml.document2",
    ])
    func `lets names, paths and addresses pass`(text: String) {
        #expect(!KeyLikeText.matches(text))
    }

    @Test(arguments: ["/tmp/warder-home-lBxFG4/home/.config/warder/key", "~/x/tmp.Zk3Qw9RtYp/deploy-2F7a/warder.key"])
    func `lets a path to a key file pass`(path: String) throws {
        #expect(failure("[vault]\nkey_file = '\(path)'") == nil)
        #expect(failure("[vault]\nkey_file = '\(path)/\(FakeKey.anthropic)'")?.code == .invalid)
    }

    @Test func `never repeats the key, wherever it stands`() throws {
        let key = FakeKey.anthropic
        for text in [
            "[vault]\nkey_file = '\(key)'", "[vault]\nfingerprint = '\(key)'", "[provider.p]\nbase_url = 'https://h/\(key)'",
            "[provider.p]\nroute = '\(FakeKey.random)'", "[profile.p]\nA = 'secret:\(key)'", "[profile.p]\nA = { secret = '\(key)' }",
            "[profile.p]\nA = { secret = 'a', default = '\(key)' }", "[profile.p]\nA = { value = '\(key)' }",
            "[profile.p]\nextends = '\(key)'",
            "[profile.\(key)]\nA = 'x'", "[provider.\(key)]\nroute = 'x'", "[profile.p]\n\(key) = 'x'", "[\(key)]", "\(key) = 1",
            "a = \(key)",
            "[profile.p]\nA = '${secret:\(key)}'", "[profile.p]\nA = '${\(key)}'",
        ] {
            let error = try #require(failure(text))
            #expect(error.code == .invalid)
            #expect(!error.description.contains("AbCdEf"), "\(error.description)")
            #expect(!error.description.contains(FakeKey.random))
        }
    }
}
