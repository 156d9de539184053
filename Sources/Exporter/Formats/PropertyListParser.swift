/// Reads the strings under one key of a property list in XML, and checks that the rest is such a list.
///
/// Source: https://www.w3.org/TR/xml/, plist(5)
struct PropertyListParser {
    private static let key = "EnvironmentVariables"
    private static let maximumDepth = 100

    /// Carriage returns are line feeds already, as XML wants it.
    private let text: ScalarText
    private var position = 0
    private var hasKey = false
    private var seen: Set<String> = []

    /// What has been read, in the order of the list.
    private(set) var entries: [EnvironmentEntry] = []

    init(_ text: ScalarText) {
        self.text = text
        if text[0] == "\u{FEFF}" { position = 1 }
    }

    /// Number of the line that has been reached.
    var line: Int { text.lines[min(position, text.count)] }

    /// Reads all of it.
    mutating func document() -> Bool {
        guard declaration(), skipMisc() else { return false }
        if text.has("<!DOCTYPE", at: position) {
            guard documentType(), skipMisc() else { return false }
        }
        guard open("plist") == .content, skipMisc(), open("dict").map({ $0 == .empty || dictionary(at: 1) }) ?? false else { return false }
        guard skipMisc(), close("plist"), skipMisc() else { return false }
        return position == text.count
    }

    // MARK: Elements

    private enum Element { case content, empty }

    /// A start tag, with whatever attributes.
    private mutating func open(_ name: String) -> Element? {
        guard text.has("<\(name)", at: position) else { return nil }
        let end = position + 1 + name.unicodeScalars.count
        guard let next = text[end], Self.isSpace(next) || next == ">" || next == "/" else { return nil }
        var index = end
        var quote: Unicode.Scalar?
        while let scalar = text[index] {
            if let open = quote {
                if scalar == open { quote = nil } else if scalar == "<" { return nil }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
            } else if scalar == ">" {
                let isEmpty = text[index - 1] == "/"
                position = index + 1
                return isEmpty ? .empty : .content
            } else if scalar == "<" {
                return nil
            }
            index += 1
        }
        return nil
    }

    private mutating func close(_ name: String) -> Bool {
        guard text.has("</\(name)", at: position) else { return false }
        let end = text.end(of: Self.isSpace, from: position + 2 + name.unicodeScalars.count)
        guard text[end] == ">" else { return false }
        position = end + 1
        return true
    }

    /// The members of a dictionary, up to its end tag. Depth 1 is the list's own.
    private mutating func dictionary(at depth: Int) -> Bool {
        while true {
            guard skipMisc() else { return false }
            if close("dict") { return true }
            guard let key = element("key") else { return false }
            guard skipMisc() else { return false }
            if depth == 1, key.elementsEqual(Self.key.unicodeScalars) {
                guard !hasKey else { return false }
                hasKey = true
                guard let found = open("dict") else { return false }
                if found == .content, !variables() { return false }
            } else {
                guard value(at: depth) else { return false }
            }
        }
    }

    private mutating func variables() -> Bool {
        while true {
            guard skipMisc() else { return false }
            if close("dict") { return true }
            let (start, first) = (position, line)
            guard let key = element("key") else { return false }
            let name = String(decoding: ScalarText.bytes(key), as: UTF8.self)
            guard isVariableName(name.utf8), seen.insert(name).inserted else {
                position = start
                return false
            }
            guard skipMisc(), let value = element("string") else { return false }
            entries.append(EnvironmentEntry(name, ScalarText.bytes(value), lines: first...text.lines[position - 1]))
        }
    }

    /// Any value, which is not kept.
    private mutating func value(at depth: Int) -> Bool {
        guard depth < Self.maximumDepth else { return false }
        if let found = open("dict") { return found == .empty || dictionary(at: depth + 1) }
        if let found = open("array") {
            if found == .empty { return true }
            while true {
                guard skipMisc() else { return false }
                if close("array") { return true }
                guard value(at: depth + 1) else { return false }
            }
        }
        for name in ["string", "integer", "real", "true", "false", "date", "data"] where element(name) != nil { return true }
        return false
    }

    /// An element with text alone, and its text.
    private mutating func element(_ name: String) -> [Unicode.Scalar]? {
        guard let found = open(name) else { return nil }
        if found == .empty { return [] }
        var content: [Unicode.Scalar] = []
        while let scalar = text[position] {
            if text.has("<![CDATA[", at: position) {
                let start = position + 9
                guard skip(past: "]]>", from: start) else { return nil }
                content += text.scalars[start..<(position - 3)]
            } else if text.has("<!--", at: position) {
                guard comment() else { return nil }
            } else if scalar == "<" {
                return close(name) ? content : nil
            } else if scalar == "&" {
                guard let referred = reference() else { return nil }
                content.append(referred)
            } else {
                guard Self.isCharacter(scalar), !text.has("]]>", at: position) else { return nil }
                content.append(scalar)
                position += 1
            }
        }
        return nil
    }

    /// `&name;`, `&#10;` or `&#xA;`.
    private mutating func reference() -> Unicode.Scalar? {
        let end = text.end(of: { $0 != ";" && $0 != "&" && $0 != "<" && $0 != "\n" }, from: position + 1)
        guard text[end] == ";" else { return nil }
        let name = text.string((position + 1)..<end)
        let known: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        var scalar = known[name]
        if name.hasPrefix("#") {
            let isHexadecimal = name.hasPrefix("#x")
            let digits = name.dropFirst(isHexadecimal ? 2 : 1)
            guard digits.utf8.allSatisfy({ isNameByte($0) }) else { return nil }
            scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap { Unicode.Scalar($0) }.flatMap {
                Self.isCharacter($0) ? $0 : nil
            }
        }
        if scalar != nil { position = end + 1 }
        return scalar
    }

    // MARK: What stands between elements

    /// `<?xml … ?>`, if it is there, without another encoding than UTF-8.
    private mutating func declaration() -> Bool {
        guard text.has("<?xml", at: position), let next = text[position + 5], Self.isSpace(next) else { return true }
        let start = position
        guard skip(past: "?>", from: position) else { return false }
        let content = text.string(start..<position).lowercased()
        let isUTF8 = !content.contains("encoding") || content.contains("\"utf-8\"") || content.contains("'utf-8'")
        if !isUTF8 { position = start }
        return isUTF8
    }

    /// `<!DOCTYPE … >` without declarations of its own.
    private mutating func documentType() -> Bool {
        let end = text.end(of: { $0 != ">" && $0 != "[" && $0 != "<" }, from: position + 1)
        guard text[end] == ">" else { return false }
        position = end + 1
        return true
    }

    /// Blanks, comments and processing instructions.
    private mutating func skipMisc() -> Bool {
        while true {
            position = text.end(of: Self.isSpace, from: position)
            if text.has("<!--", at: position) {
                guard comment() else { return false }
            } else if text.has("<?", at: position), !text.has("<?xml ", at: position) {
                guard skip(past: "?>", from: position + 2) else { return false }
            } else {
                return true
            }
        }
    }

    private mutating func comment() -> Bool {
        guard skip(past: "--", from: position + 4), text[position] == ">" else { return false }
        position += 1
        return true
    }

    private mutating func skip(past word: String, from start: Int) -> Bool {
        var index = start
        while index < text.count {
            if text.has(word, at: index) {
                position = index + word.unicodeScalars.count
                return true
            }
            guard Self.isCharacter(text.scalars[index]) else { return false }
            index += 1
        }
        return false
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }

    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\r": true
        case ..<" ", "\u{FFFE}", "\u{FFFF}": false
        default: true
        }
    }
}
