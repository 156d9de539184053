/// A change of one place in a file, which can be taken back.
struct Splice: Equatable, Sendable {
    /// The byte at which it begins, in the file before and after.
    let offset: Int
    /// What stood there.
    let removed: [UInt8]
    /// What stands there now.
    let inserted: [UInt8]

    func applied(to bytes: [UInt8]) -> [UInt8] { bytes[..<offset] + inserted + bytes[(offset + removed.count)...] }

    /// The change between two states of a file, as one place.
    static func between(_ before: [UInt8], _ after: [UInt8]) -> Splice? {
        guard before != after else { return nil }
        let shorter = min(before.count, after.count)
        let start = zip(before, after).prefix { $0 == $1 }.count
        let end = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
        let suffix = min(end, shorter - start)
        return Splice(
            offset: start, removed: Array(before[start..<(before.count - suffix)]), inserted: Array(after[start..<(after.count - suffix)]))
    }

    /// Takes it back: at its place, or, if the file has changed since, at the only place where what it inserted stands.
    ///
    /// - Returns: the file, or nil if there is no such place, or several.
    func undone(in bytes: [UInt8]) -> [UInt8]? {
        let place: Int
        if bytes.count >= offset + inserted.count, bytes[offset..<(offset + inserted.count)].elementsEqual(inserted) {
            place = offset
        } else {
            // A comma alone could be any.
            guard inserted.count >= 8, let found = Self.onlyPlace(of: inserted, in: bytes) else { return nil }
            place = found
        }
        return bytes[..<place] + removed + bytes[(place + inserted.count)...]
    }

    private static func onlyPlace(of part: [UInt8], in bytes: [UInt8]) -> Int? {
        guard let first = part.first, bytes.count >= part.count else { return nil }
        var found: Int?
        for start in 0...(bytes.count - part.count)
        where bytes[start] == first && bytes[start..<(start + part.count)].elementsEqual(part) {
            guard found == nil else { return nil }
            found = start
        }
        return found
    }
}
