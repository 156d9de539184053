import Foundation
import Testing

/// `warder models list`: what can be asked for, and where the key is.
@Suite struct ModelsTests {
    let home: Home

    init() throws { home = try Home() }

    /// Model, state of its key, and where that is.
    private func rows(_ arguments: String..., with more: [String: String] = [:]) throws -> [String] {
        let answer = try home.run(["models", "list", "--json"] + arguments, program: Home.program, with: more).json()
        let models = try #require(answer["models"] as? [[String: Any]])
        return models.map { row in
            let model = "\(row["provider"] as? String ?? "")/\(row["model"] as? String ?? "…")"
            return [model, row["key"] as? String ?? "", row["from"] as? String].compactMap { $0 }.joined(separator: " | ")
        }
    }

    @Test func `lists what is configured, and what there is a key for`() throws {
        #expect(try rows() == [])
        #expect(try home.run("models", "list").error.contains("warder set"))
        try home.store("groq/api-key", "x")
        try home.store("OPENAI_API_KEY", "x")
        #expect(try rows() == ["openai/… | present | the secret OPENAI_API_KEY", "groq/… | present | the secret groq/api-key"])
        #expect(
            try rows(with: ["MISTRAL_API_KEY": "x", "XAI_API_KEY": " "]).last == "mistral/… | present | the environment, MISTRAL_API_KEY")
        try home.configure(
            """
            [provider.openai]
            models = ["gpt-4o", "gpt-4o-mini"]
            [provider.work]
            kind = "openai"
            api_key = "secret:work/key"
            [provider.pool]
            kind = "mistral"
            api_keys = ["secret:groq/api-key", { exec = ["/bin/false"] }]
            [provider.local]
            base_url = "http://127.0.0.1:1/v1"
            [provider.broken]
            base_url = "http://example.com"
            [provider.variable]
            kind = "groq"
            api_key = { env = "MY_KEY" }
            """)
        #expect(
            try rows() == [
                "broken/… | invalid | \(home.settings): line 14: base_url of broken is plain http to another machine, where anybody on the way could read the key",
                "local/… | unneeded", "openai/gpt-4o | present | the secret OPENAI_API_KEY",
                "openai/gpt-4o-mini | present | the secret OPENAI_API_KEY", "pool/… | present | the secret groq/api-key, and 1 more",
                "variable/… | missing | the environment, MY_KEY", "work/… | missing | the secret work/key",
                "groq/… | present | the secret groq/api-key",
            ])
        #expect(try rows(with: ["MY_KEY": "x"]).contains("variable/… | present | the environment, MY_KEY"))
        #expect(try rows("--provider", "work") == ["work/… | missing | the secret work/key"])
        #expect(try rows("--provider", "gemini") == ["google/… | missing | the secret google/api-key"])
        #expect(try home.run("models", "list", "--provider", "nobody").refused(22))
    }

    @Test(arguments: ["compat", "rest", "universal", "workers-ai", "openai", ""]) func `a gateway needs no pinned model to be listed`(
        _ route: String
    ) throws {
        try home.store("cloudflare-ai-gateway/token", "x")
        try home.store("gate/api-key", "x")
        try home.configure(
            "[provider.gate]\nkind = \"cloudflare-ai-gateway\"\naccount_id = \"a\"\ngateway_id = \"g\"\n"
                + (route.isEmpty ? "" : "route = \"\(route)\"\n"))
        let secret = route == "rest" ? "cloudflare-ai-gateway/token" : "gate/api-key"
        #expect(try rows("--provider", "gate") == ["gate/… | present | the secret \(secret)"])
    }

    @Test func `looks for both keys of a gateway`() throws {
        try home.configure(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "a"
            gateway_id = "g"
            route = "anthropic"
            models = ["claude-sonnet-4-6"]
            """)
        let model = "cloudflare-ai-gateway/claude-sonnet-4-6"
        #expect(try rows() == ["\(model) | missing | the secret cloudflare-ai-gateway/api-key"])
        try home.store("cloudflare-ai-gateway/token", "x")
        #expect(try rows() == ["\(model) | missing | the secret cloudflare-ai-gateway/api-key"])
        try home.store("anthropic/api-key", "x")
        #expect(try rows().first == "\(model) | present | the secret anthropic/api-key")
        try home.configure("[provider.cloudflare-ai-gateway.gateway]\nprovider_key = \"stored\"\nauthenticated = true\n")
        #expect(try rows().first == "\(model) | present | the secret cloudflare-ai-gateway/token")
        try #require(home.run("remove", "cloudflare-ai-gateway/token").code == 0)
        #expect(try rows().first == "\(model) | missing | the secret cloudflare-ai-gateway/token")
    }

    @Test func `runs no program and reads no file to know`() throws {
        let mark = home("ran")
        try home.configure(
            """
            [provider.a]
            kind = "openai"
            api_key = { exec = ["/usr/bin/touch", "\(mark)"] }
            [provider.b]
            kind = "openai"
            api_key = { file = "/nowhere" }
            """)
        #expect(try rows() == ["a/… | present | the program /usr/bin/touch", "b/… | present | the file /nowhere"])
        #expect(!FileManager.default.fileExists(atPath: mark))
    }
}
