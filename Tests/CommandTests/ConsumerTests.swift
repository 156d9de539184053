import Foundation
import Glibc
import Testing

/// `warder consumer`, `apply` and `where`, with files.
@Suite struct ConsumerTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("cloudflare-ai-gateway/api-key", "anthropic-key-1")
        unsafe mkdir(home(".fased"), 0o700)
    }

    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
    }

    private func onboard() throws {
        try home.store("cloudflare-ai-gateway/token", "gateway-token-1")
        try home.configure("[provider.cloudflare-ai-gateway]\naccount_id = \"acc1\"\ngateway_id = \"gw1\"\n")
    }

    /// What a check finds: consumer and kinds.
    private func drift() throws -> [String: [String]] {
        let rows = try home.run("apply", "--check", "--json").json()["consumers"] as? [[String: Any]] ?? []
        var found: [String: [String]] = [:]
        for row in rows {
            found[row["name"] as? String ?? ""] = (row["drift"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
        }
        return found
    }

    @Test func `a known system needs its name alone, or says what is missing`() throws {
        let missing = try home.run("consumer", "add", "docker-agent")
        #expect(missing.refused(22))
        #expect(missing.error.contains("CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_GATEWAY_ID, CLOUDFLARE_API_TOKEN"))
        #expect(missing.error.contains("hint: CLOUDFLARE_ACCOUNT_ID comes from account_id in [provider.cloudflare-ai-gateway]"))
        #expect(home.content(home.settings)?.bytes.count ?? 0 < 200, "the settings are as they were")
        try onboard()
        for name in ["fased", "docker-agent", "claude-code"] { #expect(try home.run("consumer", "add", name).code == 0) }
        #expect(try home.run("consumer", "add", "fased").refused(19))
        #expect(try home.run("apply").code == 0)
        let fased = try home.shell("cat .fased/.env").text
        let isFased =
            fased == """
                CLOUDFLARE_AI_GATEWAY_API_KEY=anthropic-key-1
                CLOUDFLARE_ACCOUNT_ID=acc1
                CLOUDFLARE_GATEWAY_ID=gw1
                CF_AIG_TOKEN=gateway-token-1

                """
        #expect(isFased)
        let agent = try home.shell("cat .config/warder/docker-agent.env").text
        let isAgent = agent == "CLOUDFLARE_ACCOUNT_ID=acc1\nCLOUDFLARE_GATEWAY_ID=gw1\nCLOUDFLARE_API_TOKEN=gateway-token-1\n"
        #expect(isAgent, "one key, another name")
        let headers = try home.shell(
            ". .config/warder/claude-code.env; printf '%s|%s' \"$ANTHROPIC_BASE_URL\" \"$ANTHROPIC_CUSTOM_HEADERS\""
        ).text
        let isClaude = headers == "https://gateway.ai.cloudflare.com/v1/acc1/gw1/anthropic|cf-aig-authorization: Bearer gateway-token-1"
        #expect(isClaude)
        for file in [".fased/.env", ".config/warder/docker-agent.env", ".config/warder/claude-code.env"] {
            #expect(mode(home(file)) == 0o600)
        }
    }

    @Test func `an Anthropic key is not given to loong's OpenAI path`() throws {
        try onboard()
        let refused = try home.run("consumer", "add", "loong")
        #expect(refused.refused(22) && refused.error.contains("CLOUDFLARE_API_KEY"))
        try home.store("openai/api-key", "openai-key-1")
        #expect(try home.run("consumer", "add", "loong").code == 0)
        #expect(try home.run("apply", "loong").code == 0)
        let isRight = try home.shell("grep CLOUDFLARE_API_KEY .config/warder/loong.env").text == "CLOUDFLARE_API_KEY=openai-key-1\n"
        #expect(isRight)
    }

    @Test func `a second apply changes nothing, not even a time`() throws {
        try onboard()
        try home.write("# mine\nOTHER=stays\n", to: ".fased/.env")
        try #require(home.run("consumer", "add", "fased").code == 0)
        #expect(try home.run("apply").code == 0)
        let before = try home.shell("stat -c '%y %i' .fased/.env; $WARDER status --json | jq .sequence").text
        #expect(try home.run("apply").error == "1 consumer, nothing to do\n")
        #expect(try home.shell("stat -c '%y %i' .fased/.env; $WARDER status --json | jq .sequence").text == before)
        #expect(try home.shell("head -2 .fased/.env").text == "# mine\nOTHER=stays\n")
    }

    @Test func `a check finds every kind of drift, and apply mends it`() throws {
        try onboard()
        try #require(home.run("consumer", "add", "fased").code == 0)
        #expect(try drift() == ["fased": ["not_applied"]])
        func mended(_ kinds: [String]) throws {
            #expect(try drift() == ["fased": kinds])
            #expect(try home.run("apply", "--check").code == 1)
            let status = try home.run("status", "--json").json()
            #expect(status["drift"] as? [String] == ["fased"] && status["consumers"] as? Int == 1)
            #expect(try home.run("apply").code == 0)
            #expect(try home.run("apply", "--check").error == "1 consumer: all as it should be\n")
            #expect(mode(home(".fased/.env")) == 0o600)
        }
        #expect(try home.run("apply").code == 0)
        _ = try home.shell("rm .fased/.env")
        try mended(["missing"])
        _ = try home.shell("sed -i s/acc1/acc2/ .fased/.env")
        try mended(["changed"])
        _ = try home.shell("sed -i /ACCOUNT/d .fased/.env; chmod 644 .fased/.env")
        try mended(["wide_mode", "changed"])
        try home.store("cloudflare-ai-gateway/token", "gateway-token-2")
        try mended(["outdated"])
        _ = try home.shell("echo 'HAND=made' >> .fased/.env")
        #expect(try drift() == ["fased": []], "what others add is theirs")
        _ = try home.shell("sed -i s/gw1/gw9/ .config/warder/warder.toml")
        try mended(["outdated"])
        #expect(try home.shell("grep -c HAND=made .fased/.env").text == "1\n")
    }

    @Test func `what a profile does not have any more goes out of the file`() throws {
        try onboard()
        try #require(home.run("consumer", "add", "fased").code == 0)
        try home.write("OTHER=stays\n", to: ".fased/.env")
        #expect(try home.run("apply").code == 0)
        _ = try home.shell("sed -i '/^CF_AIG_TOKEN/d' .config/warder/warder.toml")
        #expect(try home.run("apply").code == 0)
        #expect(
            try home.shell("cut -d= -f1 .fased/.env").text
                == "OTHER\nCLOUDFLARE_AI_GATEWAY_API_KEY\nCLOUDFLARE_ACCOUNT_ID\nCLOUDFLARE_GATEWAY_ID\n")
    }

    @Test func `where says who holds which generation`() throws {
        try onboard()
        for name in ["fased", "docker-agent"] { try #require(home.run("consumer", "add", name).code == 0) }
        #expect(try home.run("where", "cloudflare-ai-gateway/token").error == "no consumer holds cloudflare-ai-gateway/token\n")
        #expect(try home.run("apply").code == 0)
        try home.store("cloudflare-ai-gateway/token", "gateway-token-2")
        #expect(try home.run("apply", "fased").code == 0)
        let answer = try home.run("where", "cloudflare-ai-gateway/token", "--json").json()
        let rows = (answer["holders"] as? [[String: Any]] ?? []).map {
            "\($0["consumer"] ?? "") \($0["variable"] ?? "") \($0["generation"] ?? "") \($0["current"] ?? "")"
        }
        #expect(rows == ["docker-agent CLOUDFLARE_API_TOKEN 1 0", "fased CF_AIG_TOKEN 2 1"])
        #expect(try home.run("where", "nothing").refused(22))
    }

    @Test func `one that fails does not stop the others, and keeps what it had`() throws {
        try home.store("A_KEY", "line\nline")
        try home.store("B_KEY", "plain")
        for (name, pattern) in [("first", "A_KEY"), ("second", "B_KEY")] {
            try #require(
                home.run("consumer", "add", name, "--format", "dotenv", "--path", home("\(name).env"), "--only", pattern).code == 0)
        }
        let outcome = try home.run("apply")
        #expect(outcome.code == 1)
        #expect(outcome.error.contains("warder: first: A_KEY: the format dotenv cannot hold a line feed\nhint: use --format"))
        #expect(try home.shell("cat second.env; ls first.env 2>/dev/null").text == "B_KEY=plain\n")
        #expect(try home.run("apply", "first").code == 26, "alone, it ends with its own code")
    }

    @Test func `names are the consumer's own`() throws {
        try home.store("API_KEY", "value")
        try #require(
            home.run(
                "consumer", "add", "app", "--format", "json", "--path", "app.json", "--only", "API_KEY", "--name", "OPENAI_API_KEY=API_KEY",
                "--name", "SECOND=API_KEY"
            ).code == 0)
        #expect(try home.run("apply").code == 0)
        let object = try JSONSerialization.jsonObject(with: Data(home.content(home("app.json"))?.bytes ?? [])) as? [String: String]
        #expect(object.map { Set($0.keys) } == ["OPENAI_API_KEY", "SECOND"])
        #expect(try home.run("consumer", "add", "bad", "--format", "json", "--path", "x", "--name", "A=NOT_THERE").code == 0)
        #expect(try home.run("apply", "bad").refused(25))
    }

    @Test func `a program that on_change names is run when the copy has changed`() throws {
        try home.store("API_KEY", "value")
        try home.configure(
            "[consumer.app]\nformat = \"dotenv\"\npath = \"\(home("app.env"))\"\nonly = [\"API_KEY\"]\n"
                + "on_change = { exec = [\"/bin/sh\", \"-c\", \"echo ran >> \(home("ran")); exit $(cat \(home("code")))\"] }\n")
        try home.write("0", to: "code")
        #expect(try home.run("apply").code == 0)
        #expect(try home.run("apply").code == 0)
        #expect(try home.shell("cat ran").text == "ran\n")
        try home.store("API_KEY", "next")
        try home.write("3", to: "code")
        let failed = try home.run("apply")
        #expect(failed.code == 1 && failed.error.contains("/bin/sh ended with 3"))
        #expect(try drift() == ["app": ["unconfirmed"]], "what was not seen to succeed is not taken for done")
        try home.write("0", to: "code")
        #expect(try home.run("apply").code == 0)
        #expect(try home.shell("cat ran").text == "ran\nran\nran\n")
    }

    @Test func `a removed consumer's copy stays, or goes with it`() throws {
        try onboard()
        for name in ["fased", "docker-agent"] { try #require(home.run("consumer", "add", name).code == 0) }
        try home.write("OTHER=stays\n", to: ".fased/.env")
        #expect(try home.run("apply").code == 0)
        let kept = try home.run("consumer", "remove", "docker-agent")
        #expect(kept.code == 0 && kept.error.contains("docker-agent.env may still hold its copy"))
        #expect(try home.run("consumer", "remove", "fased", "--with-copy").code == 0)
        #expect(try home.shell("cat .fased/.env").text == "OTHER=stays\n")
        #expect(try home.run("consumer", "remove", "fased").refused(22))
        #expect(try home.run("consumer", "list", "--json").json()["consumers"] as? [String] == [])
        #expect(try home.run("apply", "--check").code == 0)
        #expect(try home.run("verify").code == 0)
    }

    @Test func `several at once leave whole files`() throws {
        try home.store("API_KEY", "0")
        for number in 0..<5 {
            try #require(
                home.run("consumer", "add", "c\(number)", "--format", "dotenv", "--path", "c\(number).env", "--only", "API_KEY").code == 0)
        }
        let outcome = try home.shell(
            """
            for n in 1 2 3 4 5 6; do
                (printf %s "$n" | "$WARDER" set -q API_KEY; "$WARDER" apply -q || echo failed) &
            done
            wait
            "$WARDER" apply -q; "$WARDER" apply --check -q && cat c?.env | sort -u | wc -l
            """)
        #expect(outcome.text == "1\n")
        #expect(try home.run("verify").code == 0)
    }

    /// Options after `consumer add app`, and the exit code.
    static let senseless: [(String, Int32)] = [
        ("--format nothing --path x", 2), ("--preset nothing", 2), ("", 2), ("--format dotenv", 2),
        ("--format systemd-drop-in --path /x", 2), ("--format systemd-drop-in --unit a/b.service", 2),
        ("--format systemd-drop-in --unit x.timer", 2), ("--format systemd-drop-in --unit ../x.service", 2),
        ("--format dotenv --path x --scope all", 2), ("--format dotenv --path x --on-change restart", 2),
        ("--format dotenv --path x --on-change jump", 2), ("--format dotenv --path x --owner nobody-here", 2),
        ("--format dotenv --path x --name A", 2), ("--format dotenv --path x --name A=B --name A=C", 2), ("--preset wrangler", 2),
    ]

    @Test(arguments: senseless) func `what makes no sense is refused, and the settings are as they were`(_ options: String, _ code: Int32)
        throws
    {
        let before = home.content(home.settings)
        let outcome = try home.run(["consumer", "add", "app"] + options.split(separator: " ").map(String.init), program: Home.program)
        #expect(outcome.refused(code))
        let isSame = home.content(home.settings) == before
        #expect(isSame)
    }

    @Test func `a target that is no private file is refused, and stays`() throws {
        try home.store("API_KEY", "value")
        unsafe mkdir(home("directory"), 0o700)
        unsafe mkdir(home("open"), 0o777)
        unsafe chmod(home("open"), 0o777)
        unsafe mkfifo(home("fifo"), 0o600)
        try home.write("old\n", to: "target")
        unsafe symlink(home("target"), home("link"))
        for (path, code) in [("directory", Int32(21)), ("fifo", 21), ("link", 21), ("open/env", 21), ("nowhere/env", 22)] {
            try #require(home.run("consumer", "add", "app", "--format", "dotenv", "--path", home(path), "--only", "API_KEY").code == 0)
            #expect(try home.run("apply").code == code, "\(path)")
            #expect(try home.run("apply", "--check").code == 1)
            try #require(home.run("consumer", "remove", "app").code == 0)
        }
        let isOld = home.content(home("target")) == Value("old\n")
        #expect(isOld)
        try #require(home.run("consumer", "add", "app", "--format", "json", "--path", home("link"), "--only", "API_KEY").code == 0)
        #expect(try home.run("apply", "--force").code == 19)
        #expect(try home.run("apply", "--force", "--replace").code == 0)
        #expect(try home.shell("readlink link").text == home("target") + "\n")
        #expect(mode(home("target")) == 0o600)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away")) func `root gives a file to the user who reads it`() throws {
        try home.store("API_KEY", "value")
        let root = URL(fileURLWithPath: home.path).deletingLastPathComponent().path
        unsafe chmod(root, 0o755)
        let site = "\(root)/site"
        unsafe mkdir(site, 0o755)
        unsafe chown(site, 65534, 65534)
        try #require(
            home.run(
                "consumer", "add", "site", "--format", "dotenv", "--path", "\(site)/.env", "--owner", "nobody", "--only", "API_KEY"
            ).code == 0)
        #expect(try home.run("apply").code == 0)
        #expect(try home.shell("stat -c '%U %a' '\(site)/.env'").text == "nobody 600\n")
        #expect(try home.run("apply").error == "1 consumer, nothing to do\n")
        // Where another user decides what a path means, root has that user's rights.
        try home.write("ROOT_ONLY=secret\n", to: "\(root)/private/two")
        try #require(
            home.run(
                "consumer", "add", "two", "--format", "dotenv", "--path", "\(site)/app/two", "--owner", "nobody", "--only", "API_KEY"
            ).code == 0)
        let reached = try home.shell(
            "ln -s '\(root)/private' '\(site)/app'; chown -h nobody '\(site)/app'; $WARDER apply two; $WARDER apply two --force")
        #expect(reached.code == 20)
        #expect(try home.shell("stat -c '%U' '\(root)/private/two'").text == "root\n")
        let isSame = home.content("\(root)/private/two") == Value("ROOT_ONLY=secret\n")
        #expect(isSame)
        // That stays so when the settings have lost the consumer, and with it the user.
        try home.write("API_KEY=value\n", to: "\(root)/private/three")
        _ = try home.shell(
            """
            rm '\(site)/app'; mkdir '\(site)/app'; chown nobody '\(site)/app'
            $WARDER consumer add three --format dotenv --path '\(site)/app/three' --owner nobody --only API_KEY; $WARDER apply three
            sed -i '/consumer.three/,$d' .config/warder/warder.toml
            mv '\(site)/app' '\(site)/moved'; ln -s '\(root)/private' '\(site)/app'; chown -h nobody '\(site)/app'
            """)
        let removed = try home.run("consumer", "remove", "three", "--with-copy")
        #expect(removed.code == 0 || removed.code == 20)
        let isUntouched = home.content("\(root)/private/three") == Value("API_KEY=value\n")
        #expect(isUntouched)
        // A file of root's is not given away, and neither is one behind a link.
        try home.write("ROOT_ONLY=secret\n", to: "\(root)/passwd")
        _ = try home.shell(
            "rm '\(site)/.env'; ln -s '\(root)/passwd' '\(site)/.env'; chown -h nobody '\(site)/.env'; $WARDER apply site --force")
        #expect(try home.shell("stat -c '%U' '\(root)/passwd'").text == "root\n")
    }

    @Test func `what is nowhere else is not lost`() throws {
        try onboard()
        try #require(home.run("consumer", "add", "fased").code == 0)
        try home.write("CF_AIG_TOKEN=only-copy\n", to: ".fased/.env")
        let refused = try home.run("apply")
        #expect(refused.code == 19 && refused.error.contains("has another value for CF_AIG_TOKEN"))
        #expect(try home.shell("cat .fased/.env").text == "CF_AIG_TOKEN=only-copy\n")
        #expect(try home.run("apply", "--replace").code == 0)
        try home.store("API_KEY", "value")
        try home.write("{\"theme\": \"dark\"}\n", to: "config.json")
        try #require(home.run("consumer", "add", "app", "--format", "json", "--path", home("config.json"), "--only", "API_KEY").code == 0)
        #expect(try home.run("apply", "app").refused(19))
        #expect(try home.shell("cat config.json").text == "{\"theme\": \"dark\"}\n")
        // A value that somebody wrote over ours stays, too, when the consumer goes.
        _ = try home.shell("sed -i s/gateway-token-1/my-own/ .fased/.env")
        let removed = try home.run("consumer", "remove", "fased", "--with-copy")
        #expect(removed.code == 0 && removed.error.contains(".env may still hold its copy"))
        #expect(try home.shell("grep -c my-own .fased/.env").text == "1\n")
    }

    @Test func `a copy that could not be confirmed is known all the same`() throws {
        try home.store("API_KEY", "value")
        try home.configure(
            "[consumer.app]\nformat = \"dotenv\"\npath = \"\(home("app.env"))\"\nonly = [\"API_KEY\"]\n"
                + "on_change = { exec = [\"/bin/false\"] }\n")
        #expect(try home.run("apply").code == 1)
        let answer = try home.run("where", "API_KEY", "--json").json()
        #expect((answer["holders"] as? [[String: Any]])?.count == 1)
        #expect(try drift() == ["app": ["unconfirmed"]])
        #expect(try home.run("apply").code == 1, "it is tried again")
        #expect(try home.run("consumer", "remove", "app", "--with-copy").code == 0)
        #expect(try home.shell("ls app.env").code != 0)
    }

    @Test func `a copy moves with its path`() throws {
        try home.store("API_KEY", "value")
        try home.write("OTHER=stays\n", to: "one.env")
        try #require(home.run("consumer", "add", "app", "--format", "dotenv", "--path", home("one.env"), "--only", "API_KEY").code == 0)
        try #require(home.run("apply").code == 0)
        _ = try home.shell("sed -i s/one.env/two.env/ .config/warder/warder.toml")
        #expect(try drift() == ["app": ["moved"]])
        let moved = try home.run("apply")
        #expect(moved.code == 0 && moved.error.contains("took the copy out of \(home("one.env"))"))
        #expect(try home.shell("cat one.env two.env").text == "OTHER=stays\nAPI_KEY=value\n")
        #expect(try home.run("apply", "--check").code == 0)
    }

    @Test func `two consumers do not fight over a file`() throws {
        try home.store("API_KEY", "value")
        for (name, format) in [("a", "json"), ("b", "json"), ("c", "dotenv"), ("d", "dotenv")] {
            let path = format == "json" ? "shared.json" : "shared.env"
            try #require(home.run("consumer", "add", name, "--format", format, "--path", home(path), "--only", "API_KEY").code == 0)
        }
        let outcome = try home.run("apply")
        #expect(outcome.code == 1 && outcome.error.contains("[consumer.b] has the same file as [consumer.a]"))
        #expect(!outcome.error.contains("[consumer.d]"), "lines have room for two")
    }

    @Test func `a repository that would take the file is refused`() throws {
        try home.store("API_KEY", "value")
        try #require(home.shell("git init -q repo").code == 0)
        try #require(home.run("consumer", "add", "app", "--format", "dotenv", "--path", home("repo/.env"), "--only", "API_KEY").code == 0)
        #expect(try home.run("apply").code == 28)
        try home.write(".env\n", to: "repo/.gitignore")
        #expect(try home.run("apply").code == 0)
    }

    @Test func `a consumer that the settings lost is told of`() throws {
        try home.store("API_KEY", "value")
        try #require(home.run("consumer", "add", "app", "--format", "dotenv", "--path", home("app.env"), "--only", "API_KEY").code == 0)
        #expect(try home.run("apply").code == 0)
        _ = try home.shell("sed -i '/consumer.app/,$d' .config/warder/warder.toml")
        let outcome = try home.run("apply", "--check")
        #expect(outcome.code == 1 && outcome.error.contains("app: holds a copy, but is no consumer any more"))
        #expect(try home.run("status", "--json").json()["drift"] as? [String] == ["app"])
        #expect(try home.run("consumer", "remove", "app", "--with-copy").code == 0)
        #expect(try home.shell("ls app.env").code != 0)
        #expect(try home.run("apply", "--check").code == 0)
    }
}
