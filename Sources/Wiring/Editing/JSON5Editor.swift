internal import Exporter

/// Changes members of a JSON5 document, and leaves every other byte: comments, order, quotes, white space. A document that is plain JSON
/// stays plain JSON.
struct JSON5Editor {
    private(set) var bytes: [UInt8]
    /// The changes, in the order in which they were made.
    private(set) var splices: [Splice] = []

    /// - Parameter bytes: the document; nothing, or white space, counts as an empty object.
    /// - Throws: ``WiringError/Code/invalid`` if it is not JSON5, or not an object.
    init(_ bytes: [UInt8]) throws(WiringError) {
        self.bytes = bytes
        if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { apply(bytes.count, 0, "{}\n") }
        guard case .object = try document().content else { throw WiringError(.invalid, "is not an object") }
    }

    private func document() throws(WiringError) -> JSON5Value {
        do throws(ExportError) { return try JSON5Parser.parse(bytes) } catch { throw WiringError(.invalid, error.description) }
    }

    /// The value at a path, or nil.
    func value(at path: [String]) throws(WiringError) -> JSON5Value? {
        var value: JSON5Value? = try document()
        for key in path { value = value?[key] }
        return value
    }

    /// Sets a member, and makes the objects above it that are not there.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if something on the way is no object, or is there twice; then nothing has changed.
    mutating func set(_ path: [String], to new: ConfigurationValue) throws(WiringError) {
        let before = try document()
        var object = before
        for (depth, key) in path.enumerated() {
            let members = try members(of: object, Array(path[..<depth]))
            let same = members.filter { $0.key == key }
            guard same.count < 2 else { throw Self.error(path[...depth], "is there twice") }
            guard let member = same.first else {
                let rest = path[(depth + 1)...].reversed().reduce(new) { .object([($1, $0)]) }
                insert(key, rest, into: object, members)
                return try check(before, path, new)
            }
            object = member.value
        }
        if object.configuration == new { return }
        replace(object, with: new)
        try check(before, path, new)
    }

    /// Sets members of an object: one by one if it is there, else all at once.
    ///
    /// - Throws: as ``set(_:to:)``.
    mutating func merge(_ members: [(String, ConfigurationValue)], into path: [String]) throws(WiringError) {
        if members.isEmpty { return }
        guard try value(at: path) != nil else { return try set(path, to: .object(members)) }
        for (key, value) in members { try set(path + [key], to: value) }
    }

    /// Adds an element at the end of an array, which is made if it is not there.
    ///
    /// - Throws: as ``set(_:to:)``.
    mutating func append(_ path: [String], _ new: ConfigurationValue) throws(WiringError) {
        guard let array = try value(at: path) else { return try set(path, to: .array([new])) }
        guard case .array(let elements) = array.content else { throw Self.error(path[...], "is not a list") }
        let before = try document()
        let unit = unit
        insert(
            { new.json(indentation: $0, unit: unit) }, into: array, last: elements.last?.span.upperBound,
            first: elements.first?.span.lowerBound)
        try check(
            before, path, .array(elements.compactMap(\.configuration) + [new]), isExact: elements.allSatisfy { $0.configuration != nil })
    }

    // MARK: Places

    private func members(of value: JSON5Value, _ path: [String]) throws(WiringError) -> [JSON5Member] {
        guard case .object(let members) = value.content else { throw Self.error(path[...], "is not an object") }
        return members
    }

    private static func error(_ path: ArraySlice<String>, _ what: String) -> WiringError {
        WiringError(.invalid, "\(path.isEmpty ? "the document" : path.joined(separator: ".")) \(what)")
    }

    private mutating func replace(_ value: JSON5Value, with new: ConfigurationValue) {
        let text = new.json(indentation: indentation(at: value.span.lowerBound), unit: unit)
        apply(value.span.lowerBound, value.span.count, text)
    }

    private mutating func insert(_ key: String, _ new: ConfigurationValue, into object: JSON5Value, _ members: [JSON5Member]) {
        let unit = unit
        insert(
            { "\(JSONText.quote(key)): \(new.json(indentation: $0, unit: unit))" }, into: object, last: members.last?.value.span.upperBound,
            first: members.first?.keySpan.lowerBound)
    }

