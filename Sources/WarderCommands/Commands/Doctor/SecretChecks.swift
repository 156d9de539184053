internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// The secrets: their times, their hosts, and that each is of the kind that belongs where its name says.
struct SecretChecks {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    /// Seven days, in milliseconds.
    private static let notice: UInt64 = 7 * 86_400_000

    func run() {
        let now = WallClock.now()
        for listing in examination.listings ?? [] {
            checkTimes(listing, now)
            checkHosts(listing)
        }
        checkKinds()
    }

    private func checkTimes(_ listing: Listing, _ now: UInt64) {
        let name = listing.name.description
        let (expires, rotateBy) = (listing.metadata.expires, listing.metadata.rotateBy)
        let fix = "store the next value: `warder set \(name)`"
        if let expires, expires <= now {
            examination.add(.secretExpired, name, "\(name) has expired, \(Timestamp.distance(expires, now: now)) ago", fix: fix)
        } else if let expires, expires <= now + Self.notice {
            examination.add(.secretExpiring, name, "\(name) expires \(Timestamp.distance(expires, now: now))", fix: fix)
        }
        if let rotateBy, rotateBy <= now {
            examination.add(
                .secretRotateDue, name, "\(name) should have been replaced \(Timestamp.distance(rotateBy, now: now)) ago", fix: fix)
        }
    }

    private func checkHosts(_ listing: Listing) {
        guard listing.metadata.allowedHosts.isEmpty, let provider = Self.provider(of: listing.name.description),
            let host = provider.hosts.first
        else { return }
        let name = listing.name.description
        examination.add(
            .secretWithoutHosts, name, "\(name) may be sent to any host: it has no allowed hosts",
            fix: "give them with the next value: `warder set \(name) --allow-host \(host)`")
    }

    /// The provider whose key a secret is, by its name.
    private static func provider(of name: String) -> Provider? {
        if let slash = name.lastIndex(of: "/") {
            let last = name[name.index(after: slash)...]
            guard last == "api-key" || last == "token" else { return nil }
            return Catalogue.standard.provider(String(name[..<slash]))
        }
        return Catalogue.standard.providers.first { $0.keyVariables.contains(name) }
    }

    private func checkKinds() {
        guard let vault = examination.vault else { return }
        // At these addresses Cloudflare's token is the key.
        let route = examination.settings.providers[Catalogue.gateway]?[.route] ?? ""
        let isCloudflares = ["rest", "workers-ai"].contains(route)
        let names = (examination.listings ?? []).map(\.name).filter { name in
            KeyKind.belonging(to: name.description, system: nil) != nil
                && !(isCloudflares && name.description == "\(Catalogue.gateway)/api-key")
        }
        for case let secret? in (try? vault.get(names)) ?? [] {
            let name = secret.listing.name.description
            guard let wanted = KeyKind.belonging(to: name, system: nil), let found = wanted.clash(with: secret.value) else { continue }
            examination.add(
                .misplacedKey, name, "\(name) is \(found.words), and \(wanted.words) belongs there",
                fix: "store the right one: `warder set \(name)`")
        }
    }
}

/// Whose a key is, where one variable's name has meant both.
enum KeyKind {
    /// A token of Cloudflare's.
    case cloudflare
    /// A key of a provider behind the gateway.
    case provider

    var words: String { self == .cloudflare ? "a token of Cloudflare's" : "a key of a provider's" }

    private static let tokenNames: Set = [
        "CF_AIG_TOKEN", "CLOUDFLARE_AIG_TOKEN", "CLOUDFLARE_API_TOKEN", "CF_API_TOKEN", "\(Catalogue.gateway)/token",
        "cloudflare/api-token",
    ]
    private static let keyNames: Set = [
        "CLOUDFLARE_AI_GATEWAY_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "\(Catalogue.gateway)/api-key", "anthropic/api-key",
        "openai/api-key",
    ]

    /// What belongs into a variable or secret of this name, where that is certain.
    ///
    /// - Parameter system: whose file it is in; loong sends what others have as Cloudflare's global key to a provider.
    static func belonging(to name: String, system: WiredSystem?) -> KeyKind? {
        if tokenNames.contains(name) { return .cloudflare }
        if keyNames.contains(name) || (system == .loong && name == "CLOUDFLARE_API_KEY") { return .provider }
        return nil
    }

    /// What a value is instead, as far as its beginning tells.
    func clash(with value: SecretValue) -> KeyKind? {
        func begins(_ prefixes: [String]) -> Bool { prefixes.contains { Self.begins(value, with: $0) } }
        switch self {
        case .provider: return begins(["cfut_", "cfat_", "cfk_"]) ? .cloudflare : nil
        case .cloudflare: return begins(["sk-ant-", "sk-proj-", "sk-svcacct-", "sk-or-v1-", "AIza", "gsk_", "xai-"]) ? .provider : nil
        }
    }

    /// Whether a value begins with a text that is no secret.
    static func begins(_ value: SecretValue, with prefix: String) -> Bool {
        let prefix = Array(prefix.utf8)
        return value.count > prefix.count && value.bytes.withBytes { span in prefix.indices.allSatisfy { span[$0] == prefix[$0] } }
    }
}
