import Foundation
import Glibc
import Testing

/// `warder onboard --non-interactive`: from a fresh home to what a request carries.
@Suite struct OnboardTests {
    static let account = "0123456789abcdef0123456789abcdef"
    static let key = "sk-ant-api03-0123456789"
    static let token = "gateway-token-0123"
    static let ids = ["--cloudflare-ai-gateway-account-id", account, "--cloudflare-ai-gateway-gateway-id", "my-gw"]
    static let gateway = ["onboard", "--non-interactive", "--mode", "local", "--auth-choice", "cloudflare-ai-gateway-api-key"]
    let home: Home

    init() throws { home = try Home() }

    private func run(_ words: [String], input: String = "", with more: [String: String] = [:]) throws -> Outcome {
        try home.run(words, program: Home.program, input: Value(input), with: more)
    }

    private func settings() throws -> String { try String(contentsOfFile: home.settings, encoding: .utf8) }

    /// The headers of a request for a model, or for the default one.
    private func headers(_ model: String...) throws -> Set<String> {
        let outcome = try run(["resolve", "--format", "header-file"] + model)
        try #require(outcome.code == 0)
        return Set(outcome.text.split(separator: "\n").map(String.init))
    }

    /// What a request for the default model needs.
    private func resolution() throws -> [String: Any] {
        try #require((try run(["resolve", "--json"]).json()["resolutions"] as? [[String: Any]])?.first)
    }

    private func generation(_ name: String) throws -> Int? {
        let list = try run(["list", "--json"]).json()["secrets"] as? [[String: Any]]
        return list?.first { $0["name"] as? String == name }?["generation"] as? Int
    }

    // MARK: The gateway

