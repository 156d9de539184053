import Foundation
import Glibc
import Testing

/// `warder doctor` and keys that are elsewhere: in the systems' files, in what logins read, in units.
@Suite struct DoctorKeyTests {
    let home: Home

    init() throws { home = try Home() }

    private func wired(_ key: String) -> String {
        "{models: {providers: {\(key): {apiKey: {source: 'env', provider: 'default', id: 'X'}}}}}"
    }

    // MARK: Plain text

    @Test func `keys in plain text in a configuration`() throws {
        for system in ["fased", "genesis", "openclaw"] {
            let file = ".\(system)/\(system).json"
            try home.write("{\n  // mine\n  models: {providers: {openai: {\n    apiKey: 'one'}}}}\n", to: file)
            try home.expectCured(
                "plaintext-key", file, 4, subject: "openai/api-key",
                fix: "`warder import ~/\(file)`, then `warder wire \(system) --model openai/MODEL`"
            ) {
                try home.cure("warder import ~/\(file)")
                try home.cure("warder wire \(system) --model openai/gpt-4o")
            }
            let isStored = try home.value("openai/api-key") == Value("one")
            #expect(isStored)
            try #require(home.run("purge", "openai/api-key", "--yes").code == 0)
        }
    }

    @Test func `keys in plain text in an agent's profiles, and in what is made from them`() throws {
        let profiles = ".openclaw/agents/main/agent/auth-profiles.json"
        let text =
            "{\"version\": 1, \"profiles\": {\n\"mistral:default\": {\"type\": \"api_key\", \"provider\": \"mistral\", \"key\": \"one\"}}}"
        try home.write(text, to: profiles)
        try home.expectCured("plaintext-key", profiles, 2, subject: "mistral/api-key", fix: "`warder import ~/\(profiles)`") {
            try home.cure("warder import ~/\(profiles)")
            try home.write(text.replacing("\"key\": \"one\"", with: "\"keyRef\": {\"source\": \"env\", \"id\": \"M\"}"), to: profiles)
        }
        let models = ".openclaw/agents/main/agent/models.json"
        try home.write("{\"providers\": {\"xai\": {\"apiKey\": \"two\"}}}", to: models)
        try home.expectCured("plaintext-key", models, 1, subject: "xai/api-key", fix: "then remove the file") {
            unsafe unlink(home(models))
        }
    }

    @Test func `keys in plain text of loong, Claude Code and Codex`() throws {
        try home.configure("[provider.cf]\nbase_url = \"https://example.com\"\n")
        for (file, text, line, subject, system, cured) in [
            (".loong/config.toml", "[provider]\nkind = \"openai\"\napi_key = \"one\"\n", 3, "openai/api-key", "loong", "[provider]\n"),
            (
                ".claude/settings.json", "{\"env\": {\n\"ANTHROPIC_MODEL\": \"m\",\n\"ANTHROPIC_API_KEY\": \"one\"}}", 3,
                "ANTHROPIC_API_KEY", "claude-code", "{}"
            ),
            (
                ".codex/config.toml", "[model_providers.cf]\nexperimental_bearer_token = \"one\"\n", 2, "cf/api-key", "codex",
                "[model_providers.cf]\n"
            ),
            (
                ".codex/config.toml", "[model_providers.cf.http_headers]\ncf-aig-authorization = \"Bearer one\"\n", 2, "cf/token", "codex",
                "\n"
            ),
        ] {
            try home.write(text, to: file)
            try home.expectCured(
                "plaintext-key", file, line, subject: subject, fix: "`warder import ~/\(file)`, then "
            ) {
                try home.cure("warder import ~/\(file)")
                try home.write(cured, to: file)
                let models = ["loong": "openai/gpt-4o", "claude-code": "anthropic/claude-sonnet-4-6"]
                if let model = models[system] { try home.cure("warder wire \(system) --model \(model)") }
            }
            let isStored = try home.value(subject) == Value("one")
            #expect(isStored, "\(subject)")
        }
        // Not for the program itself, but for what it starts.
        let servers = ".codex/config.toml"
        try home.write("[mcp_servers.x.env]\nLEVEL = \"a\"\nM_TOKEN = \"one\"\n", to: servers)
        try home.expectCured("plaintext-key", servers, 3, subject: "M_TOKEN", fix: "`warder run -- codex`") {
            try home.cure("warder import ~/\(servers) && sed -i /M_TOKEN/d ~/\(servers)")
        }
        let names = try home.run("list", "--json").text
        #expect(!names.contains("ANTHROPIC_MODEL") && !names.contains("LEVEL"), "what is no key stays where it is")
    }

