internal import Exporter
internal import Yams

/// One marked block in a YAML document, with entries of a mapping at the top. Everything else stays as it is, byte for byte.
enum YAMLBlock {
    static let begin = "# warder: begin (`warder wire` writes these lines; `warder wire … --remove` takes them away)"
    static let end = "# warder: end"

    /// The document with our block in it: the lines of `entry`, indented below `key:`, which is written with them if the document does not
    /// have it.
    ///
    /// - Parameters:
    ///   - key: a key at the top, such as `providers`.
    ///   - name: the entry's name, which must not be there otherwise.
    ///   - lines: the entry's lines, the first being `name:`, without indentation.
    ///   - bytes: the document, without a block of ours.
    /// - Throws: ``WiringError/Code/invalid`` if the document cannot take it; ``WiringError/Code/conflict`` if it has an entry of that name.
    static func add(key: String, name: String, lines: [String], to bytes: [UInt8]) throws(WiringError) -> [UInt8] {
        let before = try mapping(bytes)
        // What is merged in would give way to what is written, or hide it.
        guard before["<<"] == nil, before[key]?.mapping?["<<"] == nil else {
            throw WiringError(.invalid, "\(key) is merged from elsewhere (<<)", hint: "write its entries below it")
        }
        let end = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } ?? false ? "\r\n" : "\n"
        var block: [String]
        let offset: Int
        if let existing = before[key] {
            guard existing.mapping?[name] == nil else {
                throw WiringError(.conflict, "\(key) has an entry \(name) already", hint: "rename or remove it")
            }
            let place = try place(of: key, existing, in: bytes)
            offset = place.offset
            block = [begin] + lines + [Self.end]
            block = block.map { place.indentation + $0 }
        } else {
            offset = bytes.count
            block = [begin, "\(key):"] + lines.map { "  \($0)" } + [Self.end]
        }
        var text = block.map { $0 + end }.joined()
        if offset > 0, bytes[offset - 1] != 0x0A { text = end + text }
        let result = bytes[..<offset] + Array(text.utf8) + bytes[offset...]
        try check(before, Array(result), key, name)
        return Array(result)
    }

    /// The beginning of the line below `key:`, and the indentation of the entries there.
    private static func place(of key: String, _ value: Node, in bytes: [UInt8]) throws(WiringError) -> (offset: Int, indentation: String) {
        let cannot = WiringError(
            .invalid, "\(key) is written so that nothing can be added to it", hint: "write its entries below it, one on a line")
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let number = lines.firstIndex(where: { isHeader($0, key) }) else { throw cannot }
        let offset = number + 1 < lines.count ? lines[number + 1].startIndex : bytes.count
        // No entries yet: any indentation will do.
        guard let mapping = value.mapping else {
            guard case .scalar(let scalar) = value, scalar.string.isEmpty else { throw cannot }
            return (offset, "  ")
        }
        guard mapping.style != .flow, let first = mapping.first?.key.mark, first.column > 1 else { throw cannot }
        return (offset, String(repeating: " ", count: first.column - 1))
    }

    /// `key:` at the beginning of a line, with nothing but a comment behind it.
    private static func isHeader(_ line: ArraySlice<UInt8>, _ key: String) -> Bool {
        guard line.starts(with: key.utf8) else { return false }
        let rest = String(decoding: line.dropFirst(key.utf8.count), as: UTF8.self).drop { $0 == " " }
        guard rest.first == ":" else { return false }
        let after = rest.dropFirst().drop { $0.isWhitespace }
        return after.isEmpty || after.first == "#"
    }

    private static func mapping(_ bytes: [UInt8]) throws(WiringError) -> Node.Mapping {
        // Refuses what would exhaust the parser, before it sees it.
        if ForeignDocument.isBlank(bytes) { return Node.Mapping([]) }
        do throws(ExportError) { _ = try ForeignDocument.yaml.read(bytes) } catch { throw WiringError(.invalid, error.description) }
        do {
            let root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
            guard let root else { return Node.Mapping([]) }
            if let mapping = root.mapping { return mapping }
        } catch {}
        throw WiringError(.invalid, "is not one document of YAML with keys at the top")
    }

    /// The document without our block.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if what is in it is not what was written.
    static func remove(_ changes: [Edited.Change], from bytes: [UInt8]) throws(WiringError) -> [UInt8] {
        guard let change = changes.first, change.path.count == 2 else { return bytes }
        let before = try mapping(bytes)
        // Somebody has taken it out.
        guard let entry = before[change.path[0]]?.mapping?[change.path[1]] else { return bytes }
        let written = try mapping(Array(change.new.utf8))[change.path[1]]
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        func place(_ mark: String) -> [Int] {
            lines.indices.filter { String(decoding: lines[$0], as: UTF8.self).trimmingPrefix { $0 == " " }.prefix { $0 != "\r" } == mark }
        }
        let (first, last) = (place(begin), place(end))
        guard first.count == 1, last.count == 1, first[0] < last[0], entry == written else { throw .changed(change.path) }
        let after = lines[..<first[0]] + lines[(last[0] + 1)...]
        let result = Array(after.joined(separator: [0x0A]))
        let left = ForeignDocument.isBlank(result) ? Node.Mapping([]) : try mapping(result)
        guard isSame(before, left, change.path[0], change.path[1]) else { throw .changed(change.path) }
        return result
    }

    private static func isSame(_ before: Node.Mapping, _ after: Node.Mapping, _ key: String, _ name: String) -> Bool {
        let others = { (mapping: Node.Mapping) in mapping.filter { $0.key.string != key }.map { [$0.key, $0.value] } }
        let entries = { (mapping: Node.Mapping) in
            (mapping[key]?.mapping ?? Node.Mapping([])).filter { $0.key.string != name }.map { [$0.key, $0.value] }
        }
        return others(before) == others(after) && entries(before) == entries(after)
    }

    /// Everything else must read as before.
    private static func check(_ before: Node.Mapping, _ bytes: [UInt8], _ key: String, _ name: String) throws(WiringError) {
        let after = try mapping(bytes)
        guard isSame(before, after, key, name), after[key]?.mapping?[name]?.mapping != nil else {
            throw WiringError(.invalid, "cannot be changed without changing something else")
        }
    }
}
