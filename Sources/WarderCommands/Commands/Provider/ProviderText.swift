internal import Resolver
internal import Settings

/// How a provider of the catalogue is shown.
enum ProviderText {
    /// For people: one fact on a line, with a question mark where nobody confirmed it.
    static func lines(_ provider: Provider) -> [String] {
        func mark(_ words: String...) -> String { words.contains(where: provider.unsure.contains) ? " ?" : "" }
        var lines = [line("provider", "\(provider.id) (\(provider.name))")]
        if !provider.aliases.isEmpty { lines.append(line("also", provider.aliases.joined(separator: ", ") + mark("alias"))) }
        lines.append(line("base URL", (provider.baseURL ?? "yours: set base_url") + mark("url")))
        lines.append(line("request", (provider.chatPath.map { "POST …\($0)" } ?? "-") + mark("chat")))
        let listing = provider.modelsPath.map { "GET …\($0)\(provider.listingNeedsKey ? "" : ", without a key")" }
        lines.append(line("models", (listing ?? "not to rely on: pin them") + mark("models", "listing")))
        lines.append(line("style", "\(provider.style.rawValue), family \(provider.family)" + mark("style", "family")))
        lines.append(line("key", key(provider) + mark("auth", "key", "prefix")))
        lines += provider.headers.map { line("header", "\($0.name): \($0.value)" + mark("header")) }
        if let upstream = provider.upstream {
            lines.append(
                line(
                    "gateway",
                    "slug \(upstream.slug): …/\(upstream.slug)\(upstream.path ?? "/…"), \(upstream.style.rawValue)" + mark("upstream")))
        }
        for system in Provider.System.allCases {
            guard let names = provider.systems[system] else { continue }
            let variables = names.variables.isEmpty ? "no key" : names.variables.joined(separator: ", ")
            lines.append(line(system.rawValue, "\(names.ids.joined(separator: ", ")): \(variables)" + mark(system.rawValue)))
        }
        if !provider.oauthVariables.isEmpty { lines.append(line("oauth", provider.oauthVariables.joined(separator: ", ") + mark("oauth"))) }
        if !provider.hosts.isEmpty { lines.append(line("hosts", provider.hosts.joined(separator: ", "))) }
        return lines
    }

    static func line(_ word: String, _ text: String) -> String {
        word + String(repeating: " ", count: max(1, 14 - word.count)) + text
    }

    private static func key(_ provider: Provider) -> String {
        guard let header = provider.auth.header else { return "requests are signed (\(provider.auth.rawValue))" }
        let prefixes = provider.keyPrefixes.isEmpty ? "" : ", beginning with \(provider.keyPrefixes.joined(separator: " or "))"
        return "\(header): \(provider.auth.prefix)KEY\(prefixes)\(provider.keyIsOptional ? ", optional" : "")"
    }

    /// What the settings say of it, for people.
    static func lines(_ own: ProviderSettings) -> [String] {
        let fields = plain(own).map { line("yours", "\($0) = \($1)") }
        return [line("settings", own.place.description)] + fields
            + (own.keys ?? []).map { line("yours", "key: \($0)\($0.weight == 1 ? "" : ", weight \($0.weight)")") }
            + (own.headers ?? []).map { line("yours", "header \($0.name)") }
            + (own.models.map { [line("yours", "models = \($0.joined(separator: ", "))")] } ?? [])
            + (own.gateway.map(facts) ?? []).map { line("gateway", $0) }
    }

    private static func facts(_ gateway: GatewaySettings) -> [String] {
        (gateway.providerKey.map { ["provider_key = \($0.rawValue)"] } ?? [])
            + (gateway.token.map { ["token: \($0)"] } ?? [])
            + (gateway.isAuthenticated.map { ["authenticated = \($0)"] } ?? [])
            + gateway.headers.map { "\($0.name): \($0.value)" }
    }

    /// What the settings say of it, for machines.
    static func ownFields(_ own: ProviderSettings?) -> [(String, JSON)] {
        [
            ("configured", .bool(own != nil)),
            (
                "settings",
                own.map {
                    .object(
                        [
                            ("from", .string($0.place.description)), ("models", $0.models.map(strings) ?? .null),
                            ("keys", strings(($0.keys ?? []).map(\.description))), ("headers", strings(($0.headers ?? []).map(\.name))),
                            ("gateway", strings($0.gateway.map(facts) ?? [])),
                        ]
                            + plain($0).map { ($0, .string($1)) })
                } ?? .null
            ),
        ]
    }

    private static func plain(_ own: ProviderSettings) -> [(String, String)] {
        ProviderSettings.Field.allCases.compactMap { field in own[field].map { (field.rawValue, $0) } }
    }

    /// For machines.
    static func fields(_ provider: Provider) -> [(String, JSON)] {
        [
            ("id", .string(provider.id)), ("name", .string(provider.name)), ("aliases", strings(provider.aliases)),
            ("base_url", .text(provider.baseURL)), ("chat_path", .text(provider.chatPath)), ("models_path", .text(provider.modelsPath)),
            ("style", .string(provider.style.rawValue)), ("protocol", .string(provider.style.wireProtocol)),
            ("family", .string(provider.family)), ("auth", .string(provider.auth.rawValue)),
            ("headers", .object(provider.headers.map { ($0.name, .string($0.value)) })), ("key_optional", .bool(provider.keyIsOptional)),
            ("listing_needs_key", .bool(provider.listingNeedsKey)), ("key_prefixes", strings(provider.keyPrefixes)),
            ("hosts", strings(provider.hosts)),
            ("gateway", provider.upstream == nil ? .null : .object(upstreamFields(provider))),
            (
                "systems",
                .object(
                    Provider.System.allCases.compactMap { system in
                        provider.systems[system].map {
                            (system.rawValue, .object([("ids", strings($0.ids)), ("variables", strings($0.variables))]))
                        }
                    })
            ), ("oauth_variables", strings(provider.oauthVariables)), ("unsure", strings(provider.unsure.sorted())),
        ]
    }

    static func upstreamFields(_ provider: Provider) -> [(String, JSON)] {
        guard let upstream = provider.upstream else { return [] }
        return [
            ("slug", .string(upstream.slug)), ("path", .text(upstream.path)), ("style", .string(upstream.style.rawValue)),
            ("auth", .string(upstream.auth.rawValue)),
        ]
    }

    private static func strings(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }
}
