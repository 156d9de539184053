public import Settings

/// What only the user can say of a provider's address.
extension Provider {
    /// The fields that its address has a place for, in their order. Nil if nobody but the user knows the whole address.
    public var addressFields: [ProviderSettings.Field]? {
        baseURL.flatMap { base in Self.fields(in: base + (chatPath ?? "")) }
    }

    /// The fields that its address behind Cloudflare AI Gateway has a place for.
    public var upstreamFields: [ProviderSettings.Field] { upstream?.path.flatMap(Self.fields) ?? [] }

    /// Nil if there is a placeholder that no field of the settings fills.
    private static func fields(in template: String) -> [ProviderSettings.Field]? {
        var fields: [ProviderSettings.Field] = []
        for piece in template.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
            guard let field = ProviderFields.placeholders[String(piece.prefix { $0 != ">" })] else { return nil }
            if !fields.contains(field) { fields.append(field) }
        }
        return fields
    }
}
