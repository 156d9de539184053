/// Reads the simplest of fish scripts: `set` commands that export one word.
struct FishParser {
    private(set) var entries: [EnvironmentEntry] = []
    /// The line on which the command at hand begins.
    private(set) var line = 1

    private let bytes: [UInt8]
    private var position = 0
    private var currentLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes the whole script, or stops at a command that is more than that.
    mutating func run() -> Bool {
        while position < bytes.count {
            line = currentLine
            skipBlanks()
            if next == UInt8(ascii: "#") { skipComment() }
            if next != nil, next != UInt8(ascii: "\n"), !command() { return false }
            if next == UInt8(ascii: "\n") { advance() }
        }
        return true
    }

    private mutating func command() -> Bool {
        var words: [[UInt8]] = []
        while let byte = next, byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "#") {
                skipComment()
                break
            }
            guard let word = word() else { return false }
            words.append(word)
            skipBlanks()
        }
        let options = words.dropFirst().prefix { $0.first == UInt8(ascii: "-") }.map { String(decoding: $0, as: UTF8.self) }
        let known: Set<String> = ["-gx", "-xg", "-g", "-x", "--global", "--export"]
        let rest = words.dropFirst(1 + options.count)
        guard words.first == [UInt8]("set".utf8), Set(options).isSubset(of: known),
            options.contains(where: { $0.contains("x") }), let name = rest.first, isVariableName(name), rest.count == 2,
            let value = rest.last
        else { return false }
        let text = String(decoding: name, as: UTF8.self)
        guard !FishExports.names.contains(text) else { return false }
        entries.append(EnvironmentEntry(text, value, lines: line...currentLine))
        return true
    }

    /// One word of bare, single-quoted and double-quoted parts.
    private mutating func word() -> [UInt8]? {
        var word: [UInt8] = []
        let start = position
        while let byte = next, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
            advance()
            switch byte {
            case UInt8(ascii: "'"):
                guard quoted(byte, escapable: "'\\", into: &word) else { return nil }
            case UInt8(ascii: "\""):
                guard quoted(byte, escapable: "\"\\$", into: &word) else { return nil }
            case UInt8(ascii: "\\"):
                guard let escaped = next, " \t'\"\\$*?#(){}[]<>&|;~%".utf8.contains(escaped) else { return nil }
                word.append(escaped)
                advance()
            case UInt8(ascii: "%") where position == start + 1: return nil
            // Behind an escaped blank it begins a comment.
            case UInt8(ascii: "#") where bytes[position - 2] == UInt8(ascii: " ") || bytes[position - 2] == UInt8(ascii: "\t"): return nil
            default:
                guard isNameByte(byte) || "./:@%+,=-#".utf8.contains(byte) else { return nil }
                word.append(byte)
            }
        }
        return word
    }

    /// The part up to the closing quote, which is taken too.
    private mutating func quoted(_ quote: UInt8, escapable: String, into word: inout [UInt8]) -> Bool {
        while let byte = next {
            advance()
            if byte == quote { return true }
            if byte == UInt8(ascii: "$"), quote == UInt8(ascii: "\"") { return false }
            guard byte == UInt8(ascii: "\\"), let escaped = next else {
                word.append(byte)
                continue
            }
            if escapable.utf8.contains(escaped) {
                word.append(escaped)
                advance()
            } else if escaped == UInt8(ascii: "\n"), quote == UInt8(ascii: "\"") {
                advance()
            } else {
                word.append(byte)
            }
        }
        return false
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { currentLine += 1 }
        position += 1
    }

    private mutating func skipBlanks() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { advance() }
    }

    private mutating func skipComment() {
        while let byte = next, byte != UInt8(ascii: "\n") { advance() }
    }
}
