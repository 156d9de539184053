import Foundation
import Glibc
import Testing

/// Keys that `onboard` gets are nowhere but in the vault: not in its output, its settings, its arguments.
@Suite(.serialized) struct OnboardLeakTests {
    let home: Home
    let key = Canary(Value(Array("sk-ant-api03-".utf8) + Canary.text(40)))
    let token = Canary(Value(Canary.text(40)))
    /// One that is put where none belongs.
    let pasted = Canary(Value(Array("sk-proj-".utf8) + Canary.text(40)))

    init() throws { home = try Home() }

    private func text(_ canary: Canary) -> String { String(decoding: canary.value.bytes, as: UTF8.self) }

    private func expectSilence(_ what: String, _ pieces: [Value], sourceLocation: SourceLocation = #_sourceLocation) {
        for (number, canary) in [key, token, pasted].enumerated() {
            let isSilent = !pieces.contains { canary.isFound(in: $0) }
            #expect(isSilent, "canary \(number) after \(what)", sourceLocation: sourceLocation)
        }
    }

    private func expectSilentFiles(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
        try #require(names.contains(".local/share/warder/vault.db"))
        // What reads the environment file of a wired program has the gateway's token from there.
        let contents = names.filter { $0 != "key" && $0 != ".fased/.env" }.compactMap { home.content(home($0)) }
        expectSilence("it, in a file", contents + [Value(names.joined(separator: "\n"))], sourceLocation: sourceLocation)
    }

    private var ids: [String] { OnboardTests.gateway + OnboardTests.ids }

    @discardableResult
    private func run(_ words: [String], input: Value = Value(""), with more: [String: String] = [:]) throws -> Outcome {
        let outcome = try home.run(["-v"] + words, program: Home.program, input: input, with: more)
        expectSilence(words.suffix(2).first.map { String($0.prefix(30)) } ?? "", [Value(outcome.output), Value(outcome.error)])
        return outcome
    }

    @Test func `prints no key, whatever it comes by`() throws {
        let keyOption = "--cloudflare-ai-gateway-api-key"
        let tokenOption = "--cloudflare-ai-gateway-token"
        let keyFile = try home.write(key.value, to: "\(home.streams)/key-file", mode: 0o644)
        for words in [
            [keyOption, text(key), tokenOption, text(token)], ["\(keyOption)=\(text(key))", "\(tokenOption)=\(text(token))", "--json"],
            ["\(keyOption)-env", "K", "\(tokenOption)-env", "T"], ["\(keyOption)-file", keyFile], ["\(keyOption)-file", "-", "--json"],
            ["--route", "compat", "--model", "cloudflare-ai-gateway/anthropic/m"],
        ] {
            let outcome = try run(ids + words, input: key.value, with: ["K": text(key), "T": text(token)])
            #expect(outcome.code == 0)
        }
        let isStored = try home.value("cloudflare-ai-gateway/api-key") == key.value
        #expect(isStored)
        let isTokenStored = try home.value("cloudflare-ai-gateway/token") == token.value
        #expect(isTokenStored)
        try expectSilentFiles()
    }

