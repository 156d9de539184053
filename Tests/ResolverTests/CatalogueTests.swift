import Settings
import Testing

@testable import Resolver

/// What holds for every provider, whichever it is.
@Suite struct CatalogueTests {
    private let providers = Catalogue.standard.providers

    @Test func `what this version knows can be read`() throws {
        #expect(try Catalogue(Catalogue.data).providers == providers)
        #expect(providers.count > 70)
    }

    @Test func `a name means one provider`() {
        let names = providers.flatMap { [$0.id] + $0.aliases }
        #expect(repeated(names) == [])
        for provider in providers {
            #expect(isID(provider.id), "\(provider.id)")
            #expect(provider.aliases.allSatisfy { isID($0.replacing("_", with: "-").replacing(".", with: "-")) }, "\(provider.id)")
            #expect(!provider.name.isEmpty && provider.name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(provider.id)")
        }
        #expect(repeated(providers.compactMap(\.upstream?.slug)) == [])
        for system in Provider.System.allCases {
            let own = providers.flatMap { $0.systems[system]?.ids ?? [] }
            #expect(repeated(own) == [], "\(system)")
            for provider in providers {
                for id in provider.systems[system]?.ids ?? [] {
                    #expect(Catalogue.standard.provider(id, of: system) == provider, "\(id) of \(system)")
                }
            }
        }
    }

    @Test func `says which fields an address has a place for`() {
        func fields(_ id: String) -> [String]? { Catalogue.standard.provider(id)?.addressFields?.map(\.rawValue) }
        #expect(fields("openai") == [])
        #expect(fields("bedrock") == ["region"])
        #expect(fields("cloudflare-ai-gateway") == ["account_id", "gateway_id"])
        #expect(fields("azure") == nil && fields("custom") == nil && fields("litellm") == nil)
        #expect(Catalogue.standard.upstream(slug: "azure-openai")?.upstreamFields.map(\.rawValue) == ["resource", "deployment"])
        #expect(Catalogue.standard.upstream(slug: "anthropic")?.upstreamFields == [])
        for provider in providers where provider.addressFields == nil {
            #expect(provider.baseURL == nil || provider.hosts.isEmpty, "\(provider.id)")
        }
    }

    @Test func `a name that no system has of its own means the same to all`() {
        for provider in providers {
            for name in [provider.id] + provider.aliases {
                #expect(Catalogue.standard.provider(name) == provider, "\(name)")
                let others = Provider.System.allCases.filter { system in
                    !providers.contains { $0.systems[system]?.ids.contains(name) ?? false }
                }
                for system in others {
                    #expect(Catalogue.standard.provider(name, of: system) == provider, "\(name) of \(system)")
                }
            }
        }
        #expect(Catalogue.standard.provider("nothing") == nil && Catalogue.standard.provider("", of: .loong) == nil)
        #expect(Catalogue.standard.upstream(slug: "nothing") == nil)
    }

    @Test func `a URL has a scheme that a key may travel by, and a host`() throws {
        let url = /(?<scheme>https?):\/\/(?<host>[a-z0-9.<>_-]+)(?<port>:[0-9]{1,5})?(?<path>(?:\/[A-Za-z0-9._<>-]+)*)/
        for provider in providers {
            guard let base = provider.baseURL else {
                #expect(provider.hosts == [], "\(provider.id)")
                continue
            }
            let match = try #require(base.wholeMatch(of: url), "\(provider.id)")
            let host = String(match.output.host)
            let isLoopback = host == "127.0.0.1"
            #expect(match.output.scheme == (isLoopback ? "http" : "https"), "\(provider.id)")
            #expect(provider.hosts == (host == "<host>" ? [] : isLoopback ? [host, "localhost"] : [host]), "\(provider.id)")
            #expect(host == "<host>" || isLoopback || host.contains("."), "\(provider.id)")
            #expect(isLoopback == provider.keyIsOptional, "\(provider.id)")
        }
    }