    @Test func `keys in plain text in an environment file become a consumer's`() throws {
        try home.write("# mine\nMISTRAL_API_KEY=one\nLEVEL=info\n", to: ".genesis/.env")
        try home.expectCured(
            "plaintext-key", ".genesis/.env", 2, subject: "MISTRAL_API_KEY",
            fix: "`warder import ~/.genesis/.env --format openclaw`, then `warder consumer add genesis`, `warder apply --replace genesis`"
        ) {
            try home.cure(
                "warder import ~/.genesis/.env --format openclaw; warder consumer add genesis && warder apply --replace genesis")
        }
        #expect(try home.doctor().rows.allSatisfy { $0.severity == "info" })
        // One more, after the consumer was made.
        try home.cure("echo XAI_API_KEY=two >> ~/.genesis/.env")
        try home.expectCured("plaintext-key", ".genesis/.env", 4, fix: "XAI_API_KEY = \"secret:XAI_API_KEY\" in [profile.genesis]") {
            try home.cure("warder import ~/.genesis/.env --format openclaw")
            #expect(try home.doctor().has("duplicate-key", ".genesis/.env", 4))
            try home.cure(
                "sed -i 's/^\\[profile.genesis\\]/&\\nXAI_API_KEY = \"secret:XAI_API_KEY\"/' ~/.config/warder/warder.toml; warder apply --replace genesis"
            )
        }
        #expect(try home.doctor().rows.allSatisfy { $0.severity == "info" })
        let file = ".config/cagent/.env"
        try home.write("OPENAI_API_KEY=one\n", to: file)
        try home.expectCured("plaintext-key", file, 1, subject: "OPENAI_API_KEY", fix: "--format docker-agent") {
            try home.cure("warder import ~/\(file) --format docker-agent; warder consumer add docker-agent --path ~/\(file)")
            try home.cure("warder apply --replace docker-agent")
        }
    }

    @Test func `a file with keys that others can read`() throws {
        for (file, text) in [
            (".fased/.env", "OPENAI_API_KEY=one\n"), (".openclaw/openclaw.json", "{gateway: {auth: {token: 'one'}}}"),
            (
                ".openclaw/agents/a/agent/auth-profiles.json",
                "{\"profiles\":{\"a:b\":{\"type\":\"api_key\",\"provider\":\"a\",\"key\":\"one\"}}}"
            ),
        ] {
            try home.write(text, to: file, mode: 0o640)
            try home.expectCured("file-wide", file, fix: "`chmod 600 ~/\(file)`") { try home.cure("chmod 600 ~/\(file)") }
        }
        try home.write("{agents: {}}", to: ".genesis/genesis.json", mode: 0o644)
        #expect(try home.doctor().all("file-wide").isEmpty, "nothing in it is secret")
    }

    @Test func `a placeholder where the gateway has the key`() throws {
        let file = ".fased/fased.json"
        try home.write("{models: {providers: {'cloudflare-ai-gateway': {apiKey: 'unused'}, ollama: {apiKey: 'ollama-local'}}}}", to: file)
        let found = try home.doctor()
        #expect(found.code == 0 && found.rows.count == 1, "advice")
        try home.expectCured("placeholder-key", file, 1, subject: "cloudflare-ai-gateway/api-key", fix: "leave the key out") {
            try home.write("{models: {providers: {'cloudflare-ai-gateway': {}}}}", to: file)
        }
    }

