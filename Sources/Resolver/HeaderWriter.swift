internal import Keystore
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// Makes headers, whose values stay in locked memory.
struct HeaderWriter {
    let rules: KeyRules
    let settings: WarderSettings
    /// The secrets that were read.
    let secrets: [String: Secret]

    /// A header without secrets.
    func header(_ header: ProviderHeader) throws -> RequestHeader {
        RequestHeader(
            name: header.name, value: try .text(header.value), text: header.value, secrets: [], origins: [header.origin])
    }

    /// The header with the key of a slot, which has been checked.
    func header(_ key: FoundKey, _ slot: KeySlot) throws -> RequestHeader {
        let auth = key.auth ?? slot.auth
        let value = try SecretValue.joined([try .text(auth.prefix), key.value])
        return RequestHeader(name: key.auth?.header ?? slot.header, value: value, text: nil, secrets: [key.value], origins: [key.origin])
    }

    /// A header of the settings.
    ///
    /// - Throws: ``ResolverError``: `.notFound` for a secret that is not there; `.invalid` for a provider's field that is not; `.refused` for a
    ///   value that may not go there.
    func header(_ template: HeaderTemplate, slot: KeySlot?) throws -> RequestHeader {
        var pieces: [SecretValue] = []
        var origins: [Origin] = []
        var hidden: [SecretValue] = []
        for part in template.parts {
            switch part {
            case .text(let text):
                if let field = ProviderFields.placeholders.keys.first(where: { text.contains("<\($0)>") }) {
                    throw ResolverError(.refused, "\(template.place): \(template.name) has a placeholder that nothing replaces: <\(field)>")
                }
                pieces.append(try .text(text))
            case .secret(let name):
                guard let secret = secrets[name] else {
                    throw ResolverError(
                        .notFound, "\(template.place): the secret \(name) is not in the vault", hint: "store it with: warder set \(name)")
                }
                let key = FoundKey(secret)
                guard !key.value.isBlank else { throw ResolverError(.notFound, "\(template.place): \(key.origin) is empty") }
                try rules.checkHost(key)
                if let slot { try rules.checkKind(key, slot) }
                try KeyRules.checkHeader(key)
                pieces.append(key.value)
                hidden.append(key.value)
                origins.append(key.origin)
            case .provider(let name, let field):
                guard let text = settings.providers[name]?[field] else {
                    throw ResolverError(
                        .invalid, "\(template.place): \(template.name) needs \(field.rawValue) of a provider that does not have it")
                }
                let value = try SecretValue.text(text)
                try KeyRules.checkHeader(value, "\(template.place): \(template.name)")
                pieces.append(value)
            }
        }
        let value = try SecretValue.joined(pieces)
        // Without secrets there is nothing to hide.
        let text = origins.isEmpty ? String(decoding: value.reveal(), as: UTF8.self) : nil
        return RequestHeader(
            name: template.name, value: value, text: text, secrets: hidden, origins: origins + [.settings(template.place)])
    }
}
