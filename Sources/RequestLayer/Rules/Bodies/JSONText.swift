/// A strict reader of JSON that gives places in the text and no values.
///
/// What it takes, every parser takes in the same way: no comments, no commas too many, no text that is not UTF-8, nothing after the value, and
/// a bound on how deep values lie in each other. What members with the same name mean is for the caller to refuse.
///
/// Source: RFC 8259.
struct JSONText {
    /// How deep values may lie in each other.
    static let depthLimit = 200
    /// How many members and elements of the outermost value are read: each takes room.
    static let memberLimit = 4096
    static let elementLimit = 65_536

    enum Failure: Error {
        case malformed
        case tooDeep
    }

    enum Kind {
        case string, number, object, array, literal
    }

    /// A member of an object.
    struct Member {
        /// What it is called, decoded; empty if it is longer than any name that is looked for.
        let name: String
        let value: Range<Int>
        let kind: Kind
    }

    private let text: [UInt8]
    private var index: Int
    private let end: Int
    /// What is noted of members at any depth, if asked for.
    struct Traces {
        /// The values of members `model` that are not the outermost's.
        var models: [(range: Range<Int>, kind: Kind)] = []
        /// Whether a name has a NUL in it, behind which some parsers see nothing.
        var hasNUL = false
    }

    private var traces: Traces?

    /// A reader of a part of a text.
    init(_ text: [UInt8], in range: Range<Int>? = nil) {
        self.text = text
        index = range?.lowerBound ?? 0
        end = range?.upperBound ?? text.count
    }

    /// Whether the whole text is one value.
    ///
    /// - Throws: ``Failure``.
    mutating func whole() throws(Failure) -> Kind {
        guard Self.isUTF8(text) else { throw .malformed }
        skipSpace()
        let kind = try value(depth: 0)
        skipSpace()
        guard index == end else { throw .malformed }
        return kind
    }

    /// The members of the object that the whole text is, read once.
    ///
    /// - Throws: ``Failure``.
    mutating func document() throws(Failure) -> [Member] {
        guard Self.isUTF8(text) else { throw .malformed }
        return try members()
    }

    /// What there is at any depth of the whole text.
    ///
    /// - Throws: ``Failure``.
    mutating func tracesOfWhole() throws(Failure) -> Traces {
        traces = Traces()
        _ = try whole()
        return traces ?? Traces()
    }

    /// The members of the object that begins here. All of it is read.
    mutating func members() throws(Failure) -> [Member] {
        skipSpace()
        var members: [Member] = []
        try object(depth: 0) { name, value, kind in members.append(Member(name: name, value: value, kind: kind)) }
        skipSpace()
        guard index == end else { throw .malformed }
        return members
    }

    /// The elements of the array that begins here.
    mutating func elements() throws(Failure) -> [(range: Range<Int>, kind: Kind)] {
        skipSpace()
        var elements: [(range: Range<Int>, kind: Kind)] = []
        try array(depth: 0) { elements.append(($0, $1)) }
        return elements
    }

