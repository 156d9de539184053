internal import Yams

/// One YAML document, composed by libyaml, in which everything means the same in YAML 1.1 and 1.2.
///
/// Yams says where a node begins and not where it ends; where it ends is found in the text. Its errors hold the text: they go no further.
struct YAMLDocument {
    struct Pair {
        let key: String
        let value: Node
        /// From the key to the end of the value.
        let lines: ClosedRange<Int>
    }

    /// The node that holds all others.
    let root: Node
    private let format: any EnvironmentFormat.Type
    private let text: YAMLText

    /// - Throws: ``ExportError/Code/malformed`` with the line, also for an empty document, anchors, and characters that only YAML 1.1
    ///   takes for line ends.
    init(_ bytes: [UInt8], _ format: any EnvironmentFormat.Type) throws(ExportError) {
        guard let text = YAMLText(bytes) else { throw .malformed(format, line: ScalarText.firstBadLine(bytes)) }
        if let line = text.firstDoubtfulLine { throw .malformed(format, line: line) }
        self.format = format
        self.text = text
        do {
            let parser = try Parser(yaml: String(decoding: bytes, as: UTF8.self), encoding: .utf8)
            guard let root = try parser.singleRoot() else { throw ExportError.malformed(format, line: 1) }
            self.root = root
            // The parser keeps the anchors.
            let line = withExtendedLifetime(parser) { Self.firstAnchorLine(in: root) }
            if let line { throw ExportError.malformed(format, line: line) }
        } catch let error as ExportError {
            throw error
        } catch {
            throw .malformed(format, line: text.line(of: error))
        }
    }

    /// The members of a mapping.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for another node, a key that is not a string, a merge key, and a key that is there twice.
    func pairs(_ node: Node) throws(ExportError) -> [Pair] {
        guard let mapping = node.mapping, mapping.tag == .implicit || mapping.tag == Tag(.map) else { throw malformed(node) }
        var pairs: [Pair] = []
        var seen: Set<[UInt8]> = []
        for member in mapping {
            let key = try string(member.key)
            guard seen.insert([UInt8](key.utf8)).inserted else { throw malformed(member.key) }
            let first = line(member.key)
            pairs.append(Pair(key: key, value: member.value, lines: first...max(first, text.end(of: member.value))))
        }
        return pairs
    }

    /// Members as variables.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a name that no environment has, and a value that is not a string.
    func variables(_ pairs: [Pair]) throws(ExportError) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        for pair in pairs {
            guard isVariableName(pair.key.utf8) else { throw .malformed(format, line: pair.lines.lowerBound) }
            entries.append(EnvironmentEntry(pair.key, [UInt8](try string(pair.value).utf8), lines: pair.lines))
        }
        return entries
    }

    /// The string that a node is in YAML 1.1 and 1.2.
    func string(_ node: Node) throws(ExportError) -> String {
        guard let scalar = node.scalar else { throw malformed(node) }
        // Yams resolves the tag of a scalar without quotes when it pleases, by rules of its own.
        guard scalar.tag == Tag(.str) || scalar.tag == .implicit, scalar.style != .plain || YAMLText.isPlainString(scalar.string) else {
            throw malformed(node)
        }
        return text.beginsWithByteOrderMark(scalar) ? "\u{FEFF}" + scalar.string : scalar.string
    }

    /// Whether a node says that there is nothing.
    func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain, scalar.tag == .implicit || scalar.tag == Tag(.null) else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func line(_ node: Node) -> Int { max(node.mark?.line ?? 1, 1) }

    private func malformed(_ node: Node) -> ExportError { .malformed(format, line: line(node)) }

    /// An alias has the anchor of what it stands for.
    private static func firstAnchorLine(in node: Node) -> Int? {
        if node.anchor != nil { return node.mark?.line ?? 1 }
        if let sequence = node.sequence {
            for member in sequence { if let line = firstAnchorLine(in: member) { return line } }
        }
        if let mapping = node.mapping {
            for (key, value) in mapping { if let line = firstAnchorLine(in: key) ?? firstAnchorLine(in: value) { return line } }
        }
        return nil
    }
}
