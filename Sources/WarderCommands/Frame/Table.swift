/// Rows for people: aligned columns, the last one cut to the width of the terminal.
struct Table {
    private let columns: [String]
    private var rows: [[String]] = []

    init(_ columns: [String]) {
        self.columns = columns
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The table with its heading, each line ended.
    func text(width: Int) -> String {
        let all = [columns] + rows
        let widths = columns.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        var text = ""
        for row in all {
            var line = ""
            for (column, cell) in row.enumerated() {
                line += column + 1 < row.count ? cell + String(repeating: " ", count: widths[column] - Self.width(cell) + 2) : cell
            }
            while line.last == " " { line.removeLast() }
            text += Self.cut(line, to: width) + "\n"
        }
        return text
    }

    private static func cut(_ line: String, to width: Int) -> String {
        guard self.width(line) > width, width > 1 else { return line }
        var result = ""
        var used = 0
        for character in line {
            let next = self.width(String(character))
            if used + next > width - 1 { break }
            result.append(character)
            used += next
        }
        return result + "…"
    }

    /// Columns that a text takes: two for East Asian wide characters and emoji, none for marks that combine.
    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: sum
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
                0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                sum + 2
            default: sum + 1
            }
        }
    }
}
