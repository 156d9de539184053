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
        for _ in 0..<2_000 {
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

    @Test(arguments: [
        "1979-05-27T", "1979-05-27Tx", "1979-05-27T07:32:00+x", "07:32:00.", "0x", "0b2", "1__0", "_1", "1_", "01", "+", "1.", "1e", ".5",
        "0x-1", "99:99", "1979-5-27",
        "1979-05-27T07:32:00-0", "1979-05-27  07:32:00", "true1", "+true", "١", "1\u{300}", String(repeating: "1", count: 65),
    ])
    func `refuses a scalar before the parser sees it`(scalar: String) {
        #expect(!TOMLScalar.isValid(Array(scalar.utf8)[...]))
        for text in ["a = \(scalar)", "a = [\(scalar)]", "a = { b = \(scalar) }"] { check(Array(text.utf8)) }
    }

    @Test(arguments: [
        "0", "-0", "+99", "1_000", "0xdead_BEEF", "0o755", "0b1010", "3.1415", "-0.01", "5e+22", "6.626e-34", "1e06", "inf", "-nan", "true",
        "false",
        "1979-05-27", "07:32:00", "00:32:00.999999", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00", "1979-05-27t07:32:00",
    ])
    func `takes every scalar of the specification`(scalar: String) throws {
        let document = try SettingsDocument(Array("a = \(scalar) # c".utf8), file: "f")
        #expect(document.source(of: ["a"]) == scalar)
    }

    @Test(arguments: [
        "99:99:99", "2023-02-30", "1979-05-27T07:32:00+99:99", "9223372036854775808", "0xFFFFFFFFFFFFFFFFFF", "1e999", "0000-00-00",
    ])
    func `survives a scalar that is out of range`(scalar: String) { check(Array("a = \(scalar)".utf8)) }

    @Test func `answers random bytes and random pieces without a crash`() {
        var random = Generator(seed: 5)
        let alphabet = Array("[]{}\"'\\=.,#\n\r ab01_-+:T\t".utf8)
        for round in 0..<3_000 {
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
