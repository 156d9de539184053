/// What a shell would assign from a file that it sources, read without running it.
///
/// It takes assignments whose words need no expansion, with and without `export`, and knows of every other line only where it ends.
/// Where not even that is certain (a here-document, a compound command, `exit`), it takes nothing from there on.
///
/// Source: POSIX.1-2017, XCU 2.2, 2.3, 2.10; where bash, dash, zsh, mksh and ksh93 differ, nothing is taken.
struct ShellAssignments {
    /// What was assigned, in the order of the file.
    var entries: [EnvironmentEntry] = []
    /// For the first line of each command that was not read: why.
    var troubles: [Int: String] = [:]
    /// The lines of each such command.
    var troubled: [ClosedRange<Int>] = []
    /// The line from which on nothing is known.
    private(set) var lostFrom: Int?

    let bytes: [UInt8]
    var position = 0
    var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while position < bytes.count, lostFrom == nil { readLine() }
        dropChanged()
    }

    /// What keeps a command from being read.
    enum Trouble: String, Error {
        case command = "runs a command"
        case expansion = "fills in a variable"
        case substitution = "runs a command for a part of it"
        case tilde = "fills in a home directory"
        case differing = "shells differ"
        case name = "a name that shells keep for themselves"
        case openQuote = "a quote without an end"
        case pattern = "some shells match it with file names"
    }

    /// What has every assignment exported, and changes nothing of it.
    private static let exporting = ["set -a", "set +a", "set -o allexport", "set +o allexport"].map { [UInt8]($0.utf8) }

    /// Reads up to the end of a line that ends a command.
    private mutating func readLine() {
        let (start, first) = (position, line)
        let text = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        if Self.exporting.contains(where: text.elementsEqual) {
            position = min(text.endIndex + 1, bytes.count)
            line += 1
            return
        }
        var found: [EnvironmentEntry] = []
        do throws(Trouble) {
            repeat { try readCommand(into: &found) } while try endCommand()
            entries += found
        } catch {
            position = start
            line = first
            let isWhole = skipCommand(error)
            troubles[first] = error.rawValue
            troubled.append(first...max(first, line - 1))
            if !isWhole || error == .openQuote { lostFrom = first }
        }
    }

    /// One command up to its end: assignments, or `export` of some.
    private mutating func readCommand(into found: inout [EnvironmentEntry]) throws(Trouble) {
        skipBlanks()
        var isExport = false
        for word in ["export", "declare -x", "typeset -x"] where bytes[position...].starts(with: word.utf8) {
            let end = position + word.utf8.count
            guard end == bytes.count || " \t\n;".utf8.contains(bytes[end]) else { continue }
            position = end
            isExport = true
            break
        }
        while true {
            skipBlanks()
            guard let byte = current, !isEnd(byte) else { return }
            let (start, first) = (position, line)
            while let byte = current, isNameByte(byte) { position += 1 }
            guard isVariableName(bytes[start..<position]) else { throw .command }
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            if isExport, current.map({ isEnd($0) || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) ?? true { continue }
            guard current == UInt8(ascii: "=") else { throw .command }
            guard !shellNames.contains(name) else { throw .name }
            position += 1
            let value = try word(isExport: isExport)
            found.append(EnvironmentEntry(name, value, lines: first...line))
        }
    }

    /// The end of a command: true at a semicolon, after which another follows on the line.
    private mutating func endCommand() throws(Trouble) -> Bool {
        guard let byte = current else { return false }
        switch byte {
        case UInt8(ascii: ";"):
            position += 1
            guard current != UInt8(ascii: ";") else { throw .command }
            return true
        case UInt8(ascii: "#"):
            while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
        default: break
        }
        if current == UInt8(ascii: "\n") {
            position += 1
            line += 1
        }
        return false
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "#")
    }

    // MARK: Words

    /// The value of an assignment.
    private mutating func word(isExport: Bool) throws(Trouble) -> [UInt8] {
        var value: [UInt8] = []
        // zsh and tildes: the beginning, and after each colon.
        var isBeginning = true
        while let byte = current {
            let wasBeginning = isBeginning
            isBeginning = byte == UInt8(ascii: ":")
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ";"): return value
            case UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"):
                throw .command
            case UInt8(ascii: "~") where wasBeginning: throw .tilde
            case UInt8(ascii: "=") where wasBeginning: throw .differing
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "{"):
                guard !isExport else { throw .pattern }
                value.append(byte)
                position += 1
            case UInt8(ascii: "'"): try singleQuoted(into: &value)
            case UInt8(ascii: "\""): try doubleQuoted(into: &value)
            case UInt8(ascii: "\\"):
                position += 1
                guard let next = current else { throw .differing }
                position += 1
                if next == UInt8(ascii: "\n") { line += 1 } else { value.append(next) }
            case UInt8(ascii: "$"), UInt8(ascii: "`"): try dollar(into: &value, inQuotes: false)
            default:
                value.append(byte)
                position += 1
            }
        }
        return value
    }

    private mutating func singleQuoted(into value: inout [UInt8]) throws(Trouble) {
        position += 1
        while let byte = current {
            position += 1
            if byte == UInt8(ascii: "'") { return }
            if byte == UInt8(ascii: "\n") { line += 1 }
            value.append(byte)
        }
        throw .openQuote
    }

    private mutating func doubleQuoted(into value: inout [UInt8]) throws(Trouble) {
        position += 1
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "$"), UInt8(ascii: "`"): try dollar(into: &value, inQuotes: true)
            case UInt8(ascii: "\\"):
                position += 1
                guard let next = current else { throw .openQuote }
                position += 1
                if next == UInt8(ascii: "\n") {
                    line += 1
                } else {
                    if !"$`\"\\".utf8.contains(next) { value.append(byte) }
                    value.append(next)
                }
            default:
                if byte == UInt8(ascii: "\n") { line += 1 }
                value.append(byte)
                position += 1
            }
        }
        throw .openQuote
    }

    /// A dollar sign that begins nothing stands for itself.
    private mutating func dollar(into value: inout [UInt8], inQuotes: Bool) throws(Trouble) {
        guard current == UInt8(ascii: "$") else { throw .substitution }
        let next = position + 1 < bytes.count ? bytes[position + 1] : nil
        switch next {
        case UInt8(ascii: "("): throw .substitution
        case UInt8(ascii: "'"), UInt8(ascii: "\""): guard inQuotes else { throw .differing }
        case let next? where isNameByte(next) || "{?#@*!-$[".utf8.contains(next): throw .expansion
        case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: ":"):
            throw .differing
        default: break
        }
        value.append(UInt8(ascii: "$"))
        position += 1
    }

    // MARK: Bytes

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Blanks, and a line that goes on after a backslash.
    mutating func skipBlanks() {
        while let byte = current {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                position += 1
            } else if byte == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") {
                position += 2
                line += 1
            } else {
                return
            }
        }
    }
}
