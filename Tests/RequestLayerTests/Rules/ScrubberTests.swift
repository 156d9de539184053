import Foundation
import NIOCore
import SodiumCrypto
import Testing

@testable import RequestLayer

/// Secrets in responses, across every border.
@Suite struct ScrubberTests {
    private static let secret = "sk-Canary/Key+0123456789\"ab"

    private static func needles(_ secrets: [String] = [secret]) throws -> Needles {
        try Needles(secrets.map { try SecretValue(copying: Array($0.utf8)) })
    }

    /// All of a body, given in parts.
    private static func scrub(_ parts: [[UInt8]], _ needles: Needles) -> [UInt8] {
        var scrubber = Scrubber(needles)
        var all: [UInt8] = []
        for part in parts { all += scrubber.scrub(ByteBuffer(bytes: part)).readableBytesView }
        if let rest = scrubber.finish() { all += rest.readableBytesView }
        return all
    }

    private static func isFound(_ needle: [UInt8], in text: [UInt8]) -> Bool {
        guard text.count >= needle.count else { return false }
        return (0...(text.count - needle.count)).contains { text[$0..<($0 + needle.count)].elementsEqual(needle) }
    }

    /// The forms in which a secret is repeated, by programs that are not ours.
    private static let forms: [String] = {
        let data = Data(secret.utf8)
        let padded = (0...2).map { (Data("xyz".utf8.prefix($0)) + data + Data("tail".utf8)).base64EncodedString() }
        let urlSafe = padded.map { $0.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_") }
        let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
        let json = secret.replacingOccurrences(of: "\"", with: "\\\"")
        return [
            secret, percent,
            percent.replacingOccurrences(of: "%2F", with: "%2f").replacingOccurrences(of: "%2B", with: "%2b")
                .replacingOccurrences(of: "%22", with: "%22"), json, json.replacingOccurrences(of: "/", with: "\\/"),
            secret.replacingOccurrences(of: "\"", with: "\\u0022").replacingOccurrences(of: "+", with: "\\u002B"),
        ] + padded + urlSafe
    }()

    @Test(arguments: forms.indices)
    func `every form is masked, wherever the border is, and nothing else changes`(_ index: Int) throws {
        let form = Array(Self.forms[index].utf8)
        let (before, after) = (Array("data: {\"x\":\"sk-Ca".utf8), Array("sk-\"}\n\n".utf8))
        let text = before + form + after
        let needles = try Self.needles()
        let whole = Self.scrub([text], needles)
        #expect(whole.count == text.count && whole.contains(Scrubber.mask))
        #expect(whole.prefix(before.count).elementsEqual(before) && whole.suffix(after.count).elementsEqual(after))
        for border in 0...text.count { #expect(Self.scrub([Array(text[..<border]), Array(text[border...])], needles) == whole) }
        #expect(Self.scrub(text.map { [$0] }, needles) == whole)
        // At most two digits at either side are also those of what stands beside it.
        let shown = zip(whole, text).enumerated().filter {
            before.count <= $0.offset && $0.offset < before.count + form.count && $0.element.0 != Scrubber.mask
        }
        #expect(shown.count <= 12)
    }

    @Test(arguments: [
        (["=": "\\u003d"]), (["=": "\\u003D"]), (["+": "&#43;"]), (["+": "\\u002b"]), (["/": "\\/"]), (["/": "\\u002f"]),
        (["/": "\\u002F", "+": "\\u002B"]), (["=": "\\u003d", "+": "\\u002b", "/": "\\u002f"]), (["=": "&#x3D;", "/": "&#x2F;"]),
    ])
    func `characters that programs escape are no way around the mask`(_ escapes: [Character: String]) throws {
        let secret = "AbC+dEf/gHi0123=456789=="
        let form = secret.map { escapes[$0] ?? String($0) }.joined()
        let masked = Self.scrub([Array("<\(form)>".utf8)], try Self.needles([secret]))
        let isMasked = String(decoding: masked, as: UTF8.self) == "<\(String(repeating: "*", count: form.utf8.count))>"
        #expect(isMasked)
    }

    @Test func `a key in hexadecimal is masked in both cases`() throws {
        for digits in ["0123456789abcdef", "0123456789ABCDEF"].map(Array.init) {
            let form = Self.secret.utf8.map { String([digits[Int($0 >> 4)], digits[Int($0 & 15)]]) }.joined()
            let masked = Self.scrub([Array("x-\(form)-x".utf8)], try Self.needles())
            let isMasked = String(decoding: masked, as: UTF8.self) == "x-\(String(repeating: "*", count: form.utf8.count))-x"
            #expect(isMasked)
        }
    }

    @Test(arguments: 0..<300)
    func `any split gives the same, no needle survives, and what is held back begins a needle`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        // Few letters, so that beginnings of needles are everywhere and needles overlap.
        let letters = Array("ab".utf8) + (seed % 3 == 0 ? Array("cd".utf8) : [])
        func word(_ range: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: range, using: &random)).map { _ in letters.randomElement(using: &random) ?? 0x61 }
        }
        let secrets = (0..<Int.random(in: 1...4, using: &random)).map { _ in word(8...14) }
        let needles = try Needles(secrets.map { try SecretValue(copying: $0) })
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            text +=
                Bool.random(using: &random)
                ? word(0...12) : (secrets.randomElement(using: &random) ?? []).dropLast(Int.random(in: 0...3, using: &random))
        }
        let whole = Self.scrub([text], needles)
        #expect(whole.count == text.count)
        for secret in secrets { #expect(!Self.isFound(secret, in: whole)) }
        for (masked, plain) in zip(whole, text) { #expect(masked == plain || masked == Scrubber.mask) }
        // Only what a needle covers is masked.
        var covered = Set<Int>()
        let forms = try secrets.flatMap { SecretForms.all(of: try SecretValue(copying: $0)) }
        for form in forms where text.count >= form.count {
            for start in 0...(text.count - form.count) where text[start..<(start + form.count)].elementsEqual(form) {
                covered.formUnion(start..<(start + form.count))
            }
        }
        for (index, byte) in whole.enumerated() where byte == Scrubber.mask { #expect(covered.contains(index)) }
        for _ in 0..<4 {
            var parts: [[UInt8]] = []
            var rest = text[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(rest.count, 9), using: &random)
                parts.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            var scrubber = Scrubber(needles)
            var given: [UInt8] = []
            var read = 0
            for part in parts {
                given += scrubber.scrub(ByteBuffer(bytes: part)).readableBytesView
                read += part.count
                #expect(given.count + scrubber.heldByteCount == read)
                let held = text[(read - scrubber.heldByteCount)..<read]
                #expect(held.isEmpty || forms.contains { $0.count > held.count && $0.starts(with: held) })
            }
            if let end = scrubber.finish() { given += end.readableBytesView }
            #expect(given == whole)
        }
    }

    @Test func `an event is not delayed unless it ends with what a secret begins with`() throws {
        var scrubber = Scrubber(try Self.needles())
        for event in ["data: {\"delta\":\"Hello\"}\n\n", ": ping\n\n", "data: [DONE]\n\n"] {
            #expect(String(buffer: scrubber.scrub(ByteBuffer(string: event))) == event)
        }
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "data: sk-Can"))) == "data: ")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "did"))) == "sk-Candid")
    }

    @Test func `a part without secrets is not copied`() throws {
        var scrubber = Scrubber(try Self.needles())
        let part = ByteBuffer(string: String(repeating: "x", count: 10_000))
        let before = unsafe part.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        let after = unsafe scrubber.scrub(part).withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        #expect(before == after)
    }

    @Test func `short secrets are left alone, and no secret at all is nothing to look for`() throws {
        #expect(try Self.needles(["short"]).isEmpty && Self.needles([]).isEmpty)
        let text = Array("short".utf8)
        #expect(try Self.scrub([text], Self.needles(["short"])) == text)
    }

    @Test func `long secrets are found`() throws {
        let long = String((0..<4000).map { "abcdefghijklmnopqrstuvwxyz0123456789".map { $0 }[$0 * 7 % 36] })
        let needles = try Self.needles([long])
        let text = Array(("x" + long + "y").utf8)
        let whole = Self.scrub([text], needles)
        #expect(whole == Array(("x" + String(repeating: "*", count: long.utf8.count) + "y").utf8))
        #expect(Self.scrub(stride(from: 0, to: text.count, by: 777).map { Array(text[$0..<min($0 + 777, text.count)]) }, needles) == whole)
    }

    @Test(arguments: [
        ("Incorrect API key provided: sk-Canar", true), ("Incorrect API key provided: sk-Canary/K****9\"ab", true),
        ("key ending in 56789\"ab", true), ("sk-Canary/Key+01", true), ("sk-Cana", false), ("789\"ab", false), ("nothing of it", false),
    ])
    func `an error's body also loses the beginning and the end of a key`(_ text: String, _ isMasked: Bool) throws {
        let scrubbed = Scrubber.scrub(error: ByteBuffer(string: text), try Self.needles())
        #expect((scrubbed.echoes > 0) == isMasked)
        let body = String(buffer: scrubbed.body)
        #expect(body.contains("*") == isMasked || text.contains("*"))
        #expect(!body.contains("sk-Canar") && !body.contains("6789\"ab"))
        #expect(body.utf8.count == text.utf8.count)
    }
}
