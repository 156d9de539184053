/// A file as Unicode scalars, each with its line, for the models of parsers that work on characters.
struct ScalarText {
    /// What a parser does with carriage returns before it begins.
    enum CarriageReturns {
        /// They are characters like others.
        case kept
        /// CR LF and a lone CR become LF.
        case lineFeeds
    }

    let scalars: [Unicode.Scalar]
    /// For each scalar, and for the end, the line on which it stands, from 1. Only LF ends a line.
    let lines: [Int]

    /// - Returns: nil for bytes that are not UTF-8 or that hold a NUL.
    init?(_ bytes: [UInt8], _ carriageReturns: CarriageReturns) {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var scalars: [Unicode.Scalar] = []
        var lines: [Int] = []
        scalars.reserveCapacity(bytes.count)
        lines.reserveCapacity(bytes.count + 1)
        var line = 1
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if carriageReturns == .lineFeeds, isAfterReturn, scalar == "\n" {
                // The second half of a CR LF, which stands for the line feed already taken.
                line += 1
                isAfterReturn = false
                continue
            }
            isAfterReturn = scalar == "\r"
            scalars.append(carriageReturns == .lineFeeds && isAfterReturn ? "\n" : scalar)
            lines.append(line)
            if scalar == "\n" { line += 1 }
        }
        lines.append(line)
        self.scalars = scalars
        self.lines = lines
    }

    /// The first line that is not UTF-8 or holds a NUL.
    static func firstBadLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return 1 + (lines.firstIndex { $0.contains(0) || String(validating: $0, as: UTF8.self) == nil } ?? 0)
    }

    var count: Int { scalars.count }

    subscript(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    /// The bytes of a range, as UTF-8.
    func bytes(_ range: Range<Int>) -> [UInt8] { Self.bytes(scalars[range]) }

    /// The text of a range.
    func string(_ range: Range<Int>) -> String { String(decoding: bytes(range), as: UTF8.self) }

    /// The first index from `start` at which a scalar does not satisfy a condition.
    func end(of condition: (Unicode.Scalar) -> Bool, from start: Int) -> Int {
        var index = start
        while index < scalars.count, condition(scalars[index]) { index += 1 }
        return index
    }

    /// Whether the scalars from `index` are those of `word`.
    func has(_ word: String, at index: Int) -> Bool {
        index <= scalars.count && scalars[index...].starts(with: word.unicodeScalars)
    }

    static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in scalars { bytes += UTF8.encode(scalar).map { [UInt8]($0) } ?? [] }
        return bytes
    }
}

extension Unicode.Scalar {
    /// Blanks of category Z, as in every parser that follows Unicode: not the control characters, not U+2028 and U+2029.
    var isUnicodeSpace: Bool {
        switch value {
        case 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// `\s` of JavaScript: also U+FEFF, but not U+0085.
    var isJavaScriptSpace: Bool {
        isUnicodeSpace || (0x09...0x0D).contains(value) || value == 0x2028 || value == 0x2029 || value == 0xFEFF
    }

    /// `\s` of Python: also FS, GS, RS and US.
    var isPythonSpace: Bool {
        isUnicodeSpace || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value) || value == 0x85 || value == 0x2028
            || value == 0x2029
    }

    /// `unicode.IsSpace` of Go.
    var isGoSpace: Bool {
        isUnicodeSpace || (0x09...0x0D).contains(value) || value == 0x85 || value == 0x2028 || value == 0x2029
    }
}

/// The text without what stands at its ends and satisfies a condition.
func trimmed(_ scalars: ArraySlice<Unicode.Scalar>, _ condition: (Unicode.Scalar) -> Bool) -> ArraySlice<Unicode.Scalar> {
    var text = scalars.drop(while: condition)
    while let last = text.last, condition(last) { text.removeLast() }
    return text
}
