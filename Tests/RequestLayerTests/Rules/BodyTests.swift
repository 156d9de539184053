import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer

/// Bodies that are changed, and everything in them that is not.
@Suite struct BodyTests {
    private static func edited(_ text: String, model: String? = "new/model", merging: Bool = false) throws -> String {
        let document = try RequestDocument(ByteBuffer(string: text))
        return document.body(model: model, mergingSystemMessages: merging).map { String(buffer: $0) } ?? text
    }

    @Test(arguments: [
        (#"{"model":"a"}"#, #"{"model":"new/model"}"#),
        (#" { "model" : "a" , "x" : 1.0e5 } "#, #" { "model" : "new/model" , "x" : 1.0e5 } "#),
        (#"{"x":{"model":"a"},"model":"b"}"#, #"{"x":{"model":"a"},"model":"new/model"}"#), (#"{}"#, #"{"model":"new/model"}"#),
        (#"{"x":1}"#, #"{"model":"new/model","x":1}"#),
        ("\n{\n\t\"x\": \"é\\u00e9\"\n}\n", "\n{\"model\":\"new/model\",\n\t\"x\": \"é\\u00e9\"\n}\n"),
        (#"{"\u006d\u006fdel":"a\"b"}"#, #"{"\u006d\u006fdel":"new/model"}"#),
        (#"{"x":"\"model\":\"a\"","model":"b"}"#, #"{"x":"\"model\":\"a\"","model":"new/model"}"#),
        (#"{"x":[1,1,{"model":"q"}],"x":2,"model":"b"}"#, #"{"x":[1,1,{"model":"q"}],"x":2,"model":"new/model"}"#),
        (#"{"model":"a","n":12345678901234567890,"f":1.10}"#, #"{"model":"new/model","n":12345678901234567890,"f":1.10}"#),
    ])
    func `the model is replaced, and every other byte stays`(_ text: String, _ expected: String) throws {
        #expect(try Self.edited(text) == expected)
    }

    @Test func `values may lie as deep in each other as anybody needs, and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            #"{"model":"a","x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(try Self.edited(nested(150)).hasPrefix(#"{"model":"new/model""#))
        for depth in [250, 100_000] {
            #expect(throws: RequestDocument.Failure.malformed) { try Self.edited(nested(depth)) }
            #expect(throws: RequestDocument.Failure.malformed) {
                try Self.edited(nested(depth).replacingOccurrences(of: "[", with: "{\"a\":").replacingOccurrences(of: "]", with: "}"))
            }
        }
    }

    @Test(arguments: [
        "", " ", "null", "1", "\"x\"", "[]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":1e}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12G4\"}", "{\"a\":\"\n\"}",
        "{\"a\":1}x", "{a:1}",
        "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":Infinity}", "{\"a\":'x'}", "{}//", "{\"a\":\u{A0}1}",
        "\u{FEFF}{}",
    ])
    func `what is no JSON object is refused`(_ text: String) throws {
        #expect(throws: RequestDocument.Failure.malformed) { try Self.edited(text) }
    }

    @Test func `what is not UTF-8 is refused`() throws {
        for bytes: [UInt8] in [
            [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], [0x7B, 0x22, 0xC0, 0xAE, 0x22, 0x3A, 0x31, 0x7D],
            [0x7B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x3A, 0x31, 0x7D],
        ] {
            #expect(throws: RequestDocument.Failure.malformed) { try RequestDocument(ByteBuffer(bytes: bytes)) }
        }
    }

    @Test func `more members than anybody needs are not read`() throws {
        func members(_ count: Int) -> String { "{" + Array(repeating: "\"\":0", count: count).joined(separator: ",") + "}" }
        #expect(try Self.edited(members(JSONText.memberLimit)).hasPrefix(#"{"model":"new/model","#))
        #expect(throws: RequestDocument.Failure.malformed) { try Self.edited(members(JSONText.memberLimit + 1)) }
        #expect(try Self.edited(#"{"x":\#(members(JSONText.memberLimit + 1))}"#).hasPrefix(#"{"model":"new/model","#))
    }

    // MARK: System messages

    @Test(arguments: [
        (
            #"{"messages":[{"role":"system","content":"a"},{"role":"system","content":"b"},{"role":"user","content":"c"}]}"#,
            #"{"messages":[{"role":"system","content":"a\n\nb"},{"role":"user","content":"c"}]}"#
        ),
        (
            #"{"messages": [ {"role":"system","content":"a"} , {"content":"b\"","role":"system"} , {"role":"system","content":"\u00e9"} ] }"#,
            #"{"messages": [ {"role":"system","content":"a\n\nb\"\n\n\u00e9"} ] }"#
        ),
        (
            #"{"messages":[{"role":"system","content":"a"},{"role":"system","content":[{"type":"text","text":"b"}]}]}"#,
            #"{"messages":[{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}"#
        ),
        (
            #"{"messages":[{"role":"system","content":[ ]},{"role":"system","content":[{"type":"text","text":"b"}]}]}"#,
            #"{"messages":[{"role":"system","content":[{"type":"text","text":"b"}]}]}"#
        ),
    ])
    func `several in a row become one`(_ text: String, _ expected: String) throws {
        #expect(try Self.edited(text, model: nil, merging: true) == expected)
    }

    @Test(arguments: [
        #"{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"},{"role":"system","content":"c"}]}"#,
        #"{"messages":[{"role":"system","content":"a","name":"n"},{"role":"system","content":"b"}]}"#,
        #"{"messages":[{"role":"system","content":"a"},{"role":"developer","content":"b"}]}"#, #"{"messages":{"role":"system"}}"#,
        #"{"messages":[{"role":"system","content":"a"},{"role":"system","content":null}]}"#, #"{"messages":[]}"#,
        #"{"input":[{"role":"system","content":"a"},{"role":"system","content":"b"}]}"#,
        #"{"messages":[{"role":"system","role":"system"},{"role":"system","content":"b"}]}"#,
    ])
    func `what is not several plain ones in a row stays`(_ text: String) throws {
        #expect(try Self.edited(text, model: nil, merging: true) == text)
        // Nor does anything change unless the route asks for it.
        #expect(try Self.edited(text, model: nil) == text)
    }

    @Test func `a route that asks for it has both changes in one body`() throws {
        let rig = try GateRig(
            "[route.strict]\nmodels = ['mistral/large']\nmerge_system_messages = true\n[route.plain]\nmodels = ['mistral/large']")
        let body = #"{"messages":[{"role":"system","content":"a"},{"role":"system","content":"b"}],"model":"x","stream":true}"#
        let strict = rig.trip(.POST, "/strict/v1/chat/completions", body: body) { _ in .responds(200) }
        #expect(strict.sent == #"{"messages":[{"role":"system","content":"a\n\nb"}],"model":"large","stream":true}"#)
        let plain = rig.trip(.POST, "/plain/v1/chat/completions", body: body) { _ in .responds(200) }
        #expect(
            plain.sent == #"{"messages":[{"role":"system","content":"a"},{"role":"system","content":"b"}],"model":"large","stream":true}"#)
    }

    // MARK: Against another parser

    @Test func `Python reads the same as before but for the model and the system messages`() throws {
        var random = SeededRandom(7)
        var lines: [String] = []
        for _ in 0..<1500 {
            var maker = RandomJSON(random: random)
            let text = maker.object()
            random = maker.random
            let edited = try Self.edited(text, merging: true)
            lines.append(String(decoding: try JSONEncoder().encode([text, edited]), as: UTF8.self))
        }
        let script = """
            import json, sys
            def plain(m): return isinstance(m, dict) and set(m) == {"role", "content"} and m["role"] == "system" and isinstance(m["content"], (str, list))
            def parts(c): return [{"type": "text", "text": c}] if isinstance(c, str) else c
            def merged(messages):
                out, run = [], []
                def end():
                    if len(run) == 1: out.append(run[0])
                    elif run:
                        all_text = all(isinstance(m["content"], str) for m in run)
                        content = "\\n\\n".join(m["content"] for m in run) if all_text else sum((parts(m["content"]) for m in run), [])
                        out.append({"role": "system", "content": content})
                    run.clear()
                for m in messages:
                    if plain(m): run.append(m)
                    else: end(); out.append(m)
                end()
                return out
            wrong = 0
            for line in sys.stdin:
                before, after = [json.loads(t) for t in json.loads(line)]
                before["model"] = "new/model"
                if isinstance(before.get("messages"), list): before["messages"] = merged(before["messages"])
                wrong += json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True)
            print(wrong)
            """
        #expect(try Python.run(script, lines.joined(separator: "\n")) == "0")
    }

    @Test func `what is taken for JSON, Python takes too`() throws {
        var random = SeededRandom(11)
        var taken: [String] = []
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"model\"", "1", "-0", "1e5", "0.5", "true", "null", "\"\\u0041\"", " ", "\n", "\"",
            "\\", "01", "é",
        ]
        for _ in 0..<60_000 {
            let inside = (0..<Int.random(in: 0...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let text = "{\"x\":" + inside + "}"
            if (try? RequestDocument(ByteBuffer(string: text))) != nil { taken.append(text) }
        }
        #expect(taken.count > 100)
        let lines = try taken.map { String(decoding: try JSONEncoder().encode([$0]), as: UTF8.self) }
        let script = """
            import json, sys
            def no(_): raise ValueError
            bad = 0
            for line in sys.stdin:
                try: bad += not isinstance(json.loads(json.loads(line)[0], parse_constant=no), dict)
                except ValueError: bad += 1
            print(bad)
            """
        #expect(try Python.run(script, lines.joined(separator: "\n")) == "0")
    }
}

/// Objects as clients send them, with unusual spacing, escapes and nesting.
private struct RandomJSON {
    private(set) var random: SeededRandom

    init(random: SeededRandom) { self.random = random }

    mutating func object() -> String {
        var members = ["\"model\"\(space()):\(space())\(string())"]
        if Bool.random(using: &random) { members.append("\"messages\":\(messages())") }
        for index in 0..<Int.random(in: 0...3, using: &random) { members.append("\"k\(index)\(text())\":\(value(3))") }
        if Bool.random(using: &random) { members.removeFirst() }
        members.shuffle(using: &random)
        return "\(space()){\(space())\(members.joined(separator: "\(space()),\(space())"))\(space())}\(space())"
    }

    private mutating func messages() -> String {
        let list = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            let role = ["system", "system", "system", "user", "s\\u0079stem"].randomElement(using: &random) ?? ""
            let content = Bool.random(using: &random) ? string() : "[{\"type\":\"text\",\"text\":\(string())}]"
            let extra = Int.random(in: 0...5, using: &random) == 0 ? ",\"name\":\(string())" : ""
            return Bool.random(using: &random)
                ? "{\"role\":\(space())\"\(role)\",\(space())\"content\":\(content)\(extra)}"
                : "{\"content\":\(content),\"role\":\"\(role)\"\(extra)\(space())}"
        }
        return "[\(space())\(list.joined(separator: "\(space()),\(space())"))\(space())]"
    }

    private mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
        case 0: return string()
        case 1: return ["0", "-1", "1.50", "1e-7", "123456789012345678901"].randomElement(using: &random) ?? "0"
        case 2: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
        case 3, 4: return string()
        case 5: return "[\((0..<2).map { _ in value(depth - 1) }.joined(separator: ","))]"
        default: return "{\"model\":\(value(depth - 1)),\"messages\"\(space()):\(value(depth - 1))}"
        }
    }

    private mutating func string() -> String { "\"\(text())\"" }

    private mutating func text() -> String {
        let pieces = ["a", "é", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "{", "]", ",", ":", "\\/", " ", "model"]
        return (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private mutating func space() -> String { ["", "", " ", "\n", "\t ", "\r\n"].randomElement(using: &random) ?? "" }
}
