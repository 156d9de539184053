import Foundation
import Testing

/// How a library sees what its token may not do, and what the gateway refuses.
@Suite(.enabled(if: PythonClients.isThere, PythonClients.reason)) struct LibraryLimitTests {
    let ways = GatewayWays()

    private func rig(_ token: String...) throws -> ServeRig {
        try ServeRig(upstream: ways.configuration, secrets: ways.secrets, token: token, settings: GatewayWays.settings)
    }

    @Test func `routes, models and methods that a token does not have are errors of their own`() throws {
        let rig = try rig("--route", "openai", "--route", "anthropic", "--model", "gpt-4o*", "--model", "claude-*", "--method", "POST")
        let run = try rig.openAI("openai", "chat", "stream=gpt-4o-mini", "chat=gpt-5", "responses=gpt-5", "models")
        #expect(run.text("chat") == "forty-two" && run.text("stream=gpt-4o-mini") == "forty-two")
        for operation in ["chat=gpt-5", "responses=gpt-5"] {
            #expect(run.text(operation, "error") == "PermissionDeniedError" && run.text(operation, "code") == "token_model")
        }
        #expect(run.text("models", "error") == "PermissionDeniedError" && run.text("models", "code") == "token_method")
        let other = try rig.openAI("gw-openai", "chat")
        #expect(other.text("chat", "error") == "NotFoundError" && other.text("chat", "code") == "not_found")
        let anthropic = try rig.anthropic("anthropic", "messages", "messages=gpt-5")
        #expect(anthropic.text("messages") == "forty-two")
        #expect(anthropic.text("messages=gpt-5", "error") == "PermissionDeniedError")
        #expect(try rig.upstream.requests.count == 3)
        try rig.expectKeysKept(ways, nil, clients: [run.outcome, other.outcome, anthropic.outcome])
    }

    @Test func `a budget that is used up is an error that is not tried again`() throws {
        let rig = try rig("--budget", "2")
        let run = try rig.openAI("openai", "chat", "stream", "responses")
        #expect(run.text("chat") == "forty-two" && run.text("stream") == "forty-two")
        #expect(run.text("responses", "error") == "RateLimitError" && run.text("responses", "code") == "token_budget")
        #expect(try rig.upstream.requests.count == 2)
        try rig.end()
        #expect(rig.accesses.count == 3, "the library has asked once more, and no oftener")
        // What is used up stays used up when the daemon is started again.
        try rig.start()
        let later = try rig.openAI("openai", "chat")
        #expect(later.text("chat", "code") == "token_budget")
    }

    @Test(arguments: [
        ("stored-lost", "BadRequestError", 400, 2040, 1), ("strict-openai", "BadRequestError", 400, 2041, 1),
        ("poor-openai", "APIStatusError", 402, 2021, 1), ("limited-openai", "RateLimitError", 429, 2003, 3),
    ])
    func `the gateway's errors are the library's own exceptions`(
        _ route: String, _ name: String, _ status: Int, _ code: Int, _ count: Int
    ) throws {
        let rig = try rig()
        let run = try rig.openAI(route, "chat")
        #expect(run.text("chat", "error") == name && run.number("chat", "status") == status)
        let errors = run["chat"]["body"] as? [[String: Any]]
        #expect(errors?.map { $0["code"] as? Int } == [code])
        #expect(try rig.upstream.requests.count == count)
        try rig.expectKeysKept(
            ways,
            ["cf-aig-authorization": "gateway/token", "authorization": "openai/api-key"]
                .filter { route == "limited-openai" || $0.key != "authorization" }.mapValues { "Bearer " + ways[$0] },
            clients: [run.outcome])
    }

    @Test func `a vault that is locked is an error that says so, and the library goes on when it is unlocked`() throws {
        let rig = try rig()
        #expect(try rig.openAI("openai", "chat").text("chat") == "forty-two")
        try #require(rig.home.run("lock").code == 0)
        try AgentRig.wait("the proxy is not locked") {
            let answer = try rig.curl("openai/v1/models", "-w", "\n%{http_code}").text
            return answer.contains("the vault is locked") && answer.hasSuffix("503")
        }
        let count = try rig.upstream.requests.count
        #expect(try rig.curl("openai/v1/chat/completions", "-d", "{}").text.contains("overloaded_error"))
        #expect(try rig.upstream.requests.count == count)
        try #require(rig.home.run("unlock").code == 0)
        try rig.noteAgent()
        // The same port and the same token.
        try AgentRig.wait("the proxy is not unlocked") { try rig.curl("openai/v1/models").text.contains("gpt-4o") }
        let run = try rig.openAI("openai", "chat", "stream")
        #expect(run.text("chat") == "forty-two" && run.text("stream") == "forty-two")
        try rig.expectKeysKept(ways, ["authorization": "Bearer \(ways["openai/api-key"])"], clients: [run.outcome])
    }
}
