import Foundation
import Glibc
import Testing

/// `warder doctor` and what the settings say: files, profiles, providers, consumers.
@Suite struct DoctorSettingsTests {
    let home: Home
    private let place = ".config/warder/warder.toml"
    /// What `init` writes.
    private let start: String

    init() throws {
        home = try Home()
        start = try String(contentsOfFile: home.settings, encoding: .utf8)
    }

    /// Replaces the settings by what `init` wrote and this.
    private func settings(_ text: String) throws { try home.write("[vault]\nkey_file = \"~/key\"\n" + text, to: home.settings) }

    // MARK: Files

    @Test func `settings that are none, or that others can write`() throws {
        try settings("[provider.openai]\nnonsense = 1\n")
        try home.expectCured("settings-invalid", place, 4, fix: "a provider has kind") { try settings("") }
        try settings("[nonsense]\nx = 1\n")
        try home.expectCured("settings-invalid", place, 3, fix: "edit that line") { try settings("") }
        unsafe chmod(home.settings, 0o666)
        try home.expectCured("settings-unsafe", place, fix: "`chmod 600 ~/\(place)`") { try home.cure("chmod 600 ~/\(place)") }
        try settings("fingerprint = \"short\"\n")
        #expect(try home.doctor().all("settings-invalid").count == 1)
        // A file that is named counts alone.
        try home.write("x\n", to: "other.toml")
        let named = try home.doctor("--settings", home("other.toml"), with: ["WARDER_KEY_FILE": home("key")])
        #expect(named.rows.count == 1 && named.has("settings-invalid", "other.toml", 1))
    }

    @Test func `a project's settings that nobody has allowed`() throws {
        try home.write("[profile.default]\nLOG_LEVEL = \"info\"\n", to: "work/warder.toml")
        try home.expectCured("project-not-allowed", "work/warder.toml", fix: "`warder allow`", in: home("work")) {
            try home.cure("warder allow", in: home("work"))
        }
        try home.write("[profile.default]\nLOG_LEVEL = \"debug\"\n", to: "work/warder.toml")
        try home.expectCured("project-not-allowed", "work/warder.toml", fix: "or remove the file", in: home("work")) {
            unsafe unlink(home("work/warder.toml"))
        }
    }

    // MARK: Profiles

    @Test func `a profile that needs what is not there`() throws {
        try settings("[profile.app]\nA = \"secret:a\"\n[profile.more]\nextends = \"app\"\n")
        #expect(try home.doctor().all("profile-incomplete").count == 1, "one line, one finding")
        try home.expectCured("profile-incomplete", place, 4, subject: "a", fix: "`warder set a`") {
            try home.cure("warder set a", input: Value("1"))
        }
        try settings("[profile.app]\nID = \"${provider:anthropic/account_id}\"\n[provider.anthropic]\napi_key = \"secret:k\"\n")
        try home.store("k", "1")
        try home.expectCured("profile-incomplete", place, 4, subject: "ID", fix: "add it to ~/\(place)") {
            try settings("[profile.app]\nID = \"1\"\n")
        }
        try settings("[profile.app]\nA = { secret = \"none\", required = false }\nB = { secret = \"none\", default = \"b\" }\n")
        #expect(try home.doctor().code == 0)
    }

    @Test func `a profile that is refused for a name`() throws {
        try home.store("LD_PRELOAD", "x")
        try home.expectCured("profile-reserved", subject: "LD_PRELOAD", fix: "`warder rename LD_PRELOAD other/LD_PRELOAD`") {
            try home.cure("warder rename LD_PRELOAD other/LD_PRELOAD")
        }
        try settings("[profile.app]\nPATH = \"/bin\"\n")
        try home.expectCured("profile-reserved", place, 4, subject: "PATH", fix: "another name") {
            try settings("[profile.app]\nOTHER = \"/bin\"\n")
        }
    }

    // MARK: Providers

