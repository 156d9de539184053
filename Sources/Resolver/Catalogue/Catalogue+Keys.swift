public import SodiumCrypto

/// Whose a key is, as far as its beginning tells.
extension Catalogue {
    /// What Cloudflare's own tokens begin with.
    ///
    /// Source: https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/
    private static let cloudflarePrefixes = ["cfut_", "cfat_", "cfk_"]

    /// Whether a key is a token of Cloudflare's.
    public static func isCloudflareToken(_ key: SecretValue) -> Bool { cloudflarePrefixes.contains { key.begins(with: $0) } }

    /// The only provider whose keys begin so.
    public func issuer(of key: SecretValue) -> Provider? {
        var best: (provider: Provider, length: Int)?
        var isShared = false
        for provider in providers {
            for prefix in provider.keyPrefixes where key.begins(with: prefix) {
                let length = prefix.utf8.count
                if let known = best, known.provider.id != provider.id, known.length == length { isShared = true }
                if best.map({ length > $0.length }) ?? true {
                    best = (provider, length)
                    isShared = false
                }
            }
        }
        return isShared ? nil : best?.provider
    }
}
