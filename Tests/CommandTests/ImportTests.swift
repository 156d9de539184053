import Foundation
import Glibc
import Testing

/// `warder import` of files: what is stored, what is left, and what becomes of the file.
@Suite struct ImportTests {
    let home: Home

    init() throws { home = try Home() }

    private func exists(_ path: String) -> Bool {
        var info = stat()
        return unsafe lstat(path, &info) == 0
    }

    private func expectValue(_ name: String, _ text: String?, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let isSame = try home.value(name) == text.map { Value($0) }
        #expect(isSame, "\(name)", sourceLocation: sourceLocation)
    }

    private func rows(_ answer: [String: Any], _ key: String) -> [String] {
        (answer[key] as? [[String: Any]] ?? []).map { row in
            "\(row["line"] as? Int ?? 0) \(row["name"] as? String ?? "-") \(row["state"] as? String ?? row["target"] as? String ?? "")"
        }
    }

    // MARK: Lines

    @Test func `stores what all programs read alike, and says so`() throws {
        try home.write("# keys\nAPI_KEY=abc-123\nBASE=https://h/x\nEMPTY=\n", to: ".env")
        let outcome = try home.run("import", ".env")
        #expect(outcome.code == 0)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.errorLines == [
                "line 2: API_KEY: new", "line 3: BASE: new", "line 4: EMPTY: new",
                ".env: assignments on which all formats agree: 3 secrets stored",
            ])
        try expectValue("API_KEY", "abc-123")
        try expectValue("EMPTY", "")
        let again = try home.run("import", ".env", "--prefix", "prod/", "--quiet")
        #expect(again.code == 0 && again.error.isEmpty)
        try expectValue("prod/BASE", "https://h/x")
    }

    @Test func `leaves the rest by line and name, with exit code 1`() throws {
        try home.write("A=b\nexport C=d\nE=two words\nF=$HOME\nPATH=/x\n_G=h\n", to: ".env")
        let outcome = try home.run("import", ".env", "--quiet")
        #expect(outcome.code == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.filter { $0.hasPrefix("line ") }.count == 5)
        #expect(outcome.error.contains("line 2: C: left: "))
        #expect(outcome.error.contains("line 3: E: left: ") && outcome.error.contains("sh: runs a command"))
        #expect(outcome.error.contains("line 5: PATH: left: reserved"))
        #expect(outcome.error.contains("line 6: _G: left: a secret's name begins with a letter or digit"))
        #expect(outcome.error.contains("warder: .env: 5 entries left\nhint: --format NAME"))
        try expectValue("A", "b")
        try expectValue("C", nil)
        let answer = try home.run("import", ".env", "--json").json()
        #expect(rows(answer, "taken") == ["1 A unchanged"])
        #expect(rows(answer, "left") == ["2 C ", "3 E ", "4 F ", "5 PATH ", "6 _G "])
    }

    @Test func `reads a file as one program when told so`() throws {
        try home.write("A=\"b c\" # d\nexport E='f\ng'\nH=$HOME\nA=i\n", to: "vars")
        let outcome = try home.run("import", "vars", "--format", "sh", "--json")
        #expect(outcome.code == 1)
        #expect(rows(try outcome.json(), "taken") == ["5 A new", "2 E new"])
        #expect(rows(try outcome.json(), "left") == ["1 A ", "4 H "])
        try expectValue("E", "f\ng")
        try home.write("A=x y\nbad line\n", to: "unit.env")
        #expect(try home.run("import", "unit.env", "--format", "systemd-environment-file", "--prefix", "s/").code == 1)
        try expectValue("s/A", "x y")
        try home.write("{\"J\": \"1\\n2\"}", to: "vars.json")
        #expect(try home.run("import", "vars.json").code == 0)
        try expectValue("J", "1\n2")
        let input = try home.run("import", "-", "--format", "dotenv", input: Value("P='q r'"))
        #expect(input.code == 0)
        try expectValue("P", "q r")
    }

    @Test func `writes all or nothing, and another value only with --replace`() throws {
        try home.store("A", "old")
        try home.store("B", "same")
        try home.write("A=new\nB=same\nC=d\n", to: ".env")
        let before = home.content(home.vault)
        let refused = try home.run("import", ".env")
        #expect(refused.refused(19))
        #expect(refused.error.hasPrefix("warder: A: has another value in the vault"))
        #expect(refused.error.contains("hint: --replace"))
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged)
        let answer = try home.run("import", ".env", "--replace", "--json").json()
        #expect(rows(answer, "taken") == ["1 A replaced", "2 B unchanged", "3 C new"])
        try expectValue("A", "new")
        #expect(try home.run("get", "A", "--generation", "1").text == "old")
        let history = try home.run("history", "B", "--json").json()
        #expect((history["generations"] as? [Any] ?? history["history"] as? [Any])?.count == 1)
    }

    @Test func `--dry-run writes nothing`() throws {
        try home.store("A", "old")
        try home.store("B", "same")
        try home.write("A=new\nB=same\nC=d\nE=two words\n", to: ".env")
        let before = home.content(home.vault)
        let outcome = try home.run("import", ".env", "--dry-run", "--remove-source")
        #expect(outcome.refused(28))
        let shown = try home.run("import", ".env", "--dry-run")
        #expect(shown.code == 1)
        #expect(shown.text.hasPrefix("line 1: A: differs\nline 2: B: unchanged\nline 3: C: new\nline 4: E: left: "))
        try home.write("A=new\n", to: ".env")
        let differing = try home.run("import", ".env", "--dry-run")
        #expect(differing.code == 1 && differing.error.contains("hint: --replace"))
        #expect(try home.run("import", ".env", "--dry-run", "--replace").text == "line 1: A: replaced\n")
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged && exists(home(".env")))
    }

    @Test func `a name that is removed from the vault can be imported again`() throws {
        try home.store("A", "old")
        try #require(home.run("remove", "A").code == 0)
        try home.write("A=new\n", to: ".env")
        #expect(try home.run("import", ".env").error.contains("A: new"))
        try expectValue("A", "new")
    }

    // MARK: Removal

    @Test func `--remove-source removes a file of which nothing was left, and says what that does not undo`() throws {
        try home.write("# c\nA=b\n", to: "dir/.env")
        let outcome = try home.run("import", "dir/.env", "--remove-source")
        #expect(outcome.code == 0)
        #expect(outcome.error.contains("removed; its bytes may still be on the disk, in snapshots and in backups"))
        #expect(outcome.error.contains("if it was ever in git"))
        #expect(!exists(home("dir/.env")))
        try expectValue("A", "b")
        try #require(home.shell("git init -q repo && cd repo && git config user.email a@b && git config user.name a").code == 0)
        try home.write("A=b\n", to: "repo/.env")
        try #require(home.shell("cd repo && git add .env && git commit -qm x").code == 0)
        #expect(try home.run("import", "repo/.env", "--remove-source").error.contains("git tracks this file"))
        #expect(!exists(home("repo/.env")))
    }

    @Test func `--remove-source refuses what would lose something, and stores nothing then`() throws {
        let before = home.content(home.vault)
        func expectRefusal(_ words: String..., keeping file: String, code: Int32 = 28) throws {
            let outcome = try home.run(["import", "--remove-source"] + words, program: Home.program, input: Value("A=b"))
            #expect(outcome.refused(code), "\(words)")
            #expect(exists(home(file)), "\(words)")
            let isUnchanged = home.content(home.vault) == before
            #expect(isUnchanged, "\(words)")
        }
        try home.write("A=b\nC=two words\n", to: "left")
        try expectRefusal("left", keeping: "left")
        try home.write("A=b\nA=c\n", to: "twice")
        try expectRefusal("twice", "--format", "sh", keeping: "twice")
        try home.write("A=b\n", to: "file")
        unsafe symlink("file", home("link"))
        try expectRefusal("link", keeping: "file")
        unsafe link(home("file"), home("second"))
        try expectRefusal("file", keeping: "file")
        try home.write("{models:{providers:{a:{apiKey:'k'}}}}", to: "openclaw.json")
        try expectRefusal("openclaw.json", keeping: "openclaw.json")
        try expectRefusal("-", "--format", "sh", keeping: "file", code: 2)
        try home.write(.random(32), to: "wrong-key")
        let locked = try home.run("import", "file2", "--remove-source", with: ["WARDER_KEY_FILE": home("wrong-key")])
        #expect(locked.code == 22)
        try home.write("A=b\n", to: "file2")
        #expect(try home.run("import", "file2", "--remove-source", with: ["WARDER_KEY_FILE": home("wrong-key")]).refused(11))
        #expect(exists(home("file2")))
        try home.store("A", "other")
        try home.write("A=b\n", to: "plain")
        #expect(try home.run("import", "plain", "--remove-source").refused(19))
        #expect(exists(home("plain")))
    }

    @Test func `reads through a symbolic link, and warns of a file that others can read`() throws {
        try home.write("A=b\n", to: "file", mode: 0o644)
        unsafe symlink("file", home("link"))
        let outcome = try home.run("import", "link")
        #expect(outcome.code == 0)
        #expect(outcome.error.contains("warder: link: others can read this file"))
        #expect(try !home.run("import", "link", "--quiet").error.contains("others"))
    }

    // MARK: Bad input

    @Test func `refuses what is no file of text, and changes nothing`() throws {
        unsafe mkdir(home("directory"), 0o700)
        unsafe mkfifo(home("fifo"), 0o600)
        unsafe symlink("nowhere", home("dangling"))
        unsafe symlink("loop", home("loop"))
        try home.write("", to: "empty")
        try home.write("# only a comment\n\n", to: "comments")
        try home.write(Value([0x41, 0x3D, 0x62, 0, 0x0A]), to: "nul")
        try home.write(Value([0x41, 0x3D, 0xFF, 0x0A]), to: "latin1")
        try home.write(Value([UInt8](repeating: 0x41, count: 16 << 20 + 1)), to: "large")
        try home.write("A=b\n", to: "env")
        try home.write("x: 1\n", to: "other.yaml")
        try home.write("x = 1\n", to: "other.toml")
        try home.write("[1]", to: "other.json")
        try home.write("{x", to: "openclaw.json")
        let before = home.content(home.vault)
        let cases: [([String], Int32)] = [
            (["nowhere"], 22), (["env/x"], 22), (["directory"], 21), (["fifo"], 21), (["/dev/null"], 21), (["/dev/tty"], 20),
            (["dangling"], 22),
            (["loop"], 21), (["empty"], 22), (["comments"], 22), (["nul"], 25), (["latin1"], 25), (["nul", "--format", "sh"], 25),
            (["latin1", "--format", "json"], 25), (["large"], 21), (["other.yaml"], 25), (["other.toml"], 25), (["other.json"], 25),
            (["openclaw.json"], 25), (["env", "--format", "json"], 25), (["env", "--format", "loong-config"], 25),
            (["env", "--format", "nothing"], 2), (["env", "--format", ""], 2), (["env", "--prefix", "/"], 2),
            (["env", "--prefix", "a b"], 2),
            (["env", "--prefix", "sk-ant-api03-abcdef/"], 2), ([], 2), (["-"], 2), (["env", "--from-shell"], 2), (["--all"], 2),
            (["env", "--all"], 2), (["--from", "vault", "x"], 2), (["--from", "pass"], 2), (["--from", "pass", "x", "--format", "sh"], 2),
            (["--from-shell", "--from", "pass", "x"], 2), (["--from-shell", "--remove-source"], 2), (["env", "more"], 2),
            (["--from", "pass", "../x"], 2), (["--from", "pass", "/x"], 2), (["--from", "pass", "nothing"], 22),
        ]
        for (words, code) in cases {
            let outcome = try home.run(["import"] + words, program: Home.program)
            // There is no terminal, but if there were, it would be no file.
            let isRefused = outcome.refused(code) || (words == ["/dev/tty"] && outcome.refused(21))
            #expect(isRefused, "\(words): \(outcome.code)")
        }
        #expect(try home.run("import", "fifo").error.contains("hint: to read a pipe: warder import - --format NAME"))
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged)
        let unreadable = try home.write("A=b\n", to: "unreadable", mode: 0)
        if geteuid() != 0 {
            #expect(try home.run("import", unreadable).refused(20))
        } else {
            print("SKIPPED: root may read any file")
        }
    }

    @Test func `leaves names that are none, and values that are too long`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        try home.write("A=\(long)\nB=\(long)y\nsk-ant-api03-0123456789abcdef=c\nAKIA0123456789ABCDEF=d\n", to: "file")
        let outcome = try home.run("import", "file", "--format", "systemd-environment-file")
        #expect(outcome.code == 1)
        #expect(outcome.error.contains("line 2: B: left: a value has at most 1048576 bytes"))
        #expect(outcome.error.contains("line 4: left: its name looks like a key"))
        #expect(!outcome.error.contains("AKIA") && !outcome.error.contains("sk-ant"))
        try expectValue("A", long)
    }

    // MARK: Configurations

    @Test func `takes the keys of the five systems' own files`() throws {
        try home.write(
            """
            { // OpenClaw
              models: { providers: { anthropic: { apiKey: 'k1' }, "cloudflare-ai-gateway": {
                apiKey: "${CLOUDFLARE_AI_GATEWAY_API_KEY}", headers: { "cf-aig-authorization": "Bearer k2" } } } },
              env: { vars: { GROQ_API_KEY: "k3" } }, gateway: { auth: { token: "k4" } },
            }
            """, to: "state/openclaw.json")
        let outcome = try home.run("import", "state/openclaw.json")
        #expect(outcome.code == 0)
        #expect(outcome.error.contains("a configuration of OpenClaw: 4 secrets stored"))
        #expect(
            outcome.error.contains("cloudflare-ai-gateway/api-key: leads to the variable CLOUDFLARE_AI_GATEWAY_API_KEY, nothing to take"))
        for (name, value) in [
            ("anthropic/api-key", "k1"), ("cloudflare-ai-gateway/token", "k2"), ("GROQ_API_KEY", "k3"), ("gateway/auth/token", "k4"),
        ] {
            try expectValue(name, value)
        }
        for name in ["fased.json", "genesis.json"] {
            try home.write("{ models: { providers: { xai: { apiKey: '\(name)' } } } }", to: name)
            #expect(try home.run("import", name, "--prefix", "\(name)/").code == 0)
            try expectValue("\(name)/xai/api-key", name)
        }
        try home.write(
            #"{"version":1,"profiles":{"openai:default":{"type":"api_key","provider":"openai","key":"k5"}}}"#,
            to: "agent/auth-profiles.json")
        #expect(try home.run("import", "agent/auth-profiles.json").code == 0)
        try expectValue("openai/api-key", "k5")
        try home.write(
            """
            models:
              cf: {provider: cloudflare-rest, provider_opts: {http_headers: {cf-aig-authorization: Bearer k6}}}
            providers:
              cloudflare-rest: {token_key: CLOUDFLARE_API_TOKEN}
            """, to: "agent.yaml")
        let answer = try home.run("import", "agent.yaml", "--json").json()
        #expect(rows(answer, "taken") == ["2 cloudflare-rest/token new"])
        #expect(rows(answer, "references") == ["4 cloudflare-rest/token-key the variable CLOUDFLARE_API_TOKEN"])
        try expectValue("cloudflare-rest/token", "k6")
        try home.write(
            "[provider]\nkind = \"groq\"\napi_key = \"k7\"\n[providers.xai]\napi_key = { env = \"XAI_API_KEY\" }\n",
            to: ".loong/config.toml")
        #expect(try home.run("import", ".loong/config.toml").code == 0)
        try expectValue("groq/api-key", "k7")
        try home.write("[provider]\nkind = \"groq\"\napi_key = \"k8\"\n", to: "odd-name")
        #expect(try home.run("import", "odd-name", "--format", "loong-config", "--replace").code == 0)
        try expectValue("groq/api-key", "k8")
    }

    // MARK: Shells

    @Test(arguments: [
        ("/bin/bash", ".profile"), ("/bin/dash", ".profile"), ("/bin/zsh", ".zprofile"), ("/bin/mksh", ".profile"),
        ("/bin/ksh93", ".profile"),
    ])
    func `takes the known keys of what a login shell sets`(_ shell: String, _ file: String) throws {
        let shells = try String(contentsOfFile: "/etc/shells", encoding: .utf8).split(separator: "\n")
        guard shells.contains(Substring(shell)), (unsafe access(shell, X_OK)) == 0 else {
            print("SKIPPED: \(shell) is not a login shell of this machine")
            return
        }
        try home.write(
            """
            echo 'Welcome, A=b!'
            export ANTHROPIC_API_KEY='two
            lines' OPENAI_API_KEY=k2 MY_OWN=k3 EDITOR=vi BLANK= GROQ_API_KEY=' '
            [ "$0" = x ] || export HF_TOKEN="$SHELL"
            """, to: file)
        let outcome = try home.run("import", "--from-shell", with: ["SHELL": shell, "MISTRAL_API_KEY": "inherited", "ZDOTDIR": "/nowhere"])
        #expect(outcome.code == 0)
        #expect(outcome.errorLines.prefix(3).sorted() == ["ANTHROPIC_API_KEY: new", "HF_TOKEN: new", "OPENAI_API_KEY: new"])
        #expect(outcome.error.contains("--all takes"))
        try expectValue("ANTHROPIC_API_KEY", "two\nlines")
        try expectValue("HF_TOKEN", shell)
        try expectValue("MISTRAL_API_KEY", nil)
        let all = try home.run("import", "--from-shell", "--all", "--prefix", "x/", "--json", with: ["SHELL": shell]).json()
        let names = rows(all, "taken").filter { !$0.contains("/BLANK") }.sorted()
        #expect(
            names.contains("0 x/MY_OWN new") && !names.contains { $0.contains("EDITOR") || $0.contains("/HOME") || $0.contains("/PATH") })
    }

    @Test func `takes the keys of fish`() throws {
        let shells = try String(contentsOfFile: "/etc/shells", encoding: .utf8).split(separator: "\n")
        guard shells.contains("/usr/bin/fish"), (unsafe access("/usr/bin/fish", X_OK)) == 0 else {
            print("SKIPPED: fish is not a login shell of this machine")
            return
        }
        try home.write("echo hello\nset -gx OPENAI_API_KEY 'a\\'b'\nset -g GROQ_API_KEY not-exported\n", to: ".config/fish/config.fish")
        #expect(try home.run("import", "--from-shell", with: ["SHELL": "/usr/bin/fish"]).code == 0)
        try expectValue("OPENAI_API_KEY", "a'b")
        try expectValue("GROQ_API_KEY", nil)
    }

    @Test func `starts no shell that is not listed, and says when one fails`() throws {
        try home.write("#!/bin/sh\ntouch \(home("started"))\n", to: "shell", mode: 0o700)
        try home.write("export XAI_API_KEY=from-sh\n", to: ".profile")
        for shell in [home("shell"), "sh", "", "/bin/../bin/bash"] {
            #expect(try home.run("import", "--from-shell", "--quiet", with: ["SHELL": shell]).code == 0)
        }
        #expect(!exists(home("started")))
        try expectValue("XAI_API_KEY", "from-sh")
        try home.write("exit 3\n", to: ".profile")
        let failing = try home.run("import", "--from-shell", with: ["SHELL": "/bin/sh"])
        #expect(failing.refused(20) && failing.error.contains("/bin/sh: ends with exit code 3"))
        try home.write(
            "i=0; while [ $i -lt 40 ]; do export V$i=$(head -c 100000 /dev/zero | tr '\\0' x); i=$((i+1)); done\n", to: ".profile")
        #expect(try home.run("import", "--from-shell", with: ["SHELL": "/bin/sh"]).refused(20))
        try home.write("", to: ".profile")
        #expect(try home.run("import", "--from-shell", with: ["SHELL": "/bin/sh"]).refused(22))
    }

    // MARK: pass

    @Test func `takes first lines from a real store of pass`() throws {
        let here = try home.shell("command -v pass && command -v gpg")
        guard here.code == 0 else {
            print("SKIPPED: pass or gpg is not on this machine")
            return
        }
        home.environment["GNUPGHOME"] = home("gpg")
        unsafe mkdir(home("gpg"), 0o700)
        defer { _ = try? home.shell("gpgconf --kill all") }
        let made = try home.shell(
            """
            gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-gen-key store@example future-default default never &&
            pass init store@example &&
            printf 'k1\\n' | pass insert -m api/openai && printf 'k2\\nuser: me\\n' | pass insert -m 'api/Open Router' &&
            printf 'k3' | pass insert -m api/deep/xai && printf '\\nx\\n' | pass insert -m api/blank && printf 'k4\\n' | pass insert -m other &&
            ln -s openai.gpg .password-store/api/link.gpg && ln -s / .password-store/api/root && echo broken > .password-store/api/bad.gpg
            """)
        try #require(made.code == 0)
        let outcome = try home.run("import", "--from", "pass", "api")
        #expect(outcome.code == 1)
        #expect(outcome.output.isEmpty)
        for line in [
            "api/openai: new", "api/deep/xai: new", "api/Open-Router: new", "api/Open-Router: left: what stands below its first line",
            "api/blank: left: its first line is empty", "api/bad: left: pass cannot read it",
            "api/link.gpg: left: a symbolic link in the store",
            "api/root: left: a symbolic link in the store", "pass: entries of pass: 3 secrets stored",
        ] {
            #expect(outcome.errorLines.contains(line), "\(line)")
        }
        for (name, value) in [("api/openai", "k1"), ("api/Open-Router", "k2"), ("api/deep/xai", "k3"), ("other", nil)] {
            try expectValue(name, value)
        }
        let one = try home.run("import", "--from", "pass", "other", "--prefix", "p/")
        #expect(one.code == 0)
        try expectValue("p/other", "k4")
        #expect(try home.run("import", "--from", "pass", "api/bad").refused(20))
        let elsewhere = try home.run("import", "--from", "pass", ".", with: ["PASSWORD_STORE_DIR": home("none")])
        #expect(elsewhere.refused(22))
    }
}
