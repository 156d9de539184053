public import SodiumCrypto

/// Who may use the proxy, for what, and how much. The token itself is known to its owner only.
public struct ClientToken: Hashable, Sendable, Codable {
    /// What it is called in logs.
    public var name: String
    /// 32 bytes: BLAKE2b of the token, lower-case hexadecimal.
    public let hash: String
    /// The routes and providers that it may use; nil for all.
    public var routes: [String]?
    /// The models that it may use, as the provider calls them or `PROVIDER/MODEL`; a `*` at the end stands for any rest. Nil for all.
    public var models: [String]?
    /// The methods that it may use; nil for all that there are.
    public var methods: [String]?
    /// When it ends, in seconds since 1970 UTC; nil for never.
    public var expires: Int?
    /// How many requests it may make in a minute; nil for any number.
    public var requestsPerMinute: Int?
    /// How many of its requests may be under way at once; nil for any number.
    public var concurrentStreams: Int?
    /// How many requests it may make in all; nil for any number.
    public var budget: Int?
    /// When it was made, in seconds since 1970 UTC.
    public var created: Int

    /// - Parameters:
    ///   - name: what it is called in logs.
    ///   - token: the token, of which only the hash is kept.
    ///   - created: when it was made, in seconds since 1970 UTC.
    /// - Throws: ``SodiumError``.
    public init(name: String, token: SecretValue, created: Int) throws(SodiumError) {
        self.name = name
        self.created = created
        hash = try token.bytes.withBytes { span throws(SodiumError) in try Self.hash(of: span) }.hexadecimal
    }

    /// What tokens begin with.
    public static let prefix = "wd_"

    /// A new token: ``prefix`` and 32 random bytes in base64url. It is shown once and never again.
    ///
    /// - Throws: ``SodiumError``.
    public static func generate() throws(SodiumError) -> SecretValue {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text = Array(prefix.utf8)
        var bits = 0
        var count = 0
        for byte in try randomBytes(32) {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[bits >> count & 63])
            }
        }
        text.append(digits[bits << (6 - count) & 63])
        return try SecretValue(copying: text)
    }

    package static func hash(of token: RawSpan) throws(SodiumError) -> Digest {
        var hash = try KeyedHash(label: "warder client token")
        hash.update(token)
        return hash.finalize()
    }

    /// Whether it may be used with a route or provider.
    package func allows(route: String) -> Bool { routes?.contains(route) ?? true }

    /// Whether it may be used with a method.
    package func allows(method: String) -> Bool { methods?.contains(method) ?? true }

    /// Whether it may be used with a model.
    package func allows(model: String, of provider: String) -> Bool {
        guard let models else { return true }
        return models.contains { pattern in
            guard pattern.hasSuffix("*") else { return pattern == model || pattern == "\(provider)/\(model)" }
            let prefix = pattern.dropLast()
            return model.hasPrefix(prefix) || "\(provider)/\(model)".hasPrefix(prefix)
        }
    }

    /// Whether it has ended.
    package func hasExpired(at seconds: Int) -> Bool { expires.map { $0 <= seconds } ?? false }

    /// The names of the JSON form.
    private enum CodingKeys: String, CodingKey {
        case name, hash, routes, models, methods, expires, budget, created
        case requestsPerMinute = "requests_per_minute"
        case concurrentStreams = "concurrent_streams"
    }
}

extension Digest {
    /// In lower case.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// - Parameter text: 64 hexadecimal digits.
    package init?(hexadecimal text: String) {
        let digits = text.utf8.map { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x57
            default: nil
            }
        }
        guard digits.count == 2 * Digest.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        guard let digest = try? Digest(bytes) else { return nil }
        self = digest
    }
}
