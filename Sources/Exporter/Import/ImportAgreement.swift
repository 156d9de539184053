internal import SodiumCrypto

/// Assignments on which all line formats agree: their name, their value, and that they are assignments at all where they stand.
///
/// Nobody has to say for which program a file was made as long as it does not matter. A line on which two readers differ is left, with
/// what each would read; so is each line that for one reader lies in the quotes of another.
enum ImportAgreement {
    /// The formats that count, by name: those of them that ``Formats/all`` has.
    static let names = ["dotenv", "dotenv-js", "dotenv-python", "compose", "docker", "sh", "systemd-environment-file"]
    /// Those of them that know quotes, comments after a value, and `export`: what reads a file that is called `.env`.
    static let dotenvNames = ["dotenv-js", "dotenv-python", "compose", "sh"]

    /// Reads a file.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a file that is no text.
    static func read(_ bytes: [UInt8], among names: [String] = names) throws(ExportError) -> ImportReading {
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { throw ExportError(.malformed, "not a text") }
        // A last line without an end reads as one with it, everywhere.
        let bytes = bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")]
        let lines = Array(bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast())
        var reading = ImportReading("assignments on which all formats agree")
        reading.isOnlyVariables = true
        reading.hasVariables = true
        var survey = Survey(lines: lines, dialects: dialects(bytes, lines, names))
        try survey.run(into: &reading)
        return reading
    }

    private static func dialects(_ bytes: [UInt8], _ lines: [ArraySlice<UInt8>], _ names: [String]) -> [LineDialect] {
        Formats.all.filter { names.contains($0.name) }.map { format in
            switch format.name {
            case Dotenv.name: LineDialect(portable: lines)
            case ShellExports.name: LineDialect(shell: bytes)
            default: LineDialect(format, lines)
            }
        }
    }
}

/// A walk over the lines of a file with what each dialect reads there.
private struct Survey {
    let lines: [ArraySlice<UInt8>]
    let dialects: [LineDialect]

    private var agreed: [EnvironmentEntry] = []
    /// The lines on which each name is assigned, by any dialect.
    private var places: [String: [Int]] = [:]
    private var isInKeyBlock = false
    private var isAfterText = false

    init(lines: [ArraySlice<UInt8>], dialects: [LineDialect]) {
        self.lines = lines
        self.dialects = dialects
    }

    mutating func run(into reading: inout ImportReading) throws(ExportError) {
        for dialect in dialects {
            for (name, lines) in dialect.places { places[name, default: []] += lines }
        }
        let changing = dialects.flatMap(\.changesAnything)
        for (name, lines) in places { places[name] = Set(lines + changing).sorted() }
        var line = 1
        while line <= lines.count {
            let last = blockEnd(from: line)
            take(line...last, into: &reading)
            line = last + 1
        }
        // A name counts once: where every line that anybody reads as its assignment gives it the same value.
        let certain = Dictionary(grouping: agreed, by: \.name).filter { name, same in
            places[name]?.count == same.count && same.allSatisfy { isEqualInConstantTime($0.value, same[0].value) }
        }
        for entry in agreed {
            let line = entry.lines.lowerBound
            if let same = certain[entry.name] {
                if same[0].lines.lowerBound == line { try reading.add(entry.name, entry.value, line: line) }
            } else {
                let other = (places[entry.name] ?? []).first { $0 != line } ?? line
                reading.left.append(.init(line: line, entry.name, "line \(other) gives it another value"))
            }
        }
        reading.left.sort { ($0.lines?.lowerBound ?? 0) < ($1.lines?.lowerBound ?? 0) }
    }

    /// The last of the lines that some dialect reads as one with this one.
    private func blockEnd(from line: Int) -> Int {
        var last = line
        var next = line
        while next <= last {
            for dialect in dialects {
                if let entry = dialect.entries[next] { last = max(last, entry.lines.upperBound) }
            }
            next += 1
        }
        return min(last, lines.count)
    }

