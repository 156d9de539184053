import Testing

@testable import Resolver

@Suite struct CatalogueParserTests {
    @Test func `a block of an id and a name has what is usual`() throws {
        let provider = try #require(Catalogue("one  The One\n").providers.first)
        #expect(provider.id == "one" && provider.name == "The One" && provider.aliases == [])
        #expect(provider.baseURL == nil && provider.hosts == [])
        #expect(provider.chatPath == "/chat/completions" && provider.modelsPath == "/models")
        #expect(provider.style == .openaiChat && provider.family == "openai-compatible" && provider.auth == .bearer)
        #expect(!provider.keyIsOptional && provider.listingNeedsKey && provider.upstream == nil && provider.unsure == [])
    }

    @Test func `reads every word`() throws {
        let text = """
            # A comment.
            one  The One
              alias a b
              url? http://127.0.0.1:80/v1
              # Another.
              chat none
              models /m
              style other
              family volcengine
              auth api-key
              header a: b c
              header? d: e
              host x.y z
              key optional
              listing open
              prefix p- q-
              upstream slug none gemini x-goog-api-key
              openclaw? claw = A_1 B
              docker-agent dock er
              loong = C
              cloudflare? cloud
              oauth O

            two  Two
              fased f = A
              genesis? g = B
            """
        let providers = try Catalogue(text).providers
        #expect(
            providers.first
                == Provider(
                    id: "one", name: "The One", aliases: ["a", "b"], baseURL: "http://127.0.0.1:80/v1", chatPath: nil, modelsPath: "/m",
                    style: .other, family: "volcengine", auth: .apiKey,
                    headers: [.init(name: "a", value: "b c"), .init(name: "d", value: "e")], keyIsOptional: true, listingNeedsKey: false,
                    keyPrefixes: ["p-", "q-"], hosts: ["127.0.0.1", "x.y", "z"],
                    upstream: .init(slug: "slug", path: nil, style: .gemini, auth: .xGoogAPIKey),
                    systems: [
                        .fased: .init(ids: ["claw"], variables: ["A_1", "B"]), .genesis: .init(ids: ["claw"], variables: ["A_1", "B"]),
                        .dockerAgent: .init(ids: ["dock", "er"], variables: []), .loong: .init(ids: [], variables: ["C"]),
                        .cloudflare: .init(ids: ["cloud"], variables: []),
                    ], oauthVariables: ["O"], unsure: ["url", "header", "fased", "genesis", "cloudflare"]))
        #expect(providers.map(\.id) == ["one", "two"])
        #expect(providers.last?.systems[.fased]?.ids == ["f"] && providers.last?.systems[.genesis]?.ids == ["g"])
        #expect(providers.last?.unsure == ["genesis"])
    }

    @Test(
        arguments: [
            ("alone", .noName), ("Upper  Name", .badID), ("-a  Name", .badID), ("a_b  Name", .badID), ("a?  Name", .badID),
            ("  url https://a.b", .noBlock), ("a  A\n\n  key optional", .noBlock),
            ("a  A\n  colour red", .unknownWord), ("a  A\n  ? b", .unknownWord), ("a  A\n\turl https://a.b", .badID),
            ("a  A\n  chat /x\n  chat? /y", .repeatedWord), ("a  A\n  openclaw a\n  fased a", .repeatedWord),
            ("a  A\n  genesis? a\n  openclaw a", .repeatedWord),
            ("a  A\n  url", .wrongCount), ("a  A\n  url https://a.b https://c.d", .wrongCount), ("a  A\n  alias", .wrongCount),
            ("a  A\n  host", .wrongCount), ("a  A\n  prefix", .wrongCount), ("a  A\n  oauth", .wrongCount), ("a  A\n  family", .wrongCount),
            ("a  A\n  upstream x /y other", .wrongCount), ("a  A\n  upstream x /y other bearer z", .wrongCount),
            ("a  A\n  loong", .wrongCount),
            ("a  A\n  loong a =", .wrongCount), ("a  A\n  loong =", .wrongCount),
            ("a  A\n  style odd", .unknownValue), ("a  A\n  auth odd", .unknownValue), ("a  A\n  key required", .unknownValue),
            ("a  A\n  listing closed", .unknownValue), ("a  A\n  upstream x /y odd bearer", .unknownValue),
            ("a  A\n  upstream x /y other odd", .unknownValue),
            ("a  A\n  url a.b", .badURL), ("a  A\n  url ftp://a.b", .badURL), ("a  A\n  url https://a.b/", .badURL),
            ("a  A\n  url https://", .badURL), ("a  A\n  url https://:1", .badURL), ("a  A\n  url https://u@a.b", .badURL),
            ("a  A\n  url https://a.b:x/y", .badURL), ("a  A\n  url https://A.b", .badURL), ("a  A\n  url https://é.b", .badURL),
            ("a  A\n  chat x", .badPath), ("a  A\n  models https://a.b", .badPath), ("a  A\n  upstream x y other bearer", .badPath),
            ("a  A\n  header", .badHeader), ("a  A\n  header a b", .badHeader), ("a  A\n  header A: b", .badHeader),
            ("a  A\n  header a:", .badHeader), ("a  A\n  header : b", .badHeader),
            ("a  A\n  loong a = b", .badVariable), ("a  A\n  loong a = A = B", .badVariable), ("a  A\n  loong a = 1A", .badVariable),
            ("a  A\n  oauth A-B", .badVariable), ("a  A\n  oauth É", .badVariable),
        ] as [(String, CatalogueError.Reason)])
    func `names the line that is wrong, and why`(text: String, reason: CatalogueError.Reason) {
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
        let expected = CatalogueError(line: line + 2, reason: reason)
        #expect(throws: expected) { try Catalogue("# First\n\n" + text + "\n\nz  Z\n") }
        #expect(expected.description == "line \(line + 2): \(reason.rawValue)")
    }

    @Test func `every piece of the data is read or refused`() {
        // Nothing that is cut off, doubled or replaced may trap.
        let bytes = Array(Catalogue.data.utf8)
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for _ in 0..<200 {
            var text = Array(bytes[Int.random(in: 0..<bytes.count, using: &random)...].prefix(2_000))
            for _ in 0..<5 where !text.isEmpty {
                text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if (try? Catalogue(String(decoding: text, as: UTF8.self))) == nil { refused += 1 }
        }
        #expect(refused > 0)
    }
}
