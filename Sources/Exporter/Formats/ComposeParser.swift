/// The parser of Compose's environment files, statement by statement.
///
/// What follows a closing quote begins the next statement, so `A='1'B='2'` are two. `$` stands for variables in bare values and in `"`;
/// only `$$` is certain, and ends this parser's work otherwise.
///
/// Source: compose-go v2, `dotenv/parser.go`, and `template/template.go` for `$`.
struct ComposeParser {
    private(set) var entries: [EnvironmentEntry] = []
    /// The line on which the statement at hand begins.
    private(set) var line = 1

    private let text: ScalarText
    private var position = 0

    init(_ text: ScalarText) {
        self.text = text
    }

    /// Takes the whole text, or stops where Compose fails or the value is not certain.
    mutating func run() -> Bool {
        while true {
            position = text.end(of: \.isGoSpace, from: position)
            line = text.lines[position]
            if position == text.count { return true }
            if text[position] == "#" {
                position = text.end(of: { $0 != "\n" }, from: position)
            } else if !statement() {
                return false
            }
        }
    }

    private mutating func statement() -> Bool {
        if text.has("export", at: position), text[position + 6].map(isPatternSpace) ?? false {
            position = text.end(of: isSpace, from: position + 6)
        }
        let start = position
        let end = text.end(of: { isSpace($0) || isKeyScalar($0) }, from: start)
        // A name at the very end of the file, without a line feed, becomes the value of a nameless variable.
        guard let separator = text[end], separator == "=" || separator == ":" || separator == "\n" else { return false }
        let key = trimmed(text.scalars[start..<end]) { $0.isGoSpace }
        guard !text.scalars[start..<key.endIndex].contains(" ") else { return false }
        position = text.end(of: isSpace, from: end + 1)
        if separator == "\n" { return true }
        // Blanks before or in a name stay part of it.
        guard key.startIndex == start, !key.isEmpty, !key.contains(where: isSpace) else { return false }
        guard let value = value() else { return false }
        let last = max(position - 1, end)
        entries.append(
            EnvironmentEntry(
                String(decoding: ScalarText.bytes(key), as: UTF8.self), ScalarText.bytes(value), lines: line...text.lines[last]))
        return true
    }

    private mutating func value() -> [Unicode.Scalar]? {
        if let quote = text[position], quote == "'" || quote == "\"" {
            guard let content = quoted(quote) else { return nil }
            return quote == "'" ? content : expanded(unescaped(content))
        }
        let end = text.end(of: { $0 != "\n" }, from: position)
        var part = text.scalars[position..<end]
        position = min(end + 1, text.count)
        if let comment = part.indices.dropLast().first(where: { part[$0] == " " && part[$0 + 1] == "#" }) { part = part[..<comment] }
        while let last = part.last, last.isGoSpace { part.removeLast() }
        return expanded([Unicode.Scalar](part))
    }

    /// Up to the closing quote. A backslash hides the character after it, and stays unless that is the quote.
    private mutating func quoted(_ quote: Unicode.Scalar) -> [Unicode.Scalar]? {
        var content: [Unicode.Scalar] = []
        var index = position + 1
        while let scalar = text[index] {
            if scalar == quote {
                position = index + 1
                return content
            }
            if scalar == "\\" {
                guard let next = text[index + 1] else { return nil }
                content += next == quote ? [next] : [scalar, next]
                index += 1
            } else {
                content.append(scalar)
            }
            index += 1
        }
        return nil
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}", "\"": "\"", "\\": "\\",
    ]

    /// Replaces `\n` and the like, `\$` by `$$`, and `\0` with three octal digits.
    private func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            guard text[index] == "\\", index + 1 < text.count else {
                result.append(text[index])
                index += 1
                continue
            }
            let next = text[index + 1]
            let digits = text[(index + 2)...].prefix(3).prefix { "0"..."9" ~= $0 }
            if let scalar = Self.escapes[next] {
                result.append(scalar)
            } else if next == "$" {
                result += ["$", "$"]
            } else if next == "0", digits.count == 3, let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 8), value < 256,
                let scalar = Unicode.Scalar(value)
            {
                result.append(scalar)
                index += 3
            } else {
                result += [text[index], next]
            }
            index += 2
        }
        return result
    }

    /// With `$` for `$$`, or nil if there is any other `$`.
    private func expanded(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            result.append(text[index])
            if text[index] == "$" {
                guard index + 1 < text.count, text[index + 1] == "$" else { return nil }
                index += 1
            }
            index += 1
        }
        return result
    }

    /// Blanks that do not end a line.
    private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0: true
        default: false
        }
    }

    /// `\s` of Go's regular expressions.
    private func isPatternSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0C, 0x0D, 0x20: true
        default: false
        }
    }

    private func isKeyScalar(_ scalar: Unicode.Scalar) -> Bool {
        if "_.-[]".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            return true
        default: return false
        }
    }
}