    @Test func `takes the options of Fased and Genesis`() throws {
        let outcome = try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key])
        #expect(outcome.code == 0)
        let isRight = try headers() == ["anthropic-version: 2023-06-01", "x-api-key: \(Self.key)"]
        #expect(isRight)
        let resolution = try resolution()
        #expect(
            resolution["request_url"] as? String
                == "https://gateway.ai.cloudflare.com/v1/\(Self.account)/my-gw/anthropic/v1/messages")
        #expect(resolution["model"] as? String == "claude-sonnet-4-6")
        #expect(outcome.error.contains("history"))
    }

    @Test func `takes the token of an authenticated gateway`() throws {
        let outcome = try run(
            Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key, "--cloudflare-ai-gateway-token", Self.token])
        #expect(outcome.code == 0)
        let isRight =
            try headers() == [
                "anthropic-version: 2023-06-01", "x-api-key: \(Self.key)", "cf-aig-authorization: Bearer \(Self.token)",
            ]
        #expect(isRight)
        #expect(try settings().contains("authenticated = true"))
        let listed = try run(["list", "--json"]).json()["secrets"] as? [[String: Any]]
        #expect(
            listed?.map { $0["allowed_hosts"] as? [String] }
                == [["gateway.ai.cloudflare.com"], ["api.cloudflare.com", "gateway.ai.cloudflare.com"]])
        #expect(listed?.map { $0["kind"] as? String } == ["api-key", "token"])
    }

    /// Where the key comes from: options, standard input, variables.
    static let forms: [(options: [String], input: String, variables: [String: String])] = [
        (["=VALUE"], "", [:]), (["", "VALUE"], "", [:]), (["-env", "MY_KEY"], "", ["MY_KEY": "VALUE"]),
        (["-env=MY_KEY"], "", ["MY_KEY": "VALUE"]),
        (["-file", "FILE"], "", [:]), (["-file=FILE"], "", [:]), (["-file", "-"], " VALUE \r\n", [:]), ([], "", ["USUAL": "VALUE\n"]),
        (["", ""], "", ["USUAL": "VALUE"]), (["="], "", ["USUAL": "VALUE"]),
    ]

    @Test(arguments: forms.indices, [false, true]) func `takes the key and the token in every form`(_ number: Int, isToken: Bool) throws {
        let form = Self.forms[number]
        let value = isToken ? Self.token : Self.key
        let option = isToken ? "--cloudflare-ai-gateway-token" : "--cloudflare-ai-gateway-api-key"
        let file = try home.write("\n\(value)\n", to: "key-file")
        func filled(_ text: String) -> String { text.replacing("VALUE", with: value).replacing("FILE", with: file) }
        var words = form.options.map(filled)
        if !words.isEmpty { words[0] = option + words[0] }
        var variables = form.variables.mapValues(filled)
        if let usual = variables.removeValue(forKey: "USUAL") {
            variables[isToken ? "CF_AIG_TOKEN" : "CLOUDFLARE_AI_GATEWAY_API_KEY"] = usual
        }
        if isToken { variables["CLOUDFLARE_AI_GATEWAY_API_KEY"] = Self.key }
        let outcome = try run(Self.gateway + Self.ids + words, input: filled(form.input), with: variables)
        #expect(outcome.code == 0)
        let stored = try home.value("cloudflare-ai-gateway/\(isToken ? "token" : "api-key")") == Value(value)
        #expect(stored)
    }

    @Test func `says what is missing as Fased and Genesis do`() throws {
        let ids = try run(Self.gateway + ["--cloudflare-ai-gateway-api-key", Self.key])
        #expect(ids.refused(2))
        #expect(
            ids.errorLines == [
                #"warder: Auth choice "cloudflare-ai-gateway-api-key" requires Account ID and Gateway ID."#,
                "hint: Use --cloudflare-ai-gateway-account-id and --cloudflare-ai-gateway-gateway-id.",
            ])
        #expect(try run(Self.gateway + Self.ids.dropLast(2)).refused(2))
        #expect(try run(Self.gateway + Self.ids.dropLast() + [""]).errorLines == ids.errorLines)
        let missing =
            "Missing --cloudflare-ai-gateway-api-key (or CLOUDFLARE_AI_GATEWAY_API_KEY in env, or an existing cloudflare-ai-gateway key)."
        let key = try run(Self.gateway + Self.ids)
        #expect(key.refused(2) && key.errorLines == ["warder: \(missing)"])
        for words in [["-env", "NOT_SET"], ["-file", "-"]] {
            let empty = try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key" + words[0], words[1]])
            #expect(empty.refused(2) && empty.errorLines.first == "warder: \(missing)")
        }
        let other = try run(["onboard", "--non-interactive", "--auth-choice", "openai-api-key"])
        #expect(other.errorLines == ["warder: Missing --openai-api-key (or OPENAI_API_KEY in env, or an existing openai key)."])
        #expect(home.content(home("nothing")) == nil)
        #expect(try settings() == "[vault]\nkey_file = \"\(home("key"))\"\n")
        #expect((try run(["list", "--json"]).json()["secrets"] as? [Any])?.isEmpty == true)
    }

    @Test func `keeps everything when it runs again, and adds no generation`() throws {
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key, "--cloudflare-ai-gateway-token", Self.token]
        #expect(try run(words).code == 0)
        let before = (try settings(), home.content(home.vault))
        for again in [words, Self.gateway, Self.gateway + ["--route", "anthropic", "--json"]] {
            #expect(try run(again).code == 0)
            #expect(try settings() == before.0)
            let isSame = home.content(home.vault) == before.1
            #expect(isSame)
        }
        #expect(try run(Self.gateway + ["--gateway-id", "other"]).code == 0)
        #expect(try settings() == before.0.replacing("gateway_id = \"my-gw\"", with: "gateway_id = \"other\""))
        #expect(try run(Self.gateway + ["--cloudflare-ai-gateway-api-key", Self.key + "1"]).code == 0)
        #expect(try generation("cloudflare-ai-gateway/api-key") == 2)
        #expect(try generation("cloudflare-ai-gateway/token") == 1)
    }

    @Test func `gives programs the variables right away, and takes back its own`() throws {
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key, "--cloudflare-ai-gateway-token", Self.token]
        #expect(try run(words).code == 0)
        let base = "https://gateway.ai.cloudflare.com/v1/\(Self.account)/my-gw"
        func variables() throws -> [String: String] {
            let outcome = try run(["export", "--format", "json"])
            try #require(outcome.code == 0)
            return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: String])
        }
        let always = ["CLOUDFLARE_ACCOUNT_ID": Self.account, "CLOUDFLARE_GATEWAY_ID": "my-gw", "CF_AIG_TOKEN": Self.token]
        let isRight =
            try variables()
            == always.merging([
                "ANTHROPIC_API_KEY": Self.key, "ANTHROPIC_BASE_URL": base + "/anthropic", "CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key,
                "ANTHROPIC_CUSTOM_HEADERS": "cf-aig-authorization: Bearer \(Self.token)",
            ]) { $1 }
        #expect(isRight)
        let model = ["--model", "cloudflare-ai-gateway/openai/gpt-4o"]
        let other = try run(Self.gateway + ["--route", "compat", "--cloudflare-ai-gateway-api-key", "sk-proj-01234567"] + model)
        #expect(other.code == 0)
        let isChanged =
            try variables()
            == always.merging([
                "OPENAI_API_KEY": "sk-proj-01234567", "OPENAI_BASE_URL": base + "/compat",
                "OPENAI_CUSTOM_HEADERS": "cf-aig-authorization: Bearer \(Self.token)",
            ]) { $1 }
        #expect(isChanged)
    }

    @Test func `needs no key that the gateway has, and the token alone for the REST API`() throws {
        let stored = try run(Self.gateway + Self.ids + ["--provider-key", "stored", "--cloudflare-ai-gateway-token", Self.token])
        #expect(stored.code == 0)
        var isRight = try headers() == ["anthropic-version: 2023-06-01", "cf-aig-authorization: Bearer \(Self.token)"]
        #expect(isRight)
        let back = try run(Self.gateway + ["--cloudflare-ai-gateway-api-key", Self.key])
        #expect(back.code == 0)
        isRight = try headers().contains("x-api-key: \(Self.key)")
        #expect(isRight)
        let both = try run(Self.gateway + ["--provider-key", "unified", "--cloudflare-ai-gateway-api-key", Self.key])
        #expect(both.refused(2))

        let fresh = try Home()
        let rest = Self.gateway + Self.ids + ["--route", "rest", "--model", "cloudflare-ai-gateway/openai/gpt-4o"]
        let missing = try fresh.run(rest, program: Home.program)
        #expect(missing.refused(2) && missing.error.contains("Missing --cloudflare-ai-gateway-token (or CF_AIG_TOKEN in env"))
        #expect(try fresh.run(rest + ["--cloudflare-ai-gateway-token", Self.token], program: Home.program).code == 0)
        isRight = try fresh.run("resolve", "--format", "header-file").text.contains("authorization: Bearer \(Self.token)\n")
        #expect(isRight)
    }

    // MARK: Other providers

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
        #expect(hosts("custom/api-key") == ["llm.example", "other.example"])
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

    // MARK: What is there already

    @Test func `keeps comments and everything else of the settings`() throws {
        let text = """
            # mine
            [vault]
            key_file = '\(home("key"))'   # here
            [provider.cloudflare-ai-gateway]  # the gateway
              gateway_id = "old"   # to be replaced
              models = ["claude-sonnet-4-6"]
            [provider.cloudflare-ai-gateway.gateway]
            cache_ttl = 3600 # an hour

            [profile.default] # programs
            LOG_LEVEL = "info"
            [profile.other]
            A = "b"
            # end

            """
        try home.write(text, to: home.settings)
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let after = try settings()
        var rest = after[...]
        for line in text.replacing("\"old\"", with: "\"my-gw\"").split(separator: "\n", omittingEmptySubsequences: false) {
            let found = try #require(rest.range(of: line + "\n") ?? (line.isEmpty ? rest.startIndex..<rest.startIndex : nil), "\(line)")
            rest = rest[found.upperBound...]
        }
        #expect(try run(["run", "--", "sh", "-c", "echo $LOG_LEVEL"]).text == "info\n")
    }

    @Test func `keeps the variables of a profile that no settings define`() throws {
        for name in ["A_KEY", "OPENAI_API_KEY", "prod/B_KEY", "other/secret"] { try home.store(name, "value of \(name)") }
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let environment = try run(["run", "--", "sh", "-c", "echo $A_KEY; echo $OPENAI_API_KEY; echo $B_KEY; echo $ANTHROPIC_API_KEY"])
        let isRight = environment.text == "value of A_KEY\nvalue of OPENAI_API_KEY\n\n\(Self.key)\n"
        #expect(isRight)
        #expect(try run(["run", "-P", "prod", "--", "sh", "-c", "echo $B_KEY"]).text == "value of prod/B_KEY\n")
    }

    @Test func `changes no variable that somebody else wrote`() throws {
        try home.store("mine", "mine")
        try home.configure("[profile.default]\nANTHROPIC_BASE_URL = \"https://proxy.example\"\nOPENAI_API_KEY = \"secret:mine\"\n")
        let outcome = try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key])
        #expect(outcome.code == 0)
        // The key would go to that address.
        #expect(outcome.error.contains("ANTHROPIC_BASE_URL of [profile.default] stays as it is, and ANTHROPIC_API_KEY"))
        let after = try settings()
        #expect(after.contains("ANTHROPIC_BASE_URL = \"https://proxy.example\"\n") && !after.contains("ANTHROPIC_API_KEY"))
        #expect(after.contains("CLOUDFLARE_ACCOUNT_ID"))
        let other = try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"])
        #expect(other.error.contains("OPENAI_API_KEY of [profile.default] stays as it is"))
        #expect(try settings().contains("OPENAI_API_KEY = \"secret:mine\"\n"))
    }

    @Test func `stores the key where the settings look for it`() throws {
        try home.configure("[provider.openai]\napi_key = \"secret:work/key\"\n[provider.xai]\napi_key = { env = \"X\" }\n")
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"]).code == 0)
        #expect(try generation("work/key") == 1)
        #expect(try generation("openai/api-key") == nil)
        let elsewhere = try run(["onboard", "--non-interactive", "--auth-choice", "xai", "--xai-api-key", "k"])
        #expect(elsewhere.refused(19))
        // The settings' key for Anthropic must not be taken instead of the one that was given for the gateway.
        try home.store("anthropic-key", "sk-ant-other")
        try home.configure("[provider.anthropic]\napi_key = \"secret:anthropic-key\"\n")
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]).code == 0)
        let isRight = try headers().contains("x-api-key: \(Self.key)")
        #expect(isRight)
    }

    @Test func `completes what was interrupted between the secrets and the settings`() throws {
        let before = try settings()
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]
        #expect(try run(words).code == 0)
        let after = try settings()
        try home.write(before, to: home.settings)
        #expect(try run(words).code == 0)
        #expect(try settings() == after)
        #expect(try generation("cloudflare-ai-gateway/api-key") == 1)
    }

    @Test func `leaves a variable that is not required as it is`() throws {
        try home.configure("[profile.default]\nOPENAI_API_KEY = { secret = \"openai/api-key\", required = false }\n")
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "openai", "--openai-api-key", "k"]).code == 0)
        #expect(try settings().contains("OPENAI_API_KEY = { secret = \"openai/api-key\", required = false }\n"))
    }

    // MARK: What is refused

    static let refusals: [(words: [String], code: Int32)] = [
        (["--mode", "remote"], 2), (["--account-id", "0123"], 2), (["--gateway-id", "a b"], 2), (["--gateway-id", key], 2),
        (["--route", "nowhere"], 2), (["--base-url", "http://other.example/v1"], 2), (["--provider-key", "mine"], 2),
        (["--model", key], 2), (["--model", "none/m"], 22), (["--model", "cloudflare-ai-gateway/"], 2),
        (["--cloudflare-ai-gateway-api-key", "sk-proj-01234567"], 28), (["--cloudflare-ai-gateway-api-key", "cfut_0123456789"], 28),
        (["--cloudflare-ai-gateway-api-key", "two words"], 28), (["--cloudflare-ai-gateway-api-key", "\u{1B}[1m"], 28),
        (["--cloudflare-ai-gateway-token", key], 28), (["--openai-api-key", "k"], 2), (["--nobody-api-key", "k"], 2),
        (["--cloudflare-ai-gateway-api-key-env", "1 2"], 2), (["--cloudflare-ai-gateway-api-key-file", "/nowhere"], 22),
        (["--cloudflare-ai-gateway-api-key", key, "--cloudflare-ai-gateway-api-key-env", "HOME"], 2),
        (["--cloudflare-ai-gateway-api-key"], 2), (["--cloudflare-ai-gateway-api-key", "--json"], 2),
        (["--cloudflare-ai-gateway-api-key-env"], 2), (["--reset"], 2), (["--gateway-token", "t"], 2), (["--install-daemon"], 2),
        (["--secret-input-mode", "ref"], 2), (["--nonsense"], 2), (["word"], 2), (["--password", "p"], 2),
    ]

    @Test(arguments: refusals.indices) func `refuses what cannot be meant, and writes nothing`(_ number: Int) throws {
        let (words, code) = Self.refusals[number]
        let before = (home.content(home.settings), home.content(home.vault))
        let usual = ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]
        let outcome = try run(Self.gateway + Self.ids + words, with: usual)
        #expect(outcome.refused(code))
        for word in words.dropFirst() where !["remote", "--json", "HOME", "t", "p", "k", "ref"].contains(word) {
            #expect(!outcome.error.contains(word))
        }
        let isSame = (home.content(home.settings), home.content(home.vault)) == before
        #expect(isSame)
    }

    @Test func `names an option of another system that it does not have`() throws {
        #expect(try run(["onboard", "--reset"]).errorLines.first == "warder: --reset means nothing to Warder")
        let ignored = [
            "--accept-risk", "--skip-health", "--skip-skills", "--skip-channels", "--skip-ui", "--skip-search", "--skip-daemon",
            "--no-install-daemon",
        ]
        #expect(try run(Self.gateway + Self.ids + ignored, with: ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]).code == 0)
    }

    @Test func `needs a vault, and a word of what to set up`() throws {
        let empty = try Home(withVault: false)
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key", Self.key]
        let outcome = try empty.run(words, program: Home.program)
        #expect(outcome.code == 22 && outcome.errorLines.last == "hint: warder init --key-file \(empty(".config/warder/key"))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path).isEmpty)
        #expect(try run(["onboard", "--non-interactive"]).refused(2))
        #expect(try run(["onboard", "--non-interactive", "--auth-choice", "skip"]).refused(2))
        #expect(try run(["onboard"]).refused(10))
    }

    @Test func `says what a default model no longer fits, before it writes`() throws {
        let usual = ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key]
        #expect(try run(Self.gateway + Self.ids, with: usual).code == 0)
        let before = try settings()
        let outcome = try run(Self.gateway + ["--route", "compat"])
        #expect(outcome.refused(25) && outcome.error.contains("--model"))
        #expect(try settings() == before)
    }

    // MARK: What it says

    @Test func `says what it did, by names`() throws {
        try FileManager.default.createDirectory(atPath: home(".fased"), withIntermediateDirectories: false)
        let outcome = try run(Self.gateway + Self.ids + ["--json"], with: ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key])
        let answer = try outcome.json()
        #expect(answer["provider"] as? String == "cloudflare-ai-gateway")
        #expect((answer["secrets"] as? [[String: Any]])?.map { $0["name"] as? String } == ["cloudflare-ai-gateway/api-key"])
        #expect((answer["changed"] as? [String])?.contains("[default] model") == true)
        #expect((answer["variables"] as? [String])?.contains("ANTHROPIC_BASE_URL") == true)
        #expect(answer["systems"] as? [String] == ["fased"])
        #expect(outcome.error.contains("warder wire fased"))
    }

    @Test func `takes a path that looks like a key`() throws {
        let file = try home.write(Self.key, to: "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z")
        #expect(try run(Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key-file", file]).code == 0)
        #expect(try generation("cloudflare-ai-gateway/api-key") == 1)
    }

    @Test func `warns of a file that others can read`() throws {
        let words = Self.gateway + Self.ids + ["--cloudflare-ai-gateway-api-key-file"]
        let open = try run(words + [home.write(Self.key, to: "open", mode: 0o644)])
        #expect(open.code == 0 && open.error.contains("chmod 600"))
        #expect(try !run(words + [home.write(Self.key, to: "closed")]).error.contains("chmod"))
    }
}
