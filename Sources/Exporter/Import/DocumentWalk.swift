internal import Settings

/// Looks for keys in another program's configuration, and gives them names.
///
/// A key is a string whose name says so (`apiKey`, `botToken`, `password`), a header that carries a credential, or a member of an `env`
/// block. Its name is the path to it, in lower case with dashes; below a provider it is `PROVIDER/api-key`, and in an `env` block the
/// variable's own.
struct DocumentWalk {
    /// What a program makes of a text.
    enum Meaning: Equatable {
        /// The text itself.
        case literal
        /// What it finds elsewhere: `the variable X`.
        case reference(String)
        /// Neither, for this reason.
        case unusable(String)
    }

    /// What has been found.
    private(set) var reading: ImportReading

    private let meaning: (String) -> Meaning

    /// - Parameters:
    ///   - kind: what the document is, in words.
    ///   - meaning: what its program makes of a text.
    init(_ kind: String, meaning: @escaping (String) -> Meaning) {
        reading = ImportReading(kind)
        reading.hasVariables = true
        self.meaning = meaning
    }

    /// Looks into everything below a node.
    ///
    /// - Parameter names: the path so far, as it goes into names.
    mutating func visit(_ node: DocumentNode, names: [String]) throws(ExportError) {
        switch node {
        case .string, .other: break
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                let own = element["id"]?.text ?? element["name"]?.text ?? String(index + 1)
                try visit(element, names: names + [Self.segment(own)])
            }
        case .object(let members):
            for member in members { try visit(member, names: names) }
        }
    }

    /// Looks at a member and everything below it.
    mutating func visit(_ member: DocumentNode.Member, names: [String]) throws(ExportError) {
        let key = Self.segment(member.key)
        switch (key, member.value) {
        case ("headers", .object(let headers)), ("http-headers", .object(let headers)):
            for header in headers { try take(header: header, names: names) }
        case ("env", .object(let variables)):
            for variable in variables { try take(variable: variable) }
        case (_, .string(let value, let line)) where Self.namesVariable(key):
            note(variable: String(decoding: value, as: UTF8.self), for: names + [key], line: line)
        case (_, .string(let value, let line)) where Self.namesKey(key):
            try take((names + [key]).joined(separator: "/"), value, line: line)
        case (_, .object(let members)) where Self.namesKey(key) || key == "key-ref" || key == "token-ref":
            if let target = Self.target(of: member.value) {
                // Somebody wrote the key where the variable's name belongs.
                if target == "a variable" {
                    leave((names + [key]).joined(separator: "/"), line: member.line, ImportReading.Left.keyForName)
                }
                reading.references.append(.init(line: member.line, (names + [key]).joined(separator: "/"), target))
            } else {
                for inner in members { try visit(inner, names: names + [key]) }
            }
        default: try visit(member.value, names: names + [key])
        }
    }

    /// Takes a value, unless it is none.
    mutating func take(_ name: String, _ value: [UInt8], line: Int) throws(ExportError) {
        let text = String(decoding: value, as: UTF8.self)
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        switch meaning(text) {
        case .literal where Self.looksLikeVariable(text):
            leave(name, line: line, ImportReading.Left.nameForKey)
        case .literal: try reading.add(name, value, line: line)
        case .reference(let target): reading.references.append(.init(line: line, name, target))
        case .unusable(let reason): reading.left.append(.init(line: line, name, reason))
        }
    }

    /// Notes what leads elsewhere.
    mutating func note(_ name: String, line: Int, _ target: String) {
        reading.references.append(.init(line: line, name, target))
    }

    /// Notes what can not be taken.
    mutating func leave(_ name: String?, line: Int, _ reason: String) {
        reading.left.append(.init(line: line, name, reason))
    }

    /// Takes a header that carries a credential: without `Bearer `, which whoever sends it puts before it again.
    private mutating func take(header: DocumentNode.Member, names: [String]) throws(ExportError) {
        guard case .string(let value, let line) = header.value else {
            if let target = Self.target(of: header.value) {
                reading.references.append(.init(line: header.line, (names + [Self.segment(header.key)]).joined(separator: "/"), target))
            }
            return
        }
        let key = header.key.lowercased()
        guard Self.carriesCredential(key) else { return }
        // Cloudflare's header for what its own gateway asks for.
        let name = (names + [key == "cf-aig-authorization" ? "token" : Self.segment(key)]).joined(separator: "/")
        let scheme = Array("bearer ".utf8)
        let hasScheme = value.prefix(scheme.count).map { $0 | 0x20 } == scheme
        try take(name, hasScheme ? Array(value.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }) : value, line: line)
    }

    private mutating func take(variable: DocumentNode.Member) throws(ExportError) {
        switch variable.value {
        case .string(let value, let line):
            guard isShowable(variable.key) else { return leave(nil, line: variable.line, "its name is not one of a variable") }
            try take(variable.key, value, line: line)
        case .object where variable.key == "vars":
            guard case .object(let members) = variable.value else { return }
            for member in members { try take(variable: member) }
        case .object:
            if let target = Self.target(of: variable.value), isShowable(variable.key) {
                reading.references.append(.init(line: variable.line, variable.key, target))
            }
        case .array, .other: break
        }
    }

    /// Notes a name of a variable, unless somebody wrote the key in its place.
    private mutating func note(variable: String, for names: [String], line: Int) {
        let name = names.joined(separator: "/")
        if variable.isEmpty { return }
        if isShowable(variable) {
            reading.references.append(.init(line: line, name, "the variable \(variable)"))
        } else {
            leave(name, line: line, ImportReading.Left.keyForName)
        }
    }
}

