internal import Yams

/// The lines of a YAML document, and what can be said of it without parsing.
struct YAMLText {
    /// Without their ends: LF, CR LF or CR.
    private let lines: [[Unicode.Scalar]]

    /// - Returns: nil for bytes that are not UTF-8 or that hold a NUL.
    init?(_ bytes: [UInt8]) {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines: [[Unicode.Scalar]] = [[]]
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && !isAfterReturn) {
                lines.append([])
            } else if scalar != "\n" {
                lines[lines.count - 1].append(scalar)
            }
            isAfterReturn = scalar == "\r"
        }
        self.lines = lines
    }

    /// The first line that must not reach the parser.
    ///
    /// U+0085, U+2028 and U+2029 end lines in YAML 1.1 alone; U+FEFF is for the beginning of the file. Aliases, which are refused anyway, can make a short text a document of any
    /// size, of which Yams then computes hashes: so many that it would take long are refused here.
    var firstDoubtfulLine: Int? {
        var aliasCount = 0
        for (index, line) in lines.enumerated() {
            let content = index == 0 && line.first == "\u{FEFF}" ? line.dropFirst() : line[...]
            if content.contains(where: { ["\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}"].contains($0) }) { return index + 1 }
            for (position, scalar) in line.enumerated() where scalar == "*" && isBegin(position, in: line) {
                aliasCount += 1
                if aliasCount > 40, hasAnchor { return index + 1 }
            }
        }
        return nil
    }

    private var hasAnchor: Bool {
        lines.contains { line in line.indices.contains { line[$0] == "&" && isBegin($0, in: line) } }
    }

    /// Whether an indicator there could begin an anchor or an alias.
    private func isBegin(_ position: Int, in line: [Unicode.Scalar]) -> Bool {
        guard position + 1 < line.count, !" \t".unicodeScalars.contains(line[position + 1]) else { return false }
        return position == 0 || " \t,[{:\"'".unicodeScalars.contains(line[position - 1])
    }

    /// The line of an error of Yams.
    func line(of error: any Error) -> Int {
        let line =
            switch error as? YamlError {
            case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
            case .duplicatedKeysInMapping(_, let context): context.mark.line
            case .reader(_, let offset, _, _): line(at: offset ?? 0)
            default: 1
            }
        return min(max(line, 1), lines.count)
    }

    /// The line of a byte; a line's end counts as one.
    private func line(at offset: Int) -> Int {
        var end = 0
        for (index, line) in lines.enumerated() {
            end += ScalarText.bytes(line).count + 1
            if offset < end { return index + 1 }
        }
        return lines.count
    }

    /// The last line of a node.
    func end(of node: Node) -> Int {
        guard let mark = node.mark else { return 1 }
        if let mapping = node.mapping { return mapping.reduce(mark.line) { max($0, end(of: $1.value)) } }
        if let sequence = node.sequence { return sequence.reduce(mark.line) { max($0, end(of: $1)) } }
        guard let scalar = node.scalar else { return mark.line }
        switch scalar.style {
        case .doubleQuoted: return quoteEnd(mark, "\"")
        case .singleQuoted: return quoteEnd(mark, "'")
        // What a block holds begins on the next line.
        case .literal, .folded: return end(of: scalar.string, line: mark.line + 1, column: 1) ?? mark.line
        default: return end(of: scalar.string, line: mark.line, column: mark.column) ?? mark.line
        }
    }

    /// The line of the last character, blanks aside, of a text without escapes that begins there; nil if it has none.
    private func end(of text: String, line: Int, column: Int) -> Int? {
        var rest = text.unicodeScalars.count { !Self.isBlank($0) }
        guard rest > 0 else { return nil }
        for index in lines.indices.dropFirst(line - 1) {
            rest -= lines[index].dropFirst(index == line - 1 ? column - 1 : 0).count { !Self.isBlank($0) }
            if rest <= 0 { return index + 1 }
        }
        return nil
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" }

    /// Whether a string in double quotes begins with an escaped U+FEFF, which Yams drops as if it were a byte order mark.
    func beginsWithByteOrderMark(_ scalar: Node.Scalar) -> Bool {
        guard scalar.style == .doubleQuoted, let mark = scalar.mark else { return false }
        var rest = lines.dropFirst(mark.line - 1).first.map { $0.dropFirst(mark.column - 1) } ?? []
        var line = mark.line
        rest = rest.drop { $0 != "\"" }.dropFirst()
        // A backslash at the end of a line joins it to the next.
        while rest.elementsEqual(["\\"]), line < lines.count {
            rest = lines[line].drop { $0 == " " || $0 == "\t" }
            line += 1
        }
        let start = String(String.UnicodeScalarView(rest.prefix(10)))
        return start.lowercased().hasPrefix("\\ufeff") && start.hasPrefix("\\u")
            || start.lowercased() == "\\u0000feff" && start.hasPrefix("\\U")
    }

    private func quoteEnd(_ mark: Mark, _ quote: Unicode.Scalar) -> Int {
        var column = mark.column - 1
        // Past the tag, if there is one.
        var index = mark.line - 1
        var isInside = false
        while index < lines.count {
            let line = lines[index]
            while column < line.count {
                let scalar = line[column]
                if !isInside {
                    isInside = scalar == quote
                } else if scalar == "\\", quote == "\"" {
                    column += 1
                } else if scalar == quote {
                    guard quote == "'", column + 1 < line.count, line[column + 1] == "'" else { return index + 1 }
                    column += 1
                }
                column += 1
            }
            column = 0
            index += 1
        }
        return mark.line
    }

    /// Whether a scalar without quotes and tag is a string in YAML 1.1 and 1.2: not a number, a boolean, a null, a time, or the like.
    ///
    /// What looks like a number or a time is left out widely, and what Ruby takes for a symbol.
    ///
    /// Source: https://yaml.org/type/, https://yaml.org/spec/1.2.2/#103-core-schema
    static func isPlainString(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first != ":", text != "=", text != "<<" else { return false }
        if ["~", "null", "y", "n", "yes", "no", "true", "false", "on", "off"].contains(text.lowercased()) { return false }
        guard "0123456789+-.".unicodeScalars.contains(first) else { return true }
        if [".inf", ".nan"].contains(where: { text.lowercased().hasSuffix($0) }) { return false }
        let numeric = "0123456789abcdefxozt_+-.,: \t"
        return !text.lowercased().unicodeScalars.allSatisfy { numeric.unicodeScalars.contains($0) }
    }
}