    @Test func `a provider without a key`() throws {
        try settings("[provider.openai]\nmodels = [\"gpt-4o\"]\n[default]\nmodel = \"openai/gpt-4o\"\n")
        #expect(try home.doctor().rows.count == 1, "one fault, one line")
        try home.expectCured("provider-key-missing", place, 3, subject: "openai", fix: "`warder set openai/api-key`") {
            try home.cure("warder set openai/api-key", input: Value("1"))
        }
        try settings("[provider.openai]\napi_key = { file = \"~/openai\" }\n")
        try home.expectCured("provider-key-missing", place, 4, subject: "openai", fix: "put it there") { try home.write("1", to: "openai") }
        try settings("[provider.openai]\napi_key = { exec = [\"/nowhere/program\"] }\n")
        try home.expectCured("provider-key-missing", place, 4, subject: "openai", fix: "change that line") {
            try settings("[provider.openai]\napi_key = { exec = [\"/bin/false\"] }\n")
        }
    }

    @Test func `a provider that cannot be asked`() throws {
        try home.store("cloudflare-ai-gateway/api-key", "1")
        try settings("[provider.cloudflare-ai-gateway]\nroute = \"anthropic\"\n")
        try home.expectCured(
            "provider-invalid", place, 3, subject: "cloudflare-ai-gateway", fix: "`warder provider show cloudflare-ai-gateway`"
        ) {
            try settings("[provider.cloudflare-ai-gateway]\nroute = \"anthropic\"\naccount_id = \"a1\"\ngateway_id = \"g1\"\n")
        }
    }

    @Test func `a gateway whose models say who answers`() throws {
        try settings("[provider.cloudflare-ai-gateway]\naccount_id = \"a1\"\n")
        try home.expectCured("provider-invalid", place, 3, subject: "cloudflare-ai-gateway", fix: "change that table") {
            try settings("[provider.cloudflare-ai-gateway]\naccount_id = \"a1\"\ngateway_id = \"g1\"\n")
        }
        #expect(try home.doctor().code == 0, "there may be a key for some of them")
    }

    @Test func `a model that cannot be asked`() throws {
        try settings("[default]\nmodel = \"mistral/large\"\n")
        try home.expectCured("model-not-askable", place, 4, subject: "the default model", fix: "`warder set mistral/api-key`") {
            try home.cure("warder set mistral/api-key", input: Value("1"))
        }
        try settings("[default]\nmodel = \"nowhere\"\n")
        try home.expectCured("model-not-askable", place, 4, subject: "the default model", fix: "`warder models list`") {
            try settings("[default]\nmodel = \"mistral/large\"\n")
        }
        try settings("[route.chat]\nmodels = [\"mistral/large\", \"nobody/x\"]\n")
        try home.expectCured("model-not-askable", place, 3, subject: "the route chat", fix: "`warder models list`") {
            try settings("[route.chat]\nmodels = [\"mistral/large\"]\n")
        }
    }

    @Test func `runs no program and no login shell for a key`() throws {
        let trap = try home.write("#!/bin/sh\ntouch '\(home("ran"))'\necho key\n", to: "trap", mode: 0o700)
        try home.write("touch '\(home("ran"))'\n", to: ".profile")
        try settings(
            "[provider.openai]\napi_key = { exec = [\"\(trap)\"] }\n[provider.mistral]\nmodels = [\"m\"]\n[default]\nlogin_shell = true\n"
                + "model = \"mistral/m\"\n")
        try home.write("apiKeyHelper = 1\n[provider]\napi_key = { exec = [\"\(trap)\"] }\n", to: ".loong/config.toml")
        let found = try home.doctor()
        #expect(found.code == 0, "\(found.rows)")
        #expect(home.content(home("ran")) == nil)
        try #require(home.run(["-l", "-c", ":"], program: "/bin/sh").code == 0)
        #expect(home.content(home("ran")) != nil, "it would have")
    }

    // MARK: Consumers

    private func consumer(_ more: String = "") throws {
        try settings("[consumer.app]\nformat = \"dotenv\"\npath = \"~/app.env\"\n\(more)\n")
    }

