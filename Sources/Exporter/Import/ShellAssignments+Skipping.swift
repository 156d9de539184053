/// Commands that are not read: where they end, and what they may change.
extension ShellAssignments {
    /// Commands after which nothing is certain, and the words of compound commands.
    private static let decisive: Set<String> = [
        "exit", "return", "exec", "eval", ".", "source", "unset", "set", "read", "alias", "trap", "shift", "break", "continue", "readonly",
        "local", "function", "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "{", "}",
        "!", "[[", "((", "time", "coproc", "repeat", "foreach", "end", "nocorrect", "shopt", "setopt", "emulate", "enable", "mapfile",
        "readarray", "printf", "getopts", "let", "command", "builtin",
    ]

    /// Takes back what a command that was not read could change: it names the variable.
    mutating func dropChanged() {
        guard !troubled.isEmpty else { return }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var last: [String: Int] = [:]
        for place in troubled + (lostFrom.map { [$0...lines.count] } ?? []) {
            for line in place where line <= lines.count {
                for word in lines[line - 1].split(whereSeparator: { !isNameByte($0) }) {
                    last[String(decoding: word, as: UTF8.self)] = line
                }
            }
        }
        entries.removeAll { entry in
            guard let line = last[entry.name], line > entry.lines.upperBound else { return false }
            troubles[entry.lines.lowerBound] = "line \(line) may change it"
            troubled.append(entry.lines)
            return true
        }
        troubled.sort { $0.lowerBound < $1.lowerBound }
    }

    /// Skips a command that is not read, to the line after it.
    ///
    /// - Returns: whether the line after it is certain to be read as if this one were not there.
    mutating func skipCommand(_ trouble: Trouble) -> Bool {
        skipBlanks()
        var isCertain = true
        var command: ArraySlice<UInt8>?
        var wordStart: Int?
        func endWord(_ end: Int) {
            guard let start = wordStart else { return }
            wordStart = nil
            if command == nil, !isAssignment(bytes[start..<end]) { command = bytes[start..<end] }
        }
        loop: while let byte = current {
            let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
            if byte == UInt8(ascii: "#"), wordStart == nil {
                while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
                continue
            }
            if isBlank || byte == UInt8(ascii: "\n") { endWord(position) } else if wordStart == nil { wordStart = position }
            switch byte {
            case UInt8(ascii: "\n"):
                position += 1
                line += 1
                break loop
            case UInt8(ascii: "'"), UInt8(ascii: "\""): isCertain = skipQuoted(byte) && isCertain
            case UInt8(ascii: "\\"):
                position += 1
                if current == UInt8(ascii: "\n") { line += 1 }
                if current != nil { position += 1 }
            case UInt8(ascii: "`"), UInt8(ascii: "("), UInt8(ascii: "{"):
                if !skipNested() {
                    isCertain = false
                    position += 1
                }
            // Whatever may join this line to the next, or hold another command.
            case UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: "}"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"):
                isCertain = false
                position += 1
            default: position += 1
            }
        }
        endWord(position)
        return isCertain && command.map { isHarmless($0, trouble) } ?? true
    }

    private func isAssignment(_ word: ArraySlice<UInt8>) -> Bool {
        word.firstIndex(of: UInt8(ascii: "=")).map { isVariableName(word[..<$0]) } ?? false
    }

    /// Whether a command, by its first word, surely changes no variable and does not end the script.
    private func isHarmless(_ word: ArraySlice<UInt8>, _ trouble: Trouble) -> Bool {
        let name = String(decoding: word, as: UTF8.self)
        if ["export", "declare", "typeset"].contains(name) { return trouble != .command }
        return !Self.decisive.contains(name) && !word.contains { "'\"\\$`+[".utf8.contains($0) } && !name.hasPrefix("=")
    }

    private mutating func skipQuoted(_ quote: UInt8) -> Bool {
        position += 1
        var isPlain = true
        while let byte = current {
            position += 1
            switch byte {
            case quote: return isPlain
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                if current == UInt8(ascii: "\n") { line += 1 }
                if current != nil { position += 1 }
            // Quotes within, which this does not follow.
            case UInt8(ascii: "`") where quote == UInt8(ascii: "\""):
                isPlain = false
            case UInt8(ascii: "(") where quote == UInt8(ascii: "\"") && bytes[..<(position - 1)].last == UInt8(ascii: "$"):
                position -= 1
                if !skipNested() {
                    position += 1
                    isPlain = false
                }
            default: break
            }
        }
        return false
    }

    /// Skips `(…)`, `{…}` or `` `…` `` if they end on this line and hold no quotes and nothing nested.
    private mutating func skipNested() -> Bool {
        guard let open = current else { return false }
        let close = open == UInt8(ascii: "(") ? UInt8(ascii: ")") : open == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "`")
        var index = position + 1
        while index < bytes.count, bytes[index] != close {
            guard !"\n'\"\\`(){}#".utf8.contains(bytes[index]) else { return false }
            index += 1
        }
        guard index < bytes.count else { return false }
        // `f() …` defines a function.
        if open == UInt8(ascii: "("), position == 0 || bytes[position - 1] != UInt8(ascii: "$") { return false }
        if open == UInt8(ascii: "{"), position == 0 || bytes[position - 1] != UInt8(ascii: "$") { return false }
        position = index + 1
        return true
    }
}
