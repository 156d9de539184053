import Testing

@testable import Resolver

/// Templates of headers, put together at random.
@Suite struct TemplatePropertyTests {
    /// A piece of a template, and what it becomes.
    private static func piece(_ random: inout Random) -> (template: String, text: String, secret: String?) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return ("$${", "${", nil)
        case 1: return ("${provider:mine/account_id}", "acc-1", nil)
        case 2: return ("${provider:other/region}", "eu-1", nil)
        case 3, 4:
            let name = ["a/key", "b/key", "C_KEY"].randomElement(using: &random) ?? ""
            return ("${secret:\(name)}", FakeKey.of(name), name)
        default:
            let texts = ["Bearer ", "x", "$", "{", "}", "$$", " ", ":", ",", "<", ">", "a=b", "'", "/", "~", "$}", "{}", "secret:a/key"]
            let text = texts.randomElement(using: &random) ?? ""
            return (text, text, nil)
        }
    }

    @Test func `a template becomes its pieces one after the other`() throws {
        var random = Random(seed: 11)
        var checked = 0
        for _ in 0..<400 {
            let pieces = (0..<Int.random(in: 1...8, using: &random)).map { _ in Self.piece(&random) }
            let template = pieces.map(\.template).joined()
            // A dollar sign before a piece that begins with one means something else than both alone.
            guard
                zip(pieces, pieces.dropFirst()).allSatisfy({
                    !$0.template.hasSuffix("$") || !($1.template.hasPrefix("$") || $1.template.hasPrefix("{"))
                })
            else { continue }
            let rig = try Rig(
                """
                [provider.mine]
                base_url = "https://models.example"
                account_id = "acc-1"
                headers = { x-test = '''x\(template)''' }
                [provider.other]
                region = "eu-1"
                """, secrets: ["a/key", "b/key", "C_KEY", "mine/api-key"])
            let header = try #require(rig.resolve("mine/m").headers.first { $0.name == "x-test" })
            let isSame = header.value.holds("x" + pieces.map(\.text).joined())
            #expect(isSame, "\(template)")
            let names = pieces.compactMap(\.secret)
            #expect(header.isSecret == !names.isEmpty, "\(template)")
            let origins = header.origins.map(\.description)
            #expect(origins == names.map { "the secret \($0), generation 1" } + ["warder.toml: line 4"], "\(template)")
            checked += 1
        }
        #expect(checked > 200)
    }
}
