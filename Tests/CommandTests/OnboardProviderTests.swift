import Testing

/// `warder onboard --non-interactive` for any other provider.
@Suite struct OnboardProviderTests: OnboardSuite {
    let home: Home

    init() throws { home = try Home() }

    static let others: [(words: [String], model: String, header: String)] = [
        (["openai-api-key", "--openai-api-key", "sk-proj-01"], "openai/m", "authorization: Bearer sk-proj-01"),
        (["openai", "--openai-api-key", "sk-proj-01"], "openai/m", "authorization: Bearer sk-proj-01"),
        (["apiKey", "--anthropic-api-key", "sk-ant-01"], "anthropic/m", "x-api-key: sk-ant-01"),
        (["gemini-api-key", "--gemini-api-key", "k1"], "google/m", "authorization: Bearer k1"),
        (["google", "--google-api-key", "k1"], "google/m", "authorization: Bearer k1"),
        (["ai-gateway-api-key", "--ai-gateway-api-key", "k2"], "vercel-ai-gateway/m", "authorization: Bearer k2"),
        (["opencode-zen", "--opencode-zen-api-key=k3"], "opencode/m", "authorization: Bearer k3"),
        (["moonshot-api-key", "--api-key", "k4"], "moonshot/m", "authorization: Bearer k4"),
        (["bedrock", "--region", "eu-central-1", "--bedrock-api-key", "k5"], "bedrock/m", "authorization: Bearer k5"),
        (
            ["azure", "--base-url", "https://me.openai.azure.com/openai/deployments/d", "--azure-api-key", "k6"], "azure/m",
            "api-key: k6"
        ),
        (
            ["custom-api-key", "--custom-base-url", "https://llm.example/v1", "--custom-api-key", "k7"], "custom/m",
            "authorization: Bearer k7"
        ),
        (
            ["openai", "--base-url", "https://openrouter.ai/api/v1", "--openai-api-key", "sk-or-v1-01"], "openai/m",
            "authorization: Bearer sk-or-v1-01"
        ),
        (["litellm", "--base-url", "http://127.0.0.1:4000", "--litellm-api-key", "k8"], "litellm/m", "authorization: Bearer k8"),
    ]

    @Test(arguments: others.indices) func `sets up any provider of the catalogue`(_ number: Int) throws {
        let (words, model, header) = Self.others[number]
        let outcome = try run(["onboard", "--non-interactive", "--auth-choice"] + words)
        #expect(outcome.code == 0)
        let isRight = try headers(model).contains(header)
        #expect(isRight)
        let again = try run(["onboard", "--non-interactive", "--auth-choice", words[0]])
        #expect(again.code == 0 && again.error.contains("nothing has changed"))
    }

    @Test func `allows a key only where it belongs`() throws {
        let words = ["onboard", "--non-interactive", "--auth-choice"]
        _ = try run(words + ["bedrock", "--region", "eu-central-1", "--bedrock-api-key", "k"])
        _ = try run(words + ["openai", "--openai-api-key", "k"])
        _ = try run(words + ["custom", "--base-url", "https://llm.example:8443/v1", "--custom-api-key", "k"])
        let listed = try run(["list", "--json"]).json()["secrets"] as? [[String: Any]]
        #expect(
            listed?.map { $0["allowed_hosts"] as? [String] }
                == [["bedrock-runtime.eu-central-1.amazonaws.com"], ["llm.example"], ["api.openai.com"]])
        // Another address gets the key only with a new word of it; a secret that may go anywhere keeps that.
        let moved = try run(words + ["custom", "--base-url", "https://other.example/v1"])
        #expect(moved.refused(28))
        #expect(try run(words + ["custom", "--base-url", "https://other.example/v1", "--custom-api-key", "k"]).code == 0)
        try home.store("groq/api-key", "gsk_old")
        #expect(try run(words + ["groq", "--groq-api-key", "gsk_new"]).code == 0)
        let after = try run(["list", "--json"]).json()["secrets"] as? [[String: Any]]
        func hosts(_ name: String) -> [String]? { after?.first { $0["name"] as? String == name }?["allowed_hosts"] as? [String] }
        #expect(hosts("custom/api-key") == ["other.example"], "and not where it went before")
        #expect(hosts("groq/api-key") == [])
    }

    @Test func `needs no key where nobody wants one, and takes one that is there`() throws {
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "ollama", "--model", "llama3"]).code == 0)
        #expect(try resolution()["model"] as? String == "llama3")
        try home.store("MISTRAL_API_KEY", "mistral-key")
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "mistral"]).code == 0)
        #expect(try generation("mistral/api-key") == nil)
        #expect(try run(["run", "--", "sh", "-c", "echo $MISTRAL_API_KEY"]).text == "mistral-key\n")
    }

    @Test func `says which fields an address needs`() throws {
        for (provider, title, option) in [("bedrock", "Region", "--region"), ("litellm", "Base URL", "--base-url")] {
            let outcome = try run(["onboard", "--non-interactive", "--auth-choice", provider, "--api-key", "k"])
            #expect(outcome.refused(2))
            #expect(
                outcome.errorLines == [
                    "warder: Auth choice \"\(provider)-api-key\" requires \(title).", "hint: Use \(option).",
                ])
        }
        let azure = try run(Self.gateway + Self.ids + ["--route", "azure-openai", "--api-key", "k"])
        #expect(azure.errorLines.last?.contains("--cloudflare-ai-gateway-gateway-id and --resource and --deployment") == true)
    }

    @Test func `sets up every provider that the catalogue has`() throws {
        let list = try run(["provider", "list", "--json"]).json()["providers"] as? [[String: Any]]
        let ids = try #require(list).compactMap { $0["id"] as? String }
        #expect(ids.count > 70)
        for id in ids {
            let words = ["onboard", "--non-interactive", "--auth-choice", id, "--api-key", "k"]
            let outcome = try run(words)
            // Where only the user knows the address, it is asked for.
            if outcome.code == 0 { continue }
            #expect(outcome.refused(2) && outcome.error.contains("requires"), "\(id)")
            #expect(try run(words + ["--base-url", "https://x.example/v1"]).code == 0, "\(id)")
        }
        let count = (try run(["list", "--json"]).json()["secrets"] as? [Any])?.count
        #expect(count == ids.count)
    }
}
