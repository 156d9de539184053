/// The shapes of the names that settings hold.
enum SettingsNames {
    /// `[A-Za-z_][A-Za-z0-9_]*`
    static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// `[A-Za-z0-9][A-Za-z0-9._-]*` segments joined by `/`, 1 to 256 bytes.
    static func isSecret(_ name: String) -> Bool {
        guard (1...256).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isSegment)
    }

    /// One segment of a secret's name, 1 to 64 bytes: the name of a profile or a provider.
    static func isTable(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && isSegment(name.utf8[...])
    }

    /// A name as an error may show it, or nil: only what is plainly a name, and not a key that stands where a name belongs.
    static func shown(_ name: String) -> String? {
        guard (1...64).contains(name.utf8.count), !KeyLikeText.matches(name) else { return nil }
        let others = Array("._/-".utf8)
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || others.contains($0) } ? name : nil
    }

    /// A table's name as in its header, `[profile.default]`, or nil if a part of it may not be shown.
    static func shownTable(_ path: some Collection<String>) -> String? {
        let parts = path.compactMap(shown)
        return parts.count == path.count && !parts.isEmpty ? "[\(parts.joined(separator: "."))]" : nil
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isSegment(_ segment: Substring.UTF8View) -> Bool {
        guard let first = segment.first, isLetter(first) || isDigit(first) else { return false }
        let others = Array("._-".utf8)
        return segment.allSatisfy { isLetter($0) || isDigit($0) || others.contains($0) }
    }
}