    @Test func `the file in which keys are looked for last`() throws {
        try home.configure("[default]\nenv_file = \"~/keys.env\"\n[provider.openai]\nmodels = [\"gpt-4o\"]\n")
        try home.expectCured("file-unreadable", "keys.env", fix: "make it a readable file") {
            try home.write("OPENAI_API_KEY=one\n", to: "keys.env")
        }
        #expect(try home.doctor().code == 0, "the provider has its key from there")
        unsafe chmod(home("keys.env"), 0o666)
        #expect(try home.doctor().has("file-unreadable", "keys.env"))
    }

    @Test func `a token of Cloudflare's in a provider's place`() throws {
        try home.write("CLOUDFLARE_AI_GATEWAY_API_KEY=cfut_abcdefghijkl\nCF_AIG_TOKEN=sk-ant-abcdefghijkl\n", to: ".fased/.env")
        let found = try home.doctor()
        #expect(found.has("misplaced-key", ".fased/.env", 1, subject: "CLOUDFLARE_AI_GATEWAY_API_KEY"))
        #expect(!found.rows.contains { $0.fix.contains("warder import") }, "it is not to be taken")
        try home.expectCured(
            "misplaced-key", ".fased/.env", 2, subject: "CF_AIG_TOKEN",
            fix: "`warder set CF_AIG_TOKEN` with the right key, and remove the line"
        ) {
            unsafe unlink(home(".fased/.env"))
        }
    }

    // MARK: Other values

    @Test func `other values and copies in what logins read`() throws {
        try home.store("anthropic/api-key", "one")
        // As Debian gives it to new users: a shell does not get past it unseen.
        let skeleton = "if [ -n \"$BASH_VERSION\" ]; then\n    if [ -f x ]; then\n\t. x\n    fi\nfi\n"
        for (file, text, line) in [
            (".profile", skeleton + "export ANTHROPIC_API_KEY=$V\n", 6),
            (".bash_profile", "ANTHROPIC_API_KEY='$V'; export ANTHROPIC_API_KEY\n", 1),
            (".bash_login", "\nexport ANTHROPIC_API_KEY=\"$V\"\n", 2),
            (".bashrc", "case $- in\n *i*) ;;\n *) return;;\nesac\nexport ANTHROPIC_API_KEY=$V\n", 5),
            (".zshenv", "typeset -x ANTHROPIC_API_KEY=$V\n", 1), (".zprofile", "# x\nexport ANTHROPIC_API_KEY=$V # y\n", 2),
            (".zlogin", "export ANTHROPIC_API_KEY=$V\n", 1), (".bash_aliases", "alias x=y\nexport ANTHROPIC_API_KEY=$V\n", 2),
            (".zshrc", "setopt x\nexport ANTHROPIC_API_KEY=$V\n", 2), (".pam_environment", "ANTHROPIC_API_KEY DEFAULT=\"$V\"\n", 1),
            (".config/environment.d/10-keys.conf", "# x\nANTHROPIC_API_KEY=$V\n", 2),
            (".config/fish/config.fish", "if status is-login\n  set -gx ANTHROPIC_API_KEY $V\nend\n", 2),
        ] {
            for (value, code) in [("two", "shadowed-key"), ("one", "duplicate-key")] {
                try home.write(text.replacing("$V", with: value), to: file, mode: 0o644)
                let isInteractive = [".bashrc", ".bash_aliases", ".zshrc", ".config/fish/config.fish"].contains(file)
                let row = try home.doctor().all(code).first
                #expect(row?.severity == (code == "shadowed-key" && !isInteractive ? "error" : "warning"))
                try home.expectCured(
                    code, file, line, subject: "ANTHROPIC_API_KEY",
                    fix: "remove the line, then \(isInteractive ? "start a new shell" : "log in again")"
                ) {
                    try home.cure("sed -i /ANTHROPIC_API_KEY/d ~/\(file)")
                }
            }
        }
        #expect(try home.doctor().code == 0)
    }

