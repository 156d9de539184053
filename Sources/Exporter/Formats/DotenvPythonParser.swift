/// The parser of python-dotenv, step by step.
///
/// After an error it goes on behind the end of the line on which it stands, which need not be the line on which the assignment began.
///
/// Source: python-dotenv 0.21 to 1.2.4, `parser.py`, and `parse_variables()` in `variables.py`.
struct DotenvPythonParser {
    private(set) var entries: [EnvironmentEntry] = []

    private let text: ScalarText
    private var position = 0

    init(_ text: ScalarText) {
        self.text = text
    }

    /// The line on which the parser stands.
    var line: Int { text.lines[position] }

    /// Takes the whole text, or stops where the value depends on the environment or on the version.
    mutating func run() -> Bool {
        if text[0] == "\u{FEFF}" { return false }
        while position < text.count {
            position = text.end(of: \.isPythonSpace, from: position)
            let start = line
            let begin = position
            switch binding() {
            case .nothing: break
            case .removal(let name): entries.removeAll { $0.name == name }
            case .assignment(let name, let value, let end):
                let bytes = ScalarText.bytes(value)
                if hasReference(value) {
                    position = begin
                    return false
                }
                entries.append(EnvironmentEntry(name, bytes, lines: start...text.lines[end]))
            case .error:
                position = text.end(of: { $0 != "\n" }, from: position)
                if position < text.count { position += 1 }
            case .unclear: return false
            }
        }
        return true
    }

    private enum Binding {
        case nothing, error, unclear
        case removal(String)
        case assignment(String, [Unicode.Scalar], end: Int)
    }

    private mutating func binding() -> Binding {
        guard position < text.count else { return .nothing }
        if text.has("export", at: position) {
            let key = text.end(of: isBlank, from: position + 6)
            if key > position + 6 { position = key }
        }
        var name: String?
        if text[position] != "#" {
            guard let key = key() else { return .error }
            name = key
        }
        position = text.end(of: isBlank, from: position)
        guard let name, text[position] == "=" else {
            return endLine() ? name.map(Binding.removal) ?? .nothing : .error
        }
        let value = text.end(of: isBlank, from: position + 1)
        if text[value] == "#", value > position + 1 { return .unclear }
        position = value
        if isUnclear { return .unclear }
        guard let result = self.value() else { return .error }
        let end = max(position - 1, 0)
        return endLine() ? .assignment(name, result, end: end) : .error
    }

    /// A name up to `=`, `#` or a blank, or one in single quotes.
    private mutating func key() -> String? {
        if text[position] == "'" {
            let end = text.end(of: { $0 != "'" }, from: position + 1)
            guard text[end] == "'", end > position + 1 else { return nil }
            defer { position = end + 1 }
            return text.string((position + 1)..<end)
        }
        let end = text.end(of: { $0 != "=" && $0 != "#" && !$0.isPythonSpace }, from: position)
        guard end > position else { return nil }
        defer { position = end }
        return text.string(position..<end)
    }

    private mutating func value() -> [Unicode.Scalar]? {
        guard let first = text[position], first != "\n" else { return [] }
        if first == "'" || first == "\"" { return quoted(first) }
        let end = text.end(of: { $0 != "\n" }, from: position)
        defer { position = end }
        return [Unicode.Scalar](withoutComment(text.scalars[position..<end]))
    }

    /// What stands before the first blank that a `#` follows, without blanks at the end.
    private func withoutComment(_ part: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        let comment = part.indices.dropFirst().first { part[$0] == "#" && part[$0 - 1].isPythonSpace }
        var value = part[..<(comment ?? part.endIndex)]
        while let last = value.last, last.isPythonSpace { value.removeLast() }
        return value
    }

    private mutating func quoted(_ quote: Unicode.Scalar) -> [Unicode.Scalar]? {
        guard let end = oldClosing(of: quote) else { return nil }
        defer { position = end + 1 }
        return unescaped(text.scalars[(position + 1)..<end], quote)
    }

    /// Whether versions before and since 1.2.4 differ about where the quotes close that begin here.
    private var isUnclear: Bool {
        guard let quote = text[position], quote == "'" || quote == "\"" else { return false }
        return oldClosing(of: quote) != newClosing(of: quote)
    }

    /// The first quote that no backslash precedes, else the last one there is.
    private func oldClosing(of quote: Unicode.Scalar) -> Int? {
        var hidden: Int?
        var index = position + 1
        while let scalar = text[index] {
            if scalar == quote { return index }
            if scalar == "\\", text[index + 1] == quote {
                hidden = index + 1
                index += 1
            }
            index += 1
        }
        return hidden
    }

    /// The first quote that no backslash hides, where two backslashes hide nothing.
    private func newClosing(of quote: Unicode.Scalar) -> Int? {
        var index = position + 1
        while let scalar = text[index] {
            if scalar == quote { return index }
            index += scalar == "\\" ? 2 : 1
        }
        return nil
    }

    private func unescaped(_ text: ArraySlice<Unicode.Scalar>, _ quote: Unicode.Scalar) -> [Unicode.Scalar] {
        let single: [Unicode.Scalar: Unicode.Scalar] = ["\\": "\\", "'": "'"]
        let double: [Unicode.Scalar: Unicode.Scalar] = [
            "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
        ]
        let escapes = quote == "'" ? single : double
        var result: [Unicode.Scalar] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "\\", index + 1 < text.endIndex, let scalar = escapes[text[index + 1]] {
                result.append(scalar)
                index += 1
            } else {
                result.append(text[index])
            }
            index += 1
        }
        return result
    }

    /// Takes blanks, a comment and the end of the line.
    private mutating func endLine() -> Bool {
        let comment = text.end(of: isBlank, from: position)
        if text[comment] == "#" { position = text.end(of: { $0 != "\n" }, from: comment) }
        let end = text.end(of: isBlank, from: position)
        guard end == text.count || text[end] == "\n" else { return false }
        position = min(end + 1, text.count)
        return true
    }

    /// `${name}` or `${name:-default}`.
    private func hasReference(_ value: [Unicode.Scalar]) -> Bool {
        for start in value.indices where value[start] == "$" && start + 1 < value.count && value[start + 1] == "{" {
            let rest = value[(start + 2)...]
            guard let stop = rest.firstIndex(where: { $0 == "}" || $0 == ":" }) else { continue }
            if value[stop] == "}" { return true }
            if stop + 1 < value.count, value[stop + 1] == "-", value[stop...].contains("}") { return true }
        }
        return false
    }

    private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.isPythonSpace && scalar != "\n" }
}
