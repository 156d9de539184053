/// One block of the catalogue's text, while it is read.
struct ProviderBlock {
    private let id: String
    private let name: String
    private var words: [String] = []
    private var unsure: Set<String> = []
    private var aliases: [String] = []
    private var baseURL: String?
    private var host: String?
    private var otherHosts: [String] = []
    private var chatPath: String? = "/chat/completions"
    private var modelsPath: String? = "/models"
    private var style = APIStyle.openaiChat
    private var family = "openai-compatible"
    private var auth = AuthScheme.bearer
    private var headers: [Provider.Header] = []
    private var keyIsOptional = false
    private var listingNeedsKey = true
    private var keyPrefixes: [String] = []
    private var upstream: Provider.Upstream?
    private var systems: [Provider.System: Provider.Names] = [:]
    private var oauthVariables: [String] = []

    init(id: String, name: String) throws(CatalogueError.Reason) {
        guard !name.isEmpty else { throw .noName }
        let first = id.utf8.first
        guard first != .dash, id.utf8.allSatisfy({ $0.isLowerOrDigit || $0 == .dash }) else { throw .badID }
        self.id = id
        self.name = name
    }

    /// Takes a line in: its first word, which may end with a question mark, and the others.
    mutating func take(_ marked: String, _ values: ArraySlice<String>) throws(CatalogueError.Reason) {
        let isUnsure = marked.utf8.last == UInt8(ascii: "?")
        let word = isUnsure ? String(marked.dropLast()) : marked
        guard word == "header" || !words.contains(word) else { throw .repeatedWord }
        words.append(word)
        switch word {
        case "alias": aliases = try several(values)
        case "url": try takeURL(one(values))
        case "chat": chatPath = try path(one(values))
        case "models": modelsPath = try path(one(values))
        case "style": style = try known(one(values))
        case "family": family = try one(values)
        case "auth": auth = try known(one(values))
        case "header": headers.append(try header(values))
        case "host": otherHosts = try several(values)
        case "key": keyIsOptional = try flag(values, "optional")
        case "listing": listingNeedsKey = try !flag(values, "open")
        case "prefix": keyPrefixes = try several(values)
        case "upstream": upstream = try upstream(values)
        case "oauth": oauthVariables = try variables(several(values)[...])
        case "openclaw":
            try takeSystem(.fased, values, isUnsure: isUnsure)
            return try takeSystem(.genesis, values, isUnsure: true)
        default:
            guard let system = Provider.System(rawValue: word) else { throw .unknownWord }
            return try takeSystem(system, values, isUnsure: isUnsure)
        }
        if isUnsure { unsure.insert(word) }
    }

    /// What the block says, and for the rest what is usual.
    var provider: Provider {
        Provider(
            id: id, name: name, aliases: aliases, baseURL: baseURL, chatPath: chatPath, modelsPath: modelsPath, style: style,
            family: family, auth: auth, headers: headers, keyIsOptional: keyIsOptional, listingNeedsKey: listingNeedsKey,
            keyPrefixes: keyPrefixes, hosts: (host.map { [$0] } ?? []) + otherHosts, upstream: upstream, systems: systems,
            oauthVariables: oauthVariables, unsure: unsure)
    }

    // MARK: Values

    private func several(_ values: ArraySlice<String>) throws(CatalogueError.Reason) -> [String] {
        if values.isEmpty { throw .wrongCount }
        return Array(values)
    }

    private func one(_ values: ArraySlice<String>) throws(CatalogueError.Reason) -> String {
        guard let value = values.first, values.count == 1 else { throw .wrongCount }
        return value
    }

    private func flag(_ values: ArraySlice<String>, _ value: String) throws(CatalogueError.Reason) -> Bool {
        guard try one(values) == value else { throw .unknownValue }
        return true
    }

    private func known<Value: RawRepresentable<String>>(_ value: String) throws(CatalogueError.Reason) -> Value {
        guard let known = Value(rawValue: value) else { throw .unknownValue }
        return known
    }

    private func path(_ value: String) throws(CatalogueError.Reason) -> String? {
        if value == "none" { return nil }
        guard value.utf8.first == .slash else { throw .badPath }
        return value
    }

    private mutating func takeURL(_ url: String) throws(CatalogueError.Reason) {
        let scheme = ["https://", "http://"].first { url.utf8.starts(with: $0.utf8) }
        guard let scheme, url.utf8.last != .slash else { throw .badURL }
        let rest = url.utf8.dropFirst(scheme.utf8.count)
        let name = rest.prefix { $0 != .slash && $0 != UInt8(ascii: ":") }
        // A placeholder may be a part of a host; one that is the whole host stands for a host that only the user knows.
        let others = Array("-._<>".utf8)
        guard let first = name.first, name.allSatisfy({ $0.isLowerOrDigit || others.contains($0) }) else { throw .badURL }
        guard rest[name.endIndex...].prefix(while: { $0 != .slash }).dropFirst().allSatisfy(\.isDigit) else { throw .badURL }
        baseURL = url
        host = first == UInt8(ascii: "<") ? nil : String(Substring(name))
    }

    private func header(_ values: ArraySlice<String>) throws(CatalogueError.Reason) -> Provider.Header {
        guard let name = values.first, values.count > 1, name.utf8.count > 1, name.utf8.last == UInt8(ascii: ":") else { throw .badHeader }
        guard name.utf8.dropLast().allSatisfy({ $0.isLowerOrDigit || $0 == .dash }) else { throw .badHeader }
        return Provider.Header(name: String(name.dropLast()), value: values.dropFirst().joined(separator: " "))
    }

    private func upstream(_ values: ArraySlice<String>) throws(CatalogueError.Reason) -> Provider.Upstream {
        let values = Array(values)
        guard values.count == 4 else { throw .wrongCount }
        return Provider.Upstream(slug: values[0], path: try path(values[1]), style: try known(values[2]), auth: try known(values[3]))
    }

    /// `NAME … = VARIABLE …`, or names alone.
    private mutating func takeSystem(
        _ system: Provider.System, _ values: ArraySlice<String>, isUnsure: Bool
    ) throws(CatalogueError.Reason) {
        guard systems[system] == nil else { throw .repeatedWord }
        let ids = values.prefix { $0 != "=" }
        let names = values[ids.endIndex...].dropFirst()
        // An equals sign without variables says nothing, and neither does an empty line.
        guard values.last != "=", !values.isEmpty else { throw .wrongCount }
        systems[system] = Provider.Names(ids: Array(ids), variables: try variables(names))
        if isUnsure { unsure.insert(system.rawValue) }
    }

    private func variables(_ values: ArraySlice<String>) throws(CatalogueError.Reason) -> [String] {
        for value in values {
            guard let first = value.utf8.first, first.isCapital else { throw .badVariable }
            guard value.utf8.allSatisfy({ $0.isCapital || $0.isDigit || $0 == UInt8(ascii: "_") }) else { throw .badVariable }
        }
        return Array(values)
    }
}