    @Test func `another value in this process, and in the working directory`() throws {
        try home.store("PLAIN", "one")
        try home.expectCured("shadowed-key", subject: "PLAIN", fix: "`unset PLAIN`", with: ["PLAIN": "two"]) {
            #expect(try home.doctor(with: ["PLAIN": "one"]).code == 0, "what `run` gives is right")
            #expect(try home.doctor(with: ["PLAIN": ""]).code == 0)
            // What is set is gone with the process.
            try home.store("PLAIN", "two")
        }
        for (value, code) in [("three", "shadowed-key"), ("two", "duplicate-key")] {
            try home.write("# x\nPLAIN=\"\(value)\" # y\nOTHER=\(value)\n", to: "project/.env")
            #expect(try home.doctor().code == 0, "it is elsewhere")
            try home.expectCured(code, "project/.env", 2, subject: "PLAIN", fix: "remove the line", in: home("project")) {
                try home.cure("sed -i /PLAIN/d ~/project/.env")
            }
        }
    }

    @Test func `an agent's own key beats the vault's`() throws {
        try home.store("anthropic/api-key", "new")
        let file = ".fased/agents/main/agent/auth-profiles.json"
        func profile(_ key: String) -> String {
            "{\"profiles\":{\n\"anthropic:default\":{\"type\":\"api_key\",\"provider\":\"anthropic\",\n\(key)}}}"
        }
        let reference = profile("\"keyRef\":{\"source\":\"env\",\"provider\":\"default\",\"id\":\"ANTHROPIC_API_KEY\"}")
        for (value, code) in [("old", "shadowed-key"), ("new", "duplicate-key")] {
            try home.write(profile("\"key\":\"\(value)\""), to: file)
            try home.expectCured(
                code, file, 3, subject: "anthropic/api-key", fix: "take the profile out, then `warder wire fased --model anthropic/MODEL`"
            ) {
                try home.write(reference, to: file)
            }
        }
        // The secret may be called as the variable.
        try #require(home.run("rename", "anthropic/api-key", "ANTHROPIC_API_KEY").code == 0)
        try home.write(profile("\"key\":\"old\""), to: file)
        #expect(try home.doctor().has("shadowed-key", file, 3))
    }

    @Test func `each system's variable is compared with what that system should have`() throws {
        try home.store("cloudflare-ai-gateway/token", "cfut_token")
        try home.configure("[provider.cloudflare-ai-gateway]\naccount_id = \"a1\"\ngateway_id = \"g1\"\n")
        try home.store("cloudflare-ai-gateway/api-key", "key")
        try home.write("CLOUDFLARE_API_TOKEN=cfut_other\n", to: ".config/cagent/.env")
        #expect(try home.doctor().has("shadowed-key", ".config/cagent/.env", 1, subject: "CLOUDFLARE_API_TOKEN"))
        try home.write("CLOUDFLARE_API_TOKEN=cfut_token\n", to: ".config/cagent/.env")
        #expect(try home.doctor().has("duplicate-key", ".config/cagent/.env", 1, subject: "CLOUDFLARE_API_TOKEN"))
        unsafe unlink(home(".config/cagent/.env"))
        // What a consumer holds is looked after by apply.
        unsafe mkdir(home(".openclaw"), 0o700)
        try #require(home.run("consumer", "add", "openclaw").code == 0)
        try #require(home.run("apply").code == 0)
        let clean = try home.doctor()
        #expect(clean.rows.allSatisfy { $0.severity == "info" }, "\(clean.rows)")
        try home.write("CLOUDFLARE_AI_GATEWAY_API_KEY=other\n", to: ".fased/.env")
        try home.expectCured("shadowed-key", ".fased/.env", 1, fix: "`warder consumer add fased`, `warder apply --replace fased`") {
            try home.cure("warder consumer add fased && warder apply --replace fased")
        }
    }

