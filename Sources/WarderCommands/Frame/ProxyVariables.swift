internal import ClientTokens
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// What a program needs to make its requests through the proxy: addresses and a token of its own, and no key.
struct ProxyVariables {
    /// The variables to set.
    let set: [(name: String, value: SecretValue)]
    /// Those that hold keys, or would lead past the proxy.
    let removed: Set<String>

    /// What client libraries look for: the provider, its variables for the key, and those for the address with what follows the route.
    ///
    /// Sources: the libraries' own documentation.
    private static let libraries: [(provider: String, keys: [String], addresses: [(name: String, suffix: String)])] = [
        ("openai", ["OPENAI_API_KEY"], [("OPENAI_BASE_URL", "/v1"), ("OPENAI_API_BASE", "/v1")]),
        ("anthropic", ["ANTHROPIC_API_KEY"], [("ANTHROPIC_BASE_URL", "")]),
        ("google", ["GEMINI_API_KEY", "GOOGLE_API_KEY"], [("GOOGLE_GEMINI_BASE_URL", ""), ("GEMINI_BASE_URL", "")]),
    ]

    /// How long the token of a program is good for.
    private static let lifetime: UInt64 = 24 * 3600 * 1000

    /// - Parameters:
    ///   - session: whose proxy, and whose vault the token goes into.
    ///   - routes: the only routes that the program may use; all of its libraries are sent to the first. Empty: each to its provider.
    init(_ session: Session, routes: [String]) throws {
        let port = try Self.port(session.runtime.port)
        let now = WallClock.now()
        let secret = try ClientToken.generate()
        // Names of tokens are for people who read logs.
        var token = try ClientToken(name: "run-\(getpid())-\(now % 1_000_000)", token: secret, created: Int(now / 1000))
        token.expires = Int((now + Self.lifetime) / 1000)
        token.routes = routes.isEmpty ? nil : routes
        try ClientTokenStore(session.unlock()).add(token, now: now)

        let address = "http://127.0.0.1:\(port)"
        func text(_ text: String) throws -> SecretValue { try SecretValue(copying: Array(text.utf8)) }
        var set = [("WARDER_PROXY_URL", try text(address)), ("WARDER_PROXY_TOKEN", secret)]
        for library in Self.libraries {
            let route = routes.first ?? library.provider
            set += library.keys.map { ($0, secret) }
            set += try library.addresses.map { ($0.name, try text("\(address)/\(route)\($0.suffix)")) }
        }
        self.set = set
        var removed: Set<String> = ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS", "OPENAI_ADMIN_KEY"]
        for provider in Catalogue.standard.providers { removed.formUnion(provider.keyVariables) }
        self.removed = removed.subtracting(set.map(\.0))
    }

    /// The port that the proxy has said it listens on.
    private static func port(_ path: String) throws -> UInt16 {
        let bytes = try? SecretValue(PrivateFile.readSecret(path, maximum: 16))
        guard let bytes, let port = UInt16(String(decoding: bytes.reveal(), as: UTF8.self).filter(\.isNumber)) else {
            throw Failure(.notFound, "no proxy listens on TCP", hints: ["`warder serve --port 0` starts one"])
        }
        return port
    }
}
