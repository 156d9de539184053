package import SodiumCrypto

/// What a unit file or drop-in of somebody else's gives its service: variables in the file itself, and the files that have others.
///
/// Source: systemd.exec(5), systemd.syntax(7), `config_parse_environ()`.
package struct UnitFile {
    /// `Environment=`, with the lines.
    package var variables: [ImportReading.Found] { assigned.compactMap(\.self) }
    /// `EnvironmentFile=`: absolute paths without patterns, with the lines.
    package private(set) var files: [(path: String, line: Int)] = []

    /// In the order of the file, nil for what a later line assigns again.
    private var assigned: [ImportReading.Found?] = []
    private var places: [String: Int] = [:]

    /// - Parameter content: the file.
    package init(_ content: SecretValue) {
        var number = 0
        var pending: [UInt8] = []
        var start = 1
        for line in content.reveal().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if pending.isEmpty { start = number }
            let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let first = text.first, first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { continue }
            if line.last == UInt8(ascii: "\\") {
                pending += text.dropLast() + [UInt8(ascii: " ")]
                continue
            }
            take(pending + text, line: start)
            pending = []
        }
    }

    private mutating func take(_ text: [UInt8], line: Int) {
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return }
        let key = String(decoding: text[..<equals], as: UTF8.self).split(separator: " ").joined()
        let rest = text[(equals + 1)...]
        switch key {
        case "Environment":
            let words = Self.words(rest)
            if words.isEmpty { (assigned, places) = ([], [:]) }
            for word in words { take(assignment: word, line: line) }
        case "EnvironmentFile":
            var path = String(decoding: rest, as: UTF8.self)[...].drop { $0 == " " }
            if path.hasPrefix("-") { path = path.dropFirst() }
            while path.last?.isWhitespace == true { path = path.dropLast() }
            if path.isEmpty { files = [] }
            if path.hasPrefix("/") || path.hasPrefix("%h/") { files.append((String(path), line)) }
        default: break
        }
    }

    private mutating func take(assignment: [UInt8], line: Int) {
        guard let equals = assignment.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = String(decoding: assignment[..<equals], as: UTF8.self)
        guard isShowable(name), let value = try? SecretValue(copying: Array(assignment[(equals + 1)...])) else { return }
        if let place = places.updateValue(assigned.count, forKey: name) { assigned[place] = nil }
        assigned.append(ImportReading.Found(name, value, line: line))
    }

    /// Words between blanks, quotes and backslashes read, `%%` for `%`.
    private static func words(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        // Quotes with nothing between them are a word, too.
        var isWord = false
        var quote: UInt8?
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { break }
                word.append(escapes[next] ?? next)
                isWord = true
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if quote == nil { quote = byte } else if quote == byte { quote = nil } else { word.append(byte) }
                isWord = true
            case UInt8(ascii: " ") where quote == nil, UInt8(ascii: "\t") where quote == nil, UInt8(ascii: "\r") where quote == nil:
                if isWord { words.append(word) }
                word = []
                isWord = false
            default:
                if byte == UInt8(ascii: "%"), rest.first == byte { rest = rest.dropFirst() }
                word.append(byte)
                isWord = true
            }
        }
        if isWord { words.append(word) }
        return words
    }

    private static let escapes: [UInt8: UInt8] = [UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "s"): 0x20]
}
