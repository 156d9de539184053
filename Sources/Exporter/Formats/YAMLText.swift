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
    /// U+0085, U+2028 and U+2029 end lines in YAML 1.1 alone. Aliases, which are refused anyway, can make a short text a document of any
    /// size, of which Yams then computes hashes: so many that it would take long are refused here.
    var firstDoubtfulLine: Int? {
        var aliasCount = 0
        for (index, line) in lines.enumerated() {
            if line.contains(where: { $0 == "\u{85}" || $0 == "\u{2028}" || $0 == "\u{2029}" }) { return index + 1 }
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

    /// The last line of a value, where the next key begins on line `next`, if there is one.
    func end(of node: Node, before next: Int?) -> Int {
        guard let mark = node.mark else { return 1 }
        switch node.scalar?.style {
        case .doubleQuoted: return quoteEnd(mark, "\"")
        case .singleQuoted: return quoteEnd(mark, "'")
        default: break
        }
        let isBlock = node.scalar?.style == .literal || node.scalar?.style == .folded
        var last = mark.line
        var index = mark.line
        while index < min(lines.count, (next ?? .max) - 1) {
            let content = lines[index].drop { $0 == " " || $0 == "\t" }
            // A block ends where the indentation does; anything else, if plain, with a comment.
            if !content.isEmpty, isBlock ? content.startIndex == 0 : content.first == "#" || isMarker(lines[index]) { break }
            if !content.isEmpty { last = index + 1 }
            index += 1
        }
        return last
    }

    private func isMarker(_ line: [Unicode.Scalar]) -> Bool {
        line.starts(with: "...".unicodeScalars) || line.starts(with: "---".unicodeScalars)
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
    /// What looks like a number or a time is left out widely.
    ///
    /// Source: https://yaml.org/type/, https://yaml.org/spec/1.2.2/#103-core-schema
    static func isPlainString(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, text != "=", text != "<<" else { return false }
        if ["~", "null", "y", "n", "yes", "no", "true", "false", "on", "off"].contains(text.lowercased()) { return false }
        guard "0123456789+-.".unicodeScalars.contains(first) else { return true }
        if [".inf", ".nan"].contains(where: { text.lowercased().hasSuffix($0) }) { return false }
        let numeric = "0123456789abcdefxozt_+-.,: \t"
        return !text.lowercased().unicodeScalars.allSatisfy { numeric.unicodeScalars.contains($0) }
    }
}
