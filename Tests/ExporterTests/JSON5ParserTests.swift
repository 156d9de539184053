import Foundation
import Testing

@testable import Exporter

/// The JSON5 reader, by hand and against node and its json5 package.
@Suite struct JSON5ParserTests {
    private func read(_ text: String) throws -> JSON5Value { try JSON5Parser.parse([UInt8](text.utf8)) }

    /// The value as JSON in which numbers are their bits, to be compared with what node prints.
    private func canonical(_ value: JSON5Value) -> String {
        switch value.content {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let number):
            return "#" + (number.isNaN ? "nan" : String(number.bitPattern, radix: 16))
        case .string(let bytes): return "'" + bytes.map { String(format: "%02x", $0) }.joined() + "'"
        case .array(let elements): return "[" + elements.map(canonical).joined(separator: ",") + "]"
        case .object(let members):
            // As in an object of JavaScript: the last value, at the place of the first.
            var order: [String] = []
            var values: [String: String] = [:]
            for member in members {
                if values.updateValue(canonical(member.value), forKey: member.key) == nil { order.append(member.key) }
            }
            return "{" + order.map { "\(canonicalKey($0)):\(values[$0] ?? "")" }.sorted().joined(separator: ",") + "}"
        }
    }

    private func canonicalKey(_ key: String) -> String { "'" + key.utf8.map { String(format: "%02x", $0) }.joined() + "'" }

    /// Prints for each text (one file, NUL between them) its value in the canonical form, or `!`.
    private static let script = """
        const fs = require('fs');
        const parse = process.argv[2] === 'json' ? JSON.parse : require('json5').parse;
        const hex = text => "'" + Buffer.from(text).toString('hex') + "'";
        const bits = number => {
            if (Number.isNaN(number)) return 'nan';
            const buffer = new DataView(new ArrayBuffer(8));
            buffer.setFloat64(0, number);
            return buffer.getBigUint64(0).toString(16);
        };
        const show = value => value === null ? 'null'
            : typeof value === 'boolean' ? String(value)
            : typeof value === 'number' ? '#' + bits(value)
            : typeof value === 'string' ? hex(value)
            : Array.isArray(value) ? '[' + value.map(show).join(',') + ']'
            : '{' + Object.keys(value).map(key => hex(key) + ':' + show(value[key])).sort().join(',') + '}';
        for (const text of fs.readFileSync(process.argv[1], 'utf8').split('\\0')) {
            let line = '!';
            try { line = show(parse(text)) } catch {}
            console.log(line);
        }
        """

    private func answers(of parser: String, _ texts: [String]) throws -> [String]? {
        let probe = parser == "json" ? "" : "require('json5')"
        guard try execute(["env", "NODE_PATH=/usr/share/nodejs", "node", "-e", probe]).status == 0 else {
            print("SKIPPED: node\(parser == "json" ? "" : "'s package json5") is not on this machine")
            return nil
        }
        let output = try withDirectory { directory in
            try Data(texts.joined(separator: "\0").utf8).write(to: URL(filePath: "\(directory)/texts"))
            return try execute(["env", "NODE_PATH=/usr/share/nodejs", "node", "-e", Self.script, "\(directory)/texts", parser]).output
        }
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        try #require(lines.count == texts.count)
        return lines.map(String.init)
    }

    private func compare(_ texts: [String], with parser: String, mayTakeMore: Bool = false) throws {
        guard let answers = try answers(of: parser, texts) else { return }
        var taken = 0
        for (text, answer) in zip(texts, answers) {
            let own = (try? read(text)).map(canonical) ?? "!"
            if own != "!" { taken += 1 }
            // JSON.parse knows a part of JSON5.
            if mayTakeMore, answer == "!" { continue }
            #expect(own == answer, "\(text.debugDescription)")
        }
        print("\(parser): \(texts.count) texts, \(taken) of them valid")
    }

    static let hand = [
        "", " ", "{}", "[]", "null", "true", "false", "nul", "truey", "True", "undefined", "{a:1}", "{a:1,}", "{,}", "{a:1,,}", "{a}",
        "{a:}", "[1,]", "[,]", "[1,,2]", "[1 2]", "{a:1 b:2}", "{'a':1}", "{\"a\":1}", "{a-b:1}", "{1a:1}", "{$:1,_:2,a1:3}", "{é:1}",
        "{日本:1}", "{\\u0061b:1}", "{\\u0031b:1}", "{a\\u0031:1}", "{\\x61:1}", "{a\u{200D}b:1}", "{\u{200D}:1}", "{null:1,true:2}",
        "{a:1,a:2}", "'a'", "\"a\"", "'\"'", "\"'\"", "'a", "'a\"", "'\\''", "'\\\"'", "'\\\\'", "'\\b\\f\\n\\r\\t\\v\\0'", "'\\01'",
        "'\\1'", "'\\9'", "'\\a\\q\\/'", "'\\x41'", "'\\x4'", "'\\xe9'", "'\\xzz'", "'\\u0041'", "'\\u004'", "'\\ud83d\\udd11'",
        "'a\\\nb'", "'a\\\r\nb'", "'a\\\rb'", "'a\\\u{2028}b'", "'a\nb'", "'a\rb'", "'a\u{2028}b'", "'a\u{2029}b'", "'\t'", "'é🔑'",
        "'\\é'", "'\\🔑'", "'\u{FEFF}'", "0", "-0", "+0", "1", "+1", "-1", "1.5", "1.", ".5", "-.5", "+.5", ".", "+", "-", "--1", "- 1",
        "01", "00", "-01", "0.1", "0e1", "1e5", "1E+5", "1e-5", "1e", "1e+", "1.e2", ".1e2", "1e400", "-1e400", "0x1F", "0X1f", "-0xa",
        "0x", "0xg", "0x1g", "0x1.5", "1_000", "1a", "Infinity", "-Infinity", "+Infinity", "Infinit", "NaN", "-NaN", "nan", "1 ", " 1",
        "1 2", "[1]2", "// c\n1", "1 // c", "1 // c\u{2028}", "// c\u{2028}1", "// c\r1", "/* c */ 1", "/* c", "/*/", "/**/1", "/***/1",
        "/* * / */1", "1 /", "/ 1", "#c\n1", "{/*c*/a/*c*/:/*c*/1/*c*/,/*c*/}", "\u{FEFF}1", "\u{A0}1\u{2003}", "\u{B}\u{C}1", "\u{85}1",
        "{a:{b:[{c:'d'}]}}", "{'':1}", "{\"a b\":1}", "[[[[]]]]", "]", "}", "{]", "[}", "`a`", "{a=1}", "{a;1}", "12345678901234567890",
        "0.1e-400", "9007199254740993", "123456789.123456789e-7", "{__proto__x: 1}", "{constructor: 1}",
    ]

    @Test func `reads JSON5 as the json5 package does`() throws {
        try compare(Self.hand, with: "json5")
    }

    @Test func `reads 4,000 generated texts as the json5 package does, and JSON as node does`() throws {
        var random = SplitMix64(state: 0x4A53_4F4E)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "a", "'a'", "\"b\"", "1", "-.5", "0x1f", "null", "true", "//c\n", "/*c*/", " ", "\n", "'\\\n'",
            "\"\\u0041\"", "'\\x41'", "Infinity", "NaN", "+1", "é", "$", "\u{FEFF}", "a:1", "b:[", "]", "}", "'\\", "\"",
        ]
        var texts: [String] = []
        for index in 0..<4000 {
            texts.append(
                index % 2 == 0
                    ? (0..<Int.random(in: 1...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                    : document(depth: 4, isPlain: index % 4 == 1, &random))
        }
        try compare(texts, with: "json5")
        try compare(texts, with: "json", mayTakeMore: true)
    }

    /// A valid document: JSON if it is to be plain, else with everything that JSON5 allows.
    private func document(depth: Int, isPlain: Bool, _ random: inout SplitMix64) -> String {
        func blank() -> String {
            (isPlain ? ["", " ", "\n"] : ["", " ", "\n", "/* c */", "// c\n", "\u{A0}"]).randomElement(using: &random) ?? ""
        }
        func text() -> String {
            let plain = ["a", "é", "\\n", "\\\\", "\\u00e9", "\\ud83d\\udd11", " ", "$", "/", "\\/"]
            let more = ["\\x41", "\\v", "\\\n", "\\q", "\u{2028}"]
            let body = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                (isPlain ? plain : plain + more).randomElement(using: &random) ?? ""
            }.joined()
            let quote = isPlain || Bool.random(using: &random) ? "\"" : "'"
            return quote + body + quote
        }
        let choice = Int.random(in: depth == 0 ? 0...2 : 0...4, using: &random)
        switch choice {
        case 0: return text()
        case 1:
            return (isPlain ? ["0", "-1.5e3", "12", "true", "null"] : ["+1", ".5", "5.", "0xAB", "-Infinity", "NaN", "false"])
                .randomElement(using: &random) ?? "0"
        case 2: return text()
        default:
            let count = Int.random(in: 0...4, using: &random)
            var elements: [String] = []
            for index in 0..<count {
                let inner = blank() + document(depth: depth - 1, isPlain: isPlain, &random) + blank()
                if choice == 3 {
                    elements.append(inner)
                } else {
                    elements.append(blank() + (isPlain || Bool.random(using: &random) ? text() : "k\(index)") + blank() + ":" + inner)
                }
            }
            let comma = !isPlain && count > 0 && Bool.random(using: &random) ? "," : ""
            let body = elements.joined(separator: ",") + comma + blank()
            return choice == 3 ? "[\(body)]" : "{\(body)}"
        }
    }

    @Test func `says where each name and value stands`() throws {
        let text = "// é\n{ a: 'x',\n  \"b c\" : [1,\n 0x2 /* c */],\n}\n"
        let bytes = [UInt8](text.utf8)
        func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let value = try read(text)
        #expect(value.line == 2)
        guard case .object(let members) = value.content else { return #expect(Bool(false), "an object") }
        #expect(members.map { slice($0.keySpan) } == ["a", "\"b c\""])
        #expect(members.map { slice($0.value.span) } == ["'x'", "[1,\n 0x2 /* c */]"])
        #expect(members.map(\.line) == [2, 3])
        guard case .array(let elements)? = value["b c"]?.content else { return #expect(Bool(false), "an array") }
        #expect(elements.map { slice($0.span) } == ["1", "0x2"])
        #expect(elements.map(\.line) == [3, 4])
    }

    @Test func `counts lines in comments and continued strings`() throws {
        for text in ["/*\n\n*/ 'a\\\nb' x", "//\n//\r\n\n x", "'a\\\r\nb'\n\n\n x"] {
            let line = text == "//\n//\r\n\n x" || text.hasPrefix("/*") ? 4 : 5
            let error = exportError { () throws(ExportError) in try JSON5Parser.parse([UInt8](text.utf8)) }
            #expect(error?.description == "line \(line): not JSON5", "\(text.debugDescription)")
            #expect(error?.exitCode == 25)
        }
    }

    @Test func `refuses depth, bytes that are not UTF-8, and half a surrogate pair`() throws {
        let depth = JSON5Parser.maximumDepth
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let fits = String(repeating: open, count: depth - 1) + "1" + String(repeating: close, count: depth - 1)
            #expect(throws: Never.self) { try read(fits) }
            let tooDeep = exportError { () throws(ExportError) in
                try JSON5Parser.parse([UInt8](String(repeating: open, count: 1_000_000).utf8))
            }
            #expect(tooDeep?.description == "line 1: nested too deeply")
        }
        #expect(exportError { () throws(ExportError) in try JSON5Parser.parse([39, 0xFF, 39]) }?.code == .malformed)
        for text in ["'\\ud83d'", "'\\udd11'", "'\\ud83dx'", "'\\ud83d\\u0041'", "{\\ud83d:1}"] {
            #expect(exportError { () throws(ExportError) in try JSON5Parser.parse([UInt8](text.utf8)) }?.code == .malformed)
        }
    }
}