    @Test func `prints nothing of what is refused`() throws {
        let wrong = text(pasted)
        let keyOption = "--cloudflare-ai-gateway-api-key"
        for words in [
            [wrong], ["--\(wrong)"], ["--\(wrong)-api-key", "x"], ["--\(wrong)-api-key", wrong], ["--\(wrong)=\(wrong)"],
            ["--auth-choice", wrong], ["--mode", wrong], ["--account-id", wrong], ["--gateway-id=\(wrong)"], ["--route", wrong],
            ["--region", wrong], ["--base-url", "https://x.example/\(wrong)"], ["--base-url", wrong], ["--model", wrong],
            ["--model", "openai/\(wrong)"], ["--provider-key", wrong], [keyOption, wrong], [keyOption, "\(wrong) \(wrong)"],
            ["\(keyOption)-env", wrong], ["\(keyOption)-file", wrong], ["--openai-api-key", wrong], ["--gateway-token", wrong],
            ["--token=\(wrong)"], ["--remote-token", wrong], ["--gateway-password", wrong], ["--reset=\(wrong)"],
            ["--cloudflare-ai-gateway-token", wrong], [keyOption, text(key), wrong], [keyOption, text(key), "--\(wrong)"],
            [keyOption, text(key), keyOption, wrong], ["--json=\(wrong)", keyOption, text(key)],
        ] {
            let outcome = try run(ids + words)
            #expect(outcome.code != 0)
        }
        #expect(try run(["onboard", "--help", "--openai-api-key", text(key)]).code == 0)
        // The value of a variable, and of a file, that is none.
        for value in [text(key) + "\n" + text(pasted), "\u{7F}" + text(key)] {
            #expect(try run(ids + ["\(keyOption)-env", "K"], with: ["K": value]).code != 0)
            #expect(try run(ids + ["\(keyOption)-file", "-"], input: Value(value)).code != 0)
            #expect(try run(ids, with: ["CLOUDFLARE_AI_GATEWAY_API_KEY": value]).code != 0)
        }
        // Settings that cannot be changed, and a vault that cannot be written.
        try home.write("provider = \"\(wrong)\"\n", to: "\(home.streams)/bad.toml")
        #expect(try run(["--settings", "\(home.streams)/bad.toml"] + ids + [keyOption, text(key)]).code == 25)
        unsafe chmod(home(".config/warder"), 0o500)
        if geteuid() != 0 { #expect(try run(ids + [keyOption, text(key)]).code == 20) }
        unsafe chmod(home(".config/warder"), 0o700)
        try expectSilentFiles()
    }

    @Test(arguments: [false, true]) func `overwrites a key among its arguments at once`(isJoined: Bool) throws {
        let fifo = "\(home.streams)/fifo"
        try #require(unsafe mkfifo(fifo, 0o600) == 0)
        try home.write(token.value, to: "\(home.streams)/token")
        try home.write(key.value, to: "\(home.streams)/key-value")
        let option = "--cloudflare-ai-gateway-api-key"
        // It waits for the other end of the FIFO while its arguments are read.
        let words = (ids + ["--cloudflare-ai-gateway-token-file", fifo]).joined(separator: " ")
        let outcome = try home.shell(
            """
            key=$(cat '\(home.streams)/key-value')
            "$WARDER" -v \(words) \(isJoined ? "\(option)=\"$key\"" : "\(option) \"$key\"") & process=$!
            for attempt in $(seq 200); do tr '\\0' ' ' </proc/$process/cmdline | grep -q 'api-key.[*]' && break; sleep 0.05; done
            tr '\\0' '\\n' </proc/$process/cmdline; ps -ww -o args= -p $process
            timeout 10 dd if='\(home.streams)/token' of='\(fifo)' status=none
            wait $process
            """)
        #expect(outcome.code == 0)
        #expect(outcome.text.contains("--cloudflare-ai-gateway-account-id") && outcome.text.contains("***"))
        expectSilence("it among its arguments", [Value(outcome.output), Value(outcome.error)])
        let isStored = try home.value("cloudflare-ai-gateway/api-key") == key.value
        #expect(isStored)
    }

    @Test func `leaves the arguments of other commands alone`() throws {
        let outcome = try home.shell(
            "exec \"$WARDER\" run -- sh -c 'tr \"\\0\" \" \" </proc/$$/cmdline' onboard --openai-api-key value --x-token=value")
        #expect(outcome.text.contains("onboard --openai-api-key value --x-token=value"))
    }

    @Test func `shows no key at the terminal`() throws {
        try FileManager.default.createDirectory(atPath: home(".fased"), withIntermediateDirectories: false)
        var steps = OnboardTerminalTests.gateway.dropLast().flatMap(\.steps)
        for (number, step) in steps.enumerated() {
            guard case .type(let typed) = step else { continue }
            steps[number] = .type(
                typed.replacing(OnboardTerminalTests.key, with: text(key)).replacing(OnboardTerminalTests.token, with: text(token)))
        }
        let outcome = try Terminal.run(home, ["-v", "onboard"], steps: steps)
        #expect(outcome.failed == nil && outcome.code == 0)
        expectSilence("a conversation", [outcome.screen])
        try expectSilentFiles()
    }
}
