internal import Settings

/// What the settings say of a provider, put into addresses.
struct ProviderFields {
    private let name: String
    private let settings: ProviderSettings

    init(_ name: String, _ settings: ProviderSettings) {
        self.name = name
        self.settings = settings
    }

    /// The placeholders of addresses, by what stands between `<` and `>`.
    static let placeholders: [String: ProviderSettings.Field] = [
        "account_id": .accountID, "gateway_id": .gatewayID, "gateway_name": .gatewayID, "region": .region, "project": .project,
        "resource": .resource, "deployment": .deployment,
    ]

    /// Replaces the placeholders that the settings have, and leaves the others.
    ///
    /// - Throws: ``ResolverError/Code/invalid`` for a field with characters that don't belong into an address.
    func fill(_ address: String) throws(ResolverError) -> String {
        guard address.utf8.contains(UInt8(ascii: "<")) else { return address }
        var result = ""
        var rest = address[...]
        while let start = rest.firstIndex(of: "<") {
            result += rest[..<start]
            rest = rest[start...]
            guard let end = rest.firstIndex(of: ">") else { break }
            let inside = String(rest[rest.index(after: start)..<end])
            if let field = Self.placeholders[inside], let text = settings[field] {
                result += try checked(text, field)
            } else {
                result += rest[...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// `[A-Za-z0-9._-]+`, and no dot segment: one segment of a path or one label of a host.
    private func checked(_ text: String, _ field: ProviderSettings.Field) throws(ResolverError) -> String {
        try Endpoint.refusePlaceholder(text, "\(field.rawValue) of \(name)")
        let others = Array("._-".utf8)
        let isPlain = text.utf8.allSatisfy { $0.isAlphanumeric || others.contains($0) }
        // A region is one label of a host: what has dots is somewhere else.
        guard isPlain, !text.contains(field == .region ? "." : ".."), text != "." else {
            throw ResolverError(
                .invalid,
                "\(settings.place): \(field.rawValue) of \(name) has characters other than letters, digits, \".\", \"_\" and \"-\"")
        }
        return text
    }
}

/// A model's name as part of a path.
enum ModelPath {
    /// Replaces `{model}`, with everything escaped that RFC 3986 does not leave alone, but for `/` and `@` where `keepsSlashes`.
    static func fill(_ path: String, model: String, keepsSlashes: Bool) -> String {
        guard path.contains("{model}") else { return path }
        let kept = Array((keepsSlashes ? "-._~/@" : "-._~").utf8)
        var escaped = ""
        for byte in model.utf8 {
            if byte.isAlphanumeric || kept.contains(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return path.replacing("{model}", with: escaped)
    }
}
