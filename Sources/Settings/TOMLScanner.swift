/// Reads the structure of a TOML document: which key stands on which line, and where its value begins and ends.
///
/// It checks structure only (brackets, quotes, line ends, depth); TOMLKit checks the rest, after this has passed. What it refuses never
/// reaches the parser: deep nesting, which recursive code answers with a crash, and NUL characters, which end a C string early.
///
/// Source: https://toml.io/en/v1.0.0
struct TOMLScanner {
    private let file: String
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private var header: [String] = []
    private var isRepeated = false
    private var repeated: Set<[String]> = []
    private var spans: [TOMLSpan] = []

    /// - Returns: the spans in the order of the document.
    /// - Throws: ``SettingsError/Code/invalid`` with line and column.
    static func spans(of bytes: [UInt8], file: String) throws(SettingsError) -> [TOMLSpan] {
        guard bytes.count <= TOMLLimits.byteCount else {
            throw SettingsError(.unsafeFile, file: file, "is larger than \(TOMLLimits.byteCount) bytes")
        }
        guard !bytes.contains(0) else { throw SettingsError(.invalid, file: file, "NUL is not allowed") }
        var scanner = TOMLScanner(file: file, bytes: bytes)
        try scanner.document()
        return scanner.spans
    }

    private init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }  // a byte order mark
    }

    // MARK: Lines

    private mutating func document() throws(SettingsError) {
        while true {
            skipSpaces()
            guard let byte = current else { return }
            switch byte {
            case .lineFeed, .carriageReturn, .hash: try endOfLine()
            case .openBracket: try tableHeader()
            default: try statement()
            }
        }
    }

    private mutating func tableHeader() throws(SettingsError) {
        let (start, firstLine) = (lineStart, line)
        try expect(.openBracket)
        let isArray = skip(.openBracket)
        let path = try keyPath(below: [])
        try expect(.closeBracket)
        if isArray { try expect(.closeBracket) }
        try endOfLine()
        if isArray { repeated.insert(path) }
        header = path
        isRepeated = path.indices.contains { repeated.contains(Array(path[...$0])) }
        spans.append(
            TOMLSpan(
                path: path, kind: isArray ? .arrayOfTables : .table, line: firstLine, value: start..<start, lines: start..<lineStart,
                isInline: false, headerDepth: path.count, isRepeated: isRepeated))
    }

    private mutating func statement() throws(SettingsError) {
        let first = spans.count
        let start = lineStart
        try keyAndValue(below: header, depth: 0)
        try endOfLine()
        for position in first..<spans.count { spans[position].lines = start..<lineStart }
    }

    /// Spaces, a comment, and the end of the line or of the document.
    private mutating func endOfLine() throws(SettingsError) {
        skipSpaces()
        skipComment()
        guard current != nil else {
            lineStart = index
            return
        }
        try newline()
    }

    private mutating func newline() throws(SettingsError) {
        _ = skip(.carriageReturn)
        try expect(.lineFeed)
        try countLine()
    }

    private mutating func countLine() throws(SettingsError) {
        line += 1
        lineStart = index
        guard line <= TOMLLimits.lineCount else { throw error("more than \(TOMLLimits.lineCount) lines") }
    }

    // MARK: Keys and values

    private mutating func keyAndValue(below table: [String], depth: Int) throws(SettingsError) {
        let firstLine = line
        let path = try keyPath(below: table)
        try expect(.equals)
        skipSpaces()
        let position = spans.count
        let start = index
        let kind = try value(path, depth: depth)
        spans.insert(
            TOMLSpan(
                path: path, kind: kind, line: firstLine, value: start..<index, lines: start..<index, isInline: depth > 0,
                headerDepth: header.count, isRepeated: isRepeated),
            at: position)
    }

    private mutating func keyPath(below table: [String]) throws(SettingsError) -> [String] {
        var path = table
        repeat {
            skipSpaces()
            path.append(try key())
            guard path.count <= TOMLLimits.depth else { throw error("nested too deeply") }
            skipSpaces()
        } while skip(.dot)
        return path
    }

    private mutating func key() throws(SettingsError) -> String {
        let start = index
        if current == .quote || current == .apostrophe {
            guard try !string() else { throw error() }
            guard let key = TOMLText.unquote(bytes[start..<index]) else { throw error() }
            return key
        }
        while let byte = current, SettingsNames.isLetter(byte) || SettingsNames.isDigit(byte) || byte == .dash || byte == .underscore {
            index += 1
        }
        guard index > start else { throw error() }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// - Parameter path: where keys of an inline table belong; nil inside an array, whose tables have no path.
    private mutating func value(_ path: [String]?, depth: Int) throws(SettingsError) -> TOMLSpan.Kind {
        guard depth < TOMLLimits.depth else { throw error("nested too deeply") }
        switch current {
        case .quote, .apostrophe:
            _ = try string()
            return .string
        case .openBracket:
            try array(depth: depth)
            return .array
        case .openBrace:
            try inlineTable(path, depth: depth)
            return .inlineTable
        default:
            try scalar()
            return .scalar
        }
    }

    private mutating func array(depth: Int) throws(SettingsError) {
        try expect(.openBracket)
        while true {
            try skipSpacesAndLines()
            if skip(.closeBracket) { return }
            _ = try value(nil, depth: depth + 1)
            try skipSpacesAndLines()
            if skip(.comma) { continue }
            return try expect(.closeBracket)
        }
    }

    private mutating func inlineTable(_ path: [String]?, depth: Int) throws(SettingsError) {
        try expect(.openBrace)
        skipSpaces()
        if skip(.closeBrace) { return }
        repeat {
            if let path {
                try keyAndValue(below: path, depth: depth + 1)
            } else {
                _ = try keyPath(below: [])
                try expect(.equals)
                skipSpaces()
                _ = try value(nil, depth: depth + 1)
            }
            skipSpaces()
        } while skip(.comma)
        try expect(.closeBrace)
    }

    /// A number, a boolean or a time: up to what cannot be part of one, without the spaces before it.
    private mutating func scalar() throws(SettingsError) {
        let start = index
        let ends: [UInt8] = [.comma, .closeBracket, .closeBrace, .hash, .lineFeed, .carriageReturn, .equals, .quote, .apostrophe]
        while let byte = current, !ends.contains(byte) { index += 1 }
        while index > start, bytes[index - 1] == .space || bytes[index - 1] == .tab { index -= 1 }
        guard TOMLScalar.isValid(bytes[start..<index]) else {
            index = start
            throw error()
        }
    }

    /// A string in quotes or apostrophes, one or three.
    ///
    /// - Returns: whether it was in three.
    private mutating func string() throws(SettingsError) -> Bool {
        guard let mark = current else { throw error() }
        let isLong = bytes[index...].starts(with: [mark, mark, mark])
        index += isLong ? 3 : 1
        while let byte = current {
            switch byte {
            case mark where !isLong:
                index += 1
                return false
            case mark where bytes[index...].starts(with: [mark, mark, mark]):
                index += 3
                // Up to two marks more belong to the text.
                if skip(mark) { _ = skip(mark) }
                return true
            case .backslash where mark == .quote:
                try escape(isLong: isLong)
            case .lineFeed, .carriageReturn:
                guard isLong else { throw error() }
                try newline()
            default: index += 1
            }
        }
        throw error()
    }

    /// Only what decides where the string ends, and `\u0000`.
    private mutating func escape(isLong: Bool) throws(SettingsError) {
        if bytes[index...].starts(with: Array(#"\u0000"#.utf8)) || bytes[index...].starts(with: Array(#"\U00000000"#.utf8)) {
            throw error("NUL is not allowed")
        }
        index += 1
        guard let next = current else { throw error() }
        if next != .lineFeed, next != .carriageReturn { index += 1 }
    }

    // MARK: Bytes

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(SettingsError) {
        guard skip(byte) else { throw error() }
    }

    private mutating func skipSpaces() {
        while current == .space || current == .tab { index += 1 }
    }

    private mutating func skipComment() {
        guard current == .hash else { return }
        while let byte = current, byte != .lineFeed, byte != .carriageReturn { index += 1 }
    }

    private mutating func skipSpacesAndLines() throws(SettingsError) {
        while true {
            skipSpaces()
            skipComment()
            guard current == .lineFeed || current == .carriageReturn else { return }
            try newline()
        }
    }

    private func error(_ reason: String = "not valid TOML") -> SettingsError {
        SettingsError(.invalid, file: file, line: line, column: index - lineStart + 1, reason)
    }
}
