internal import NIOCore
internal import Resolver
internal import SodiumCrypto

/// The secrets of one target in all their forms, and the tables to find them in a text at once.
///
/// Every byte of every response goes through this, so it looks at the last two bytes of a window only, and mostly skips the window.
/// Everything that tells of the secrets is in locked memory.
///
/// Source: Wu and Manber, A Fast Algorithm for Multi-Pattern Searching (1994).
final class Needles: Sendable {
    /// The secrets themselves.
    let secrets: [SecretValue]
    /// The skips, by a hash of two bytes; whether a needle begins with a byte; then the needles.
    private let table: SecretValue?
    private let ranges: [Range<Int>]
    /// The length of the shortest needle, which is that of the window.
    private let window: Int
    private let longest: Int

    private static let skipCount = 4096
    private static let headCount = 4096 + 256

    /// - Throws: ``SodiumError/Code/outOfMemory``.
    init(_ secrets: [SecretValue]) throws {
        self.secrets = secrets
        let forms = Self.withoutContinuations(secrets.flatMap(SecretForms.all))
        guard let shortest = forms.map(\.count).min(), let longest = forms.map(\.count).max() else {
            (table, ranges, window, self.longest) = (nil, [], 0, 0)
            return
        }
        let farthest = min(shortest - 1, 255)
        var bytes = [UInt8](repeating: UInt8(farthest), count: Self.skipCount) + [UInt8](repeating: 0, count: 256)
        var ranges: [Range<Int>] = []
        for form in forms {
            for end in 1..<shortest {
                let slot = Self.slot(form[end - 1], form[end])
                bytes[slot] = min(bytes[slot], UInt8(min(shortest - 1 - end, 255)))
            }
            bytes[Self.skipCount + Int(form[0])] = 1
            ranges.append(bytes.count..<(bytes.count + form.count))
            bytes += form
        }
        table = try SecretValue(copying: bytes)
        (self.ranges, window, self.longest) = (ranges, shortest, longest)
    }

    /// Whether there is nothing to look for.
    var isEmpty: Bool { table == nil }

    /// Without those that another one begins: that one is found first, and at most one begins at any place.
    private static func withoutContinuations(_ forms: [[UInt8]]) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        for form in forms.sorted(by: { $0.count < $1.count }) where !kept.contains(where: { form.starts(with: $0) }) { kept.append(form) }
        return kept
    }

    @inline(__always)
    private static func slot(_ first: UInt8, _ second: UInt8) -> Int { (Int(first) << 4 ^ Int(second) &* 29) & (skipCount - 1) }

    /// What is found in a text whose end may not be the last of it.
    struct Findings {
        /// The needles that nothing before them can still turn out to be a part of another.
        var found: [Range<Int>] = []
        /// Where the beginning of a needle is that the text ends with; the text's end if there is none.
        var held: Int
    }

    /// Looks for needles.
    ///
    /// - Parameter isLast: whether nothing follows.
    func findings(in text: UnsafeRawBufferPointer, isLast: Bool) -> Findings {
        var findings = Findings(held: text.count)
        guard let table else { return findings }
        table.bytes.withBytes { span in
            unsafe span.withUnsafeBytes { table in
                var region = 0
                var held = unsafe isLast ? text.count : self.held(text, from: region, table)
                while let match = unsafe next(text, from: region, table), match.lowerBound < held {
                    findings.found.append(match)
                    region = match.upperBound
                    if !isLast, region > held { held = unsafe self.held(text, from: region, table) }
                }
                findings.held = held
            }
        }
        return findings
    }

    /// The first needle that is whole.
    private func next(_ text: UnsafeRawBufferPointer, from start: Int, _ table: UnsafeRawBufferPointer) -> Range<Int>? {
        var end = start + window - 1
        while end < text.count {
            let skip = unsafe table[Self.slot(text[end - 1], text[end])]
            if skip > 0 {
                end += Int(skip)
                continue
            }
            let first = end - window + 1
            for range in ranges where unsafe first + range.count <= text.count && isSame(text, first, table, range, range.count) {
                return first..<(first + range.count)
            }
            end += 1
        }
        return nil
    }

    /// Where the longest end of a text begins that a needle begins with.
    private func held(_ text: UnsafeRawBufferPointer, from start: Int, _ table: UnsafeRawBufferPointer) -> Int {
        var first = max(start, text.count - longest + 1)
        while first < text.count {
            if unsafe table[Self.skipCount + Int(text[first])] != 0 {
                let count = text.count - first
                for range in ranges where unsafe range.count > count && isSame(text, first, table, range, count) { return first }
            }
            first += 1
        }
        return text.count
    }

    @inline(__always)
    private func isSame(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ table: UnsafeRawBufferPointer, _ needle: Range<Int>, _ count: Int
    ) -> Bool {
        for index in 0..<count where unsafe text[start + index] != table[needle.lowerBound + index] { return false }
        return true
    }

    /// Whether a text has one of them.
    func isFound(in text: String) -> Bool {
        guard table != nil, text.utf8.count >= window else { return false }
        var text = text
        return text.withUTF8 { bytes in
            unsafe !findings(in: UnsafeRawBufferPointer(bytes), isLast: true).found.isEmpty
        }
    }
}

/// Needles by the secrets that they are made of.
struct NeedleCache {
    private var known: [[ObjectIdentifier]: Needles] = [:]

    mutating func needles(of resolution: Resolution) throws -> Needles {
        let secrets = (resolution.headers + (resolution.step?.headers ?? [])).flatMap(\.secrets)
        let key = secrets.map(ObjectIdentifier.init)
        if let needles = known[key] { return needles }
        let needles = try Needles(secrets)
        known[key] = needles
        return needles
    }
}
