import Testing

@testable import Settings

@Suite struct FuzzTests {
    private let good = """
        # settings
        [vault]
        key_file = "~/.config/warder/key"
        [profile.default]
        A = "secret:a/b"
        B = { secret = "c", required = false, default = "d" }
        C = \"\"\"multi
        line ${secret:x}\"\"\"
        D.value = '''li'teral'''
        "E" = 12
        F = true
        [profile."p"]
        extends = "default"
        dates = [1979-05-27T07:32:00-08:00, 07:32:00.999, 2024-02-29]
        numbers = [0xFF, 1e9, -nan, +1_000, [{ a = 1 }, { "b\\u0041" = [[]] }]]
        [[provider]]
        x = 1
        """

    @Test func `answers 2,000 damaged documents without a crash`() {
        var random = Generator(seed: 99)
        let pieces = [
            "[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\", "\\u", "\\U0010FFFF", "\\uD800", "=", ".", ",", "#", "\n", "\r", "\0",
            "\u{7F}", "é", "\u{FEFF}", "[[", "e", "_", "-", "99999999999999999999", "0b", "0x", "T", ":", "1979-", "inf",
        ]
        for _ in 0..<100_000 {
            var bytes = Array(good.utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: min(place, bytes.count))
                case 1 where !bytes.isEmpty: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...30, using: &random)))
                case 3: bytes.removeLast(min(bytes.count, Int.random(in: 0...60, using: &random)))
                default: bytes.insert(contentsOf: bytes.suffix(40), at: min(place, bytes.count))
                }
            }
            check(bytes)
        }
    }

    @Test func `answers random bytes and random pieces without a crash`() {
        var random = Generator(seed: 5)
        let alphabet = Array("[]{}\"'\\=.,#\n\r ab01_-+:T\t".utf8)
        for round in 0..<200_000 {
            check(
                (0..<Int.random(in: 0...80, using: &random)).map { _ in
                    round % 10 == 0 ? UInt8.random(in: .min ... .max, using: &random) : alphabet.randomElement(using: &random) ?? 0
                })
        }
    }

    /// Reads, and edits what can be read.
    private func check(_ bytes: [UInt8]) {
        do throws(SettingsError) {
            let document = try SettingsDocument(bytes, file: "f")
            _ = try? SettingsLayer(document, scope: .trusted)
            let text = String(decoding: bytes, as: UTF8.self)
            if let edited = try? SettingsEditor.set(table: ["vault"], key: "k", value: "v", in: text) {
                let after = try SettingsDocument(Array(edited.utf8), file: "f")
                #expect(after.tree[["vault", "k"]] == .string("v"))
            }
            _ = try? SettingsEditor.remove(table: ["profile", "default"], key: "A", in: text)
        } catch {
            #expect(error.code == .invalid)
        }
    }
}
