/// Reads one `[provider.NAME]`.
struct ProviderReader {
    private let document: SettingsDocument
    private let path: [String]
    private var provider = ProviderSettings()

    init(_ document: SettingsDocument, name: String) {
        self.document = document
        path = ["provider", name]
    }

    /// - Throws: ``SettingsError/Code/invalid`` with line and key.
    mutating func read() throws(SettingsError) -> ProviderSettings {
        try document.checkTable(path)
        provider.place = document.place(of: path)
        for (key, value) in document.keys(of: path) { try take(key, value) }
        return provider
    }

    /// What a table may have.
    private static let keys =
        ProviderSettings.Field.allCases.map(\.rawValue) + ["api_key", "api_keys", "headers", "models", "gateway"]

    private mutating func take(_ key: String, _ value: TOMLTree) throws(SettingsError) {
        let place = path + [key]
        switch key {
        case "api_key", "api_keys":
            guard provider.keys == nil else {
                throw document.invalid(place, "must not be beside \(key == "api_key" ? "api_keys" : "api_key")")
            }
            provider.keys = key == "api_key" ? [try document.keyReference(value, place)] : try pool(value, place)
        case "headers": provider.headers = try headers(value, place)
        case "models": provider.models = try document.modelList(value, place)
        case "gateway":
            var reader = GatewayReader(document, place)
            provider.gateway = try reader.read()
        default:
            guard let field = ProviderSettings.Field(rawValue: key) else {
                throw SettingsError(document.unknown(place), hint: "a provider has \(Self.keys.joined(separator: ", "))")
            }
            provider.fields[field] = try document.plainText(value, place)
        }
    }

    /// `[{ key = …, weight = 2 }, …]`, or plain references.
    private func pool(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> [KeyReference] {
        guard case .array(let elements) = value, !elements.isEmpty else { throw document.invalid(place, "must be a list of keys") }
        var keys: [KeyReference] = []
        for element in elements {
            guard case .table(let table) = element, let key = table["key"] else {
                keys.append(try document.keyReference(element, place))
                continue
            }
            guard Set(table.keys).isSubset(of: ["key", "weight"]) else {
                throw document.invalid(place, "has an entry with something other than key and weight")
            }
            guard case .integer(let weight) = table["weight"] ?? .integer(1), KeyReference.weightRange.contains(weight) else {
                throw document.invalid(place, "has a weight that is no whole number from 1 to 100")
            }
            keys.append(try document.keyReference(key, place, weight: weight))
        }
        for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.source == key.source }) {
            throw document.invalid(place, "has a key twice: a weight makes it be taken more often")
        }
        return keys
    }

    private func headers(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> [HeaderTemplate] {
        guard case .table = value else { throw document.invalid(place, "must be a table of headers") }
        var headers: [HeaderTemplate] = []
        for (key, value) in document.keys(of: place) {
            let name = key.lowercased()
            let entry = place + [key]
            try check(name, entry)
            guard !headers.contains(where: { $0.name == name }) else { throw document.invalid(entry, "is there twice") }
            let text = try document.plainText(value, entry)
            guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw document.invalid(entry, "has a character that is not ASCII, which a header cannot carry")
            }
            var isBare = false
            do throws(TemplatePart.Failure) {
                let header = HeaderTemplate(name: name, parts: try TemplatePart.parse(text), place: document.place(of: entry))
                isBare = Self.isForKeys(name) && header.secrets.isEmpty
                headers.append(header)
            } catch {
                throw document.invalid(entry, error.rawValue)
            }
            guard !isBare else {
                throw SettingsError(
                    document.invalid(entry, "is a header for keys, and has none from the vault: settings hold names and references only"),
                    hint: "store it with `warder set NAME` and write ${secret:NAME} here")
            }
        }
        return headers
    }

    /// Whether a header is one in which keys travel: `authorization`, `x-api-key`, `x-auth-token`, `cookie` and whatever else ends so.
    private static func isForKeys(_ name: String) -> Bool {
        let words = name.split { "-_.".contains($0) }
        guard let last = words.last, !notForKeys.contains(words.suffix(2).joined(separator: "-")) else { return false }
        return forKeys.contains { last.hasSuffix($0) }
    }

    private static let forKeys = ["authorization", "auth", "key", "token", "secret", "password", "credential", "credentials", "cookie"]
    private static let notForKeys: Set<String> = ["cache-key", "idempotency-key"]

    /// Headers that say where a message ends, or that belong to one connection.
    private static let framing: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect", "proxy-connection",
        "proxy-authorization",
    ]

    /// Source of a name's characters: RFC 9110, section 5.6.2.
    private func check(_ name: String, _ entry: [String]) throws(SettingsError) {
        let others = Array("!#$%&'*+-.^_`|~".utf8)
        let isName =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { SettingsNames.isLetter($0) || SettingsNames.isDigit($0) || others.contains($0) }
        guard isName, !KeyLikeText.matches(name) else { throw document.invalid(entry, "is not the name of a header") }
        guard !Self.framing.contains(name) else { throw document.invalid(entry, "is a header that only the client can know") }
        if name == "cf-cache-ttl" || name == "cf-skip-cache" || (name.hasPrefix("cf-aig-") && name != "cf-aig-authorization") {
            throw SettingsError(
                document.invalid(entry, "is a header of the gateway, which has a setting of its own"),
                hint: "in [\(path.joined(separator: ".")).gateway], without cf-aig- and with underscores: cache_ttl = 3600")
        }
    }
}

