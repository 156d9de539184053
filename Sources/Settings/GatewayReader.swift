internal import Foundation

/// Reads one `[provider.NAME.gateway]`.
///
/// A setting is named as its header without `cf-aig-`, and has that header's bounds.
///
/// Source: https://developers.cloudflare.com/ai-gateway/, configuration and features.
struct GatewayReader {
    private let document: SettingsDocument
    private let path: [String]
    private var settings = GatewaySettings()

    init(_ document: SettingsDocument, _ path: [String]) {
        self.document = document
        self.path = path
    }

    /// - Throws: ``SettingsError/Code/invalid`` with line and key.
    mutating func read() throws(SettingsError) -> GatewaySettings {
        guard case .table = document.tree[path] else { throw document.invalid(path, "must be a table") }
        for (key, value) in document.keys(of: path) { try take(key, value) }
        try checkTogether()
        settings.headers.sort { $0.name < $1.name }
        return settings
    }

    private mutating func take(_ key: String, _ value: TOMLTree) throws(SettingsError) {
        let place = path + [key]
        switch key {
        case "token": settings.token = try document.keyReference(value, place)
        case "authenticated": settings.isAuthenticated = try boolean(value, place)
        case "provider_key":
            guard let known = GatewaySettings.ProviderKey(rawValue: try document.plainText(value, place)) else {
                throw document.invalid(place, "must be \"request\", \"stored\" or \"unified\"")
            }
            settings.providerKey = known
        case "byok_alias", "cache_key", "event_id": add(key, try text(value, place))
        case "cache_ttl": add(key, String(try document.integer(value, place, in: 60...2_592_000)))
        case "request_timeout": add(key, String(try document.integer(value, place, in: 1...86_400_000)))
        case "max_attempts": add(key, String(try document.integer(value, place, in: 1...5)))
        case "retry_delay": add(key, String(try document.integer(value, place, in: 0...5000)))
        case "backoff":
            let text = try document.plainText(value, place)
            guard ["constant", "linear", "exponential"].contains(text) else {
                throw document.invalid(place, "must be \"constant\", \"linear\" or \"exponential\"")
            }
            add(key, text)
        case "collect_log", "collect_log_payload", "zdr": add(key, try boolean(value, place) ? "true" : "false")
        case "skip_cache", "no_wholesale": if try boolean(value, place) { add(key, "true") }
        case "metadata": add(key, try metadata(value, place))
        case "custom_cost": add(key, try cost(value, place))
        default: throw document.unknown(place)
        }
    }

    /// What contradicts itself.
    private func checkTogether() throws(SettingsError) {
        func has(_ key: String) -> Bool { settings.headers.contains { $0.name == Self.header(key) } }
        if has("byok_alias"), settings.providerKey != .stored {
            throw document.invalid(path + ["byok_alias"], "needs provider_key = \"stored\"")
        }
        if has("zdr"), settings.providerKey != .unified { throw document.invalid(path + ["zdr"], "needs provider_key = \"unified\"") }
        if has("no_wholesale"), settings.providerKey == .unified {
            throw document.invalid(path + ["no_wholesale"], "contradicts provider_key = \"unified\"")
        }
        if settings.token != nil, settings.isAuthenticated == false {
            throw document.invalid(path + ["token"], "contradicts authenticated = false")
        }
    }

    private mutating func add(_ key: String, _ value: String) {
        settings.headers.append(.init(name: Self.header(key), value: value, place: document.place(of: path + [key])))
    }

    private static func header(_ key: String) -> String { "cf-aig-" + key.replacing("_", with: "-") }

    private func boolean(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> Bool {
        guard case .boolean(let flag) = value else { throw document.invalid(place, "must be true or false") }
        return flag
    }

    /// A text that a header can carry as it is.
    private func text(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> String {
        let text = try document.plainText(value, place)
        guard text.utf8.count <= 256, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw document.invalid(place, "must be visible ASCII, 256 bytes at most")
        }
        return text
    }

    /// At most five entries of text, number or boolean, as JSON.
    private func metadata(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> String {
        guard case .table(let table) = value, !table.isEmpty else { throw document.invalid(place, "must be a table with entries") }
        guard table.count <= 5 else { throw document.invalid(place, "has more than 5 entries") }
        var members: [String] = []
        for (key, value) in document.keys(of: place) {
            let entry = place + [key]
            try document.refuseKey(key, entry)
            guard !key.hasPrefix("cf.") else { throw document.invalid(entry, "has a name that Cloudflare reserves") }
            let text: String
            switch value {
            case .string(let string):
                try document.refuseKey(string, entry)
                text = ASCIIJSON.string(string)
            case .integer(let number): text = String(number)
            case .boolean(let flag): text = flag ? "true" : "false"
            case .number(let bits) where Double(bitPattern: bits).isFinite: text = "\(Double(bitPattern: bits))"
            default: throw document.invalid(entry, "must be a string, a number or a boolean")
            }
            members.append("\(ASCIIJSON.string(key)):\(text)")
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// `{ per_token_in, per_token_out }` or `{ total_cost }`, in US dollars, as JSON.
    private func cost(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> String {
        guard case .table(let table) = value, [["per_token_in", "per_token_out"], ["total_cost"]].contains(table.keys.sorted()) else {
            throw document.invalid(place, "must be { per_token_in, per_token_out } or { total_cost }")
        }
        var members: [String] = []
        for (key, value) in document.keys(of: place) {
            switch value {
            case .integer(let number) where number >= 0: members.append("\(ASCIIJSON.string(key)):\(number)")
            case .number(let bits) where Double(bitPattern: bits).isFinite && Double(bitPattern: bits) >= 0:
                members.append("\(ASCIIJSON.string(key)):\(Double(bitPattern: bits))")
            default: throw document.invalid(place + [key], "must be a number that is not negative")
            }
        }
        return "{\(members.joined(separator: ","))}"
    }
}

/// JSON strings that a header can carry: everything beyond visible ASCII is escaped.
private enum ASCIIJSON {
    static func string(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22, 0x5C: result += "\\" + String(UnicodeScalar(UInt8(unit)))
            case 0x20...0x7E: result += String(UnicodeScalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
