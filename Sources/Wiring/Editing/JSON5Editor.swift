internal import Exporter
internal import Foundation

/// Changes members of a JSON5 document, and leaves every other byte: comments, order, quotes, white space. A document that is plain JSON
/// stays plain JSON.
struct JSON5Editor {
    /// The document, and what has changed in it.
    var edited: Edited
    var bytes: [UInt8] { edited.bytes }

    /// - Parameter bytes: the document; nothing, or white space, counts as an empty object.
    /// - Throws: ``WiringError/Code/invalid`` if it is not JSON5, or not an object.
    init(_ bytes: [UInt8]) throws(WiringError) {
        edited = Edited(bytes: bytes)
        if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { apply(bytes.count, 0, "{}\n") }
        guard case .object = try document().content else { throw WiringError(.invalid, "is not an object") }
    }

    func document() throws(WiringError) -> JSON5Value {
        do throws(ExportError) { return try JSON5Parser.parse(bytes) } catch { throw WiringError(.invalid, error.description) }
    }

    /// The value at a path, or nil.
    func value(at path: [String]) throws(WiringError) -> JSON5Value? {
        var value: JSON5Value? = try document()
        for key in path { value = value?.member(key) }
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
            let same = members.filter { isSameName($0.key, key) }
            guard same.count < 2 else { throw Self.error(path[...depth], "is there twice") }
            guard let member = same.first else {
                let rest = path[(depth + 1)...].reversed().reduce(new) { .object([($1, $0)]) }
                insert(key, rest, into: object, members)
                edited.note(path, new, replacing: nil)
                edited.changes.append(.init(path: path, old: nil, new: new.json(), depth: depth))
                return try check(before, path, new)
            }
            object = member.value
        }
        let old = Data(bytes[object.span])
        edited.changes.append(.init(path: path, old: old, new: new.json(), depth: path.count))
        if object.configuration == new { return }
        edited.note(path, new, replacing: .some(Edited.shown(path, object.text)))
        apply(object.span, new.json(indentation: indentation(at: object.span.lowerBound), unit: unit))
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

    /// Adds an element at the beginning of an array, which is made if it is not there.
    ///
    /// - Throws: as ``set(_:to:)``.
    mutating func prepend(_ path: [String], _ new: ConfigurationValue) throws(WiringError) {
        guard let array = try value(at: path) else { return try set(path, to: .array([new])) }
        guard case .array(let elements) = array.content else { throw Self.error(path[...], "is not a list") }
        let before = try document()
        edited.note(path + ["…"], new, replacing: nil)
        edited.changes.append(.init(path: path, old: nil, new: new.json(), depth: path.count, isElement: true))
        let unit = unit
        insert({ new.json(indentation: $0, unit: unit) }, into: array, first: elements.first?.span.lowerBound)
        try check(
            before, path, .array([new] + elements.compactMap(\.configuration)), isExact: elements.allSatisfy { $0.configuration != nil })
    }

    // MARK: Places

    private func members(of value: JSON5Value, _ path: [String]) throws(WiringError) -> [JSON5Member] {
        guard case .object(let members) = value.content else { throw Self.error(path[...], "is not an object") }
        return members
    }

    private static func error(_ path: ArraySlice<String>, _ what: String) -> WiringError {
        WiringError(.invalid, "\(path.isEmpty ? "the document" : path.joined(separator: ".")) \(what)")
    }

    private mutating func insert(_ key: String, _ new: ConfigurationValue, into object: JSON5Value, _ members: [JSON5Member]) {
        let unit = unit
        insert(
            { "\(JSONText.quote(key)): \(new.json(indentation: $0, unit: unit))" }, into: object,
            first: members.first?.keySpan.lowerBound)
    }

    /// Inserts a member or an element at the beginning, with the comma behind it: one piece, which can be found again, and no comma or
    /// comment of others is touched.
    ///
    /// - Parameters:
    ///   - text: what is inserted, for an indentation.
    ///   - container: the object or array.
    ///   - first: where what is in it so far begins; nil if it is empty.
    private mutating func insert(_ text: (String) -> String, into container: JSON5Value, first: Int?) {
        let open = container.span.lowerBound + 1
        let close = container.span.upperBound - 1
        let outer = indentation(at: container.span.lowerBound)
        let end = usesCarriageReturns ? "\r\n" : "\n"
        let rest = bytes[open..<close].prefix { $0 != 0x0A && $0 != 0x0D }
        let words = rest.drop { $0 == 0x20 || $0 == 0x09 }
        if rest.endIndex < close, words.isEmpty || words.starts(with: "//".utf8) {
            let isOnOwnLine = first.map { bytes[lineStart($0)..<$0].allSatisfy { $0 == 0x20 || $0 == 0x09 } } ?? false
            let indentation = isOnOwnLine ? indentation(at: first ?? close) : outer + unit
            apply(rest.endIndex, 0, "\(end)\(indentation)\(text(indentation))\(first == nil ? "" : ",")")
        } else if first != nil {
            apply(open, 0, " \(text("")),\(bytes[open] == 0x20 ? "" : " ")")
        } else {
            apply(open, 0, "\(end)\(outer)\(unit)\(text(outer + unit))\(end)\(outer)")
        }
    }

    private mutating func apply(_ offset: Int, _ count: Int, _ text: String) { apply(offset..<(offset + count), text) }

    mutating func apply(_ range: Range<Int>, _ text: String) { edited.bytes.replaceSubrange(range, with: text.utf8) }

    // MARK: Looks

    private var usesCarriageReturns: Bool { bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } ?? false }

    func lineStart(_ offset: Int) -> Int { bytes[..<offset].lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0 }

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
    func check(_ before: JSON5Value, _ path: [String], _ new: ConfigurationValue?, isExact: Bool = true) throws(WiringError) {
        let after = try document()
        let found = try value(at: path)?.configuration
        guard !isExact || found == new, after.isSame(as: before, butFor: [path[...]]) else {
            throw Self.error(path[...], "cannot be changed without changing something else")
        }
    }
}
