/// Where one table header or one `key = value` stands in a TOML document.
struct TOMLSpan: Equatable, Sendable {
    /// What stands there.
    enum Kind: Sendable {
        /// `[path]`
        case table
        /// `[[path]]`
        case arrayOfTables
        /// A string, in any of the four notations.
        case string
        /// A number, a boolean or a time.
        case scalar
        /// `[ … ]`
        case array
        /// `{ … }`
        case inlineTable
    }

    /// The table's path and the key, decoded.
    let path: [String]
    let kind: Kind
    /// From 1.
    let line: Int
    /// The bytes of the value. Empty for a header.
    let value: Range<Int>
    /// The bytes of all its lines, the line end included.
    var lines: Range<Int>
    /// Whether it is a key inside an inline table, and so shares its lines with others.
    let isInline: Bool
    /// How many parts of the path come from the header above.
    let headerDepth: Int
    /// Whether it stands below a `[[path]]`, where one path occurs many times.
    let isRepeated: Bool

    var isHeader: Bool { kind == .table || kind == .arrayOfTables }
}

/// What is read at most. Far more than settings need, far less than would exhaust the stack of a recursive parser.
enum TOMLLimits {
    /// 1 MiB.
    static let byteCount = 1 << 20
    static let lineCount = 50_000
    /// Of arrays and inline tables in each other, and of the parts of a path.
    static let depth = 64
}
