import Foundation
import Testing

/// What the suites about `warder onboard` share: a home, and words for a gateway.
protocol OnboardSuite {
    var home: Home { get }
}

extension OnboardSuite {
    static var account: String { "0123456789abcdef0123456789abcdef" }
    static var key: String { "sk-ant-api03-0123456789" }
    static var token: String { "gateway-token-0123" }
    static var ids: [String] { ["--cloudflare-ai-gateway-account-id", account, "--cloudflare-ai-gateway-gateway-id", "my-gw"] }
    static var gateway: [String] { ["onboard", "--non-interactive", "--mode", "local", "--auth-choice", "cloudflare-ai-gateway-api-key"] }

    func run(_ words: [String], input: String = "", with more: [String: String] = [:]) throws -> Outcome {
        try home.run(words, program: Home.program, input: Value(input), with: more)
    }

    func settings() throws -> String { try String(contentsOfFile: home.settings, encoding: .utf8) }

    /// The headers of a request for a model, or for the default one.
    func headers(_ model: String...) throws -> Set<String> {
        let outcome = try run(["resolve", "--format", "header-file"] + model)
        try #require(outcome.code == 0)
        return Set(outcome.text.split(separator: "\n").map(String.init))
    }

    /// What a request for the default model needs.
    func resolution() throws -> [String: Any] {
        try #require((try run(["resolve", "--json"]).json()["resolutions"] as? [[String: Any]])?.first)
    }

    func generation(_ name: String) throws -> Int? {
        let list = try run(["list", "--json"]).json()["secrets"] as? [[String: Any]]
        return list?.first { $0["name"] as? String == name }?["generation"] as? Int
    }
}
