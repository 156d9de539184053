import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer
@testable import Resolver

/// What is tried after an error, and what rests.
@Suite struct FallbackTests {
    private static let chat = "/chat/v1/chat/completions"
    private static let body = #"{"model":"x","messages":[]}"#

    /// The secrets that requests were made with, in order: `m` for Mistral's, `1` and `2` for OpenAI's.
    private func keys(_ trip: Trip) -> String {
        trip.requests.map { request in
            switch request.head.headers.first(name: "authorization") {
            case "Bearer MistralCanaryKey0123456789": "m"
            case "Bearer sk-FirstCanaryKey0123456789": "1"
            case "Bearer sk-SecondCanaryKey012345678": "2"
            default: "?"
            }
        }.joined()
    }

    @Test func `the models of a route are tried in order, each with its keys and its own name in the body`() throws {
        let trip = try GateRig().trip(.POST, Self.chat, body: Self.body) { _ in .responds(503, [], ["busy"]) }
        #expect(keys(trip) == "m12" && trip.status == 503 && trip.body == "busy" && trip.headers["x-should-retry"] == ["false"])
        #expect(
            trip.requests.map { $0.body.map { String(buffer: $0) } }
                == ["large", "gpt-4o", "gpt-4o"].map { "{\"model\":\"\($0)\",\"messages\":[]}" })
        #expect(trip.requests.map(\.server.host) == ["api.mistral.ai", "api.openai.com", "api.openai.com"])
        #expect(trip.intake == .whole(limit: RequestDocument.lengthLimit))
    }

    /// What the first server does, what goes out then, and what the client gets.
    private static let rows: [(reply: Reply, keys: String, status: Int)] = [
        (.responds(200, [], ["ok"]), "m", 200), (.responds(201), "m", 201), (.responds(400, [], ["bad"]), "m", 400),
        (.responds(404), "m", 404),
        (.responds(409), "m", 409), (.responds(413), "m", 413), (.responds(422), "m", 422), (.responds(408), "m", 408),
        (.responds(302), "m", 502),
        (.responds(401), "m1", 200), (.responds(402), "m1", 200), (.responds(403), "m1", 200), (.responds(429), "m1", 200),
        (.responds(429, [("retry-after", "30")]), "m1", 200), (.responds(500), "m1", 200), (.responds(502), "m1", 200),
        (.responds(503), "m1", 200),
        (.responds(529), "m1", 200), (.fails(.connect), "m1", 200), (.fails(.tls), "m1", 200), (.fails(.closed), "m1", 200),
        (.fails(.stalled), "m1", 200), (.fails(.malformed), "m1", 200),
    ]

    @Test(arguments: rows.indices)
    func `an error leads to the next key or is the client's`(_ index: Int) throws {
        let row = Self.rows[index]
        let rig = try GateRig()
        let trip = rig.trip(.POST, Self.chat, body: Self.body) {
            $0.server.host == "api.mistral.ai" ? row.reply : .responds(200, [], ["ok"])
        }
        #expect(keys(trip) == row.keys && trip.status == row.status)
        #expect(rig.records.all.count == 1 && rig.records.all.first?.attempts == row.keys.count)
        // What failed is not tried first the next time, and what did not is.
        let second = rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(200) }
        #expect(keys(second).hasPrefix("m") == (row.keys == "m"))
    }

    @Test func `a body that cannot be sent again is sent once`() throws {
        let rig = try GateRig()
        let trip = rig.trip(.POST, "/openai/v1/audio/transcriptions", streams: true) { _ in .responds(500, [], ["x"]) }
        #expect(trip.requests.count == 1 && trip.status == 500)
        let replayed = rig.trip(.POST, "/openai/v1/audio/transcriptions", body: "x") { _ in .fails(.closed) }
        #expect(replayed.requests.count == 1 && replayed.status == 502)
    }

    @Test func `a pool is used up key by key, and a key that was refused is not tried again`() throws {
        let rig = try GateRig()
        let first = rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(401, [], ["no"]) }
        #expect(keys(first) == "12" && first.status == 401 && first.headers["x-should-retry"] == ["false"])
        let second = rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(200) }
        #expect(second.requests.isEmpty && second.status == 503 && second.body.contains("key_refused"))
        #expect(second.headers.first(name: "retry-after") == "301" && second.headers["x-should-retry"] == ["false"])
        rig.clock.advance(.seconds(300))
        #expect(rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(200) }.status == 200)
        #expect(rig.events.all.count { if case .keyRefused = $0 { true } else { false } } == 2)
    }

    @Test func `a limit is waited for, and nobody is asked meanwhile`() throws {
        let rig = try GateRig()
        let first = rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(429, [("retry-after", "40")]) }
        #expect(keys(first) == "12" && first.status == 429 && first.headers["retry-after"] == ["40"])
        let second = rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(200) }
        #expect(second.requests.isEmpty && second.status == 503 && second.headers["retry-after"] == ["41"])
        rig.clock.advance(.seconds(40))
        #expect(rig.trip(.POST, "/openai/v1/chat/completions", body: Self.body) { _ in .responds(200) }.status == 200)
    }

    @Test(arguments: [402, 403, 429, 500, 503])
    func `where there is one key only, it is the provider that refuses`(_ status: Int) throws {
        let rig = try GateRig()
        for _ in 0..<3 {
            let trip = rig.trip(.POST, "/anthropic/v1/messages", body: Self.body) { _ in
                .responds(status, [("retry-after", "9")], ["theirs"])
            }
            #expect(trip.status == status && trip.body == "theirs" && trip.headers["retry-after"] == ["9"])
            // The client's library may try again.
            #expect(trip.headers["x-should-retry"].isEmpty)
        }
    }

    @Test func `an outage of all does not keep the next request from being tried`() throws {
        let rig = try GateRig()
        _ = rig.trip(.POST, Self.chat, body: Self.body) { _ in .fails(.connect) }
        let trip = rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(200) }
        #expect(trip.status == 200 && trip.requests.count == 1)
    }

    @Test func `attempts are counted, and time is`() throws {
        let few = try GateRig(limits: FallbackLimits(attempts: 2)).trip(.POST, Self.chat, body: Self.body) { _ in .fails(.connect) }
        #expect(keys(few) == "m1" && few.status == 502)
        let short = try GateRig(limits: FallbackLimits(duration: .nanoseconds(0))).trip(.POST, Self.chat, body: Self.body) { _ in
            .fails(.stalled)
        }
        #expect(keys(short) == "m" && short.status == 504)
    }

    @Test func `a request never goes to a provider that its route does not name`() throws {
        let rig = try GateRig()
        for path in ["/openai/v1/chat/completions", "/claude/v1/messages", "/local/v1/chat/completions", "/mistral/v1/chat/completions"] {
            let trip = rig.trip(.POST, path, body: Self.body) { _ in .responds(500) }
            #expect(Set(trip.requests.map(\.server.host)).count == 1, "\(path)")
        }
    }

    @Test func `a key that is replaced meanwhile is taken for the next attempt`() throws {
        let rig = try GateRig()
        let trip = rig.trip(.POST, "/anthropic/v1/messages", body: Self.body) { request in
            if request.head.headers.first(name: "x-api-key") == "sk-ant-NewCanaryKey01234567" { return .responds(200, [], ["ok"]) }
            do {
                try rig.vault.store("anthropic/api-key", "sk-ant-NewCanaryKey01234567")
                rig.gate.install(try RouteTable(settings: rig.parsed, resolver: rig.resolver))
            } catch { Issue.record(error) }
            return .responds(401, [], ["old"])
        }
        #expect(trip.status == 200 && trip.requests.count == 2)
        #expect(rig.records.all.first?.generation == 2)
        // And only once.
        let refused = rig.trip(.POST, "/anthropic/v1/messages", body: Self.body) { _ in .responds(401, [], ["new"]) }
        #expect(refused.status == 401 && refused.requests.count == 1)
    }

    @Test func `a request that is under way keeps the routes that it began with`() throws {
        let rig = try GateRig()
        let trip = rig.trip(.POST, Self.chat, body: Self.body) { request in
            rig.gate.install(nil)
            return request.server.host == "api.mistral.ai" ? .responds(503) : .responds(200, [], ["ok"])
        }
        #expect(keys(trip) == "m1" && trip.status == 200)
    }

    // MARK: Rests that are not of the key

    @Test(arguments: ["openai-organization", "OpenAI-Project", "openai_project", "x-goog-user-project"], [401, 403])
    func `a client that names a wrong account does not rest the key for everybody`(_ name: String, _ status: Int) throws {
        let rig = try GateRig(
            "[route.chat]\nmodels = ['mistral/large', 'openai/o1']", secrets: ["mistral/api-key": "MistralCanaryKey0123456789"])
        let first = rig.trip(.POST, Self.chat, [(name, "bogus")], body: Self.body) { _ in .responds(status, [], ["theirs"]) }
        #expect(first.status == status && first.body == "theirs" && rig.gate.status.resting.isEmpty && rig.events.all.isEmpty)
        #expect(rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(200) }.status == 200)
        // Without one it does.
        _ = rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(status) }
        #expect(rig.gate.status.resting.count == 1)
    }

    @Test func `a limit of one model is not one of another`() throws {
        let rig = try GateRig(
            "[route.a]\nmodels = ['mistral/large', 'openai/o1']\n[route.b]\nmodels = ['mistral/small', 'openai/o1']",
            secrets: ["mistral/api-key": "MistralCanaryKey0123456789", "openai/api-key": "sk-FirstCanaryKey0123456789"])
        _ = rig.trip(.POST, "/a/v1/chat/completions", body: Self.body) { _ in .responds(429, [("retry-after", "60")]) }
        #expect(keys(rig.trip(.POST, "/b/v1/chat/completions", body: Self.body) { _ in .responds(200) }) == "m")
        _ = rig.trip(.POST, "/b/v1/chat/completions", body: Self.body) { _ in .responds(401) }
        #expect(rig.trip(.POST, "/b/v1/chat/completions", body: Self.body) { _ in .responds(200) }.requests.isEmpty)
    }

    // MARK: Cloudflare AI Gateway

    private static let gateway = """
        [provider.cf]
        kind = "cloudflare-ai-gateway"
        account_id = "a"
        gateway_id = "g"
        route = "openai"
        gateway = { token = "secret:cf/token" }
        [provider.other]
        kind = "cloudflare-ai-gateway"
        account_id = "a"
        gateway_id = "g"
        route = "anthropic"
        gateway = { token = "secret:cf/token" }
        [route.chat]
        models = ["cf/gpt-4o", "mistral/large"]
        """
    private static let gatewaySecrets = [
        "cf/token": "cfut_CanaryToken0123456789", "openai/api-key": "sk-FirstCanaryKey0123456789",
        "anthropic/api-key": "sk-ant-CanaryKey0123456789",
        "mistral/api-key": "MistralCanaryKey0123456789", "cf/api-key": "sk-FirstCanaryKey0123456789",
        "other/api-key": "sk-ant-CanaryKey0123456789",
    ]

    private static func envelope(_ status: Int, _ code: Int) -> Reply {
        .responds(
            status, [("content-type", "application/json")],
            [
                #"{"success":false,"result":[],"messages":[],"error":[{"code":\#(code),"message":"x"}],"name":"AiGatewayError","httpCode":\#(status),"internalCode":\#(code)}"#
            ])
    }

    /// What the gateway answers; whether another target is tried; what rests then: the token, the provider's key, or nothing.
    private static let errors: [(reply: Reply, isRetried: Bool, rests: String)] = [
        (envelope(401, 2009), true, "cf/token"), (.responds(401, [], [#"[{"code":2009,"message":"Unauthorized"}]"#]), true, "cf/token"),
        (envelope(402, 2021), true, "cf/token"), (envelope(400, 2021), true, "cf/token"), (envelope(429, 2003), true, "cf/token"),
        (envelope(400, 2040), true, ""), (envelope(400, 2008), true, ""), (envelope(500, 2002), true, "cf/api-key"),
        (
            .responds(401, [], [#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null}"#]), true,
            "cf/token"
        ),
        (.responds(401, [], [#"{"error":{"code":"invalid_api_key","message":"no"}}"#]), true, "cf/api-key"),
        (.responds(401, [], [#"{"type":"error","error":{"type":"authentication_error"}}"#]), true, "cf/api-key"),
        (.responds(401, [], ["not JSON"]), true, "cf/api-key"),
        (.responds(429, [], [#"{"error":{"type":"rate_limit"}}"#]), true, "cf/api-key"),
        (.responds(503, [], ["<html>"]), true, "cf/api-key"), (.responds(400, [], [#"{"error":{"message":"bad"}}"#]), false, ""),
        (.responds(404, [], ["{}"]), false, ""), (.fails(.connect), true, "cf/api-key"),
        (.responds(400, [], [#"{"error":{"message":"model says: \"internalCode\":2009"}}"#]), false, ""),
    ]

    @Test(arguments: errors.indices)
    func `whose error it is decides what rests`(_ index: Int) throws {
        let row = Self.errors[index]
        let rig = try GateRig(Self.gateway, secrets: Self.gatewaySecrets)
        let trip = rig.trip(.POST, Self.chat, body: Self.body) {
            $0.server.host == "gateway.ai.cloudflare.com" ? row.reply : .responds(200)
        }
        #expect(trip.requests.count == (row.isRetried ? 2 : 1))
        #expect(rig.gate.status.resting.map(\.key) == (row.rests.isEmpty ? [] : [row.rests]))
    }

    @Test func `a gateway that refuses its token is asked by nobody for a while, and the provider's key has nothing to do with it`() throws
    {
        let rig = try GateRig(Self.gateway, secrets: Self.gatewaySecrets)
        _ = rig.trip(.POST, Self.chat, body: Self.body) { request in
            request.server.host == "gateway.ai.cloudflare.com" ? Self.envelope(401, 2009) : .responds(200)
        }
        let next = rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(200) }
        #expect(next.requests.map(\.server.host) == ["api.mistral.ai"])
        try rig.vault.store("cf/token", "cfut_CanaryToken9876543210")
        rig.gate.install(try RouteTable(settings: rig.parsed, resolver: rig.resolver))
        let renewed = rig.trip(.POST, Self.chat, body: Self.body) { _ in .responds(200) }
        #expect(renewed.requests.map(\.server.host) == ["gateway.ai.cloudflare.com"])
    }

    // MARK: Keys for whom the model names

    private static let compat = """
        [provider.cloudflare-ai-gateway]
        account_id = "a"
        gateway_id = "g"
        route = "compat"
        gateway = { token = "secret:cf/token" }
        """

    @Test(arguments: [
        ("openai/gpt-4o", "Bearer sk-FirstCanaryKey0123456789"), ("mistral/large", "Bearer MistralCanaryKey0123456789"),
        ("groq/llama", nil),
        ("unknown/x", nil), ("gpt-4o", nil), ("/gpt-4o", nil), ("openai", nil), ("OPENAI/gpt-4o", nil), ("dynamic/x", nil),
        ("custom-x/y", nil),
    ])
    func `on the compat address the key is that of the provider which the model names`(_ model: String, _ key: String?) throws {
        let rig = try GateRig(
            Self.compat,
            secrets: [
                "cf/token": "cfut_CanaryToken0123456789", "openai/api-key": "sk-FirstCanaryKey0123456789",
                "mistral/api-key": "MistralCanaryKey0123456789",
            ])
        let trip = rig.trip(.POST, "/cloudflare-ai-gateway/chat/completions", body: "{\"model\":\"\(model)\"}") { _ in .responds(200) }
        let isRight = trip.requests.map { $0.head.headers.first(name: "authorization") } == (key.map { [$0] } ?? [])
        #expect(isRight && trip.status == (key == nil ? 403 : 200))
        for body in ["{}", "{\"model\":\"\(model)\",\"model\":\"openai/x\"}", "{\"model\":\"\(model)\",\"models\":[]}"] {
            #expect(rig.trip(.POST, "/cloudflare-ai-gateway/chat/completions", body: body) { _ in .responds(200) }.status == 400)
        }
        #expect(rig.status(.GET, "/cloudflare-ai-gateway/models") == 404)
    }

    @Test func `a key of the gateway's own table goes to the provider whose models are pinned, and to nobody else`() throws {
        let own = Self.compat.replacing("gateway =", with: "api_key = \"secret:own/key\"\nmodels = [\"groq/llama\"]\ngateway =")
        let rig = try GateRig(own, secrets: ["cf/token": "cfut_CanaryToken0123456789", "own/key": "OwnCanaryKey0123456789"])
        func status(_ model: String) -> Int {
            rig.trip(.POST, "/cloudflare-ai-gateway/chat/completions", body: "{\"model\":\"\(model)\"}") { _ in .responds(200) }.status
        }
        #expect(status("groq/other") == 200 && status("openai/gpt-4o") == 403 && status("mistral/large") == 403)
        let unpinned = try GateRig(
            Self.compat.replacing("gateway =", with: "api_key = \"secret:own/key\"\ngateway ="),
            secrets: ["cf/token": "cfut_CanaryToken0123456789", "own/key": "OwnCanaryKey0123456789"])
        #expect(unpinned.status(.POST, "/cloudflare-ai-gateway/chat/completions") == 503)
        #expect(unpinned.gate.status.problems.contains { $0.route == "cloudflare-ai-gateway" && $0.isFatal })
    }

    @Test func `keys that the gateway has go with any model`() throws {
        let rig = try GateRig(
            Self.compat.replacing("gateway = {", with: "gateway = { provider_key = \"stored\","),
            secrets: ["cf/token": "cfut_CanaryToken0123456789"])
        let trip = rig.trip(.POST, "/cloudflare-ai-gateway/chat/completions", body: #"{"model":"groq/x"}"#) { _ in .responds(200) }
        #expect(trip.status == 200 && trip.requests.first?.head.headers["authorization"] == [])
        #expect(trip.requests.first?.head.uri == "/v1/a/g/compat/chat/completions")
    }

    @Test(arguments: [
        (#"[{"provider":"openai","endpoint":"chat/completions","query":{}}]"#, 200), (#"[]"#, 400), (#"{}"#, 400),
        (#"[{"provider":"openai","endpoint":"x","query":{},"authorization":"Bearer y"}]"#, 400),
        (#"[{"provider":"openai","endpoint":"x","headers":{"cf-aig-cache-ttl":"1"},"query":{}}]"#, 400),
        (#"[{"provider":"openai","endpoint":"x","config":{},"query":{}}]"#, 400), (#"[{"provider":"a","provider":"b"}]"#, 400),
        ("[1]", 400),
    ])
    func `steps bring no keys and settings of their own`(_ body: String, _ status: Int) throws {
        let rig = try GateRig(
            Self.compat.replacing("\"compat\"", with: "\"universal\"").replacing(
                "gateway = {", with: "gateway = { provider_key = \"stored\","),
            secrets: ["cf/token": "cfut_CanaryToken0123456789"])
        let trip = rig.trip(.POST, "/cloudflare-ai-gateway", body: body) { _ in .responds(200) }
        #expect(trip.status == status)
        if status == 200 { #expect(trip.requests.first?.head.uri == "/v1/a/g") }
    }
}
