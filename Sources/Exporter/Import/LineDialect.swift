/// One way to read a file of lines `NAME=value`, and what it makes of each line of one file.
struct LineDialect: Sendable {
    /// The name of the format.
    let name: String
    /// What it reads, by the line on which each assignment begins.
    private(set) var entries: [Int: EnvironmentEntry] = [:]
    /// The lines on which each name is, or may be, given a value: also those of which it is not certain.
    private(set) var places: [String: [Int]] = [:]
    /// Lines that may give any name a value, or end the file for this reader: what they do can only be known by running them.
    private(set) var changesAnything: [Int] = []
    /// What it says of lines that it does not read.
    private(set) var troubles: [Int: String] = [:]
    /// The line from which on it reads nothing for certain.
    private(set) var lostFrom: Int?

    /// How many bytes a reader that fails again and again may be given in all.
    private static let maximumWork = 128 << 20

    /// The shell.
    init(shell bytes: [UInt8]) {
        name = ShellExports.name
        let shell = ShellAssignments(bytes)
        for entry in shell.entries {
            entries[entry.lines.lowerBound] = entry
            places[entry.name, default: []].append(entry.lines.lowerBound)
        }
        // Two assignments on one line are no line that all read alike.
        for (line, group) in Dictionary(grouping: shell.entries, by: \.lines.lowerBound) where group.count > 1 {
            entries[line] = nil
            troubles[line] = "several assignments"
        }
        troubles.merge(shell.troubles) { first, _ in first }
        lostFrom = shell.lostFrom
        // What a line would do that it did not run may give any name in it a value: `B=$(date) A=two`.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for line in troubles.keys where line <= lines.count {
            if Self.mayChangeAnything(lines[line - 1]) { changesAnything.append(line) }
            for name in Self.assignedNames(lines[line - 1]) { places[name, default: []].append(line) }
        }
    }

    /// The portable format, whose rule is about single lines.
    init(portable lines: [ArraySlice<UInt8>]) {
        name = Dotenv.name
        for (index, line) in lines.enumerated() {
            let number = index + 1
            do throws(ExportError) {
                guard let entry = try Dotenv.read(line + [UInt8(ascii: "\n")]).first else { continue }
                entries[number] = EnvironmentEntry(entry.name, entry.value, lines: number...number)
                places[entry.name, default: []].append(number)
            } catch {
                troubles[number] = "not portable"
            }
        }
    }

    /// Any other format. Where its reader fails it reads nothing, and goes on after that line if no quote is open there.
    init(_ format: any EnvironmentFormat.Type, _ lines: [ArraySlice<UInt8>]) {
        name = format.name
        var start = 0
        var work = 0
        while start < lines.count {
            let rest = lines[start...]
            work += rest.reduce(0) { $0 + $1.count + 1 }
            guard work <= Self.maximumWork else {
                lostFrom = start + 1
                return
            }
            do throws(ExportError) {
                add(try format.read(Array(rest.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]), offset: start)
                return
            } catch {
                let failed = start + max(1, min(error.line ?? 1, rest.count)) - 1
                let before = lines[start..<failed]
                if !before.isEmpty {
                    let text = Array(before.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
                    if let entries = try? format.read(text) { add(entries, offset: start) }
                }
                troubles[failed + 1] = "an error"
                let isOpen = [UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`")].contains { quote in
                    !lines[failed].count { $0 == quote }.isMultiple(of: 2)
                }
                guard !isOpen else {
                    lostFrom = failed + 1
                    return
                }
                start = failed + 1
            }
        }
    }

    private mutating func add(_ found: [EnvironmentEntry], offset: Int) {
        for entry in found {
            let lines = entry.lines.lowerBound + offset...entry.lines.upperBound + offset
            entries[lines.lowerBound] = EnvironmentEntry(entry.name, entry.value, lines: lines)
            places[entry.name, default: []].append(lines.lowerBound)
        }
    }

    /// Whether a line that was not understood runs something that may assign, or expands what may name a variable, or stops the shell.
    private static func mayChangeAnything(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split(whereSeparator: { !isNameByte($0) && $0 != UInt8(ascii: ".") }).map { String(decoding: $0, as: UTF8.self) }
        let running: Set<String> = [".", "source", "eval", "exec", "kill", "trap", "alias"]
        let naming: Set<String> = ["export", "unset", "read", "printf", "declare", "typeset", "local", "readonly", "let", "set", "getopts"]
        if words.contains(where: running.contains) { return true }
        let expands = line.contains(UInt8(ascii: "$")) || line.contains(UInt8(ascii: "`"))
        if expands, words.contains(where: naming.contains) { return true }
        let text = String(decoding: line, as: UTF8.self)
        return text.contains("((") || text.contains("${") || text.contains(">")
    }

    /// All names in a line that stand before an equals sign.
    private static func assignedNames(_ line: ArraySlice<UInt8>) -> [String] {
        var names: [String] = []
        var start = line.startIndex
        for index in line.indices {
            if line[index] == UInt8(ascii: "="), isVariableName(line[start..<index]) {
                names.append(String(decoding: line[start..<index], as: UTF8.self))
            }
            if !isNameByte(line[index]) { start = index + 1 }
        }
        return names
    }

    /// The assignment that begins on a line, if this dialect is certain of one.
    func entry(at line: Int) -> EnvironmentEntry? {
        if let lostFrom, line >= lostFrom { return nil }
        return entries[line]
    }

    /// What it makes of a line that it does not read.
    func trouble(at line: Int) -> String {
        if let lostFrom, line > lostFrom { return "unknown after line \(lostFrom)" }
        return troubles[line] ?? "nothing"
    }
}