    /// The text of the string that begins here, decoded; nil for one with half of a surrogate pair.
    mutating func decodedString() throws(Failure) -> String? {
        let start = index
        let hasEscapes = try string()
        return hasEscapes ? Self.decoded(text[(start + 1)..<(index - 1)]) : String(decoding: text[(start + 1)..<(index - 1)], as: UTF8.self)
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(Failure) -> Kind {
        guard depth < Self.depthLimit else { throw .tooDeep }
        guard index < end else { throw .malformed }
        switch text[index] {
        case Byte.quote:
            _ = try string()
            return .string
        case UInt8(ascii: "{"):
            try object(depth: depth) { _, _, _ in }
            return .object
        case UInt8(ascii: "["):
            try array(depth: depth) { _, _ in }
            return .array
        case UInt8(ascii: "t"): try literal(Self.words[0])
        case UInt8(ascii: "f"): try literal(Self.words[1])
        case UInt8(ascii: "n"): try literal(Self.words[2])
        default:
            try number()
            return .number
        }
        return .literal
    }

    private mutating func object(depth: Int, _ note: (String, Range<Int>, Kind) -> Void) throws(Failure) {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        var count = 0
        while true {
            count += 1
            guard depth > 0 || count <= Self.memberLimit else { throw .malformed }
            skipSpace()
            let start = index
            guard index < end, text[index] == Byte.quote else { throw .malformed }
            let hasEscapes = try string()
            let raw = (start + 1)..<(index - 1)
            // Only the names of the outermost members are ever looked at.
            let name: String
            if depth > 0 || raw.count > 96 {
                name = ""
            } else {
                name = hasEscapes ? Self.decoded(text[raw]) ?? "" : String(decoding: text[raw], as: UTF8.self)
            }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            let first = index
            let kind = try value(depth: depth + 1)
            if traces != nil { trace(raw, hasEscapes, depth, first..<index, kind) }
            note(name, first..<index, kind)
            skipSpace()
            if take(UInt8(ascii: "}")) { return }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func trace(_ raw: Range<Int>, _ hasEscapes: Bool, _ depth: Int, _ range: Range<Int>, _ kind: Kind) {
        let word = Self.model
        // Escaped, a letter takes six bytes.
        if depth > 0, word.count...(6 * word.count) ~= raw.count, traces?.models.count ?? 0 < Self.memberLimit {
            let isModel =
                hasEscapes
                ? Self.decoded(text[raw])?.lowercased() == "model" : text[raw].elementsEqual(word) { Byte.lowercased($0) == $1 }
            if isModel { traces?.models.append((range, kind)) }
        }
        if hasEscapes, traces?.hasNUL == false, Self.decoded(text[raw])?.utf8.contains(0) ?? true { traces?.hasNUL = true }
    }

    private static let model = Array("model".utf8)

    private mutating func array(depth: Int, _ note: (Range<Int>, Kind) -> Void) throws(Failure) {
        try expect(UInt8(ascii: "["))
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        var count = 0
        while true {
            count += 1
            guard depth > 0 || count <= Self.elementLimit else { throw .malformed }
            skipSpace()
            let first = index
            let kind = try value(depth: depth + 1)
            note(first..<index, kind)
            skipSpace()
            if take(UInt8(ascii: "]")) { return }
            try expect(UInt8(ascii: ","))
        }
    }

    /// - Returns: whether there are escapes in it.
    private mutating func string() throws(Failure) -> Bool {
        try expect(Byte.quote)
        var hasEscapes = false
        while index < end {
            let byte = text[index]
            index += 1
            if byte == Byte.quote { return hasEscapes }
            guard byte >= 0x20 else { throw .malformed }
            guard byte == Byte.backslash else { continue }
            hasEscapes = true
            guard index < end else { throw .malformed }
            let escape = text[index]
            index += 1
            if escape == UInt8(ascii: "u") {
                guard index + 4 <= end, text[index..<(index + 4)].allSatisfy({ Byte.hexDigit($0) != nil }) else { throw .malformed }
                index += 4
            } else {
                guard "\"\\/bfnrt".utf8.contains(escape) else { throw .malformed }
            }
        }
        throw .malformed
    }

    private mutating func number() throws(Failure) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(Byte.dot) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }

    private mutating func digits() throws(Failure) {
        let start = index
        while index < end, (0x30...0x39).contains(text[index]) { index += 1 }
        guard index > start else { throw .malformed }
    }

    private static let words = [Array("true".utf8), Array("false".utf8), Array("null".utf8)]

    private mutating func literal(_ bytes: [UInt8]) throws(Failure) {
        guard index + bytes.count <= end, text[index..<(index + bytes.count)].elementsEqual(bytes) else { throw .malformed }
        index += bytes.count
    }

    private mutating func skipSpace() {
        while index < end {
            switch text[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < end, text[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Failure) {
        guard take(byte) else { throw .malformed }
    }

    private static func isUTF8(_ text: [UInt8]) -> Bool { (try? UTF8Span(validating: text.span)) != nil }

    /// The inside of a string without its escapes.
    private static func decoded(_ raw: ArraySlice<UInt8>) -> String? {
        var units: [UInt16] = []
        var index = raw.startIndex
        while index < raw.endIndex {
            guard raw[index] == Byte.backslash else {
                let next = raw[index...].firstIndex(of: Byte.backslash) ?? raw.endIndex
                units += Array(String(decoding: raw[index..<next], as: UTF8.self).utf16)
                index = next
                continue
            }
            let escape = raw[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "u"):
                var unit: UInt16 = 0
                for digit in raw[index..<(index + 4)] { unit = unit << 4 | UInt16(Byte.hexDigit(digit) ?? 0) }
                units.append(unit)
                index += 4
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            default: units.append(UInt16(escape))
            }
        }
        return String(validating: units, as: UTF16.self)
    }
}
