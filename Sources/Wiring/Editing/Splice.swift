/// A change of one place in a file, which can be taken back.
struct Splice: Equatable, Sendable {
    /// What inserted text must have at least to be looked for: anything shorter could be anybody's.
    private static let shortest = 8

    /// The byte at which it begins, in the file before and after.
    let offset: Int
    /// What stood there.
    let removed: [UInt8]
    /// What stands there now.
    let inserted: [UInt8]

    func applied(to bytes: [UInt8]) -> [UInt8] { bytes[..<offset] + inserted + bytes[(offset + removed.count)...] }

    /// The change between two states of a file, as whole lines.
    static func ofLines(_ before: [UInt8], _ after: [UInt8]) -> Splice? {
        guard before != after else { return nil }
        let (old, new) = (lines(before), lines(after))
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = min(zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count, min(old.count, new.count) - start)
        return Splice(
            offset: old[..<start].reduce(0) { $0 + $1.count }, removed: Array(old[start..<(old.count - end)].joined()),
            inserted: Array(new[start..<(new.count - end)].joined()))
    }

    /// The lines with their ends.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            lines.append(rest[...end])
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { lines.append(rest) }
        return lines
    }

    /// Takes it back in a file that has changed since: at the only place where what it inserted stands.
    ///
    /// - Returns: the file, or nil if there is no such place, or several.
    func undone(in bytes: [UInt8]) -> [UInt8]? {
        guard inserted.count >= Self.shortest, let first = inserted.first, bytes.count >= inserted.count else { return nil }
        var found: Int?
        for start in 0...(bytes.count - inserted.count)
        where bytes[start] == first && bytes[start..<(start + inserted.count)].elementsEqual(inserted) {
            guard found == nil else { return nil }
            found = start
        }
        return found.map { bytes[..<$0] + removed + bytes[($0 + inserted.count)...] }
    }
}
