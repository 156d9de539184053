/// One way to read a file of lines `NAME=value`, and what it makes of each line of one file.
struct LineDialect: Sendable {
    /// The name of the format.
    let name: String
    /// What it reads, by the line on which each assignment begins.
    private(set) var entries: [Int: EnvironmentEntry] = [:]
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
        for entry in shell.entries { entries[entry.lines.lowerBound] = entry }
        // Two assignments on one line are no line that all read alike.
        for (line, group) in Dictionary(grouping: shell.entries, by: \.lines.lowerBound) where group.count > 1 {
            entries[line] = nil
            troubles[line] = "several assignments"
        }
        troubles.merge(shell.troubles) { first, _ in first }
        lostFrom = shell.lostFrom
    }

    /// The portable format, whose rule is about single lines.
    init(portable lines: [ArraySlice<UInt8>]) {
        name = Dotenv.name
        for (index, line) in lines.enumerated() {
            let number = index + 1
            do throws(ExportError) {
                guard let entry = try Dotenv.read(line + [UInt8(ascii: "\n")]).first else { continue }
                entries[number] = EnvironmentEntry(entry.name, entry.value, lines: number...number)
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
        }
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
