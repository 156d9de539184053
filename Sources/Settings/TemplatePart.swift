/// A part of a string in which `${secret:NAME}` and `${provider:NAME/FIELD}` are replaced.
public enum TemplatePart: Equatable, Sendable {
    /// This text.
    case text(String)
    /// The value of the secret with this name.
    case secret(String)
    /// A field of `[provider.NAME]`.
    case provider(String, field: ProviderSettings.Field)
}

extension TemplatePart {
    /// Why a string is not a template. No reason repeats the string.
    enum Failure: String, Error {
        case unclosed = "has a ${ without a }"
        case unknown = "has a ${…} that is neither ${secret:NAME} nor ${provider:NAME/FIELD} (write $${ for a literal ${)"
        case secretName = "refers to a secret by something that is not a secret's name"
        case providerName = "refers to a provider by something that is not a provider's name"
        case providerField = "refers to a field that providers don't have, such as account_id"
    }

    /// Whether a string means more than itself.
    static func isTemplate(_ text: String) -> Bool { text.contains("${") }

    /// Reads a template. `$${` is a literal `${`. Adjacent text is one part.
    static func parse(_ template: String) throws(Failure) -> [TemplatePart] {
        var parts: [TemplatePart] = []
        var text = ""
        var rest = template.unicodeScalars[...]
        while let scalar = rest.first {
            if rest.starts(with: "$${".unicodeScalars) {
                text += "${"
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".unicodeScalars) {
                guard let end = rest.firstIndex(of: "}") else { throw .unclosed }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(try reference(String(rest[..<end].dropFirst(2))))
                rest = rest[end...].dropFirst()
            } else {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst()
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }

    /// What stands between `${` and `}`.
    private static func reference(_ text: String) throws(Failure) -> TemplatePart {
        if text.hasPrefix("secret:") {
            let name = String(text.dropFirst("secret:".count))
            guard SettingsNames.isSecret(name) else { throw .secretName }
            return .secret(name)
        }
        guard text.hasPrefix("provider:") else { throw .unknown }
        let path = text.dropFirst("provider:".count).split(separator: "/", omittingEmptySubsequences: false)
        guard let name = path.first, SettingsNames.isTable(String(name)) else { throw .providerName }
        guard path.count == 2, let field = ProviderSettings.Field(rawValue: String(path[1])) else { throw .providerField }
        return .provider(String(name), field: field)
    }
}

extension [TemplatePart] {
    /// The names of the secrets in it, in order.
    var secrets: [String] {
        compactMap { part in
            if case .secret(let name) = part { name } else { nil }
        }
    }
}
