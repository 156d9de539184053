/// Random numbers that are the same in every run.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Valid TOML documents of all notations.
enum RandomDocument {
    static func make(_ random: inout Generator) -> String {
        var comment = 0
        var lines: [String] = []
        func note(_ random: inout Generator) -> String {
            guard Int.random(in: 0..<3, using: &random) == 0 else { return "" }
            comment += 1
            return " # c\(comment)"
        }
        func keys(_ random: inout Generator) {
            for key in ["k0", "\"k1\"", "k2", "d.e", "'odd key'"].shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)) {
                if Int.random(in: 0..<4, using: &random) == 0 { lines.append(note(&random)) }
                lines.append("\(["", "  ", "\t"].randomElement(using: &random) ?? "")\(key) = \(value(&random))\(note(&random))")
            }
        }
        keys(&random)
        for header in ["[vault]", "[ profile . a ]", "[profile.\"b c\"]", "[provider.x]", "[profile]"].shuffled(using: &random)
            .prefix(Int.random(in: 0...5, using: &random))
        {
            lines.append(header + note(&random))
            keys(&random)
        }
        let end = Bool.random(using: &random) ? "\n" : "\r\n"
        return lines.joined(separator: "\n").replacing("\n", with: end) + (Bool.random(using: &random) ? end : "")
    }

    private static func value(_ random: inout Generator) -> String {
        let values = [
            "\"text\"", "'li#teral'", "\"esc \\\" # \\u00e9\"", "\"\"\"multi\n[vault]\nk0 = 1\n\"\"\"", "'''\n# no comment\n'''", "12",
            "-0x1f".replacing("-", with: ""),
            "1.5", "inf", "nan", "true", "2024-02-29", "07:32:00", "1979-05-27T07:32:00-08:00", "[1, 2]", "[\n  'a',\n  [ { k0 = 1 } ],\n]",
            "{ k0 = 1, a.b = 'x' }",
            "{}", "[]", "\"secret:a/b\"", "\"\"", "''", "\"\"\"\"quoted\"\"\"\"",
        ]
        return values.randomElement(using: &random) ?? "1"
    }
}
