internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// Whether an answer can be what was asked for. No reason repeats the answer.
enum OnboardShapes {
    /// What is wrong with the text of a field, or nil.
    static func fault(_ text: String, _ field: ProviderSettings.Field) -> String? {
        if KeyLikeText.matches(text) { return "that looks like a key, and this is no place for one" }
        switch field {
        case .accountID:
            let isHexadecimal = text.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0) }
            return text.utf8.count == 32 && isHexadecimal ? nil : "an account id has 32 hexadecimal digits"
        case .gatewayID:
            let isPlain = text.utf8.allSatisfy { isDigit($0) || isLetter($0) || "-_".utf8.contains($0) }
            return (1...64).contains(text.utf8.count) && isPlain ? nil : "a gateway id has up to 64 letters, digits, \"-\" and \"_\""
        case .baseURL:
            do throws(ResolverError) { _ = try Endpoint(text) } catch { return error.description }
            return nil
        case .route:
            let isKnown = ["compat", "universal", "rest"].contains(text) || Catalogue.standard.upstream(slug: text) != nil
            return isKnown || isCustom(text) ? nil : "a route is compat, universal, rest, or a provider's slug such as anthropic or openai"
        default:
            let isPlain = text.utf8.allSatisfy { isDigit($0) || isLetter($0) || "._-".utf8.contains($0) }
            return (1...128).contains(text.utf8.count) && isPlain ? nil : "only letters, digits, \".\", \"_\" and \"-\" go here"
        }
    }

    /// `custom-SLUG`: a provider that the account's owner has added.
    private static func isCustom(_ text: String) -> Bool {
        text.hasPrefix("custom-") && text.utf8.count > 7 && text.utf8.allSatisfy { isDigit($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// A key as it is meant: without white space around it.
    static func trimmed(_ value: SecretValue) throws -> SecretValue {
        let range = value.bytes.withBytes { span in
            func isSpace(_ offset: Int) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(span[offset]) }
            var (start, end) = (0, span.byteCount)
            while start < end, isSpace(start) { start += 1 }
            while end > start, isSpace(end - 1) { end -= 1 }
            return start..<end
        }
        if range.count == value.count { return value }
        return SecretValue(try value.bytes.withBytes { try SecretBytes(copying: $0.extracting(range)) })
    }

    /// What is wrong with a key, or nil.
    ///
    /// - Parameters:
    ///   - key: the key, trimmed.
    ///   - chosen: whose it should be.
    ///   - field: what is known of a field.
    static func fault(
        key: SecretValue, _ chosen: OnboardAnswers.Chosen, _ field: (ProviderSettings.Field) -> String?
    ) -> String? {
        if let fault = header(key) ?? stand(key) { return "the key \(fault)" }
        // Who answers behind the gateway, if that is known. At an address of the user's own it may be anybody.
        let owner = chosen.isGateway ? field(.route).flatMap { Catalogue.standard.upstream(slug: $0) } : chosen.provider
        if Catalogue.isCloudflareToken(key) {
            guard owner?.keyPrefixes.contains(where: { $0.hasPrefix("cf") }) != true else { return nil }
            return "that is a token of Cloudflare's, and the provider's key belongs here"
        }
        guard field(.baseURL) == nil, let owner, let issuer = Catalogue.standard.issuer(of: key), issuer.id != owner.id,
            owner.upstream != nil || !owner.hosts.isEmpty
        else { return nil }
        return "that is a key of \(issuer.name), and \(owner.name)'s belongs here"
    }

    /// What is wrong with a gateway's token, or nil.
    static func fault(token: SecretValue) -> String? {
        if let fault = header(token) ?? stand(token) { return "the token \(fault)" }
        guard !Catalogue.isCloudflareToken(token), let issuer = Catalogue.standard.issuer(of: token) else { return nil }
        return "that is a key of \(issuer.name), and a token of Cloudflare's belongs here"
    }

    /// What stands for a key elsewhere, or is more than the key.
    private static func stand(_ value: SecretValue) -> String? {
        let bytes = value.reveal()
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if Placeholder.matches(value) { return "is a placeholder, and no key" }
        if begins("$") || begins("op://") || begins("env:") || begins("secret:") { return "is the name of a place, and no key" }
        if let first = bytes.first, first == bytes.last, bytes.count > 1, "\"'`".utf8.contains(first) {
            return "stands in quotes, which are none of it"
        }
        if let equals = bytes.firstIndex(of: UInt8(ascii: "=")), bytes.contains(UInt8(ascii: "_")),
            bytes[..<equals].allSatisfy({ isDigit($0) || $0 == 0x5F || (0x41...0x5A).contains($0) }), equals > 3, equals < bytes.count - 8
        {
            return "has the name of a variable before it"
        }
        return begins("sk-ant-admin") || begins("sk-admin-") ? "is one for administrators, which answers no requests" : nil
    }

    private static func header(_ value: SecretValue) -> String? {
        if value.count > 8192 { return "is longer than 8192 bytes" }
        let isVisible = value.bytes.withBytes { span in span.byteOffsets.allSatisfy { (0x21...0x7E).contains(span[$0]) } }
        return isVisible ? nil : "has white space or another character in it that no header carries"
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) }
}

extension ProviderSettings.Field {
    /// What it is asked for as.
    var question: String {
        switch self {
        case .accountID: "Cloudflare account id"
        case .gatewayID: "Gateway id"
        case .route: "Route (anthropic, openai, compat, … or rest)"
        case .baseURL: "Base URL"
        case .region: "Region"
        case .project: "Project"
        case .resource: "Resource"
        case .deployment: "Deployment"
        case .kind, .path, .style, .auth: rawValue
        }
    }

    /// What messages call it.
    var title: String {
        switch self {
        case .accountID: "Account ID"
        case .gatewayID: "Gateway ID"
        default: question
        }
    }
}