    /// Inserts a member or an element before the closing bracket.
    ///
    /// - Parameters:
    ///   - text: what is inserted, for an indentation.
    ///   - container: the object or array.
    ///   - last: where what is in it so far ends.
    ///   - first: where it begins.
    private mutating func insert(_ text: (String) -> String, into container: JSON5Value, last: Int?, first: Int?) {
        let close = container.span.upperBound - 1
        guard let last, let first else {
            let outer = indentation(at: container.span.lowerBound)
            let inside = bytes[(container.span.lowerBound + 1)..<close]
            if inside.allSatisfy({ [0x20, 0x09].contains($0) }) {
                return apply(close, 0, "\n\(outer)\(unit)\(text(outer + unit))\n\(outer)")
            }
            // Comments and empty lines stay where they are.
            let isLineStart = bytes[lineStart(close)..<close].allSatisfy { [0x20, 0x09].contains($0) }
            return isLineStart
                ? apply(lineStart(close), 0, "\(outer)\(unit)\(text(outer + unit))\n")
                : apply(close, 0, "\n\(outer)\(unit)\(text(outer + unit))\n")
        }
        let (comma, lineEnd) = afterValue(last, close)
        guard let lineEnd else {
            // All on one line.
            return comma.map { apply($0 + 1, 0, " \(text("")),") } ?? apply(last, 0, ", \(text(""))")
        }
        let indentation = indentation(at: first)
        let end = usesCarriageReturns ? "\r\n" : "\n"
        apply(lineEnd, 0, "\(end)\(indentation)\(text(indentation))\(comma == nil ? "" : ",")")
        if comma == nil { apply(last, 0, ",") }
    }

    /// The comma behind a value, if there is one, and the end of the line on which that, or the value, ends; nil if something else than
    /// comments follows on it.
    private func afterValue(_ start: Int, _ close: Int) -> (comma: Int?, lineEnd: Int?) {
        var comma: Int?
        var position = start
        while position < close {
            let rest = bytes[position..<close]
            if rest.starts(with: "//".utf8) {
                position = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? close
            } else if rest.starts(with: "/*".utf8) {
                position += 2
                while position < close, !bytes[position..<close].starts(with: "*/".utf8) { position += 1 }
                position += 2
            } else if bytes[position] == UInt8(ascii: ",") {
                comma = position
                position += 1
            } else if bytes[position] == 0x0A || bytes[position] == 0x0D {
                // A comma on a line of its own.
                guard comma == nil, let later = afterValue(position + 1, close).comma else { return (comma, position) }
                comma = later
                position = later + 1
            } else {
                position += 1
            }
        }
        return (comma, nil)
    }

    private mutating func apply(_ offset: Int, _ count: Int, _ text: String) {
        let splice = Splice(offset: offset, removed: Array(bytes[offset..<(offset + count)]), inserted: Array(text.utf8))
        bytes = splice.applied(to: bytes)
        splices.append(splice)
    }

    // MARK: Looks

    private var usesCarriageReturns: Bool { bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } ?? false }

    private func lineStart(_ offset: Int) -> Int { bytes[..<offset].lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0 }

    private func indentation(at offset: Int) -> String {
        String(decoding: bytes[lineStart(offset)..<offset].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }

    /// What one more level has: what the first indented line has.
    private var unit: String {
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let blanks = line.prefix { $0 == 0x20 || $0 == 0x09 }
            if !blanks.isEmpty, blanks.count < line.count, blanks.count <= 8 { return String(decoding: blanks, as: UTF8.self) }
        }
        return "  "
    }

    // MARK: Reading back

    /// Everything else must read as before.
    private func check(_ before: JSON5Value, _ path: [String], _ new: ConfigurationValue, isExact: Bool = true) throws(WiringError) {
        let after = try document()
        let found = try value(at: path)?.configuration
        guard !isExact || found == new, after.isSame(as: before, butFor: path[...]) else {
            throw Self.error(path[...], "cannot be changed without changing something else")
        }
    }
}
