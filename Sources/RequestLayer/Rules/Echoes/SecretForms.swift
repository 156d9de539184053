internal import SodiumCrypto

/// How a secret looks where a server repeats it: as it is, in base64, in hexadecimal, percent-encoded, in a JSON string, or in HTML.
enum SecretForms {
    /// Shorter ones would be found in texts that have nothing to do with them.
    static let shortest = 8

    /// All forms that are long enough, each once. Ordinary memory, for the one moment in which a table is made of them.
    static func all(of secret: SecretValue) -> [[UInt8]] {
        let plain = secret.reveal()
        guard plain.count >= shortest else { return [] }
        var forms = [plain]
        for alignment in 0..<3 {
            forms.append(base64(plain, alignment, standard))
            forms.append(base64(plain, alignment, urlSafe))
        }
        for digits in [upper, lower] {
            forms.append(plain.flatMap { Byte.isAlphanumeric($0) || "-._~".utf8.contains($0) ? [$0] : [Byte.percent] + hex($0, digits) })
            forms.append(plain.flatMap { hex($0, digits) })
            for escaped in ["<>&", "<>&='", "<>&+'\"`\\", "<>&+'\"`\\/", "<>&=+'\"`\\", "<>&=+'\"`\\/", "/", "+/", "=/"] {
                forms.append(
                    plain.flatMap { escaped.utf8.contains($0) ? Array("\\u00".utf8) + hex($0, digits) : jsonEscaped($0, slash: false) })
            }
        }
        forms.append(plain.flatMap { jsonEscaped($0, slash: false) })
        forms.append(plain.flatMap { jsonEscaped($0, slash: true) })
        for entities in [entities, entities.merging(slashEntities) { $1 }] {
            forms.append(plain.flatMap { byte in entities[byte].map { Array($0.utf8) } ?? [byte] })
        }
        var seen: Set<[UInt8]> = []
        return forms.filter { $0.count >= shortest && seen.insert($0).inserted }
    }

    /// Those of HTML templates.
    private static let entities: [UInt8: String] = [
        0x22: "&#34;", 0x26: "&amp;", 0x27: "&#39;", 0x2B: "&#43;", 0x3C: "&lt;", 0x3E: "&gt;",
    ]
    private static let slashEntities: [UInt8: String] = [0x22: "&quot;", 0x2B: "+", 0x2F: "&#x2F;", 0x3D: "&#x3D;", 0x60: "&#x60;"]
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let upper = Array("0123456789ABCDEF".utf8)
    private static let lower = Array("0123456789abcdef".utf8)

    private static func hex(_ byte: UInt8, _ digits: [UInt8]) -> [UInt8] { [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }

    private static func jsonEscaped(_ byte: UInt8, slash: Bool) -> [UInt8] {
        byte == Byte.quote || byte == Byte.backslash || (slash && byte == Byte.slash) ? [Byte.backslash, byte] : [byte]
    }

    /// The digits that depend on the secret alone, when `alignment` bytes stand before it in what is encoded.
    private static func base64(_ plain: [UInt8], _ alignment: Int, _ digits: [UInt8]) -> [UInt8] {
        let skipped = (3 - alignment) % 3
        // Whole groups, and of the last one the digits that the next byte does not change.
        var form: [UInt8] = []
        if alignment > 0, plain.count >= skipped {
            let (a, b) = (plain[0], skipped == 2 ? plain[1] : 0)
            // One byte before: 4 bits of the first byte end the second digit, which also has bits of the byte before.
            form = skipped == 2 ? [digits[Int((a & 15) << 2 | b >> 6)], digits[Int(b & 63)]] : [digits[Int(a & 63)]]
        }
        var index = skipped
        while index + 3 <= plain.count {
            let group = Int(plain[index]) << 16 | Int(plain[index + 1]) << 8 | Int(plain[index + 2])
            form += [digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]]
            index += 3
        }
        switch plain.count - index {
        case 1: form.append(digits[Int(plain[index] >> 2)])
        case 2: form += [digits[Int(plain[index] >> 2)], digits[Int((plain[index] & 3) << 4 | plain[index + 1] >> 4)]]
        default: break
        }
        return form
    }
}