    @Test func `a consumer's copy`() throws {
        try home.store("KEY", "one")
        try consumer()
        func cured(_ code: String, _ path: String?, sourceLocation: SourceLocation = #_sourceLocation) throws {
            try home.expectCured(code, path, subject: "app", fix: "`warder apply app`", sourceLocation: sourceLocation) {
                try home.cure("warder apply app")
            }
            #expect(try home.doctor().code == 0, sourceLocation: sourceLocation)
        }
        try cured("consumer-not-applied", nil)
        unsafe unlink(home("app.env"))
        try cured("consumer-missing", "app.env")
        try home.write("KEY=two\n", to: "app.env")
        try cured("consumer-changed", "app.env")
        unsafe chmod(home("app.env"), 0o644)
        try cured("consumer-wide", "app.env")
        try home.store("KEY", "three")
        try cured("consumer-outdated", nil)
        try settings("[consumer.app]\nformat = \"dotenv\"\npath = \"~/moved.env\"\n")
        try cured("consumer-moved", nil)
        try #require(unsafe link(home("moved.env"), home("second.env")) == 0)
        try home.expectCured("consumer-unsafe", "moved.env", subject: "app", fix: "find ~ -samefile ~/moved.env") {
            unsafe unlink(home("second.env"))
        }
        try settings("")
        try home.expectCured("consumer-forgotten", subject: "app", fix: "`warder consumer remove app --with-copy`") {
            try home.cure("warder consumer remove app --with-copy")
        }
        #expect(home.content(home("moved.env")) == nil)
    }

    @Test func `a consumer that was not seen to take its copy`() throws {
        try home.store("KEY", "one")
        let program = try home.write("#!/bin/sh\nexit 3\n", to: "reload", mode: 0o700)
        try consumer("on_change = { exec = [\"\(program)\"] }")
        try #require(home.run("apply").code == 1)
        try home.expectCured("consumer-unconfirmed", subject: "app", fix: "`warder apply app`, which tries again") {
            try home.write("#!/bin/sh\n", to: "reload", mode: 0o700)
            try home.cure("warder apply app")
        }
    }

    /// A socket on which somebody listens.
    private func listen(at path: String) -> CInt? {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        unsafe _ = unlink(path)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return status == 0 && Glibc.listen(descriptor, 8) == 0 ? descriptor : nil
    }

    @Test func `a consumer whose variables, unit or settings are not there`() throws {
        var listener: CInt = -1
        defer { if listener >= 0 { close(listener) } }
        try settings("[profile.app]\nA = \"secret:a\"\n[consumer.app]\nformat = \"dotenv\"\npath = \"~/app.env\"\nprofile = \"app\"\n")
        try home.expectCured("consumer-variables", place, 5, subject: "app", fix: "`warder check -P app`") {
            #expect(try home.run("check", "-P", "app").error.contains("warder set NAME"))
            try home.cure("warder set a", input: Value("1"))
        }
        try consumer("unit = \"web.service\"")
        try home.expectCured("consumer-unit-missing", place, 3, subject: "app", fix: "install it") {
            try home.write("[Service]\nExecStart=/bin/true\n", to: ".config/systemd/user/web.service")
        }
        try consumer("unit = \"web@one.service\"")
        try home.expectCured("consumer-unit-missing", place, 3, subject: "app", fix: "change unit") {
            try home.write("[Service]\nExecStart=/bin/true\n", to: ".config/systemd/user/web@.service")
        }
        try settings("[consumer.app]\nformat = \"systemd-credential-socket\"\nunit = \"web@one.service\"\n")
        let runtime = home("run")
        try home.write("", to: "run/warder/here")
        try home.expectCured(
            "consumer-unserved", "run/warder/credentials.sock", subject: "app",
            fix: "`systemctl --user enable --now warder-credentials.socket`", with: ["XDG_RUNTIME_DIR": runtime]
        ) {
            // As systemd would make it. Whoever connects waits for the daemon.
            try home.cure("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"run/warder/credentials.sock\")'")
            #expect(try home.doctor(with: ["XDG_RUNTIME_DIR": runtime]).has("consumer-unserved", "run/warder/credentials.sock"))
            listener = try #require(listen(at: "\(runtime)/warder/credentials.sock"))
        }
        try settings(
            "[consumer.one]\nformat = \"json\"\npath = \"~/x\"\n[consumer.two]\nformat = \"json\"\npath = \"~/x\"\n[profile.default]\nA = \"1\"\n"
        )
        try home.expectCured("consumer-invalid", place, 6, subject: "two", fix: "two can share a file only in one format of lines") {
            try home.cure("warder consumer remove two")
        }
    }
}
