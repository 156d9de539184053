import Exporter
import SodiumCrypto
import Testing

@testable import Wiring

/// YAML blocks, changes that are taken back, and what is shown of a file.
@Suite struct EditingTests {
    // MARK: YAML

    private func added(_ text: String) throws -> String {
        String(
            decoding: try YAMLBlock.add(key: "providers", name: "warder", lines: ["warder:", "  base_url: \"x\""], to: Array(text.utf8)),
            as: UTF8.self)
    }

    private static let block = "\(YAMLBlock.begin)\nproviders:\n  warder:\n    base_url: \"x\"\n\(YAMLBlock.end)\n"

    @Test(arguments: ["", "agents: {}\n", "# only a comment\n", "agents:\n  root:\n    model: a # b\n"])
    func `adds a block at the end of a document without providers`(_ text: String) throws {
        #expect(try added(text) == text + Self.block)
    }

    @Test func `ends the last line first`() throws {
        #expect(try added("agents: {}") == "agents: {}\n" + Self.block)
    }

    @Test(arguments: [
        ("providers:\n  mine:\n    a: 1\nagents: {}\n", "  "), ("providers: # ours\n\n    # x\n    mine: { a: 1 }\n", "    "),
        ("agents: {}\nproviders:\nmodels: {}\n", "  "), ("providers:\r\n  mine: 1\r\n", "  "), ("providers:", "  "),
    ])
    func `adds a block where the entries are`(_ text: String, _ indentation: String) throws {
        let result = try added(text)
        let end = text.utf8.contains(13) ? "\r\n" : "\n"
        let lines = [YAMLBlock.begin, "warder:", "  base_url: \"x\"", YAMLBlock.end].map { indentation + $0 + end }.joined()
        #expect(result.contains(lines))
        let rest = result.replacing(lines, with: "")
        #expect(rest == text || rest == text + end)
    }

    @Test(arguments: [
        "providers: { mine: 1 }\n", "providers:\n  warder: {}\n", "providers: x\n", "providers: &a\n  mine: 1\n", "- a\n", "a: [\n",
        "\"providers\":\n  a: 1\n",
        "--- 1\n--- 2\n", "providers:\n- a\n",
    ])
    func `refuses a document in which a block has no place`(_ text: String) {
        #expect(throws: WiringError.self) { try added(text) }
    }

    @Test(arguments: [
        "a: &m\n  warder: {}\nproviders:\n  <<: *m\n  x: 1\n", "base: &b\n  providers:\n    x: 1\n<<: *b\n",
    ])
    func `refuses a document whose entries are merged from elsewhere`(_ text: String) {
        #expect(throws: WiringError.self) { try added(text) }
    }

    // MARK: Changes

    @Test func `a change is taken back where it has moved to, if that is one place`() throws {
        let before = Array("a\nbbb\nc\n".utf8)
        let after = Array("a\nINSERTED\nc\n".utf8)
        let splice = try #require(Splice.ofLines(before, after))
        #expect(splice.removed == Array("bbb\n".utf8) && splice.inserted == Array("INSERTED\n".utf8))
        #expect(splice.applied(to: before) == after)
        #expect(splice.undone(in: after) == before)
        #expect(splice.undone(in: Array("more\n".utf8) + after) == Array("more\n".utf8) + before)
        #expect(splice.undone(in: after + after) == nil, "two places")
        #expect(splice.undone(in: before) == nil)
        #expect(splice.undone(in: []) == nil)
        #expect(Splice.ofLines(before, before) == nil)
        #expect(Splice(offset: 0, removed: [], inserted: Array("short".utf8)).undone(in: Array("short".utf8)) == nil)
        #expect(Splice(offset: -1, removed: [], inserted: []).undone(in: after) == nil)
    }

    @Test func `any change of lines is whole lines`() throws {
        for _ in 0..<2000 {
            func text() -> [UInt8] { (0..<Int.random(in: 0...12)).map { _ in [97, 98, 10].randomElement() ?? 97 } }
            let (before, after) = (text(), text())
            guard let splice = Splice.ofLines(before, after) else {
                #expect(before == after)
                continue
            }
            #expect(splice.applied(to: before) == after)
            let start = splice.offset
            #expect(start == 0 || before[start - 1] == 10)
        }
    }

    // MARK: Reading alike

    @Test func `two configurations read alike but for what is Warder's`() throws {
        func isSame(_ system: WiredSystem, _ left: String, _ right: String, _ paths: [[String]]) throws -> Bool {
            try system.isSame(Array(left.utf8), Array(right.utf8), butFor: paths)
        }
        #expect(try isSame(.fased, "{ a: { b: 1, c: 2 } }", "{ a: { c: 2 } }", [["a", "b"]]))
        #expect(try !isSame(.fased, "{ a: { b: 1, c: 2 } }", "{ a: { c: 3 } }", [["a", "b"]]))
        #expect(try isSame(.fased, "{ x: 1 }", "{ a: { b: { c: 1 } }, x: 1 }", [["a", "b", "c"]]))
        #expect(try !isSame(.fased, "{ x: 1 }", "{ x: 1, y: 2 }", [["a"]]))
        #expect(try isSame(.codex, "model = 'x'\n[t]\na = 1\n", "[t]\na = 1\nb = 2\n", [["model"], ["t", "b"]]))
        #expect(try !isSame(.codex, "model = 'x'\n[t]\na = 1\n", "[t]\na = 2\n", [["model"]]))
        #expect(try isSame(.dockerAgent, "a: 1\n", "a: 1\nproviders:\n  warder: {}\n", [["providers", "warder"]]))
        #expect(
            try isSame(.dockerAgent, "a: 1\nproviders: { x: 1 }\n", "a: 1\nproviders: { warder: {}, x: 1 }\n", [["providers", "warder"]]))
    }
}
