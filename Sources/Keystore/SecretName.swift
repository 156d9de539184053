/// The name of a secret: segments of `[A-Za-z0-9][A-Za-z0-9._-]*` joined by `/`, 1 to 256 bytes.
public struct SecretName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 256.
    public static let maximumByteCount = 256

    /// The name.
    public let description: String

    /// Takes a name.
    ///
    /// - Throws: ``KeystoreError/Code/invalid``; the text is not repeated, since it may be a value in the wrong place.
    public init(_ text: some StringProtocol) throws(KeystoreError) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumByteCount else {
            throw KeystoreError(.invalid, "a secret's name has 1 to \(Self.maximumByteCount) bytes")
        }
        var startsSegment = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                startsSegment = false
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                guard !startsSegment else { throw Self.badForm }
            case UInt8(ascii: "/"):
                guard !startsSegment else { throw Self.badForm }
                startsSegment = true
            default:
                throw Self.badForm
            }
        }
        guard !startsSegment else { throw Self.badForm }
        description = String(text)
    }

    /// The name of any record: a secret's, or a note's with its area, a lower-case word, and a colon before it.
    package static func ofRecord(_ text: String) throws(KeystoreError) -> SecretName {
        guard let colon = text.firstIndex(of: ":") else { return try SecretName(text) }
        let area = text[..<colon]
        guard (1...16).contains(area.utf8.count), area.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else {
            throw badForm
        }
        return SecretName(unchecked: "\(area):\(try SecretName(text[text.index(after: colon)...]))")
    }

    private init(unchecked description: String) { self.description = description }

    /// Whether it is a note's name, which no secret has.
    var isNote: Bool { description.contains(":") }

    private static let badForm = KeystoreError(
        .invalid, "a secret's name has letters, digits, '.', '_' and '-', in segments joined by '/', each starting with a letter or digit")

    /// Orders by bytes: names are ASCII, which texts are ordered by, too, and several times as fast.
    public static func < (left: SecretName, right: SecretName) -> Bool { left.description < right.description }

    var bytes: [UInt8] { Array(description.utf8) }
}

/// A pattern over names: `*` stands for any bytes, `/` included, and `?` for one.
public struct NamePattern: Sendable {
    private let pattern: [UInt8]

    /// Takes a pattern; one without `*` and `?` matches only itself.
    public init(_ text: String) {
        pattern = Array(text.utf8)
    }

    /// Whether the whole of `text` matches.
    public func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var position = 0
        var inPattern = 0
        var star: (pattern: Int, text: Int)?
        while position < text.count {
            if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
                star = (inPattern, position)
                inPattern += 1
            } else if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "?") || pattern[inPattern] == text[position] {
                inPattern += 1
                position += 1
            } else if let last = star {
                inPattern = last.pattern + 1
                position = last.text + 1
                star = (last.pattern, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
