internal import SodiumCrypto

/// What must be true before a key goes into a request.
struct KeyRules {
    let endpoint: Endpoint
    let catalogue: Catalogue

    /// Checks the hosts that a key may go to.
    ///
    /// - Throws: ``ResolverError/Code/refused``.
    func checkHost(_ key: FoundKey) throws(ResolverError) {
        guard !key.allowedHosts.isEmpty else { return }
        let port = endpoint.port ?? (endpoint.text.hasPrefix("https:") ? 443 : 80)
        // An IPv6 address with a port behind it could be another address.
        let names = endpoint.host.contains(":") ? [endpoint.host] : [endpoint.host, "\(endpoint.host):\(port)"]
        guard !key.allowedHosts.contains(where: names.contains) else { return }
        throw ResolverError(
            .refused, "\(key.origin) may not go to \(endpoint.host): its allowed hosts are \(key.allowedHosts.joined(separator: ", "))",
            hint: key.secretName.map { name in
                // Hosts that are given replace those of the generation before.
                let hosts = (key.allowedHosts + [endpoint.host]).map { " --allow-host \($0)" }.joined()
                return "`warder set \(name)\(hosts)` allows it with the next value"
            })
    }

    /// Checks that a key can stand in a header.
    ///
    /// - Throws: ``ResolverError/Code/refused``.
    static func checkHeader(_ key: FoundKey) throws(ResolverError) {
        try checkHeader(
            key.value, key.origin.description,
            ifLineFeed: key.secretName.map { "if it is at the end: `warder set \($0) --trim` stores it without" })
    }

    /// Checks that a value can stand in a header: visible ASCII, and spaces but at its ends, where whoever reads the header drops them.
    ///
    /// - Throws: ``ResolverError/Code/refused``.
    ///
    /// Source: RFC 9110, section 5.5.
    static func checkHeader(_ value: SecretValue, _ what: String, ifLineFeed hint: String? = nil) throws(ResolverError) {
        let (wrong, hasSpaceAtEnd) = value.bytes.withBytes { span in
            let wrong = span.byteOffsets.first { !(0x20...0x7E).contains(span[$0]) }.map { span[$0] }
            return (wrong, span.byteCount > 0 && (span[0] == 0x20 || span[span.byteCount - 1] == 0x20))
        }
        guard wrong != nil || hasSpaceAtEnd else { return }
        let name =
            switch wrong {
            case 0x0A: "a line feed"
            case 0x0D: "a carriage return"
            case 0x00: "a zero byte"
            case nil: "a space at its beginning or end"
            case .some(0x80...): "a character that is not ASCII"
            default: "a control character"
            }
        throw ResolverError(
            .refused, "\(what) has \(name), which a header cannot carry",
            hint: wrong == 0x0A ? hint : nil)
    }

    /// Checks that a key is of the kind that belongs where it goes, as far as its beginning tells.
    ///
    /// - Throws: ``ResolverError/Code/refused``.
    func checkKind(_ key: FoundKey, _ slot: KeySlot) throws(ResolverError) {
        let isCloudflare = Catalogue.isCloudflareToken(key.value)
        // Whatever the settings call it: its REST API knows no other keys.
        let isCloudflareAPI = catalogue.provider(Catalogue.workersAI)?.hosts.contains(endpoint.host) ?? false
        switch isCloudflareAPI ? .cloudflare : slot.kind {
        case .cloudflare:
            guard !isCloudflare, let other = catalogue.issuer(of: key.value), other.id != Catalogue.workersAI else { return }
            throw ResolverError(
                .refused, "\(key.origin) is a key of \(other.name), and a token of Cloudflare's belongs into \(slot.header)")
        case .provider:
            if isCloudflare {
                throw ResolverError(
                    .refused, "\(key.origin) is a token of Cloudflare's, and the key of the provider belongs into \(slot.header)",
                    hint: "the gateway's own token is the secret PROVIDER/token; keys stored at the gateway need provider_key = \"stored\"")
            }
            // Where nobody but the user knows who answers, it may be anybody's key.
            guard let owner = slot.owner, owner.upstream != nil || !owner.hosts.isEmpty else { return }
            guard !owner.keyPrefixes.contains(where: key.value.begins) else { return }
            guard let other = catalogue.issuer(of: key.value), other.id != owner.id, !other.hosts.contains(endpoint.host) else { return }
            throw ResolverError(.refused, "\(key.origin) is a key of \(other.name), and the request goes to \(owner.name)")
        }
    }
}
