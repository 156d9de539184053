internal import Exporter
internal import Foundation

/// Changes members of a JSON5 document, and leaves every other byte: comments, order, quotes, white space. A document that is plain JSON
/// stays plain JSON.
struct JSON5Editor {
    /// The document, and what has changed in it.
    private(set) var edited: Edited
    private var bytes: [UInt8] { edited.bytes }

    /// - Parameter bytes: the document; nothing, or white space, counts as an empty object.
    /// - Throws: ``WiringError/Code/invalid`` if it is not JSON5, or not an object.
    init(_ bytes: [UInt8]) throws(WiringError) {
        edited = Edited(bytes: bytes)
        if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { apply(bytes.count, 0, "{}\n") }
        guard case .object = try document().content else { throw WiringError(.invalid, "is not an object") }
    }

    private func document() throws(WiringError) -> JSON5Value {
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

    // MARK: Taking back

    /// Takes changes back, wherever they stand by now and however they are written: what is still Warder's goes, and what stood there comes
    /// back. What somebody has taken out, or put back, is done already.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if one is a third value; then nothing has changed.
    mutating func undo(_ changes: [Edited.Change]) throws(WiringError) {
        var editor = self
        for change in changes.reversed() { try editor.undo(change) }
        self = editor
    }

    private mutating func undo(_ change: Edited.Change) throws(WiringError) {
        let path = change.path
        guard let now = try value(at: path) else { return }
        let before = try document()
        if change.isElement {
            guard case .array(let elements) = now.content,
                let element = elements.first(where: { $0.configuration?.json() == change.new })
            else { return }
            takeOut(element.span, in: now)
            return try check(before, path, nil, isExact: false)
        }
        if let old = change.old, Data(bytes[now.span]) == old { return }
        guard now.configuration?.json() == change.new else {
            if change.isChoice { return }
            throw .changed(path)
        }
        if let old = change.old {
            apply(now.span, String(decoding: old, as: UTF8.self))
        } else {
            // The objects that were made for it go with it, if nothing else is in them.
            var count = path.count
            while count - 1 > change.depth, case .object(let members)? = try value(at: Array(path[..<(count - 1)]))?.content,
                members.count == 1
            {
                count -= 1
            }
            guard let object = try value(at: Array(path[..<(count - 1)])), case .object(let members) = object.content,
                let member = members.first(where: { isSameName($0.key, path[count - 1]) })
            else { return }
            takeOut(member.keySpan.lowerBound..<member.value.span.upperBound, in: object)
        }
        try check(before, path, nil, isExact: false)
    }

    /// Takes a member or an element out, with one of the commas around it, and its line if nothing else is on it.
    private mutating func takeOut(_ span: Range<Int>, in container: JSON5Value) {
        var (start, end) = (span.lowerBound, span.upperBound)
        if let comma = comma(from: end, to: container.span.upperBound - 1) {
            end = comma + 1
        } else if let comma = lastComma(from: container.span.lowerBound + 1, to: start) {
            // Comments between the two stay.
            let between = Array(bytes[(comma + 1)..<start])
            apply(comma..<start, String(decoding: between, as: UTF8.self))
            (start, end) = (start - 1, end - 1)
        }
        let blanks: Set<UInt8> = [0x20, 0x09]
        let line = lineStart(start)
        let rest = bytes[end...].prefix { blanks.contains($0) }
        if bytes[line..<start].allSatisfy(blanks.contains), line > 0,
            bytes[rest.endIndex...].first.map({ $0 == 0x0A || $0 == 0x0D }) ?? false
        {
            // The line's own beginning, so that the line end behind it ends the line before.
            start = line - (line > 1 && bytes[line - 1] == 0x0A && bytes[line - 2] == 0x0D ? 2 : 1)
            end = rest.endIndex
        } else if start > 0, blanks.contains(bytes[start - 1]) {
            end = rest.endIndex
        }
        apply(start..<end, "")
    }

    /// The first comma that is in no comment.
    private func comma(from start: Int, to end: Int) -> Int? { commas(from: start, to: end).first }
    private func lastComma(from start: Int, to end: Int) -> Int? { commas(from: start, to: end).last }

    /// The commas of a text that has nothing but blanks, comments and values in it; the depth of brackets counts, strings are passed over.
    private func commas(from start: Int, to end: Int) -> [Int] {
        var found: [Int] = []
        var position = start
        var depth = 0
        while position < end {
            let rest = bytes[position..<end]
            switch bytes[position] {
            case UInt8(ascii: "/") where rest.starts(with: "//".utf8):
                position = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? end
                continue
            case UInt8(ascii: "/") where rest.starts(with: "/*".utf8):
                position += 2
                while position < end, !bytes[position..<end].starts(with: "*/".utf8) { position += 1 }
                position += 2
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                let quote = bytes[position]
                position += 1
                while position < end, bytes[position] != quote { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0: found.append(position)
            default: break
            }
            position += 1
        }
        return found
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

    private mutating func apply(_ range: Range<Int>, _ text: String) { edited.bytes.replaceSubrange(range, with: text.utf8) }

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
    private func check(_ before: JSON5Value, _ path: [String], _ new: ConfigurationValue?, isExact: Bool = true) throws(WiringError) {
        let after = try document()
        let found = try value(at: path)?.configuration
        guard !isExact || found == new, after.isSame(as: before, butFor: [path[...]]) else {
            throw Self.error(path[...], "cannot be changed without changing something else")
        }
    }
}
