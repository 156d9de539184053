internal import NIOHTTP1
internal import Resolver
internal import SodiumCrypto

/// Which of a client's headers go upstream. Whatever could be a credential or say where a request comes from is for Warder only.
struct RequestHeaderRules: Sendable {
    private let dropped: HeaderNames

    /// Those of credentials, of other proxies, and of the connection.
    private static let ingress = [
        "authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "proxy-authenticate", "proxy-connection",
        "cookie",
        "cookie2", "set-cookie", "x-auth-token", "x-access-token", "x-amz-security-token", "x-goog-iam-authorization-token",
        "cf-cache-ttl", "cf-skip-cache", "cf-connecting-ip", "cf-worker", "true-client-ip", "x-client-ip", "x-cluster-client-ip",
        "forwarded", "x-real-ip", "x-original-url", "x-rewrite-url", "x-original-host", "x-host", "via", "host", "origin", "referer",
        "x-http-method", "x-http-method-override", "x-method-override",
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length", "expect",
        "early-data", "max-forwards",
    ]
    private static let prefixes = [
        "cf-aig-", "cf-access-", "x-forwarded-", "x-warder-", "sec-", "proxy-", "x-original-forwarded-", "helicone-", "x-portkey-",
    ]
    private static let suffixes = ["-api-key", "-subscription-key"]
    /// The client's own stands, if it has one.
    private static let yielding = "anthropic-version"

    /// - Parameter injected: the names of the headers of all targets there are, in lower case.
    init(injected: some Sequence<String>) {
        dropped = HeaderNames(Self.ingress + injected.filter { $0 != Self.yielding }, prefixes: Self.prefixes, suffixes: Self.suffixes)
    }

    /// The headers of a client that go upstream, or nil if one has a character that none may have.
    func kept(of headers: HTTPHeaders) -> [(String, String)]? {
        var kept: [(String, String)] = []
        kept.reserveCapacity(headers.count + 4)
        var named: [String] = []
        for (name, value) in headers {
            guard Self.isName(name), Self.isValue(value) else { return nil }
            if name.isHeader("connection") {
                for option in value.split(separator: ",") {
                    let option = option.drop { $0 == " " || $0 == "\t" }.lowercased()
                    if option != "keep-alive", option != "close" { named.append(option) }
                }
            }
            if dropped.contains(name) { continue }
            kept.append(name.isHeader("accept-encoding") ? (name, Self.readable(value)) : (name, value))
        }
        if named.isEmpty { return kept }
        let connection = HeaderNames(named.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) })
        kept.removeAll { connection.contains($0.0) }
        return kept
    }

    /// The headers of a request to a target: the client's, without those that it could have under the names of the target's, and the target's.
    /// Their values are copies that cannot be wiped.
    static func headers(_ kept: [(String, String)], to target: Target) -> HTTPHeaders {
        var all: [(String, String)] = []
        all.reserveCapacity(kept.count + target.headers.count + 1)
        all.append(("host", target.authority))
        var hasVersion = false
        for (name, value) in kept {
            if name.isHeader("anthropic-version") {
                // One that is not the style's goes nowhere.
                if target.family != .anthropic || hasVersion { continue }
                hasVersion = true
            }
            all.append((name, value))
        }
        for header in target.headers {
            if hasVersion, header.name == yielding { continue }
            all.append((header.name, header.text ?? String(decoding: header.value.reveal(), as: UTF8.self)))
        }
        return HTTPHeaders(all)
    }

    /// What a client accepts, without the compressions in which Warder could not find its secrets in an error.
    private static func readable(_ encodings: String) -> String {
        let kept = encodings.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }.filter { coding in
            ["gzip", "x-gzip", "deflate", "identity"].contains(coding.prefix { $0 != ";" && $0 != " " }.lowercased())
        }
        return kept.isEmpty ? "identity" : kept.joined(separator: ", ")
    }

    /// Source: RFC 9110, section 5.6.2.
    static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...256).contains(bytes.count) else { return false }
        for byte in bytes {
            switch byte {
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x5F, 0x2E, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x5E, 0x60, 0x7C, 0x7E: break
            default: return false
            }
        }
        return true
    }

    /// Source: RFC 9110, section 5.5.
    static func isValue(_ value: String) -> Bool {
        for byte in value.utf8 where byte < 0x20 ? byte != 0x09 : byte == 0x7F { return false }
        return true
    }
}
