import Exporter
import Foundation
import Testing

@testable import Wiring

/// Edits change what they shall and no other byte, and can be taken back.
@Suite struct JSON5EditorTests {
    private func edited(_ text: String, _ edit: (inout JSON5Editor) throws(WiringError) -> Void) throws -> String {
        var editor = try JSON5Editor(Array(text.utf8))
        try edit(&editor)
        try Self.expectTheWayBack(editor.edited, text)
        return String(decoding: editor.edited.bytes, as: UTF8.self)
    }

    /// Taking the changes back gives what reads as the text did.
    private static func expectTheWayBack(_ edited: Edited, _ text: String) throws {
        var editor = try JSON5Editor(edited.bytes)
        try editor.undo(edited.changes)
        let before = try JSON5Parser.parse(Array((text.isEmpty ? "{}" : text).utf8))
        let isSame = try JSON5Parser.parse(editor.edited.bytes).isSame(as: before, butFor: [])
        #expect(isSame, "\(text) became \(String(decoding: editor.edited.bytes, as: UTF8.self))")
    }

    @Test(arguments: [
        ("", "{\n  \"a\": 1\n}\n"),
        ("{}", "{\n  \"a\": 1\n}"),
        ("{ }\n", "{\n  \"a\": 1\n }\n"),
        ("{\n}\n", "{\n  \"a\": 1\n}\n"),
        ("{ b: 2 }", "{ \"a\": 1, b: 2 }"),
        ("{b: 2,}", "{ \"a\": 1, b: 2,}"),
        ("{\n\tb: 2\n}\n", "{\n\t\"a\": 1,\n\tb: 2\n}\n"),
        ("{\n    b: 2,\n}\n", "{\n    \"a\": 1,\n    b: 2,\n}\n"),
        ("{ // all, of }\n  // two\n  b: 2 // or }\n}\n", "{ // all, of }\n  \"a\": 1,\n  // two\n  b: 2 // or }\n}\n"),
        ("{ /* , } */\n  b: 2\n}\n", "{ \"a\": 1, /* , } */\n  b: 2\n}\n"),
        ("{\r\n  b: 2\r\n}\r\n", "{\r\n  \"a\": 1,\r\n  b: 2\r\n}\r\n"),
        ("// only\n{\n  // a comment, with a comma\n}\n", "// only\n{\n  \"a\": 1\n  // a comment, with a comma\n}\n"),
        ("{ // }\n}", "{ // }\n  \"a\": 1\n}"),
        ("{ /* } */ }", "{\n  \"a\": 1\n /* } */ }"),
        ("{'a': 2}", "{'a': 1}"),
        ("{ a: { b: 'x' }, c: 3 } // end", "{ a: 1, c: 3 } // end"),
        ("{\u{2028}b: 2}", "{ \"a\": 1, \u{2028}b: 2}"),
    ])
    func `sets a member and leaves the rest`(_ before: String, _ after: String) throws {
        #expect(try edited(before) { editor throws(WiringError) in try editor.set(["a"], to: .number(1)) } == after)
    }