extension SettingsDocument {
    func place(of path: [String]) -> SettingsPlace { SettingsPlace(file: file, line: line(of: path)) }

    /// `"secret:NAME"`, `{ env = "X" }`, `{ file = "PATH" }` or `{ exec = ["PROGRAM", …] }`.
    func keyReference(_ value: TOMLTree, _ path: [String], weight: Int = 1) throws(SettingsError) -> KeyReference {
        func reference(_ source: KeyReference.Source) -> KeyReference {
            KeyReference(source: source, weight: weight, place: place(of: path))
        }
        switch value {
        case .string(let text):
            try refuseKey(text, path)
            guard text.hasPrefix("secret:") else { break }
            let name = String(text.dropFirst("secret:".count))
            guard SettingsNames.isSecret(name) else { throw invalid(path, "must be the name of a secret after \"secret:\"") }
            return reference(.secret(name))
        case .table(let table) where table.count == 1:
            if let value = table["env"] {
                let name = try plainText(value, path)
                guard SettingsNames.isVariable(name) else { throw invalid(path, "must have the name of a variable in env") }
                return reference(.variable(name))
            }
            if let value = table["file"] {
                let file = try plainText(value, path)
                guard file.hasPrefix("/") || file.hasPrefix("~/"), !file.hasSuffix("/") else {
                    throw invalid(path, "must have the path of a file, absolute or beginning with ~/")
                }
                return reference(.file(file))
            }
            if let value = table["exec"] { return reference(.program(try program(value, path))) }
        default: break
        }
        throw invalid(path, "must be \"secret:NAME\", { env = \"NAME\" }, { file = \"PATH\" } or { exec = [\"PROGRAM\", …] }")
    }

    /// A program and its arguments. They are looked at word by word, and paths in parts: as one text, a script would look random.
    func words(_ value: TOMLTree, _ path: [String]) throws(SettingsError) -> [String] {
        guard case .array(let elements) = value else { throw invalid(path, "must be a list of strings") }
        var words: [String] = []
        for element in elements {
            guard case .string(let word) = element, !word.utf8.contains(0) else { throw invalid(path, "must be a list of strings") }
            for part in word.split(whereSeparator: { " /\t\n;".contains($0) }) { try refuseKey(String(part), path) }
            words.append(word)
        }
        return words
    }

    private func program(_ value: TOMLTree, _ path: [String]) throws(SettingsError) -> [String] {
        let words = try words(value, path)
        guard let program = words.first, program.hasPrefix("/") || (!program.isEmpty && !program.contains("/")) else {
            throw invalid(path, "must begin with the absolute path or the plain name of a program")
        }
        return words
    }

    /// A list of texts without doubles, one at least.
    func modelList(_ value: TOMLTree, _ path: [String]) throws(SettingsError) -> [String] {
        guard case .array(let elements) = value, !elements.isEmpty else { throw invalid(path, "must be a list of models") }
        var models: [String] = []
        for element in elements {
            let model = try plainText(element, path)
            guard !models.contains(model) else { throw invalid(path, "has a model twice") }
            models.append(model)
        }
        return models
    }
}
