import Foundation
import Glibc
import Testing

/// Values are nowhere but where they were asked for: every command, with -v, when it works and when it fails.
@Suite(.serialized) struct LeakTests {
    let home: Home
    /// A value with bytes that encodings change.
    let stored = Canary(Value(Array("c4n%/+ é\"".utf8) + Canary.text(24)))
    /// A value for standard input and arguments that are wrong.
    let supplied = Canary(Value(Canary.text(32)))
    let passphrase = Canary(Value(Canary.text(24)))

    init() throws {
        home = try Home()
        // The inputs stand outside of the home, which is searched.
        for (name, canary) in [("stored", stored), ("supplied", supplied), ("passphrase", passphrase)] {
            try home.write(canary.value, to: "\(home.streams)/\(name)")
        }
        try home.write(.random(32), to: "wrong-key")
        try home.store("NAME", stored.value)
        try home.store("API_KEY", stored.value)
    }

    private var canaries: [Canary] {
        get throws { [stored, supplied, passphrase, Canary(try #require(home.content(home("key"))))] }
    }

    /// Looks at everything that a command wrote, on every stream.
    private func expectSilence(_ what: String, _ pieces: [Value], sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (index, canary) in try canaries.enumerated() {
            let isSilent = !pieces.contains { canary.isFound(in: $0) }
            #expect(isSilent, "canary \(index) after \(what)", sourceLocation: sourceLocation)
        }
    }

    /// Looks into every file below the home but the key file itself, and at their names.
    private func expectSilentFiles(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
        try #require(names.contains(".local/share/warder/vault.db"))
        let contents = names.filter { $0 != "key" }.compactMap { home.content(home($0)) }
        try expectSilence("\(what), in a file", contents + [Value(names.joined(separator: "\n"))], sourceLocation: sourceLocation)
    }

    private func run(_ words: String..., input: Canary? = nil, with more: [String: String] = [:], mayPrint: Bool = false) throws {
        let outcome = try home.run(
            ["-v"] + words, program: Home.program, input: input?.value ?? Value(""), with: more,
            descriptors: [3: home.streams + "/passphrase", 4: home.streams + "/passphrase"])
        try expectSilence(words.first ?? "", [Value(outcome.error)] + (mayPrint ? [] : [Value(outcome.output)]))
    }

    @Test func `finds a canary in every form`() {
        let canary = stored
        for form in canary.forms { #expect(canary.isFound(in: Value([1, 2, 3] + form.bytes + [4]))) }
        let data = Data([9] + canary.value.bytes + [9, 9])
        #expect(canary.isFound(in: Value(data.base64EncodedString())))
        #expect(canary.isFound(in: Value((Data([9]) + data).base64EncodedString())))
        #expect(!canary.isFound(in: Value.random(5000)))
    }

    @Test func `prints no value but by get and the program that is run`() throws {
        let passphraseOptions = ["--passphrase-fd", "3", "--kdf-memory", "64", "--kdf-passes", "2"]
        try run("set", "NAME", "--note", "n", input: supplied)
        try run("set", "NAME", "--json", "--from-file", home.streams + "/stored")
        try run("set", "OTHER", "--generate", "32")
        try run("get", "NAME", mayPrint: true)
        try run("get", "NAME", "--json", mayPrint: true)
        for verb in [
            ["list"], ["show", "NAME"], ["history", "NAME"], ["status"], ["check"], ["verify"], ["audit", "list"], ["audit", "verify"],
        ] {
            for json in [[], ["--json"]] {
                let outcome = try home.run(["-v"] + verb + json, program: Home.program)
                #expect(outcome.code == 0)
                try expectSilence(verb[0], [Value(outcome.output), Value(outcome.error)])
            }
        }
        try run("rename", "OTHER", "THIRD")
        try run("rollback", "NAME")
        try run("remove", "THIRD")
        try run("purge", "THIRD", "--yes")
        try run("run", "--", "true", with: ["API_KEY": "inherited"])
        try run("run", "--as-file", "API_KEY", "--", "sh", "-c", "echo $API_KEY")
        try run("backup", home("backup"))
        let added = try home.run(
            ["-v", "slot", "add"] + passphraseOptions, program: Home.program, descriptors: [3: home.streams + "/passphrase"])
        #expect(added.code == 0)
        try expectSilence("slot add", [Value(added.output), Value(added.error)])
        try run("slot", "list")
        try run("slot", "rekey", "--passphrase-fd", "3")
        try run("slot", "change", "2", "--passphrase-fd", "3", "--kdf-memory", "64", "--kdf-passes", "2")
        try run("slot", "keygen", home("pair"))
        try run("slot", "remove", "2")
        try run("restore", home("backup"), "--force")
        try home.write("[profile.default]\nAPI_KEY = \"secret:API_KEY\"\n", to: "project/warder.toml")
        let allowed = try home.run("-v", "allow", in: home("project"))
        try expectSilence("allow", [Value(allowed.output), Value(allowed.error)])
        // Files outside of the home, which is searched: an export is where the value was asked for.
        for format in ["sh", "json", "systemd-environment-file"] {
            try run("export", "--format", format, mayPrint: true)
            try run("export", "--format", format, "--replace", "-o", home.streams + "/exported")
            try run("export", "--format", format, "--replace", "--json", "-o", home.streams + "/exported")
        }
        try importEverything()
        try useConsumers()
        try expectSilentFiles("every command")
    }

    /// Gives copies to consumers outside of the home, which is searched: settings, notes and everything else in it have no value.
    private func useConsumers() throws {
        try home.store("cloudflare-ai-gateway/api-key", stored.value)
        try run("consumer", "add", "fased")
        for format in Formats.merged + ["json", "sh"] {
            let target = "\(home.streams)/consumer-\(format)"
            try home.write("# theirs\n", to: target)
            try run("consumer", "add", format, "--format", format, "--path", target, "--only", "API_KEY")
        }
        for words in [
            ["apply", "--dry-run"], ["apply"], ["apply", "--json", "--force"], ["apply", "--check"], ["apply", "--check", "--json"],
            ["where", "API_KEY"], ["where", "API_KEY", "--json"], ["consumer", "list"], ["consumer", "list", "--json"],
            ["consumer", "show", "sh"], ["consumer", "show", "sh", "--json"], ["status"], ["audit", "list"],
            ["consumer", "remove", "sh", "--with-copy"], ["consumer", "remove", "json", "--json"],
        ] {
            let outcome = try home.run(["-v"] + words, program: Home.program)
            try expectSilence(words.joined(separator: " "), [Value(outcome.output), Value(outcome.error)])
        }
        let isWritten = stored.isFound(in: try #require(home.content("\(home.streams)/consumer-docker")))
        #expect(isWritten)
    }

    private enum Formats {
        /// Formats whose files have other lines, too.
        static let merged = ["docker", "compose", "dotenv-js", "dotenv-python", "systemd-environment-file"]
    }

    /// Imports the value from sources outside of the home, which is searched.
    private func importEverything() throws {
        let text = String(decoding: supplied.value.bytes, as: UTF8.self)
        let sources = [
            ("plain.env", "IMPORTED=\(text)\n"),
            ("quoted.env", "IMPORTED='\(text)'\nexport B=\"\(text) x\" # \(text)\nC=\(text) \(text)\n"),
            (
                "several.env",
                "A='\(text)\nB=\(text)\n'\n\(text)\n\(text)=\n\(text)==\nexport \(text)\nD=$\(text)\nE=$(\(text))\nA=\(text)\n"
            ),
            (
                "openclaw.json",
                "{models:{providers:{a:{apiKey:'\(text)',headers:{token:'Bearer \(text)'}},'\(text)':{apiKey:'${\(text)}'}}}}"
            ),
            ("auth-profiles.json", "{\"profiles\":{\"a:\(text)\":{\"type\":\"oauth\",\"provider\":\"\(text)\",\"access\":\"\(text)\"}}}"),
            ("agent.yaml", "providers: {a: {token_key: \(text), api_key: \(text)}}\nagents: {r: {env: {K: \(text), \(text): x}}}"),
            (
                "config.toml",
                "[provider]\napi_key = \"\(text)\"\napi_key_env = \"\(text)\"\n[providers.\"\(text)\"]\napi_key = { env = \"\(text)\" }"
            ),
        ]
        for (name, content) in sources {
            let file = "\(home.streams)/import/\(name)"
            for more in [["--dry-run"], ["--json"], ["--replace"], ["--remove-source"], ["--prefix", "x/", "--dry-run", "--json"]] {
                try home.write(content, to: file)
                let outcome = try home.run(["-v", "import", file] + more, program: Home.program)
                try expectSilence("import \(name) \(more)", [Value(outcome.output), Value(outcome.error)])
            }
            for format in [
                "dotenv", "dotenv-js", "dotenv-python", "compose", "docker", "sh", "fish", "github", "json", "environment.d",
                "systemd-environment-file", "docker-agent", "wrangler", "openclaw", "openclaw-config", "docker-agent-config",
                "loong-config", "claude-code-config", "codex-config",
            ] {
                for way in [["--dry-run"], ["--replace", "--prefix", "\(format)/"]] {
                    try home.write(content, to: file)
                    let outcome = try home.run(["-v", "import", file, "--format", format] + way, program: Home.program)
                    try expectSilence("import \(name) as \(format)", [Value(outcome.output), Value(outcome.error)])
                }
            }
        }
        try home.write(". '\(home.streams)/import/shell'\n", to: ".profile")
        try home.write("export OPENAI_API_KEY='\(text)'; echo '\(text)'; echo '\(text)' >&2\n", to: "\(home.streams)/import/shell")
        try run("import", "--from-shell")
        try run("import", "--from-shell", "--all", "--json")
        for name in ["IMPORTED", "a/api-key", "K", "OPENAI_API_KEY"] {
            let isStored = try home.value(name) == supplied.value
            #expect(isStored, "\(name)")
        }
    }

    @Test func `prints no value when it fails`() throws {
        let text = String(decoding: supplied.value.bytes, as: UTF8.self)
        try run("set", "NAME", text)
        try run("set", "NAME", "--\(text)")
        try run("set", "NAME", "--generate", text)
        try run("set", "NAME", "--label", text)
        try run("set", "NAME", "--expires", text)
        try run("set", "NAME", "--if-generation", "77", input: supplied)
        try run("set", "bad name", input: supplied)
        try run("set", "--batch", input: supplied)
        try run("get", "NAME", "x'\(text)'x")
        try run("verify", "--accept", text)
        try run("slot", "add", "--recipient", text)
        try run("run", "-P", text + "/", "--", "true")
        try run("run", "--only", text, "--as-file", text, "--", "true")
        try run("run", "--", "/nowhere/program")
        try run("export", "--format", text)
        try run("import", home.streams + "/supplied")
        try run("import", home.streams + "/supplied", "--format", text)
        try run("import", "--prefix", text + "!", home.streams + "/supplied")
        try run("import", "-", "--format", "json", input: supplied)
        try run("import", "-", "--format", "docker-agent-config", input: supplied)
        try run("import", "--from", text, text)
        try run("import", "--from", "pass", text)
        try run("import", "--\(text)")
        try run("consumer", "add", "app", "--format", text, "--path", "/x")
        try run("consumer", "add", text + "!", "--format", "dotenv", "--path", "/x")
        try run("consumer", "add", "app", "--format", "systemd-drop-in", "--unit", text)
        try run("consumer", "add", "app", "--format", "dotenv", "--path", "/x", "--name", text)
        try run("consumer", "show", text)
        try run("apply", text)
        try run("where", text + "!")
        // The name of a file is repeated; it is no value.
        try run("export", "-o", "/nowhere/file")
        try run("export", "--json")
        try run("get", "NAME", with: ["WARDER_KEY_FILE": home("wrong-key")])
        try run("get", "NAME", with: ["WARDER_PASSPHRASE_FD": "3"])
        try run("set", "NAME", input: supplied, with: ["WARDER_PASSPHRASE_FD": text])
        try home.write("[profile.default]\nAPI_KEY = \"sk-ant-\(text)\"\n[vault]\nkey_file = \"\(text)\"", to: home.streams + "/bad.toml")
        try run("--settings", home.streams + "/bad.toml", "run", "--", "true")
        try run("--settings", home.streams + "/bad.toml", "check")
        // A variable that no environment can hold, and a name that is reserved.
        try home.store("API_KEY", Value(stored.value.bytes + [0]))
        try run("run", "--", "true")
        try home.store("PATH", stored.value)
        try run("run", "--", "true")
        var bytes = try #require(home.content(home.vault)).bytes
        for offset in stride(from: 8192, to: bytes.count, by: 97) { bytes[offset] ^= 0x40 }
        try home.write(Value(bytes), to: home.vault)
        for words in ["get", "list", "verify", "run", "check", "backup", "status"] {
            try run(words, words == "run" ? "--" : "NAME", "true")
        }
        try expectSilentFiles("failures")
    }

    @Test(arguments: ["", "enable=yes,color=no,threads=all,registers=all"]) func `prints and leaves nothing when it crashes at a prompt`(
        backtrace: String
    ) throws {
        let added = try home.run(
            "slot", "add", "--passphrase-fd", "3", "--kdf-memory", "64", "--kdf-passes", "2",
            descriptors: [3: home.streams + "/passphrase"])
        try #require(added.code == 0)
        let empty = try home.write("", to: "empty.toml")
        func text(_ canary: Canary) -> String { String(decoding: canary.value.bytes, as: UTF8.self) }
        for signal in [SIGSEGV, SIGABRT, SIGILL] {
            let crash = try Terminal.run(
                home, "-v", "--settings", empty, "set", "NAME",
                steps: [
                    .expect("Passphrase: "), .echo(false), .type(text(passphrase) + "\n"), .expect("Value of NAME: "), .echo(false),
                    .type(text(supplied)), .signal(signal),
                ], with: ["SWIFT_BACKTRACE": backtrace])
            #expect(crash.failed == nil)
            #expect(crash.code == 128 + signal)
            try expectSilence("a crash", [crash.screen])
        }
        let isSame = try home.value("NAME") == stored.value
        #expect(isSame)
        try expectSilentFiles("a crash")
    }

    @Test func `shows no value among its arguments and variables`() throws {
        let outcome = try home.shell(
            """
            (cat '\(home.streams)/supplied'; sleep 1) | "$WARDER" -v set NAME & process=$!
            sleep 0.5
            readlink /proc/$process/exe
            cat /proc/$process/cmdline; cat /proc/$process/environ /proc/$process/comm 2>/dev/null
            wait $process
            """)
        #expect(outcome.code == 0)
        #expect(outcome.text.hasPrefix(Home.program + "\n"))
        try expectSilence("set", [Value(outcome.output), Value(outcome.error)])
        let child = try home.shell("exec \"$WARDER\" -v run -- sh -c 'cat /proc/$$/cmdline'")
        #expect(child.text.hasPrefix("sh\0"))
        try expectSilence("run", [Value(child.output), Value(child.error)])
    }

    @Test(.enabled(if: geteuid() != 0, "root may read any process")) func `lets no other process of the user look into it`() throws {
        let outcome = try home.shell(
            """
            (sleep 1) | "$WARDER" set NAME & process=$!
            sleep 0.5
            cat /proc/$process/environ && echo readable
            wait $process
            """)
        #expect(!outcome.text.contains("readable"))
    }
}
