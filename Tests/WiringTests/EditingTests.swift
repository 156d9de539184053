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

    // MARK: Changes

    @Test func `a change is taken back where it has moved to, if that is one place`() throws {
        let before = Array("aaaa bbbb cccc".utf8)
        let after = Array("aaaa INSERTED cccc".utf8)
        let splice = try #require(Splice.between(before, after))
        #expect(splice.applied(to: before) == after)
        #expect(splice.undone(in: after) == before)
        #expect(splice.undone(in: Array("more ".utf8) + after) == Array("more ".utf8) + before)
        #expect(splice.undone(in: after + after) == before + after, "at its own place")
        #expect(splice.undone(in: Array("x".utf8) + after + after) == nil, "two places")
        #expect(splice.undone(in: before) == nil)
        #expect(splice.undone(in: []) == nil)
        #expect(Splice.between(before, before) == nil)
    }

    @Test func `any change is taken back`() throws {
        for _ in 0..<2000 {
            let before = (0..<Int.random(in: 0...12)).map { _ in UInt8.random(in: 97...99) }
            let after = (0..<Int.random(in: 0...12)).map { _ in UInt8.random(in: 97...99) }
            guard let splice = Splice.between(before, after) else {
                #expect(before == after)
                continue
            }
            #expect(splice.applied(to: before) == after)
            #expect(splice.undone(in: after) == before)
        }
    }

    // MARK: What is shown

    private func redacted(_ text: String, as kind: ForeignDocument, known: [String] = []) throws -> String {
        let bytes = Array(text.utf8)
        let redaction = try Redaction(bytes, as: kind, known: known.map { try SecretValue(copying: Array($0.utf8)) })
        return String(decoding: redaction.apply(to: bytes), as: UTF8.self)
    }

    @Test(arguments: [
        ("{ a: { apiKey: 'secretvalue1' }, b: 'secretvalue1' }", ForeignDocument.json5, "{ a: { apiKey: <redacted> }, b: <redacted> }"),
        ("{ a: {\n apiKey: 'pw' },\n b: 'pwx' }", .json5, "{ a: {\n apiKey: <redacted> },\n b: 'pwx' }"),
        ("{ a: {\n apiKey: 'secret\\u0076alue1' },\n b: 1 }", .json5, "{ a: {\n apiKey: <redacted> },\n b: 1 }"),
        ("{ a: { apiKey: '${NAME}' } } // sk-ant-api03-abcdefgh", .json5, "{ a: { apiKey: '${NAME}' } } // <redacted>"),
        ("{ headers: { authorization: 'Bearer secretvalue1' } }", .json5, "{ headers: { authorization: 'Bearer <redacted>' } }"),
        ("{\n apiKey: 'firstvalue1', apiKey: 'secondvalue2' }", .json5, "{\n apiKey: <redacted>, apiKey: <redacted> }"),
        (
            "[providers.x]\napi_key = \"secretvalue1\"\nkind = \"openai\"\n", .toml,
            "[providers.x]\napi_key = <redacted>\nkind = \"openai\"\n"
        ),
        ("models:\n  a:\n    api_key: secretvalue1 # x\n", .yaml, "models:\n  a:\n    api_key: <redacted> # x\n"),
    ])
    func `shows a configuration without its secrets`(_ text: String, _ kind: ForeignDocument, _ shown: String) throws {
        #expect(try redacted(text, as: kind) == shown)
    }

    @Test func `shows no secret of the vault, wherever it stands`() throws {
        #expect(try redacted("{ note: 'the vault-value-1 is' }", as: .json5, known: ["vault-value-1"]) == "{ note: 'the <redacted> is' }")
    }

    @Test func `shows nothing of what it cannot read`() {
        #expect(throws: WiringError.self) { try redacted("{ apiKey: 'secretvalue1'", as: .json5) }
    }

    @Test func `shows what changes, and two lines around it`() {
        let before = (1...12).map { "line \($0)\n" }.joined()
        let after = before.replacing("line 2\n", with: "line two\n").replacing("line 11\n", with: "line 11\nnew\n")
        let lines = LineDifference.lines(Array(before.utf8), Array(after.utf8))
        #expect(
            lines == [
                "  line 1", "- line 2", "+ line two", "  line 3", "  line 4", "  …", "  line 10", "  line 11", "+ new", "  line 12",
            ])
        #expect(LineDifference.lines(Array("a".utf8), Array("a".utf8)).isEmpty)
    }
}
