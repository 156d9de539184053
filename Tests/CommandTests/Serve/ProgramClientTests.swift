import Foundation
import Testing

/// The program `llm` at the proxy, as its manual says that other addresses are used.
@Suite(.enabled(if: PythonClients.isThere, PythonClients.reason)) struct ProgramClientTests {
    let ways = GatewayWays()

    private func llm(_ rig: ServeRig, _ arguments: String..., with more: [String: String] = [:]) throws -> Outcome {
        try rig.home.run(
            arguments, program: PythonClients.program("llm"),
            with: ["LLM_USER_PATH": rig.home("llm"), "PYTHONDONTWRITEBYTECODE": "1"].merging(more) { $1 })
    }

    @Test(arguments: [
        ("openai", ["authorization": "openai/api-key"]),
        ("gw-openai", ["authorization": "openai/api-key", "cf-aig-authorization": "gateway/token"]),
        ("stored-openai", ["cf-aig-authorization": "gateway/token"]),
    ])
    func `a chat is answered, whole and in parts`(_ route: String, _ headers: [String: String]) throws {
        let rig = try ways.rig()
        let address = ["OPENAI_BASE_URL": "\(rig.address(route))/v1", "OPENAI_API_KEY": rig.token]
        let parts = try llm(rig, "-m", "gpt-4o-mini", "hi", with: address)
        #expect(parts.code == 0 && parts.text == "forty-two\n")
        let whole = try llm(rig, "-m", "gpt-4o-mini", "--no-stream", "hi", with: address)
        #expect(whole.code == 0 && whole.text == "forty-two\n")
        #expect(try rig.upstream.requests.count == 2)
        try rig.expectKeysKept(ways, headers.mapValues { "Bearer " + ways[$0] }, clients: [parts, whole])
    }

    @Test(arguments: [
        ("gw-compat", ["authorization": "openai/api-key", "cf-aig-authorization": "gateway/token"]),
        ("stored-compat", ["cf-aig-authorization": "gateway/token"]),
    ])
    func `a model of its own settings is asked by the compat address`(_ route: String, _ headers: [String: String]) throws {
        let rig = try ways.rig()
        try rig.home.write(
            """
            - model_id: through-warder
              model_name: openai/gpt-4o
              api_base: "\(rig.address(route))"
              api_key_name: warder
            """, to: "llm/extra-openai-models.yaml")
        try rig.home.write(#"{"warder": "\#(rig.token)"}"#, to: "llm/keys.json")
        let outcome = try llm(rig, "-m", "through-warder", "hi")
        #expect(outcome.code == 0 && outcome.text == "forty-two\n")
        #expect(try rig.upstream.requests.map { $0.path.hasSuffix("/compat/chat/completions") } == [true])
        try rig.expectKeysKept(ways, headers.mapValues { "Bearer " + ways[$0] }, clients: [outcome])
    }

    @Test func `says what the proxy says when the proxy is paused, and goes on when it is resumed`() throws {
        let rig = try ways.rig()
        let address = ["OPENAI_BASE_URL": "\(rig.address("openai"))/v1", "OPENAI_API_KEY": rig.token]
        try #require(rig.home.run("serve", "pause").code == 0)
        try AgentRig.wait("the proxy is not paused") { try rig.curl("openai/v1/models").text.contains("stopped") }
        let count = try rig.upstream.requests.count
        let paused = try llm(rig, "-m", "gpt-4o-mini", "hi", with: address)
        #expect(paused.code != 0 && paused.error.contains("the proxy is stopped"))
        #expect(try rig.upstream.requests.count == count)
        try #require(rig.home.run("serve", "resume").code == 0)
        try AgentRig.wait("the proxy is not resumed") { try rig.curl("openai/v1/models").text.contains("gpt-4o") }
        let resumed = try llm(rig, "-m", "gpt-4o-mini", "hi", with: address)
        #expect(resumed.text == "forty-two\n")
        try rig.expectKeysKept(ways, nil, clients: [paused, resumed])
    }
}
