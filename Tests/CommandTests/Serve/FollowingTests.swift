import Foundation
import Glibc
import Testing

/// The daemon follows the vault, the settings and the agent, while requests are made.
@Suite struct FollowingTests {
    private static let first = "sk-first-0123456789abcdef"
    private static let second = "sk-second-0123456789abcdef"

    private func rig() throws -> ServeRig {
        try ServeRig(upstream: .init(providers: ["openai": [Self.first, Self.second]]), secrets: ["openai/api-key": Self.first]) {
            "[provider.openai]\nbase_url = \"http://127.0.0.1:\($0)/direct/openai/v1\"\n"
        }
    }

    private let body = #"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#

    /// The status of one request.
    private func ask(_ rig: ServeRig) throws -> String {
        try rig.curl("openai/v1/chat/completions", "-o", "/dev/null", "-w", "%{http_code}", "-d", body).text
    }

    /// The keys with which requests have arrived, in order.
    private func keys(_ rig: ServeRig) throws -> [String] {
        try rig.upstream.requests.compactMap { $0.values("authorization").first }
    }

    /// Makes requests as fast as they go in the background, and counts their statuses at the end.
    private final class Load {
        private let process: pid_t
        private let output: String

        init(_ rig: ServeRig, _ body: String, seconds: Int) throws {
            output = rig.home.streams + "/load"
            let script = """
                import http.client, json, sys, threading, time
                port, token, body, end = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode(), time.time() + float(sys.argv[4])
                counts, lock = {}, threading.Lock()
                def run():
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                    while time.time() < end:
                        try:
                            connection.request("POST", "/openai/v1/chat/completions", body, {"authorization": "Bearer " + token, "content-type": "application/json"})
                            answer = connection.getresponse(); answer.read(); status = answer.status
                        except Exception as error:
                            status = type(error).__name__; connection.close()
                        with lock: counts[str(status)] = counts.get(str(status), 0) + 1
                threads = [threading.Thread(target=run) for _ in range(8)]
                for thread in threads: thread.start()
                for thread in threads: thread.join()
                print(json.dumps(counts))
                """
            process = try Spawn(
                program: "/usr/bin/python3", arguments: ["-c", script, "\(rig.port)", rig.token, body, "\(seconds)"],
                environment: rig.home.environment, directory: rig.home.path, descriptors: [0: "/dev/null", 1: output, 2: "/dev/null"]
            ).start()
        }

