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
        var lines = Lines(bytes)
        let entries = try format.read(lines.bytes)
        let ours = Dictionary(variables.map { ($0.name, $0) }) { first, _ in first }
        var written: Set<String> = []
        // Of several assignments to one name the readers take one: that of these lines.
        var counted: [String: ClosedRange<Int>] = [:]
        for entry in entries where !format.firstWins || counted[entry.name] == nil { counted[entry.name] = entry.lines }
        for entry in entries {
            if let variable = ours[entry.name] {
                if counted[entry.name] != entry.lines {
                    lines.remove(entry.lines)
                } else if written.insert(entry.name).inserted, entry.value != variable.value.reveal() {
                    lines.replace(entry.lines, with: try format.write([variable]))
                }
            } else if forgotten.contains(entry.name) {
                lines.remove(entry.lines)
            }
        }
        for variable in variables where !written.contains(variable.name) { lines.append(try format.write([variable])) }
        let result = lines.bytes
        try verify(result, variables, entries.filter { ours[$0.name] == nil && !forgotten.contains($0.name) }, format)
        return result
    }

    /// Reads the result as the format's readers do: our variables have their values, the others are what they were.
    private static func verify(
        _ bytes: [UInt8], _ variables: [EnvironmentVariable], _ others: [EnvironmentEntry], _ format: any EnvironmentFormat.Type
    ) throws(ExportError) {
        let found = try format.read(bytes)
        let names = Set(variables.map(\.name))
        let foundByName = Dictionary(grouping: found, by: \.name)
        for variable in variables {
            let same = foundByName[variable.name] ?? []
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
        let end: [UInt8] = !ended.isEmpty && ended.allSatisfy { $0.suffix(2) == [0x0D, 0x0A] } ? [0x0D, 0x0A] : [0x0A]
        // Some formats know no line without an end, and a new one has to begin on its own.
        if let last = lines.indices.last, lines[last].last != 0x0A { lines[last] += end }
        self.end = end
    }

    var bytes: [UInt8] { Array(lines.joined()) }

    mutating func replace(_ range: ClosedRange<Int>, with content: [UInt8]) {
        remove(range)
        lines[range.lowerBound - 1] = withEnds(content)
    }

    mutating func remove(_ range: ClosedRange<Int>) {
        for line in range { lines[line - 1] = [] }
    }

    mutating func append(_ content: [UInt8]) {
        lines.append(withEnds(content))
    }

    private func withEnds(_ content: [UInt8]) -> [UInt8] {
        end.count == 1 ? content : content.flatMap { $0 == UInt8(ascii: "\n") ? end : [$0] }
    }
}
