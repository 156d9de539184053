import Exporter
import Foundation
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

    // MARK: Taking YAML back

    private func removed(_ text: String) throws -> String {
        let change = Edited.Change(path: ["providers", "warder"], old: nil, new: "warder:\n  base_url: \"x\"\n", depth: 0)
        return String(decoding: try YAMLBlock.remove([change], from: Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        "agents: {}\n", "# c\n", "providers:\n  mine: 1\nagents: {}\n", "providers:\r\n  mine: 1\r\n",
        "providers: # ours\n\n    # x\n    mine: { a: 1 }\n",
    ])
    func `takes a block away, also when the rest has changed`(_ text: String) throws {
        #expect(try removed(added(text)) == text)
        #expect(try removed("top: 1\n" + added(text)) == "top: 1\n" + text)
        #expect(try removed(text) == text, "somebody has done it")
    }

    @Test func `does not take a block away that has been changed`() throws {
        let text = try added("agents: {}\n")
        for other in [
            text.replacing("\"x\"", with: "\"y\""), text.replacing(YAMLBlock.end, with: "# nothing"),
            text.replacing(YAMLBlock.end, with: "  other: 1\n\(YAMLBlock.end)"),
            text + YAMLBlock.begin + "\n",
        ] {
            #expect(throws: WiringError.self) { try removed(other) }
        }
    }

    // MARK: Taking TOML back

    private func undone(_ text: String, _ changes: [Edited.Change]) throws -> String {
        String(decoding: try WiredSystem.codex.undo(changes, in: Array(text.utf8)), as: UTF8.self)
    }

    @Test func `takes keys of TOML back, and tables that were made for them`() throws {
        let changes: [Edited.Change] = [
            .init(path: ["model"], old: Data("'old' ".utf8.prefix(5)), new: "\"new\"", depth: 1),
            .init(path: ["t", "x", "url"], old: nil, new: "\"u\"", depth: 0),
            .init(path: ["t", "x", "auth"], old: nil, new: "{ command = \"c\", args = [\"a\"] }", depth: 2),
        ]
        let wired = "# top\nmodel = \"new\" # mine\n\n[t.x]\nurl = 'u'\nauth = { args = [ \"a\" ], command = 'c' }\n"
        #expect(try undone(wired, changes) == "# top\nmodel = 'old' # mine\n")
        #expect(try undone(wired + "mine = 1\n", changes) == "# top\nmodel = 'old' # mine\n\n[t.x]\nmine = 1\n")
        #expect(try undone("model = 'third'\n", changes) == "model = 'third'\n")
        #expect(throws: WiringError.self) { try undone(wired.replacing("'u'", with: "'other'"), changes) }
    }

    // MARK: Diversions

    @Test(arguments: [
        "endpoint", "models_endpoint", "http_headers", "experimental_bearer_token", "requires_openai_auth", "authHeader", "baseUrl",
        "$include", "request", "env_key",
    ])
    func `knows what could lead a key elsewhere`(_ key: String) { #expect(Diversion.isOne(key)) }

    @Test(arguments: ["name", "model", "models", "temperature", "api", "kind", "wire_api", "stream_idle_timeout_ms", "region"])
    func `leaves what cannot`(_ key: String) { #expect(!Diversion.isOne(key)) }
}