        func end() throws -> [String: Int] {
            #expect(Spawn.wait(process, seconds: 120) == 0)
            let data = try Data(contentsOf: URL(fileURLWithPath: output))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Int])
        }
    }

    @Test func `new generations, settings and tokens take effect without a request lost`() throws {
        let rig = try rig()
        let load = try Load(rig, body, seconds: 6)
        usleep(500_000)
        try rig.home.store("openai/api-key", Self.second)
        try AgentRig.wait("the new generation is not used") { try keys(rig).last == "Bearer \(Self.second)" }
        // From then on it is the only one.
        let later = try keys(rig).count
        try rig.home.configure("[route.chat]\nmodels = [\"openai/gpt-4o\"]\n")
        try AgentRig.wait("the new route is not there") {
            try rig.curl("chat/v1/chat/completions", "-o", "/dev/null", "-w", "%{http_code}", "-d", body).text == "200"
        }
        _ = try rig.newToken("other")
        #expect(try rig.home.run("serve", "token", "revoke", "other").code == 0)
        let counts = try load.end()
        #expect(Array(counts.keys) == ["200"])
        #expect(counts["200"] ?? 0 > 100)
        let after = try keys(rig).dropFirst(later + 50).allSatisfy { $0 == "Bearer \(Self.second)" }
        #expect(after)
    }

    @Test func `what is wrong in the settings leaves what was good, and shows`() throws {
        let rig = try rig()
        #expect(try ask(rig) == "200")
        let good = try String(contentsOfFile: rig.home.settings, encoding: .utf8)
        let load = try Load(rig, body, seconds: 3)
        try rig.home.write(good + "\nnonsense here\n", to: rig.home.settings)
        try AgentRig.wait("the daemon does not complain") { try rig.page("health").text.contains("degraded") }
        #expect(try ask(rig) == "200")
        try rig.home.write(good, to: rig.home.settings)
        try AgentRig.wait("the daemon does not recover") { try rig.page("health").text.contains("\"ok\"") }
        #expect(try Array(load.end().keys) == ["200"])
    }

    @Test(arguments: ["gone", "garbage", "unreadable", "replaced", "rolled back"])
    func `a vault that cannot be trusted leaves what was good`(
        way: String
    ) throws {
        let rig = try rig()
        let vault = rig.home.vault
        try rig.home.write(try #require(rig.home.content(vault)), to: "old.db")
        try rig.home.store("openai/api-key", Self.second)
        try AgentRig.wait("the new generation is not used") {
            _ = try ask(rig)
            return try keys(rig).last == "Bearer \(Self.second)"
        }
        // The daemon has written down that it uses it: nothing writes to the vault from then on.
        try AgentRig.wait("the use is not noted") {
            try rig.home.run("audit", "list").text.split(separator: "\n").contains { $0.contains(" use ") && $0.hasSuffix("(2)") }
        }
        let load = try Load(rig, body, seconds: 4)
        try rig.home.write(try #require(rig.home.content(vault)), to: "good.db")
        switch way {
        case "gone": try #require(unsafe rename(vault, vault + ".away") == 0)
        case "garbage": try rig.home.write("not a vault at all", to: vault)
        case "unreadable": try #require(unsafe chmod(vault, 0o644) == 0)
        case "replaced":
            let other = try Home()
            try rig.home.write(try #require(other.content(other.vault)), to: vault)
        default: try rig.home.write(try #require(rig.home.content(rig.home("old.db"))), to: vault)
        }
        try AgentRig.wait("the daemon does not complain") { try rig.page("health").text.contains("degraded") }
        #expect(try ask(rig) == "200")
        // Never the old key, never none.
        let before = try keys(rig).count
        for _ in 0..<10 { #expect(try ask(rig) == "200") }
        let isRight = try keys(rig).dropFirst(before).allSatisfy { $0 == "Bearer \(Self.second)" }
        #expect(isRight)
        try rig.home.write(try #require(rig.home.content(rig.home("good.db"))), to: vault)
        try AgentRig.wait("the daemon does not recover") { try rig.page("health").text.contains("\"ok\"") }
        #expect(try Array(load.end().keys) == ["200"])
    }

    @Test func `locked, it answers 503 and forgets what it had, and goes on when it is unlocked`() throws {
        let rig = try rig()
        #expect(try ask(rig) == "200")
        let load = try Load(rig, body, seconds: 5)
        usleep(500_000)
        #expect(try rig.home.run("lock").code == 0)
        try AgentRig.wait("the daemon serves on") { try ask(rig) == "503" }
        let seen = try rig.upstream.requests.count
        #expect(try ask(rig) == "503")
        #expect(try rig.upstream.requests.count == seen)
        if geteuid() == 0 {
            // The same process to whoever started it, and nothing in its memory.
            try rig.home.write(Self.first, to: "needle")
            let reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../contrib/reader").standardized
                .path
            let scan = try rig.home.run(
                [AgentRig.resource("memory-scan.py"), "\(rig.process)", rig.home.vault, rig.home("key"), reader, rig.home("needle")],
                program: "/usr/bin/python3")
            #expect(scan.code == 0)
            #expect(scan.text.hasPrefix("in "), "keys or values are in its memory")
        }
        #expect(try rig.home.run("unlock").code == 0)
        try AgentRig.wait("the daemon stays locked") { try ask(rig) == "200" }
        let counts = try load.end()
        // What was under way when it locked may have been broken off; nothing went upstream without a key.
        #expect(counts["200"] ?? 0 > 50)
        let isRight = try keys(rig).allSatisfy { $0 == "Bearer \(Self.first)" }
        #expect(isRight)
        #expect(try rig.upstream.requests.allSatisfy { !$0.values("authorization").isEmpty })
    }

    @Test func `a revoked or expired token, and a pause, take effect within moments`() throws {
        let rig = try rig()
        #expect(try ask(rig) == "200")
        #expect(try rig.home.run("serve", "pause").code == 0)
        try AgentRig.wait("the proxy goes on") { try ask(rig) == "503" }
        #expect(try rig.home.run("serve", "resume").code == 0)
        try AgentRig.wait("the proxy stays paused") { try ask(rig) == "200" }
        #expect(try rig.home.run("serve", "token", "list").text.contains("all routes"))
        #expect(try rig.home.run("serve", "token", "revoke", "test").code == 0)
        try AgentRig.wait("the token is still good") { try ask(rig) == "401" }
        #expect(try rig.home.run("serve", "token", "revoke", "test").refused(22))
    }

    @Test func `a budget is used up once, also over a restart`() throws {
        let rig = try rig()
        let token = try rig.newToken("few", ["--budget", "3"])
        func ask() throws -> String {
            try rig.home.run(
                ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "authorization: Bearer \(token)", "-d", body]
                    + [rig.address("openai/v1/chat/completions")], program: "/usr/bin/curl"
            ).text
        }
        try AgentRig.wait("the token is not known") { try ask() == "200" }
        #expect(try ask() == "200")
        #expect(try rig.end().code == 0)
        try rig.start()
        #expect(try ask() == "200")
        #expect(try ask() == "429")
    }
}
