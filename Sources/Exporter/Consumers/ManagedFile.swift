internal import Profiles
internal import SodiumCrypto

/// A file in which some variables are ours, and everything else is not: comments, other variables, their order and the line ends stay.
enum ManagedFile {
    /// The file with our variables changed, and nothing else.
    ///
    /// A variable of ours that has its value already stays as it is written. One with another value is written anew in its place; of two
    /// with the same name one goes, since it may hold an older value. New ones go to the end.
    ///
    /// - Parameters:
    ///   - variables: ours.
    ///   - bytes: the file as it is.
    ///   - forgotten: names that were ours and are not any more.
    ///   - format: how the file's readers read it.
    /// - Throws: ``ExportError/Code/malformed`` if the file is not in the format, and what its writer throws;
    ///   ``ExportError/Code/unrepresentable`` if the result would read differently from what it should.
    static func merge(
        _ variables: [EnvironmentVariable], into bytes: [UInt8], forgetting forgotten: Set<String> = [],
        as format: any EnvironmentFormat.Type
    ) throws(ExportError) -> [UInt8] {
        let entries = try format.read(bytes)
        let ours = Dictionary(variables.map { ($0.name, $0) }) { first, _ in first }
        var lines = Lines(bytes)
        var written: Set<String> = []
        for entry in entries where format.firstWins ? true : !isShadowed(entry, in: entries) {
            guard let variable = ours[entry.name], written.insert(entry.name).inserted else { continue }
            if entry.value == variable.value.reveal() { continue }
            lines.replace(entry.lines, with: try format.write([variable]))
        }
        for entry in entries where forgotten.contains(entry.name) && ours[entry.name] == nil { lines.remove(entry.lines) }
        for entry in entries where ours[entry.name] != nil && isDuplicate(entry, in: entries, format) { lines.remove(entry.lines) }
        for variable in variables where !written.contains(variable.name) { lines.append(try format.write([variable])) }
        let result = lines.bytes
        try verify(result, variables, entries.filter { ours[$0.name] == nil && !forgotten.contains($0.name) }, format)
        return result
    }

    /// Whether a later assignment to the same name follows.
    private static func isShadowed(_ entry: EnvironmentEntry, in entries: [EnvironmentEntry]) -> Bool {
        entries.contains { $0.name == entry.name && $0.lines.lowerBound > entry.lines.lowerBound }
    }

    /// Whether the readers take another assignment to the same name.
    private static func isDuplicate(
        _ entry: EnvironmentEntry, in entries: [EnvironmentEntry], _ format: any EnvironmentFormat.Type
    ) -> Bool {
        let same = entries.filter { $0.name == entry.name }
        return entry.lines != (format.firstWins ? same.first : same.last)?.lines
    }

    /// Reads the result as the format's readers do: our variables have their values, the others are what they were.
    private static func verify(
        _ bytes: [UInt8], _ variables: [EnvironmentVariable], _ others: [EnvironmentEntry], _ format: any EnvironmentFormat.Type
    ) throws(ExportError) {
        let found = try format.read(bytes)
        let names = Set(variables.map(\.name))
        for variable in variables {
            let same = found.filter { $0.name == variable.name }
            guard same.count == 1, same[0].value == variable.value.reveal() else {
                throw ExportError(
                    .unrepresentable, "\(variable.name): would not read back as \(format.name) from this file",
                    hint: "its line ends or other lines are in the way")
            }
        }
        let rest = found.filter { !names.contains($0.name) }
        guard rest.count == others.count, zip(rest, others).allSatisfy({ $0.name == $1.name && $0.value == $1.value }) else {
            throw ExportError(.verification, "other variables of this file would change")
        }
    }
}

/// The lines of a file, each with its end, that can be replaced without moving the others.
private struct Lines {
    private var lines: [[UInt8]] = []
    private let end: [UInt8]

    init(_ bytes: [UInt8]) {
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append([UInt8](bytes[start...index]))
            start = index + 1
        }
        if start < bytes.count { lines.append([UInt8](bytes[start...])) }
        let ended = lines.filter { $0.last == 0x0A }
        // All of them: a value may have a line of its own that ends otherwise.
        end = !ended.isEmpty && ended.allSatisfy { $0.suffix(2) == [0x0D, 0x0A] } ? [0x0D, 0x0A] : [0x0A]
    }

    var bytes: [UInt8] { Array(lines.joined()) }

    mutating func replace(_ range: ClosedRange<Int>, with content: [UInt8]) {
        let isOpen = lines[range.upperBound - 1].last != UInt8(ascii: "\n")
        remove(range)
        var content = withEnds(content)
        if isOpen { content.removeLast(end.count) }
        lines[range.lowerBound - 1] = content
    }

    mutating func remove(_ range: ClosedRange<Int>) {
        for line in range { lines[line - 1] = [] }
    }

    mutating func append(_ content: [UInt8]) {
        if let last = lines.lastIndex(where: { !$0.isEmpty }), lines[last].last != UInt8(ascii: "\n") { lines[last] += end }
        lines.append(withEnds(content))
    }

    private func withEnds(_ content: [UInt8]) -> [UInt8] {
        end.count == 1 ? content : content.flatMap { $0 == UInt8(ascii: "\n") ? end : [$0] }
    }
}