    @Test func `keys in a unit's own file`() throws {
        try home.store("anthropic/api-key", "one")
        let unit = ".config/systemd/user/openclaw-gateway.service"
        let fix = "`systemctl --user daemon-reload`, restart openclaw-gateway.service"
        try home.write("[Service]\nExecStart=/bin/true\nEnvironment=\"A=b c\" \\\n  ANTHROPIC_API_KEY=one\n", to: unit, mode: 0o644)
        try home.expectCured("duplicate-key", unit, 3, subject: "ANTHROPIC_API_KEY", fix: fix) {
            try home.cure("sed -i /API_KEY/d ~/\(unit)")
        }
        try home.write("[Service]\nEnvironment=ANTHROPIC_API_KEY=two\n", to: unit + ".d/10.conf", mode: 0o644)
        try home.expectCured("shadowed-key", unit + ".d/10.conf", 2, subject: "ANTHROPIC_API_KEY", fix: fix) {
            try home.cure("rm ~/\(unit).d/10.conf")
        }
        try home.write("[Service]\nEnvironment='OPENCLAW_GATEWAY_TOKEN=two'\n", to: unit + ".d/20.conf", mode: 0o644)
        try home.expectCured("plaintext-key", unit + ".d/20.conf", 2, subject: "OPENCLAW_GATEWAY_TOKEN", fix: fix) {
            try home.cure("rm ~/\(unit).d/20.conf")
        }
        // The file that newer versions write, and do not write again when `.env` changes.
        try home.write("ANTHROPIC_API_KEY=old\n", to: ".openclaw/gateway.systemd.env")
        try home.write("[Service]\nEnvironmentFile=-%h/.openclaw/gateway.systemd.env\n", to: unit + ".d/30.conf", mode: 0o644)
        try home.expectCured("shadowed-key", ".openclaw/gateway.systemd.env", 1, subject: "ANTHROPIC_API_KEY", fix: fix) {
            try home.cure("rm ~/.openclaw/gateway.systemd.env")
        }
    }

    // MARK: Logins

    @Test func `a key that only a login has, while a unit needs it`() throws {
        try home.write("export OPENAI_API_KEY=one\nexport EDITOR=vi\n", to: ".profile")
        #expect(try home.doctor().code == 0, "nobody else needs it")
        try home.write("[Service]\nExecStart=/bin/true\n", to: ".config/systemd/user/fased-gateway.service")
        unsafe mkdir(home(".fased"), 0o700)
        try home.expectCured(
            "login-only-key", ".profile", 1, subject: "OPENAI_API_KEY",
            fix: "`warder import --from-shell`, then `warder consumer add fased`, `warder apply`"
        ) {
            try home.cure("warder import --from-shell && warder consumer add fased")
            // Without a service manager the copy is written as for any file.
            try home.cure("sed -i '/^unit/d; /^on_change/d' ~/.config/warder/warder.toml; warder apply")
        }
        #expect(try home.shell("cat .fased/.env").text == "OPENAI_API_KEY=one\n")
        // It is a copy now.
        try home.expectCured("duplicate-key", ".profile", 1, fix: "remove the line") { try home.cure("sed -i /OPENAI/d ~/.profile") }
        try home.write("case $- in *i*) ;; *) return;; esac\nexport XAI_API_KEY=two\n", to: ".bashrc")
        let found = try home.doctor()
        #expect(found.has("login-only-key", ".bashrc", 2, subject: "XAI_API_KEY"))
        #expect(found.all("login-only-key").first?.fix.hasPrefix("`warder set XAI_API_KEY`") == true, "a login shell does not read it")
        // Any of these gives it to the unit.
        try home.write("XAI_API_KEY=two\n", to: ".config/environment.d/keys.conf")
        #expect(try home.doctor().all("login-only-key").isEmpty)
        unsafe unlink(home(".config/environment.d/keys.conf"))
        try home.write("XAI_API_KEY=two\n", to: "x.env")
        try home.write("[Service]\nEnvironmentFile=%h/x.env\n", to: ".config/systemd/user/fased-gateway.service.d/x.conf")
        #expect(try home.doctor().all("login-only-key").isEmpty)
    }

    @Test func `a key that only a login has, while a consumer's unit needs it`() throws {
        try home.write("export DB_PASSWORD=one\n", to: ".profile")
        try home.write("[Service]\nExecStart=/bin/true\n", to: ".config/systemd/user/web.service")
        try home.configure(
            "[profile.web]\nDB_PASSWORD = \"secret:DB_PASSWORD\"\n[consumer.web]\nformat = \"dotenv\"\npath = \"~/web.env\"\n"
                + "unit = \"web.service\"\nprofile = \"web\"\n")
        try home.expectCured("login-only-key", ".profile", 1, subject: "DB_PASSWORD", fix: "`warder apply web`") {
            try home.cure("warder import --from-shell --all")
        }
    }
}
