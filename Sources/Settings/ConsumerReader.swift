/// Reads one `[consumer.NAME]`.
struct ConsumerReader {
    private let document: SettingsDocument
    private let path: [String]

    private var format: String?
    private var file: String?
    private var unit: String?
    private var scope = ConsumerSettings.Scope.user
    private var owner: String?
    private var profile: String
    private var only: [String] = []
    private var except: [String] = []
    private var names: [String: String] = [:]
    private var onChange: ConsumerSettings.OnChange?

    init(_ document: SettingsDocument, name: String) {
        self.document = document
        path = ["consumer", name]
        profile = "default"
    }

    /// - Throws: ``SettingsError/Code/invalid`` with line and key.
    mutating func read() throws(SettingsError) -> ConsumerSettings {
        try document.checkTable(path)
        for (key, value) in document.keys(of: path) { try take(key, value) }
        guard let format else { throw document.invalid(path, "needs a format") }
        guard file != nil || unit != nil else { throw document.invalid(path, "needs a path or a unit") }
        if case .restart? = onChange, unit == nil { throw document.invalid(path + ["on_change"], "needs a unit") }
        if case .reload? = onChange, unit == nil { throw document.invalid(path + ["on_change"], "needs a unit") }
        return ConsumerSettings(
            name: path.last ?? "", format: format, path: file, unit: unit, scope: scope, owner: owner, profile: profile, only: only,
            except: except, names: names, onChange: onChange ?? (unit == nil ? .nothing : .restart), line: document.line(of: path),
            file: document.file)
    }

    private mutating func take(_ key: String, _ value: TOMLTree) throws(SettingsError) {
        let place = path + [key]
        switch key {
        case "format": format = try document.plainText(value, place)
        case "path":
            let text = try document.plainText(value, place)
            guard text.hasPrefix("/") || text.hasPrefix("~/"), !text.hasSuffix("/") else {
                throw document.invalid(place, "must be the path of a file, absolute or beginning with ~/")
            }
            file = text
        case "unit": unit = try document.plainText(value, place)
        case "scope":
            guard let known = ConsumerSettings.Scope(rawValue: try document.plainText(value, place)) else {
                throw document.invalid(place, "must be \"user\" or \"system\"")
            }
            scope = known
        case "owner":
            let text = try document.plainText(value, place)
            guard SettingsNames.isTable(text) || text.hasPrefix("_") else { throw document.invalid(place, "must be the name of a user") }
            owner = text
        case "profile":
            let text = try document.plainText(value, place)
            guard SettingsNames.isSecret(text) else { throw document.invalid(place, "must be the name of a profile") }
            profile = text
        case "only": only = try list(value, place)
        case "except": except = try list(value, place)
        case "names": try takeNames(value, place)
        case "on_change": onChange = try change(value, place)
        default: throw document.unknown(place)
        }
    }

    private mutating func takeNames(_ value: TOMLTree, _ place: [String]) throws(SettingsError) {
        guard case .table = value else { throw document.invalid(place, "must be a table of names") }
        for (key, value) in document.keys(of: place) {
            let source = try document.plainText(value, place + [key])
            guard SettingsNames.isVariable(key), SettingsNames.isVariable(source) else {
                throw document.invalid(place + [key], "must give the name of a variable for the name of a variable")
            }
            names[key] = source
        }
    }

    private func change(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> ConsumerSettings.OnChange {
        switch value {
        case .string("none"): return .nothing
        case .string("restart"): return .restart
        case .string("reload"): return .reload
        case .table(let table) where Array(table.keys) == ["exec"]:
            let words = try document.words(table["exec"] ?? .array([]), place + ["exec"])
            guard let program = words.first, program.hasPrefix("/") else {
                throw document.invalid(place + ["exec"], "must begin with the absolute path of a program")
            }
            return .run(words)
        default: throw document.invalid(place, "must be \"restart\", \"reload\", \"none\" or { exec = [\"/program\", …] }")
        }
    }

    private func list(_ value: TOMLTree, _ place: [String]) throws(SettingsError) -> [String] {
        guard case .array(let elements) = value else { throw document.invalid(place, "must be a list of strings") }
        var texts: [String] = []
        for element in elements { texts.append(try document.plainText(element, place)) }
        return texts
    }
}