    @Test func `paths begin with a slash, and placeholders are known ones`() {
        let known: Set = ["<account_id>", "<gateway_id>", "<region>", "<project>", "<resource>", "<deployment>", "<host>", "{model}"]
        for provider in providers {
            for path in [provider.chatPath, provider.modelsPath, provider.upstream?.path].compactMap({ $0 }) {
                #expect(path.hasPrefix("/") && !path.hasSuffix("/") && !path.contains("//"), "\(provider.id)")
            }
            for text in [provider.baseURL, provider.chatPath, provider.modelsPath, provider.upstream?.path].compactMap({ $0 }) {
                let placeholders = text.matches(of: /<[^>]*>|\{[^}]*\}/).map { String($0.output) }
                #expect(known.isSuperset(of: placeholders), "\(provider.id)")
                let rest = text.replacing(/<[a-z_]+>|\{[a-z]+\}/, with: "")
                #expect(!rest.contains { "<>{} $".contains($0) }, "\(provider.id)")
            }
            #expect(provider.modelsPath?.contains("{") != true && provider.baseURL?.contains("{") != true, "\(provider.id)")
        }
    }

    @Test func `variables and headers have the names that their kind has`() {
        for provider in providers {
            for (system, names) in provider.systems {
                #expect(names.variables.allSatisfy { $0.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil }, "\(provider.id) of \(system)")
                #expect(repeated(names.variables) == [] && repeated(names.ids) == [], "\(provider.id) of \(system)")
                #expect(!names.variables.isEmpty || !names.ids.isEmpty, "\(provider.id) of \(system)")
            }
            #expect(repeated(provider.keyVariables) == [] && !provider.systems.isEmpty, "\(provider.id)")
            #expect(Set(provider.oauthVariables).isDisjoint(with: provider.keyVariables), "\(provider.id)")
            for header in provider.headers {
                #expect(header.name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "\(provider.id)")
                #expect(!header.value.isEmpty && header.value.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(provider.id)")
                #expect(!AuthScheme.allCases.map(\.header).contains(header.name), "\(provider.id): the key's place")
            }
        }
    }

    @Test func `a style has its paths, its family and its place for the key`() {
        let families: Set = ["openai-compatible", "anthropic", "bedrock", "volcengine"]
        for provider in providers {
            #expect(families.contains(provider.family), "\(provider.id)")
            #expect((provider.style == .anthropicMessages) == (provider.family == "anthropic"), "\(provider.id)")
            #expect((provider.style == .bedrockConverse) == (provider.family == "bedrock"), "\(provider.id)")
            switch provider.style {
            case .openaiChat: #expect(provider.chatPath == "/chat/completions", "\(provider.id)")
            case .anthropicMessages:
                #expect(provider.chatPath == "/v1/messages" && provider.auth == .xAPIKey, "\(provider.id)")
                #expect(provider.headers.map(\.name) == ["anthropic-version"], "\(provider.id)")
            case .bedrockConverse: #expect(provider.chatPath == "/model/{model}/converse", "\(provider.id)")
            case .gemini, .other: #expect(provider.chatPath == nil && provider.modelsPath == nil, "\(provider.id)")
            case .openaiResponses, .cloudflareRun, .cloudflareUniversal: Issue.record("\(provider.id) has no style of its own")
            }
            #expect(!provider.keyIsOptional || !provider.listingNeedsKey, "\(provider.id)")
        }
    }

    @Test func `what a key begins with tells whose it is`() {
        for provider in providers {
            for prefix in provider.keyPrefixes {
                #expect(prefix.utf8.count > 2 && prefix.utf8.allSatisfy { (0x21..<0x7F).contains($0) }, "\(provider.id)")
                let others = providers.filter { $0.id != provider.id && $0.keyPrefixes.contains { $0.hasPrefix(prefix) } }.map(\.id)
                #expect(others == [], "\(prefix)")
            }
        }
    }

    @Test func `what nobody confirmed is a word of the data, and Genesis is never certain`() {
        let words = Set(Provider.System.allCases.map(\.rawValue))
            .union(["url", "chat", "models", "style", "auth", "header", "family", "upstream", "oauth", "prefix"])
        for provider in providers {
            #expect(words.isSuperset(of: provider.unsure), "\(provider.id)")
            for system in Provider.System.allCases where provider.unsure.contains(system.rawValue) {
                #expect(provider.systems[system] != nil, "\(provider.id)")
            }
            #expect(provider.systems[.genesis] == provider.systems[.fased], "\(provider.id)")
            #expect((provider.systems[.genesis] != nil) == provider.unsure.contains("genesis"), "\(provider.id)")
        }
    }

    private func isID(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil }

    private func repeated(_ names: [String]) -> [String] {
        Dictionary(grouping: names, by: \.self).filter { $0.value.count > 1 }.keys.sorted()
    }
}