    private mutating func take(_ block: ClosedRange<Int>, into reading: inout ImportReading) {
        let line = block.lowerBound
        let text = lines[line - 1]
        let entries = dialects.map { $0.entry(at: line) }
        if block.count == 1, entries.allSatisfy({ $0 == nil }), isBlankOrComment(text) {
            isAfterText = false
            return
        }
        // Nothing between these two is a variable, whatever it looks like.
        let beginsKey = contains(text, "-----BEGIN "), endsKey = block.contains { contains(lines[$0 - 1], "-----END ") }
        defer { isInKeyBlock = (isInKeyBlock || beginsKey) && !endsKey }
        if isInKeyBlock { return leave(block, nil, "in a key that stands over several lines", into: &reading) }
        let name = shownName(line, entries)
        let isAssignment = entries.contains { $0 != nil } || name != nil
        defer { isAfterText = !isAssignment || (isAfterText && isPadding(text)) }
        if isAfterText, isPadding(text) { return leave(block, nil, "it may belong to the line before", into: &reading) }
        if line > 1, isContinuingComment(lines[line - 2]) {
            return leave(block, name, "systemd before 254 takes it for a part of the comment above", into: &reading)
        }
        if block.count == 1, !beginsKey, let first = entries.first ?? nil, entries.allSatisfy({ $0.map { isSame($0, first) } ?? false }) {
            agreed.append(first)
        } else if isAssignment {
            leave(block, name, reason(line, name, entries), into: &reading)
        } else {
            leave(block, nil, "no assignment", into: &reading)
        }
    }

    private func leave(_ block: ClosedRange<Int>, _ name: String?, _ reason: String, into reading: inout ImportReading) {
        // Lines that are left for the same reason and without a name are one.
        if name == nil, let last = reading.left.last, let lines = last.lines, last.name == nil, last.reason == reason,
            lines.upperBound + 1 == block.lowerBound
        {
            reading.left[reading.left.count - 1] = .init(lines.lowerBound...block.upperBound, nil, reason)
        } else {
            reading.left.append(.init(block, name, reason))
        }
    }

    private func isSame(_ one: EnvironmentEntry, _ other: EnvironmentEntry) -> Bool {
        one.name == other.name && one.lines == other.lines && isEqualInConstantTime(one.value, other.value)
    }

    /// `dotenv-js, compose: without the quotes; docker: with the quotes`.
    private func reason(_ line: Int, _ name: String?, _ entries: [EnvironmentEntry?]) -> String {
        var groups: [(words: String, dialects: [String])] = []
        for (dialect, entry) in zip(dialects, entries) {
            // The portable format is the measure, not a reader.
            if dialect.name == Dotenv.name, entry == nil { continue }
            let words = entry.map { ValueDescription.words($0, line: lines[line - 1], name: name ?? $0.name) } ?? dialect.trouble(at: line)
            if let index = groups.firstIndex(where: { $0.words == words }) {
                groups[index].dialects.append(dialect.name)
            } else {
                groups.append((words, [dialect.name]))
            }
        }
        let text = groups.map { "\($0.dialects.joined(separator: ", ")): \($0.words)" }.joined(separator: "; ")
        return groups.count == 1 ? "\(text); other programs may read it otherwise" : text
    }

    /// The name that most of the dialects read, or that stands there, if it surely is a name.
    private func shownName(_ line: Int, _ entries: [EnvironmentEntry?]) -> String? {
        if let name = entries.compactMap({ $0?.name }).first { return isShowable(name) ? name : nil }
        var text = lines[line - 1].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if text.starts(with: "export ".utf8) { text = text.dropFirst(7).drop { $0 == UInt8(ascii: " ") } }
        guard let end = text.firstIndex(where: { "= :".utf8.contains($0) }) else { return nil }
        let rest = text[end...].drop { $0 == UInt8(ascii: " ") }
        guard rest.first == UInt8(ascii: "=") || text[end] == UInt8(ascii: ":") else { return nil }
        let name = String(decoding: text[..<end], as: UTF8.self)
        return isShowable(name) ? name : nil
    }

    private func isBlankOrComment(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") }) else {
            return true
        }
        return first == UInt8(ascii: "#")
    }

    private func isContinuingComment(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && isBlankOrComment(text) && text.last == UInt8(ascii: "\\")
    }

    /// `abc=` and `abc==` may be the end of something in base64.
    private func isPadding(_ text: ArraySlice<UInt8>) -> Bool {
        text.firstIndex(of: UInt8(ascii: "=")).map { text[$0...].allSatisfy { $0 == UInt8(ascii: "=") } } ?? false
    }

    private func contains(_ text: ArraySlice<UInt8>, _ part: String) -> Bool {
        guard text.count >= part.utf8.count, text.contains(UInt8(ascii: "-")) else { return false }
        return text.indices.contains { text[$0...].starts(with: part.utf8) }
    }
}
