/// What the regular expressions of the dotenv package for Node.js find in a text, without a regular expression.
///
/// Its pattern for a line lets blanks run over line ends, so `A` and `=b` may stand on two lines; what follows `=` always matches
/// somehow; and a quoted part counts only if nothing but a comment follows it, else quotes are ordinary characters.
///
/// Source: dotenv 16 and 17, lib/main.js, `LINE` and `parse()`.
struct DotenvJSParser {
    private let text: ScalarText
    private var position = 0

    init(_ text: ScalarText) {
        self.text = text
    }

    /// The next assignment, or nil at the end.
    mutating func next() -> EnvironmentEntry? {
        while position < text.count {
            let start = position
            position += 1
            guard start == 0 || isLineEnd(start - 1) else { continue }
            if let entry = assignment(at: start) { return entry }
        }
        return nil
    }

    /// The assignment that begins on this line or, after blank ones, below. Moves behind it.
    private mutating func assignment(at lineStart: Int) -> EnvironmentEntry? {
        let begin = text.end(of: \.isJavaScriptSpace, from: lineStart)
        // The lines between them begin no other assignment.
        position = max(position, begin)
        var key = begin..<begin
        var separator: Int?
        if text.has("export", at: begin) {
            let start = text.end(of: \.isJavaScriptSpace, from: begin + 6)
            if start > begin + 6 {
                key = start..<text.end(of: isKeyScalar, from: start)
                separator = key.isEmpty ? nil : end(ofSeparatorAt: key.upperBound)
            }
        }
        if separator == nil {
            key = begin..<text.end(of: isKeyScalar, from: begin)
            separator = key.isEmpty ? nil : end(ofSeparatorAt: key.upperBound)
        }
        guard let separator else { return nil }
        let (value, end) = rawValue(at: separator)
        position = end
        let lines = text.lines[begin]...text.lines[max(separator, value.upperBound) - 1]
        return EnvironmentEntry(text.string(key), unquoted(value), lines: lines)
    }

    /// Behind `=`, which blanks may precede, or behind `:` and one blank.
    private func end(ofSeparatorAt index: Int) -> Int? {
        let equals = text.end(of: \.isJavaScriptSpace, from: index)
        if text[equals] == "=" { return equals + 1 }
        guard text[index] == ":", let blank = text[index + 1], blank.isJavaScriptSpace else { return nil }
        return index + 2
    }

    /// The part that is the value, still with its quotes, and where the whole match ends.
    private func rawValue(at start: Int) -> (Range<Int>, end: Int) {
        let open = text.end(of: \.isJavaScriptSpace, from: start)
        if let quote = text[open], quote == "'" || quote == "\"" || quote == "`" {
            for close in closings(of: quote, after: open) {
                if let end = end(ofTailAt: close + 1) { return (open..<(close + 1), end) }
            }
        }
        let end = text.end(of: { $0 != "#" && $0 != "\n" }, from: start)
        let value = trimmed(text.scalars[start..<end], \.isJavaScriptSpace)
        // What blanks and a comment follow always ends, at the latest where the line does.
        return (value.startIndex..<value.endIndex, self.end(ofTailAt: end) ?? end)
    }

    /// The quotes that may close one: the first that no backslash precedes, else those before it, from the last.
    private func closings(of quote: Unicode.Scalar, after open: Int) -> [Int] {
        var hidden: [Int] = []
        var index = open + 1
        while let scalar = text[index] {
            if scalar == quote { return [index] + hidden.reversed() }
            if scalar == "\\", text[index + 1] == quote {
                hidden.append(index + 1)
                index += 1
            }
            index += 1
        }
        return hidden.reversed()
    }

    /// The end of blanks, of a comment and of the line, or nil if something else follows.
    private func end(ofTailAt index: Int) -> Int? {
        let blanks = text.end(of: \.isJavaScriptSpace, from: index)
        if text[blanks] == "#" { return text.end(of: { !Self.lineEnds.contains($0) }, from: blanks) }
        if blanks == text.count { return blanks }
        return (index..<blanks).last(where: isLineEnd)
    }

    /// The value without quotes, and with the escapes that `"` has.
    private func unquoted(_ range: Range<Int>) -> [UInt8] {
        let raw = [Unicode.Scalar](text.scalars[range])
        let ends = Self.lineEnds
        var value: [Unicode.Scalar] = []
        var index = 0
        while index < raw.count {
            let scalar = raw[index]
            let isFirst = index == 0 || ends.contains(raw[index - 1])
            if isFirst, "'\"`".unicodeScalars.contains(scalar),
                let close = (index + 1..<raw.count).last(where: {
                    raw[$0] == scalar && ($0 + 1 == raw.count || ends.contains(raw[$0 + 1]))
                })
            {
                value += raw[(index + 1)..<close]
                index = close + 1
            } else {
                value.append(scalar)
                index += 1
            }
        }
        return ScalarText.bytes(raw.first == "\"" ? unescaped(value) : value)
    }

    private func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in text {
            if result.last == "\\", scalar == "n" || scalar == "r" {
                result[result.count - 1] = scalar == "n" ? "\n" : "\r"
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    private func isKeyScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (isNameByte(UInt8(truncatingIfNeeded: scalar.value)) || scalar == "." || scalar == "-")
    }

    private func isLineEnd(_ index: Int) -> Bool { text[index].map(Self.lineEnds.contains) ?? false }

    /// What `^` and `$` look for; a carriage return is a line feed by then.
    private static let lineEnds: [Unicode.Scalar] = ["\n", "\u{2028}", "\u{2029}"]
}