    @Test func `makes the objects on the way, all at once`() throws {
        let text = try edited("{\n  x: { y: 1 }, // x\n}\n") { editor throws(WiringError) in
            try editor.set(["x", "z", "deep"], to: .object([("k", .array([.text("v"), .flag(true)]))]))
            try editor.merge([("one", .number(1)), ("two", .text("\u{7F}\"\\\n"))], into: ["n"])
        }
        #expect(
            text == "{\n  \"n\": { \"one\": 1, \"two\": \"\\u007f\\\"\\\\\\n\" },\n"
                + "  x: { \"z\": { \"deep\": { \"k\": [ \"v\", true ] } }, y: 1 }, // x\n}\n")
    }

    @Test func `what is long stands on lines`() throws {
        let long = String(repeating: "x", count: 120)
        let text = try edited("{\n    a: 1\n}\n") { editor throws(WiringError) in try editor.set(["b"], to: .object([("c", .text(long))])) }
        #expect(text == "{\n    \"b\": {\n        \"c\": \"\(long)\"\n    },\n    a: 1\n}\n")
    }

    @Test func `adds to a list, or makes it`() throws {
        #expect(try edited("{ l: [] }") { e throws(WiringError) in try e.prepend(["l"], .number(1)) } == "{ l: [\n  1\n] }")
        #expect(try edited("{ l: [ 1, null ] }") { e throws(WiringError) in try e.prepend(["l"], .number(2)) } == "{ l: [ 2, 1, null ] }")
        #expect(
            try edited("{\n l: [\n  { a: 1 },\n ]\n}") { e throws(WiringError) in try e.prepend(["l"], .number(2)) }
                == "{\n l: [\n  2,\n  { a: 1 },\n ]\n}")
        #expect(try edited("{ m: 1 }") { e throws(WiringError) in try e.prepend(["l"], .number(2)) } == "{ \"l\": [ 2 ], m: 1 }")
    }

    @Test func `the same value changes nothing`() throws {
        let text = "{ a: { 'b': [ 1, 'x', ], c: true } }"
        #expect(
            try edited(text) { e throws(WiringError) in
                try e.set(["a"], to: .object([("b", .array([.number(1), .text("x")])), ("c", .flag(true))]))
            } == text)
    }

    @Test(arguments: ["[]", "1", "{", "{a:}", "{a: 1} x", "\"a\"", "{a: 1, a: 2}", "{a: 1}"])
    func `refuses what it cannot edit`(_ text: String) {
        #expect(throws: WiringError.self) {
            var editor = try JSON5Editor(Array(text.utf8))
            try editor.set(["a", "b"], to: .number(1))
        }
    }

    // MARK: Taking back

    private func undone(_ text: String, _ changes: [Edited.Change]) throws -> String {
        var editor = try JSON5Editor(Array(text.utf8))
        try editor.undo(changes)
        return String(decoding: editor.edited.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("{ \"a\": 1, b: 2 }", "{ b: 2 }"), ("{ b: 2, \"a\": 1 }", "{ b: 2 }"), ("{ b: 2, 'a': 1, }", "{ b: 2, }"),
        ("{\n  a: 1,\n  b: 2\n}\n", "{\n  b: 2\n}\n"),
        ("{\n  b: 2, // two, }\n  a: 1\n}\n", "{\n  b: 2 // two, }\n}\n"), ("{\r\n  a: 1,\r\n  b: 2\r\n}", "{\r\n  b: 2\r\n}"),
        ("{\n  b: ',', /* , */ \"a\"\n:\n1 }", "{\n  b: ',' /* , */ }"), ("{ c: { d: [1, 2] }, a: 1 }", "{ c: { d: [1, 2] } }"),
    ])
    func `takes a member out, however it is written by now`(_ text: String, _ after: String) throws {
        #expect(try undone(text, [.init(path: ["a"], old: nil, new: "1", depth: 0)]) == after)
    }

    @Test func `gives an old value back as it was written, and leaves what is done or chosen otherwise`() throws {
        let change = Edited.Change(path: ["a"], old: Data("'x' /* old */".utf8.prefix(3)), new: "\"y\"", depth: 1)
        #expect(try undone("{ a: \"y\" }", [change]) == "{ a: 'x' }")
        #expect(try undone("{ a: 'x' }", [change]) == "{ a: 'x' }")
        #expect(try undone("{ b: 1 }", [change]) == "{ b: 1 }")
        #expect(throws: WiringError.self) { try undone("{ a: 'z' }", [change]) }
        let model = Edited.Change(path: ["m", "primary"], old: Data("'x'".utf8), new: "\"y\"", depth: 2)
        #expect(try undone("{ m: { primary: 'z' } }", [model]) == "{ m: { primary: 'z' } }")
    }

    @Test func `takes the objects away that were made for a member, and none that has another`() throws {
        let change = Edited.Change(path: ["a", "b", "c"], old: nil, new: "{ \"d\": 1 }", depth: 0)
        #expect(try undone("{ x: 1, a: { b: { c: { d: 1 } } } }", [change]) == "{ x: 1 }")
        #expect(try undone("{ x: 1, a: { b: { c: { d: 1 } }, e: 2 } }", [change]) == "{ x: 1, a: { e: 2 } }")
        #expect(throws: WiringError.self) { try undone("{ a: { b: { c: { d: 1, e: 2 } } } }", [change]) }
    }

    @Test func `takes an element out of a list, wherever it is`() throws {
        let change = Edited.Change(path: ["l"], old: nil, new: "{ \"id\": \"m\" }", depth: 1, isElement: true)
        #expect(try undone("{ l: [ { id: 'a' }, { id: 'm' } ] }", [change]) == "{ l: [ { id: 'a' } ] }")
        #expect(try undone("{ l: [ { id: 'm' }, { id: 'a' } ] }", [change]) == "{ l: [ { id: 'a' } ] }")
        #expect(try undone("{ l: [ { id: 'a' } ] }", [change]) == "{ l: [ { id: 'a' } ] }")
    }

    @Test func `takes all back, or nothing`() throws {
        var editor = try JSON5Editor(Array("{ a: 1, b: 2 }".utf8))
        #expect(throws: WiringError.self) {
            try editor.undo([.init(path: ["a"], old: nil, new: "3", depth: 0), .init(path: ["b"], old: nil, new: "2", depth: 0)])
        }
        #expect(String(decoding: editor.edited.bytes, as: UTF8.self) == "{ a: 1, b: 2 }")
    }

    /// Documents by chance: what is at the path is new, all else is as before, and taking back gives the old values.
    /// Two names that a person reads alike are two to every parser.
    @Test func `takes no name for another`() throws {
        let text = "{ \"api\u{212A}ey\": 1, \"e\u{301}\": 2 }"
        #expect(
            try edited(text) { e throws(WiringError) in
                try e.set(["apiKey"], to: .number(3))
                try e.set(["\u{E9}"], to: .number(4))
            } == "{ \"\u{E9}\": 4, \"apiKey\": 3, \"api\u{212A}ey\": 1, \"e\u{301}\": 2 }")
    }

    @Test func `says what it changes, and of what stood there only names of models`() throws {
        var editor = try JSON5Editor(Array("{ model: 'openai/gpt-4o', primary: 'aB3dE5fG7hI9jK1lM3nO5pQ7', key: 'value' }".utf8))
        try editor.set(["model"], to: .text("x/y"))
        try editor.set(["primary"], to: .text("x/y"))
        try editor.set(["key"], to: .text("x"))
        try editor.set(["new"], to: .number(1))
        #expect(
            editor.edited.lines == [
                "- model: \"openai/gpt-4o\"", "+ model: \"x/y\"", "- primary: (another value)", "+ primary: \"x/y\"",
                "- key: (another value)", "+ key: \"x\"", "+ new: 1",
            ])
    }

    @Test func `holds for any document`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<4000 {
            let text = Self.object(depth: 0, &random)
            let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in ["a", "b", "c d", "é"].randomElement(using: &random) ?? "a" }
            var editor = try JSON5Editor(Array(text.utf8))
            do throws(WiringError) { try editor.set(path, to: .text("new")) } catch {
                // Something on the way is no object, or is there twice.
                #expect(error.code == .invalid)
                continue
            }
            #expect(try editor.value(at: path)?.text == "new")
            try Self.expectTheWayBack(editor.edited, text)
        }
    }

    private static func object(depth: Int, _ random: inout SystemRandomNumberGenerator) -> String {
        func pick(_ texts: String...) -> String { texts.randomElement(using: &random) ?? "" }
        let blanks = { () in ["", " ", "\n", "\n  ", " // c, }\n", " /* , } */ ", "\t"].randomElement() ?? "" }
        var text = "{" + blanks()
        let count = Int.random(in: 0...3, using: &random)
        for index in 0..<count {
            let value =
                depth < 3 && Bool.random(using: &random) ? object(depth: depth + 1, &random) : pick("1", "'x}'", "\"y,\"", "[1,]", "null")
            text += pick("a", "\"b\"", "'c d'", "é") + blanks() + ":" + blanks() + value + blanks()
            if index < count - 1 || Bool.random(using: &random) { text += "," + blanks() }
        }
        return text + "}"
    }
}
