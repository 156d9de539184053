/// Reads one `[profile.NAME]`.
struct ProfileReader {
    private let document: SettingsDocument
    private let name: String
    private let path: [String]

    init(_ document: SettingsDocument, name: String) {
        self.document = document
        self.name = name
        path = ["profile", name]
    }

    /// - Throws: ``SettingsError/Code/invalid`` with line and key.
    func read() throws(SettingsError) -> Profile {
        try document.checkTable(path)
        var parent: String?
        var entries: [ProfileEntry] = []
        for (key, value) in document.keys(of: path) {
            if key == "extends" {
                parent = try parentName(value)
            } else {
                entries.append(try entry(key, value))
            }
        }
        let line = document.line(of: parent == nil ? path : path + ["extends"])
        return Profile(name: name, extends: parent, entries: entries, line: line, file: document.file)
    }

    private func parentName(_ value: TOMLTree) throws(SettingsError) -> String {
        let key = path + ["extends"]
        guard case .string(let name) = value else { throw document.invalid(key, "must be a string, the name of a profile") }
        try document.refuseKey(name, key)
        guard SettingsNames.isTable(name) else { throw document.invalid(key, "must be the name of a profile") }
        return name
    }

    private func entry(_ key: String, _ value: TOMLTree) throws(SettingsError) -> ProfileEntry {
        let key = path + [key]
        guard let name = key.last, SettingsNames.isVariable(name) else { throw document.invalid(key, "is not the name of a variable") }
        guard case .table = value else { return entry(try kind(value, key), key, required: true, default: nil) }
        var kind: ProfileEntry.Kind?
        var required = true
        var standIn: String?
        for (field, value) in document.keys(of: key) {
            let fieldPath = key + [field]
            switch field {
            case "secret", "value":
                guard kind == nil else { throw document.invalid(key, "has both a secret and a value") }
                kind = field == "secret" ? try secret(value, fieldPath) : try self.kind(value, fieldPath)
            case "required":
                guard case .boolean(let flag) = value else { throw document.invalid(fieldPath, "must be true or false") }
                required = flag
            case "default":
                guard case .string(let text) = value else { throw document.invalid(fieldPath, "must be a string") }
                guard !TemplatePart.isTemplate(text), !text.hasPrefix(Self.prefix) else {
                    throw document.invalid(fieldPath, "must be plain text: references don't expand here")
                }
                try document.refuseKey(text, fieldPath)
                standIn = text
            default: throw document.unknown(fieldPath)
            }
        }
        guard let kind else { throw document.invalid(key, "needs a secret or a value") }
        return entry(kind, key, required: required, default: standIn)
    }

    private func entry(_ kind: ProfileEntry.Kind, _ key: [String], required: Bool, default standIn: String?) -> ProfileEntry {
        ProfileEntry(
            name: key.last ?? "", kind: kind, required: required, default: standIn, line: document.line(of: key), file: document.file)
    }

    private static let prefix = "secret:"

    /// A reference, a template or a literal.
    private func kind(_ value: TOMLTree, _ key: [String]) throws(SettingsError) -> ProfileEntry.Kind {
        switch value {
        case .string(let text):
            try document.refuseKey(text, key)
            if text.hasPrefix(Self.prefix) { return try secret(.string(String(text.dropFirst(Self.prefix.count))), key) }
            guard TemplatePart.isTemplate(text) else { return .literal(text) }
            do throws(TemplatePart.Failure) {
                let parts = try TemplatePart.parse(text)
                if case .text(let text)? = parts.first, parts.count == 1 { return .literal(text) }
                return .template(parts)
            } catch {
                throw document.invalid(key, error.rawValue)
            }
        case .integer(let number): return .literal(try asWritten(String(number), key))
        case .boolean(let flag): return .literal(flag ? "true" : "false")
        default: throw document.invalid(key, "must be a string, a whole number, a boolean or a table with a secret or a value")
        }
    }

    private func secret(_ value: TOMLTree, _ key: [String]) throws(SettingsError) -> ProfileEntry.Kind {
        guard case .string(let name) = value else { throw document.invalid(key, "must be the name of a secret") }
        try document.refuseKey(name, key)
        guard SettingsNames.isSecret(name) else { throw document.invalid(key, "must be the name of a secret") }
        return .secret(name)
    }

    /// `0x1F`, `1_000` and `+5` would reach the program as other texts than those in the file.
    private func asWritten(_ text: String, _ key: [String]) throws(SettingsError) -> String {
        guard document.source(of: key) == text else { throw document.invalid(key, "must be a string to be given as it is written") }
        return text
    }
}
