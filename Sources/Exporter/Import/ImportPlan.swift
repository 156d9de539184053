public import Keystore
internal import Profiles
internal import Settings
public import SodiumCrypto

/// The secrets that an import would store, by name.
public struct ImportPlan: Sendable {
    /// One of them.
    public struct Item: Sendable {
        /// Its name, prefix included.
        public let name: SecretName
        /// Its value.
        public let value: SecretValue
        /// The line on which it stands; nil for a source without lines.
        public let line: Int?
    }

    /// In the order of the source.
    public let items: [Item]
    /// What the source's reader left, and what no secret can be.
    public let left: [ImportReading.Left]

    /// Checks a prefix.
    ///
    /// - Throws: ``ExportError/Code/invalidName`` for one that no name can have, or that looks like a key.
    public static func check(prefix: String) throws(ExportError) {
        guard (try? SecretName("\(prefix)x")) != nil else {
            throw ExportError(.invalidName, "no secret's name can begin with that prefix", hint: "such as --prefix prod/")
        }
        guard !KeyLikeText.beginsAsIssued(prefix) else {
            throw ExportError(.invalidName, "the prefix looks like a key, not like the beginning of a name")
        }
    }

    /// Checks names and values.
    ///
    /// - Parameters:
    ///   - reading: what was found.
    ///   - prefix: what stands before each name.
    /// - Throws: ``ExportError/Code/invalidName`` for a prefix that no name can have.
    public init(_ reading: ImportReading, prefix: String) throws(ExportError) {
        try Self.check(prefix: prefix)
        var items: [Item] = []
        // A name that came from elsewhere may be a value in the wrong place.
        var left: [ImportReading.Left] = reading.left.map { .init($0.lines, $0.name.flatMap(Self.shown), $0.reason) }
        for found in reading.found {
            if let reason = Self.obstacle(to: found, prefix, isVariable: reading.hasVariables) {
                left.append(.init(line: found.line, Self.shown(found.name), reason))
            } else if let name = try? SecretName(prefix + found.name) {
                items.append(Item(name: name, value: found.value, line: found.line))
            }
        }
        let byName = Dictionary(grouping: items, by: \.name)
        let certain = byName.filter { _, same in same.allSatisfy { SecretBytes.isEqual($0.value.bytes, same[0].value.bytes) } }
        var seen: Set<SecretName> = []
        self.items = items.filter { item in
            if certain[item.name] != nil { return seen.insert(item.name).inserted }
            let place = byName[item.name]?.first { $0.line != item.line }?.line.map { "line \($0)" } ?? "another entry"
            left.append(.init(line: item.line, item.name.description, "\(place) gives the same name another value"))
            return false
        }
        // Sorting keeps the order of what stands on the same line.
        self.left = left.enumerated().sorted {
            ($0.element.lines?.lowerBound ?? 0, $0.offset) < ($1.element.lines?.lowerBound ?? 0, $1.offset)
        }.map(\.element)
    }

    private static func obstacle(to found: ImportReading.Found, _ prefix: String, isVariable: Bool) -> String? {
        if KeyLikeText.matches(found.name) { return "its name looks like a key" }
        if (try? SecretName(prefix + found.name)) == nil {
            return found.name.hasPrefix("_") && prefix.isEmpty || found.name.hasPrefix("_") && prefix.hasSuffix("/")
                ? "a secret's name begins with a letter or digit" : "no secret can have its name"
        }
        if isVariable, ReservedNames.contains(found.name) { return "reserved, since it decides what a program loads or runs" }
        if found.value.count > SecretLimits.maximumValueByteCount {
            return "a value has at most \(SecretLimits.maximumValueByteCount) bytes"
        }
        return nil
    }

    /// A name that can be shown: nothing that could be a value in the wrong place.
    package static func shown(_ name: String) -> String? {
        name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            part.utf8.count <= 64 && !KeyLikeText.matches(String(part)) && !part.isEmpty
                && part.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        } ? name : nil
    }
}
