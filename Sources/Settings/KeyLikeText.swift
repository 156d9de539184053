internal import Glibc

/// Whether a text looks like an API key, which has no place in settings.
///
/// A text is looked at in pieces, so that a key inside a URL or a header is found too. A piece is key-like when it begins as issued
/// keys do, or is long, of mixed characters and random.
enum KeyLikeText {
    /// How issued keys begin, and how many characters follow at least.
    private static let prefixes: [(prefix: String, rest: Int)] = [
        ("sk-", 16), ("sk_live_", 8), ("sk_test_", 8), ("rk_live_", 8), ("whsec_", 16),  // OpenAI, Anthropic, OpenRouter, DeepSeek; Stripe
        ("cfk_", 16), ("cfut_", 16), ("cfat_", 16),  // Cloudflare: global key, user token, account token
        ("ghp_", 16), ("gho_", 16), ("ghu_", 16), ("ghs_", 16), ("ghr_", 16), ("github_pat_", 16), ("glpat-", 16),
        ("xoxb-", 8), ("xoxp-", 8), ("xoxa-", 8), ("xoxr-", 8), ("xoxs-", 8), ("xapp-", 8),  // Slack
        ("AKIA", 16), ("ASIA", 16), ("AIza", 30), ("ya29.", 16), ("GOCSPX-", 16),  // AWS, Google
        ("gsk_", 16), ("xai-", 16), ("hf_", 16), ("r8_", 16), ("pplx-", 16), ("csk-", 16), ("nvapi-", 16), ("tvly-", 16),
        ("fw_", 16), ("tgp_v1_", 16), ("lsv2_pt_", 16), ("npm_", 16), ("pypi-", 16), ("dop_v1_", 16), ("SG.", 16), ("eyJ", 32),
        ("AGE-SECRET-KEY-", 16),
    ]

    /// Beginnings that are a key's whatever follows, a placeholder or a shortened key included.
    private static let unmistakable = ["sk-ant-", "sk-proj-", "sk-or-v1-", "sk-svcacct-", "sk-admin-"]

    /// Bits per character above which a long piece counts as random.
    private static let entropyLimit = 4.0
    private static let entropyLength = 32

    static func matches(_ text: String) -> Bool {
        if text.contains("-----BEGIN ") { return true }
        return text.utf8.split(whereSeparator: { !isKeyByte($0) && $0 != UInt8(ascii: ".") })
            .contains { beginsLikeKey($0) || $0.split(separator: UInt8(ascii: "/")).contains(where: beginsLikeKey) }
            || text.utf8.split(whereSeparator: { !isKeyByte($0) }).contains(where: isRandom)
    }

    private static func beginsLikeKey(_ piece: Substring.UTF8View) -> Bool {
        // `key=sk-…` is one piece: what stands before the key ends with the equals sign.
        let candidates = piece.split(separator: UInt8(ascii: "=")).map { Substring($0) }
        return candidates.contains { text in
            unmistakable.contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
                || prefixes.contains { entry in
                guard text.hasPrefix(entry.prefix), text.utf8.count >= entry.prefix.utf8.count + entry.rest else { return false }
                return !isWords(text.dropFirst(entry.prefix.count).utf8)
            }
        }
    }

    /// 32 characters or more of `[A-Za-z0-9_+/=-]`, letters and digits, more than 4 bits each, and neither words nor a path.
    private static func isRandom(_ piece: Substring.UTF8View) -> Bool {
        guard piece.count >= entropyLength else { return false }
        guard piece.contains(where: SettingsNames.isDigit), piece.contains(where: SettingsNames.isLetter) else { return false }
        return entropy(piece) > entropyLimit && !isWords(piece) && !isHexadecimal(piece)
    }

    /// Words, numbers and versions joined by `-`, `_`, `/`, `+` or `=`: a model's name, a path, a region. Random text has pieces that mix
    /// letters and digits, or capitals in the middle.
    private static func isWords(_ piece: Substring.UTF8View) -> Bool {
        let separators = Array("-_/+=.".utf8)
        return piece.split(whereSeparator: separators.contains).allSatisfy { word in
            if word.count > 20 { return false }
            if word.count <= 3 || word.allSatisfy(SettingsNames.isDigit) { return true }
            let letters = word.prefix(while: SettingsNames.isLetter)
            let digits = word[letters.endIndex...]
            guard digits.count <= 3, digits.allSatisfy(SettingsNames.isDigit) else { return false }
            let tail = letters.dropFirst()
            return letters.count >= 3 && (tail.allSatisfy(isCapital) || camelHumps(letters) <= letters.count / 4)
        }
    }

    private static func camelHumps(_ letters: Substring.UTF8View) -> Int { letters.dropFirst().count(where: isCapital) }

    /// Identifiers of accounts, UUIDs and digests are hexadecimal, and public.
    private static func isHexadecimal(_ piece: Substring.UTF8View) -> Bool {
        let digits = Array("0123456789abcdefABCDEF-".utf8)
        return piece.allSatisfy(digits.contains)
    }

    /// Shannon entropy, in bits per byte.
    private static func entropy(_ piece: Substring.UTF8View) -> Double {
        var counts = [UInt8: Int]()
        for byte in piece { counts[byte, default: 0] += 1 }
        let total = Double(piece.count)
        return counts.values.reduce(0) { sum, count in
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        SettingsNames.isLetter(byte) || SettingsNames.isDigit(byte) || "_+/=-".utf8.contains(byte)
    }
}
