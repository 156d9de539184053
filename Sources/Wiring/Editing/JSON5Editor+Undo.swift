internal import Exporter
internal import Foundation

extension JSON5Editor {
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
}
