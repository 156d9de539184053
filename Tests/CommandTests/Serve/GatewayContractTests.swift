import Foundation
import Testing

/// That the server of these tests is as strict as Cloudflare's: what the proxy adds and takes away is what makes a request succeed.
@Suite struct GatewayContractTests {
    let ways = GatewayWays()
    let home: Home
    let server: GatewayServer

    init() throws {
        home = try Home(withVault: false)
        server = try GatewayServer(for: home, ways.configuration)
    }

    /// Asks the server itself: its status, and the gateway's code if the answer is the gateway's own.
    private func ask(_ path: String, model: String = "gpt-4o", _ headers: [String: String]) throws -> (status: String, code: Int?) {
        let body = #"{"model":"\#(model)","messages":[]}"#
        let outcome = try home.run(
            ["-sS", "--max-time", "50", "-w", "\n%{http_code}", "-d", body] + headers.flatMap { ["-H", "\($0.key): \($0.value)"] }
                + ["http://127.0.0.1:\(server.port)\(path)"], program: "/usr/bin/curl")
        let lines = outcome.text.split(separator: "\n")
        let envelope = (lines.first.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }) as? [String: Any]
        return (String(lines.last ?? ""), envelope?["name"] as? String == "AiGatewayError" ? envelope?["internalCode"] as? Int : nil)
    }

    private func gateway(_ name: String, _ rest: String = "openai/chat/completions") -> String {
        "/v1/\(GatewayWays.account)/\(name)/\(rest)"
    }

    private var token: [String: String] { ["cf-aig-authorization": "Bearer \(ways["gateway/token"])"] }
    private var key: [String: String] { ["authorization": "Bearer \(ways["openai/api-key"])"] }

    @Test func `an authenticated gateway wants its token, and the provider its key`() throws {
        #expect(try ask(gateway("auth"), key) == ("401", 2009))
        #expect(try ask(gateway("auth"), key.merging(["cf-aig-authorization": "Bearer other"]) { $1 }) == ("401", 2009))
        #expect(try ask(gateway("auth"), key.merging(token) { $1 }) == ("200", nil))
        #expect(try ask(gateway("auth"), token.merging(["authorization": "Bearer other"]) { $1 }) == ("401", nil))
        #expect(try ask(gateway("open"), key) == ("200", nil))
        #expect(try ask("/direct/openai/v1/chat/completions", key) == ("200", nil))
        #expect(try ask("/direct/openai/v1/chat/completions", token) == ("401", nil))
    }

    @Test func `a placeholder in the place of the key keeps stored keys and unified billing from being used`() throws {
        for name in ["stored", "paid"] {
            #expect(try ask(gateway(name), token) == ("200", nil))
            #expect(try ask(gateway(name), token.merging(["authorization": "Bearer unused"]) { $1 }) == ("401", nil))
        }
        #expect(try server.requests.map(\.credential) == ["stored:default", "request", "unified", "request"])
    }

    @Test func `the gateway says what is wrong with it`() throws {
        #expect(try ask(gateway("stored"), token.merging(["cf-aig-byok-alias": "team"]) { $1 }) == ("200", nil))
        #expect(try ask(gateway("stored"), token.merging(["cf-aig-byok-alias": "lost"]) { $1 }) == ("400", 2040))
        #expect(try ask(gateway("strict"), token) == ("400", 2041))
        #expect(try ask(gateway("paid"), token.merging(["cf-aig-no-wholesale": "true"]) { $1 }) == ("400", 2041))
        #expect(try ask(gateway("poor"), token) == ("402", 2021))
        #expect(try ask(gateway("limited"), token.merging(key) { $1 }) == ("429", 2003))
        #expect(try ask(gateway("auth", "nobody/chat/completions"), token.merging(key) { $1 }) == ("400", 2008))
        #expect(try ask(gateway("auth", "compat/models"), token.merging(key) { $1 }) == ("400", 2008))
        #expect(try ask(gateway("auth", "compat/chat/completions"), model: "openai/x", token.merging(key) { $1 }) == ("200", nil))
        #expect(try ask(gateway("auth", "compat/chat/completions"), model: "nobody/x", token.merging(key) { $1 }) == ("400", 2008))
    }
}
