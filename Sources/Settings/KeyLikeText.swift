internal import Glibc

/// Whether a text looks like an API key, which has no place in settings.
///
/// A text is looked at in pieces, so that a key inside a URL or a header is found too. A piece is key-like when it begins as issued
/// keys do, or is long, of mixed characters and random.
public enum KeyLikeText {
    /// Beginnings that are a key's whatever follows, a placeholder or a shortened key included.
    private static let always = ["sk-ant-", "sk-proj-", "sk-or-v1-", "sk-svcacct-", "sk-admin-"]

    /// Beginnings that are a key's if 8 characters or more follow.
    private static let issued = [
        "sk_live_", "sk_test_", "rk_live_", "whsec_",  // Stripe
        "cfk_", "cfut_", "cfat_",  // Cloudflare: global key, user token, account token
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
        "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-",  // Slack
        "AKIA", "ASIA", "AIza", "GOCSPX-",  // AWS, Google
        "gsk_", "nvapi-", "dop_v1_", "lsv2_pt_", "AGE-SECRET-KEY-",
    ]

    /// Beginnings that words have too: a key's if 16 characters or more follow that are no words.
    private static let likely = [
        "sk-", "xapp-", "ya29.", "xai-", "hf_", "r8_", "pplx-", "csk-", "tvly-", "fw_", "tgp_", "npm_", "pypi-", "SG.", "eyJ",
    ]

    /// What all of these begin with.
    private static let firstBytes = Set((always + issued + likely).compactMap(\.utf8.first))

    /// Bits per character above which a long piece counts as random.
    private static let entropyLimit = 4.0
    private static let entropyLength = 32

    /// Whether a text has a piece that is key-like: likely enough not to show it.
    public static func matches(_ text: String) -> Bool {
        // Not `contains` of a text, which makes a table of characters first: every start of the program would pay for that.
        if text.utf8.indices.contains(where: { text.utf8[$0] == .dash && text.utf8[$0...].starts(with: "-----BEGIN ".utf8) }) {
            return true
        }
        return text.utf8.split(whereSeparator: { !isKeyByte($0) && $0 != UInt8(ascii: ".") })
            .contains { beginsLikeKey($0) || $0.split(separator: UInt8(ascii: "/")).contains(where: beginsLikeKey) }
            || text.utf8.split(whereSeparator: { !isKeyByte($0) }).contains(where: isRandom)
    }

    /// Whether a text begins as the keys that providers issue: certain enough to refuse it where a name belongs.
    public static func beginsAsIssued(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "/")).contains(where: beginsLikeKey)
    }

    private static func beginsLikeKey(_ piece: Substring.UTF8View) -> Bool {
        // `key=sk-…` is one piece: what stands before the key ends with the equals sign.
        piece.split(separator: .equals).contains { text in
            // Every start of the program looks at every text of the settings.
            guard let first = text.first, firstBytes.contains(first) else { return false }
            func rest(after prefixes: [String]) -> Substring.UTF8View? {
                prefixes.first { text.starts(with: $0.utf8) }.map { text.dropFirst($0.utf8.count) }
            }
            if let rest = rest(after: always) { return !rest.isEmpty }
            if let rest = rest(after: issued) { return rest.count >= 8 }
            guard let rest = rest(after: likely) else { return false }
            return rest.count >= 16 && !isWords(rest)
        }
    }

    /// 32 characters or more of `[A-Za-z0-9_+/=-]`, letters and digits or letters of either case alike, more than 4 bits each, and neither words
    /// nor a path.
    private static func isRandom(_ piece: Substring.UTF8View) -> Bool {
        guard piece.count >= entropyLength else { return false }
        let letters = piece.count(where: SettingsNames.isLetter)
        // One random text in a hundred has no digit. Names have few capitals, or nothing else.
        let capitals = piece.count(where: isCapital)
        guard letters > 0, piece.contains(where: SettingsNames.isDigit) || (4 * capitals > letters && 4 * capitals < 3 * letters) else {
            return false
        }
        return entropy(piece) > entropyLimit && !isWords(piece) && !isHexadecimal(piece)
    }

    /// Words, numbers, versions and identifiers joined by `-`, `_`, `/`, `+` or `=`: a model's name, a path, a region. Random text has
    /// pieces that mix letters and digits, or capitals in the middle.
    private static func isWords(_ piece: Substring.UTF8View) -> Bool {
        let separators = Array("-_+=.".utf8)
        return piece.split(separator: UInt8(ascii: "/")).allSatisfy { part in
            isHexadecimal(part) || part.split(whereSeparator: separators.contains).allSatisfy(isWord)
        }
    }

    private static func isWord(_ word: Substring.UTF8View) -> Bool {
        if word.count > 20 { return false }
        if word.count <= 3 || word.allSatisfy(SettingsNames.isDigit) { return true }
        let letters = word.prefix(while: SettingsNames.isLetter)
        let digits = word[letters.endIndex...]
        guard letters.count >= 3, digits.count <= 3, digits.allSatisfy(SettingsNames.isDigit) else { return false }
        return letters.allSatisfy(isCapital) || camelHumps(letters) <= letters.count / 4
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
