import Exporter
import Profiles
import SodiumCrypto
import Testing

/// Values that have broken some parser of environment files, and generated ones.
enum Samples {
    static let handMade: [[UInt8]] =
        [
            "", "a", "0", "plain-token_1.2/3:4@5%6+7,8", "dGVzdA==", "=", "=ls", "==", "a=b", "a=b=c", "a:=ls", "a:=nonexistent:=x", ":=",
            ":", "~", "~root", "a:~root", " ", " leading", "trailing ", "  two  words  ", "\t", "tab\tinside", "#", "#lead", "a#b", "a #b",
            "a # comment", ";", ";lead", "a;b", "a&b", "a|b", "a<b>c", "(a)", "{a,b}", "*", "?", "[ab]", "!", "a!b", "!!", "^a^b", "-n",
            "--",
            "+x", "%1", "%n%%", ",", "@x", ".", "/", "$", "$$", "$HOME", "a$b", "${HOME}", "${", "$(id)", "$((1+1))", "`id`", "`", "'",
            "''",
            "it's", "'quoted'", "'a", "a'", "\"", "\"\"", "say \"hi\"", "\"quoted\"", "\"a", "a\"", "'\"", "it's \"both\"", "it's $5",
            "it's `x`", "it's \\", "\"\\", "\"$x\"", "\\", "\\\\", "a\\", "a\\b", "a\\\\b", "\\n", "a\\nb", "\\x41", "\\u0041", "\\'",
            "\\\"",
            "\\$", "\\t\\r", "\n", "\n\n", "a\nb", "a\n\nb", "a\n", "\na", "a\\\nb", "a\nB=c", "a\nexport B='c'", "\r", "\r\n", "a\rb",
            "a\r",
            "\u{B}", "a\u{C}b", "a\u{1B}[0mb", "\u{1}", "\u{7F}", "a\u{1C}b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\u{A0}b", "\u{A0}a",
            "\u{FEFF}", "\u{FEFF}a", "a\u{FEFF}",
            "é", "e\u{301}", "日本語", "🔑", "\u{FFFD}",
            "\u{10FFFD}", "export A=b", "A=b", "K: v", "null", "true", "EOF", "'\\''", "'; echo x; '", "a' b 'c", "a\" b \"c",
            "{\"a\":\"b\"}",
            "-----BEGIN KEY-----\nMIIB+/==\n-----END KEY-----\n", "https://u:p@h.example/?q=1&r=%20#f", "a,b c", "postgres://u:p$w@h/d",
            "op://vault/item/field", "'`", "'`\"", "a'`\"", "'`\\n", "it's `x` \\r", "'a\\", "\"a\\", "a b\\", "a # b\\", "\\\"",
            "x\\\"y\\", "\\\\\"", "$$x", "\\$x", "\\\\$x", "$5", "a$", "%self", " #x", "a\t#b", "END", "END\nEND_\nEND__",
            "END\r\nEND_", "X<<END", "a\u{F601}b", "\u{A0}", "a\u{3000}", "\u{1F}a\u{1F}", "a\u{180E}", "$'a'", "\\a\\b\\f\\v\\0",
            "\\101\\0101", "{{x}}", "%{x}", "$[1+1]", "`\n`",
        ].map { [UInt8]($0.utf8) } + [
            [0], [97, 0, 98], [0xEF, 0xB7, 0x90], [97, 0xEF, 0xBF, 0xBF], [0xF0, 0x9F, 0xBF, 0xBE], [0x80], [0xFF, 0xFE], [97, 0xC3],
            [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0x5C, 0xFF, 0x27],
            [UInt8](repeating: 120, count: 65_520), [UInt8](repeating: 120, count: 70_000), [UInt8](repeating: 39, count: 20_000),
        ]

    /// 1,000 values from four alphabets, the same in every run.
    static let generated: [[UInt8]] = {
        var random = SplitMix64(state: 0x5741_5244)
        let bare = "abzAZ09_./:@%+,-=".unicodeScalars.map(String.init)
        let quotable = bare + "'#&;|<>()*?!~^[]{} \té🔑$".unicodeScalars.map(String.init)
        let special = ["'", "\"", "\\", "$", "`", "${", "\\n", " ", "#", "a", "=", "$(id)", "{", "}"]
        let wild =
            special + ["\n", "\r", "\r\n", "\t", "\u{1}", "\u{7F}", "\u{1B}", "é", "🔑", "\u{FEFF}", "\u{2028}", "\u{B}", "\nB='c'\n", "b"]
        let alphabets = [bare, quotable, special, wild]
        return (0..<1000).map { index in
            let alphabet = alphabets[index % 4]
            var value: [UInt8] = []
            for _ in 0..<Int.random(in: 1...14, using: &random) {
                value += (alphabet.randomElement(using: &random) ?? "").utf8
            }
            if index % 23 == 3 {
                let position = Int.random(in: 0...value.count, using: &random)
                value.insert(.random(in: 0x80...0xFF, using: &random), at: position)
            }
            return value
        }
    }()

    static let all = handMade + generated

    /// The variables `V0`, `V1`, … of those samples that a format takes.
    static func accepted(by format: any EnvironmentFormat.Type) throws -> [EnvironmentVariable] {
        try all.enumerated().filter { format.obstacle(to: "V\($0.offset)", $0.element) == nil }
            .map { try variable("V\($0.offset)", $0.element) }
    }
}

/// The generator by Sebastiano Vigna: short, seeded, the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

func variable(_ name: String, _ value: [UInt8]) throws -> EnvironmentVariable {
    EnvironmentVariable(name: name, value: try SecretValue(copying: value))
}

func variable(_ name: String, _ value: String) throws -> EnvironmentVariable {
    try variable(name, [UInt8](value.utf8))
}

/// The error of a call, which must fail.
func exportError<Success>(_ call: () throws(ExportError) -> Success) -> ExportError? {
    do throws(ExportError) {
        _ = try call()
    } catch {
        return error
    }
    Issue.record("there was no error")
    return nil
}
