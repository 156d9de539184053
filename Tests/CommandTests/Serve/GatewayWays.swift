import Foundation
import Testing

/// The ways to a provider that the tests with real clients take: the provider itself, and gateways with and without authentication, with keys of
/// the request and stored ones, by native slugs and compat.
struct GatewayWays {
    static let account = "0123456789abcdef0123456789abcdef"

    /// What stands in the vault: values that occur nowhere else.
    let secrets: [String: String]
    /// Keys that only the gateway has.
    let storedKeys: [String: String]

    init() {
        func canary(_ prefix: String) -> String { prefix + String(decoding: Canary.text(40), as: UTF8.self) }
        secrets = [
            "openai/api-key": canary("sk-proj-"), "anthropic/api-key": canary("sk-ant-api03-"), "gemini/api-key": canary("AIza"),
            "workers/token": canary("cfut_"), "gateway/token": canary("cfat_"),
        ]
        storedKeys = ["openai": canary("sk-stored-"), "anthropic": canary("sk-ant-stored-"), "other": canary("sk-other-")]
    }

    subscript(name: String) -> String { secrets[name] ?? "" }

    /// All that no client may ever see.
    var canaries: [Canary] { (Array(secrets.values) + storedKeys.values).map { Canary(Value($0)) } }

    /// What the server accepts.
    var configuration: GatewayServer.Configuration {
        let stored = [
            "openai": ["default": storedKeys["openai"] ?? "", "team": storedKeys["other"] ?? ""],
            "anthropic": ["default": storedKeys["anthropic"] ?? ""],
        ]
        func gateway(_ change: (inout GatewayServer.Configuration.Gateway) -> Void) -> GatewayServer.Configuration.Gateway {
            var gateway = GatewayServer.Configuration.Gateway(authenticated: true, token: self["gateway/token"])
            change(&gateway)
            return gateway
        }
        return GatewayServer.Configuration(
            providers: [
                "openai": [self["openai/api-key"]] + [storedKeys["openai"] ?? "", storedKeys["other"] ?? ""],
                "anthropic": [self["anthropic/api-key"], storedKeys["anthropic"] ?? ""],
                "google-ai-studio": [self["gemini/api-key"]], "workers-ai": [self["workers/token"]],
            ],
            gateways: [
                "open": gateway { $0.authenticated = false }, "auth": gateway { _ in }, "stored": gateway { $0.stored = stored },
                "strict": gateway { $0.byokOnly = true }, "paid": gateway { $0.credit = true }, "poor": gateway { _ in },
                "limited": gateway { $0.limited = true },
            ])
    }

    /// `warder.toml`.
    static func settings(_ port: Int) -> String {
        func provider(_ name: String, _ gateway: String, _ slug: String, key: String?, models: String? = nil, _ more: String = "") -> String
        {
            """
            [provider.\(name)]
            kind = "cloudflare-ai-gateway"
            account_id = "\(account)"
            gateway_id = "\(gateway)"
            route = "\(slug)"
            base_url = "http://127.0.0.1:\(port)/v1/\(account)/\(gateway)/\(slug)"
            \(key.map { "api_key = \"secret:\($0)\"" } ?? "")
            \(models.map { "models = [\"\($0)\"]" } ?? "")
            [provider.\(name).gateway]
            \(gateway == "open" ? "authenticated = false" : "token = \"secret:gateway/token\"")
            \(more)

            """
        }
        return """
            [provider.openai]
            base_url = "http://127.0.0.1:\(port)/direct/openai/v1"
            [provider.anthropic]
            base_url = "http://127.0.0.1:\(port)/direct/anthropic"

            """
                + provider("open-openai", "open", "openai", key: "openai/api-key")
                + provider("gw-openai", "auth", "openai", key: "openai/api-key")
                + provider("gw-anthropic", "auth", "anthropic", key: "anthropic/api-key")
                + provider("gw-gemini", "auth", "google-ai-studio", key: "gemini/api-key")
                + provider("gw-workers", "auth", "workers-ai", key: "workers/token")
                + provider("gw-compat", "auth", "compat", key: "openai/api-key", models: "openai/gpt-4o", "metadata = { team = \"tests\" }")
                + provider("stored-openai", "stored", "openai", key: nil, "provider_key = \"stored\"")
                + provider("stored-team", "stored", "openai", key: nil, "provider_key = \"stored\"\nbyok_alias = \"team\"")
                + provider("stored-lost", "stored", "openai", key: nil, "provider_key = \"stored\"\nbyok_alias = \"lost\"")
                + provider("stored-anthropic", "stored", "anthropic", key: nil, "provider_key = \"stored\"")
                + provider("stored-compat", "stored", "compat", key: nil, "provider_key = \"stored\"")
                + provider("strict-openai", "strict", "openai", key: nil, "provider_key = \"stored\"")
                + provider("paid-openai", "paid", "openai", key: nil, "provider_key = \"unified\"")
                + provider("poor-openai", "poor", "openai", key: nil, "provider_key = \"unified\"")
                + provider("limited-openai", "limited", "openai", key: "openai/api-key")
    }

    /// A daemon with all of them.
    func rig() throws -> ServeRig { try ServeRig(upstream: configuration, secrets: secrets, settings: Self.settings) }
}

extension ServeRig {
    /// That each request which arrived has the credentials that it must have and none of the client's, and that nobody has seen a key.
    ///
    /// - Parameters:
    ///   - ways: the keys.
    ///   - credentials: the headers with credentials that each request must have, by name, and no others.
    ///   - clients: what the clients have written and read.
    ///   - own: texts of the client's own that must not have arrived.
    func expectKeysKept(
        _ ways: GatewayWays, _ credentials: [String: String]?, clients: [Outcome], own: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let places: Set<String> = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "cf-aig-authorization", "cookie"]
        if let credentials {
            for request in try upstream.requests {
                let found = request.headers.filter { places.contains($0[0]) || $0[0].hasPrefix("proxy-") }
                let isExact = found.count == credentials.count && found.allSatisfy { credentials[$0[0]] == $0[1] }
                #expect(isExact, "\(request): not the credentials that it must have", sourceLocation: sourceLocation)
            }
        }
        let arrived = upstream.record
        for text in [token] + own {
            let isThere = Canary(Value(text)).isFound(in: arrived)
            #expect(!isThere, "something of the client's has arrived upstream", sourceLocation: sourceLocation)
        }
        let seen = try [shown(), Value(end().log)] + clients.flatMap { [Value($0.output), Value($0.error)] }
        for (number, content) in seen.enumerated() {
            let isThere = ways.canaries.contains { $0.isFound(in: content) }
            #expect(!isThere, "a key is seen, at \(number)", sourceLocation: sourceLocation)
            guard number < 2 else { continue }
            let hasToken = Canary(Value(token)).isFound(in: content)
            #expect(!hasToken, "the daemon shows the client's token", sourceLocation: sourceLocation)
        }
    }
}
