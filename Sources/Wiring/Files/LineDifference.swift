/// What changes between two texts, as people read it.
enum LineDifference {
    /// How many unchanged lines stand around a change.
    private static let context = 2
    /// Beyond that a comparison takes too long.
    private static let maximumLineCount = 20_000

    /// Lines with `-`, `+` or a space before them, and `…` between changes that lie apart.
    static func lines(_ before: [UInt8], _ after: [UInt8]) -> [String] {
        if before == after { return [] }
        let (old, new) = (split(before), split(after))
        guard old.count + new.count < maximumLineCount else { return ["(too long to show)"] }
        var all: [(mark: Character, text: String)] = []
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var (oldIndex, newIndex) = (0, 0)
        while oldIndex < old.count || newIndex < new.count {
            if oldIndex < old.count, removed.contains(oldIndex) {
                all.append(("-", old[oldIndex]))
                oldIndex += 1
            } else if newIndex < new.count, inserted.contains(newIndex) {
                all.append(("+", new[newIndex]))
                newIndex += 1
            } else {
                if oldIndex < old.count { all.append((" ", old[oldIndex])) }
                oldIndex += 1
                newIndex += 1
            }
        }
        var result: [String] = []
        var isGap = false
        for (index, line) in all.enumerated() {
            let around = max(0, index - context)...min(all.count - 1, index + context)
            if all[around].contains(where: { $0.mark != " " }) {
                if isGap, !result.isEmpty { result.append("  …") }
                isGap = false
                result.append("\(line.mark) \(line.text)")
            } else {
                isGap = true
            }
        }
        return result
    }

    private static func split(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        if lines.last == "" { lines.removeLast() }
        return lines.map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 }
    }
}