// MARK: Names

extension DocumentWalk {
    /// A part of a secret's name: lower case, dashes between words. Empty for what may be a key in the wrong place.
    static func segment(_ text: String) -> String {
        if KeyLikeText.matches(text) { return "" }
        var result = ""
        var previous: Character = "-"
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber || character == "." {
                if character.isUppercase, previous.isLowercase || previous.isNumber { result.append("-") }
                result.append(contentsOf: character.lowercased())
            } else if previous != "-" {
                result.append("-")
            }
            previous = character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "-"
        }
        while let first = result.first, first == "-" || first == "." { result.removeFirst() }
        while result.last == "-" { result.removeLast() }
        return result
    }

    /// `OPENAI_API_KEY` in place of the key is a mistake: its program sends those letters.
    private static func looksLikeVariable(_ text: String) -> Bool {
        KnownVariables.holdsKey(text) || (text.hasSuffix("_API_KEY") && text == text.uppercased() && isVariableName(text.utf8))
    }

    /// Whether a member called so holds a key.
    private static func namesKey(_ key: String) -> Bool {
        let endings = [
            "api-key", "apikey", "token", "password", "secret", "passphrase", "private-key", "access-key", "secret-key", "auth-key",
        ]
        return endings.contains { key == $0 || key.hasSuffix("-\($0)") }
    }

    /// Whether a member called so holds the name of the variable that has the key.
    private static func namesVariable(_ key: String) -> Bool {
        key == "token-key" || key.hasSuffix("-env") && namesKey(String(key.dropLast(4)))
    }

    /// Header names that carry credentials, in lower case.
    ///
    /// Source: openclaw/openclaw, src/secrets/model-provider-header-policy.ts, and Cloudflare's own.
    private static func carriesCredential(_ header: String) -> Bool {
        let names = ["authorization", "cookie", "proxy-authorization", "cf-aig-authorization"]
        let parts = ["api-key", "apikey", "token", "secret", "password", "credential"]
        return names.contains(header) || parts.contains { header.contains($0) }
            || header.hasSuffix("access-key") || header.hasSuffix("auth-key")
    }

    /// Where an object leads that stands in a key's place.
    static func target(of node: DocumentNode) -> String? {
        func variable(_ name: String?) -> String { name.flatMap { isShowable($0) ? "the variable \($0)" : nil } ?? "a variable" }
        if let source = node["source"]?.text {
            switch source {
            case "env": return variable(node["id"]?.text)
            case "file": return "a file"
            case "exec": return "a program"
            case "store": return "its own store"
            default: return "another place"
            }
        }
        if let name = node["env"]?.text { return variable(name) }
        if node["file"] != nil { return "a file" }
        return node["exec"] != nil ? "a program" : nil
    }

    /// The name between two marks, if the whole text is those and a variable's name.
    static func variable(in text: String, _ prefix: String, _ suffix: String = "") -> String? {
        guard text.hasPrefix(prefix), text.hasSuffix(suffix), text.utf8.count > prefix.utf8.count + suffix.utf8.count else { return nil }
        let name = String(text.dropFirst(prefix.count).dropLast(suffix.count))
        return isShowable(name) ? name : nil
    }
}
