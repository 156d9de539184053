internal import TOMLKit

/// The values of a TOML document, as TOMLKit decodes them.
indirect enum TOMLTree: Equatable {
    case table([String: TOMLTree])
    case array([TOMLTree])
    case string(String)
    case integer(Int)
    case boolean(Bool)
    /// The bits of a number, so that `nan` equals itself.
    case number(UInt64)
    /// A date, a time or both, as a list of its fields.
    case time([Int])

    /// The value under a path of tables.
    subscript(path: some Collection<String>) -> TOMLTree? {
        guard let key = path.first else { return self }
        guard case .table(let table) = self else { return nil }
        return table[key]?[path.dropFirst()]
    }

    /// The same tree with another value, or none, under a path. Tables on the way that do not exist are made.
    func setting(_ path: some Collection<String>, to value: TOMLTree?) -> TOMLTree? {
        guard let key = path.first else { return value }
        var table: [String: TOMLTree] = [:]
        if case .table(let existing) = self { table = existing }
        table[key] = (table[key] ?? .table([:])).setting(path.dropFirst(), to: value)
        return .table(table)
    }

    /// The same tree without empty tables: `a.b = 1` makes a table `a` that goes with its last key.
    var pruned: TOMLTree {
        guard case .table(let table) = self else { return self }
        return .table(table.mapValues(\.pruned).filter { $0.value != .table([:]) })
    }
}

extension TOMLTree {
    /// Parses a document that ``TOMLScanner`` has passed.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` with line and column, without the parser's words: they can hold input.
    static func parse(_ bytes: [UInt8], file: String) throws(SettingsError) -> TOMLTree {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError(.invalid, file: file, "not valid TOML: it is not UTF-8")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw SettingsError(.invalid, file: file, line: error.source.begin.line, column: error.source.begin.column, "not valid TOML")
        } catch {
            throw SettingsError(.invalid, file: file, "not valid TOML")
        }
        return tree(table)
    }

    private static func tree(_ table: TOMLTable) -> TOMLTree {
        var result: [String: TOMLTree] = [:]
        for key in table.keys { result[key] = table[key].map(tree) }
        return .table(result)
    }

    private static func tree(_ value: any TOMLValueConvertible) -> TOMLTree {
        if let table = value.table { return tree(table) }
        if let array = value.array { return .array((0..<array.count).map { tree(array[$0]) }) }
        if let string = value.string { return .string(string) }
        if let integer = value.int { return .integer(integer) }
        if let boolean = value.bool { return .boolean(boolean) }
        if let number = value.double { return .number(number.bitPattern) }
        if let date = value.date { return .time([0] + fields(date)) }
        if let time = value.time { return .time([1] + fields(time)) }
        if let both = value.dateTime { return .time([2] + fields(both.date) + fields(both.time) + (both.offset.map { [$0.offset] } ?? [])) }
        return .time([])
    }

    private static func fields(_ date: TOMLDate) -> [Int] { [date.year, date.month, date.day] }

    private static func fields(_ time: TOMLTime) -> [Int] { [time.hour, time.minute, time.second, time.nanoSecond] }
}
