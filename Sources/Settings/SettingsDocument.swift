/// A settings file that is valid TOML: its values, and the line of each.
struct SettingsDocument {
    /// The path, for errors.
    let file: String
    let bytes: [UInt8]
    let spans: [TOMLSpan]
    let tree: TOMLTree
    /// The first span under each path, or below it.
    private let first: [[String]: Int]

    /// - Throws: ``SettingsError/Code/invalid`` if it is not TOML, or nested too deeply.
    init(_ bytes: [UInt8], file: String) throws(SettingsError) {
        self.file = file
        self.bytes = bytes
        spans = try TOMLScanner.spans(of: bytes, file: file)
        tree = try TOMLTree.parse(bytes, file: file)
        var first: [[String]: Int] = [:]
        for (position, span) in spans.enumerated() {
            var path = span.path
            while !path.isEmpty, first[path] == nil {
                first[path] = position
                path.removeLast()
            }
        }
        self.first = first
        // Both must have read the same document: otherwise lines, and edits, would be about something else.
        guard Self.paths(in: tree, below: []).allSatisfy({ first[$0] != nil }) else {
            throw SettingsError(.invalid, file: file, "not valid TOML")
        }
    }

    /// The line of a path: of the key itself, else of the first below it, else of the nearest above it.
    func line(of path: [String]) -> Int {
        var path = path
        while !path.isEmpty {
            if let position = first[path] { return spans[position].line }
            path.removeLast()
        }
        return 1
    }

    /// The text of a value as it is written.
    func source(of path: [String]) -> String? {
        first[path].map { String(decoding: bytes[spans[$0].value], as: UTF8.self) }
    }

    /// The keys of a table in the order in which they are written.
    func keys(of path: [String]) -> [(key: String, value: TOMLTree)] {
        guard case .table(let table) = tree[path] else { return [] }
        return table.map { (key: $0.key, value: $0.value) }
            .sorted { first[path + [$0.key], default: 0] < first[path + [$1.key], default: 0] }
    }

    /// The error about the value of a key, naming the key if it is plainly a name.
    func invalid(_ path: [String], _ reason: String) -> SettingsError {
        let key = path.last.flatMap(SettingsNames.shown).map { "\"\($0)\"" } ?? "a key"
        let table = SettingsNames.shownTable(path.dropLast()).map { " in \($0)" } ?? ""
        return SettingsError(.invalid, file: file, line: line(of: path), "\(key)\(table) \(reason)")
    }

    /// The error about a key that settings don't have.
    func unknown(_ path: [String]) -> SettingsError {
        let isTable = if case .table = tree[path] { path.count == 1 } else { false }
        if isTable {
            return SettingsError(
                .invalid, file: file, line: line(of: path), "unknown table\(SettingsNames.shownTable(path).map { " \($0)" } ?? "")")
        }
        let key = path.last.flatMap(SettingsNames.shown).map { " \"\($0)\"" } ?? ""
        let table = SettingsNames.shownTable(path.dropLast()).map { " in \($0)" } ?? ""
        return SettingsError(.invalid, file: file, line: line(of: path), "unknown key\(key)\(table)")
    }

    private static func paths(in tree: TOMLTree, below path: [String]) -> [[String]] {
        guard case .table(let table) = tree else { return [] }
        return table.flatMap { [path + [$0.key]] + paths(in: $0.value, below: path + [$0.key]) }
    }
}
