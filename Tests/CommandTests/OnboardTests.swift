import Foundation
import Glibc
import Testing

/// `warder onboard --non-interactive` for a gateway: from a fresh home to what a request carries.
@Suite struct OnboardTests: OnboardSuite {
    let home: Home

    init() throws { home = try Home() }

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

    @Test func `says what it did, by names`() throws {
        try FileManager.default.createDirectory(atPath: home(".fased"), withIntermediateDirectories: false)
        let outcome = try run(Self.gateway + Self.ids + ["--json"], with: ["CLOUDFLARE_AI_GATEWAY_API_KEY": Self.key])
        let answer = try outcome.json()
        #expect(answer["provider"] as? String == "cloudflare-ai-gateway")
        #expect((answer["secrets"] as? [[String: Any]])?.map { $0["name"] as? String } == ["cloudflare-ai-gateway/api-key"])
        #expect((answer["changed"] as? [String])?.contains("[default] model") == true)
        #expect((answer["variables"] as? [String])?.contains("ANTHROPIC_BASE_URL") == true)
        #expect(answer["systems"] as? [String] == ["fased"])
        #expect(try run(Self.gateway + Self.ids).error.contains("wire it: warder wire fased"))
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
