import Foundation
import Testing

/// Profiles of `warder.toml`, the user's and a project's: `run`, `check`, `allow`.
@Suite struct ProfileTests {
    let home: Home
    let project: String

    init() throws {
        home = try Home()
        project = home("project")
        try home.store("db/url", "postgres://db")
        try home.store("token", "t0ken")
    }

    private func environment(_ profile: String, in directory: String? = nil) throws -> [String] {
        let outcome = try home.run("run", "--pristine", "-P", profile, "--", "/usr/bin/env", in: directory)
        try #require(outcome.code == 0)
        return outcome.text.split(separator: "\n").map(String.init).sorted()
    }

    private static let profiles = """
        [profile.base]
        DATABASE_URL = "secret:db/url"
        LOG_LEVEL = "info"
        PORT = 8080
        DEBUG = false
        [profile.web]
        extends = "base"
        LOG_LEVEL = "debug"
        HEADER = "authorization: Bearer ${secret:token}; $${kept}"
        ACCOUNT = "${provider:gateway/account_id}"
        OPTIONAL = { secret = "nothing", required = false }
        FALLBACK = { secret = "nothing", default = "plain" }
        [profile.strict]
        MISSING = "secret:nothing"
        """

    @Test func `resolves references, literals, templates and parents`() throws {
        try home.configure("[provider.gateway]\naccount_id = \"acct\"\n" + Self.profiles)
        #expect(try environment("base") == ["DATABASE_URL=postgres://db", "DEBUG=false", "LOG_LEVEL=info", "PORT=8080"])
        #expect(
            try environment("web") == [
                "ACCOUNT=acct", "DATABASE_URL=postgres://db", "DEBUG=false", "FALLBACK=plain",
                "HEADER=authorization: Bearer t0ken; ${kept}", "LOG_LEVEL=debug", "PORT=8080",
            ])
    }

    @Test func `does not start the program when a required value is missing`() throws {
        try home.configure(Self.profiles)
        let outcome = try home.run("run", "-P", "strict", "--", "touch", home("started"))
        #expect(outcome.refused(22))
        #expect(outcome.error.contains("MISSING"))
        #expect(outcome.error.contains("hint: "))
        #expect(home.content(home("started")) == nil)
    }

    @Test func `checks a profile`() throws {
        try home.configure("[provider.gateway]\naccount_id = \"acct\"\n" + Self.profiles)
        let answer = try home.run("check", "-P", "web", "--json").json()
        #expect(answer["complete"] as? Bool == true)
        #expect(answer["profile"] as? String == "web")
        let variables = try #require(answer["variables"] as? [[String: Any]])
        var states: [String: String] = [:]
        for variable in variables {
            #expect(Set(variable.keys) == ["name", "state", "secrets", "generation", "created", "expires", "expired"])
            states[variable["name"] as? String ?? ""] = variable["state"] as? String
        }
        #expect(
            states == [
                "DATABASE_URL": "present", "LOG_LEVEL": "literal", "PORT": "literal", "DEBUG": "literal", "HEADER": "present",
                "ACCOUNT": "present", "OPTIONAL": "absent", "FALLBACK": "default",
            ])
        let missing = try home.run("check", "-P", "strict", "--json")
        #expect(missing.code == 1)
        #expect(try missing.json()["complete"] as? Bool == false)
        let page = try home.run("check", "-P", "strict")
        #expect(page.code == 1)
        #expect(page.text.contains("missing"))
        #expect(!page.text.contains("postgres"))
    }

    @Test func `does nothing for a project that is not allowed`() throws {
        try home.write("[profile.default]\nTOKEN = \"secret:token\"\n", to: "project/warder.toml", mode: 0o644)
        let outcome = try home.run("run", "--", "touch", home("started"), in: project)
        #expect(outcome.refused(28))
        #expect(outcome.error.contains("hint: read it, then run `warder allow`"))
        #expect(home.content(home("started")) == nil)
        #expect(try home.run("check", in: project).refused(28))
        try FileManager.default.createDirectory(atPath: project + "/sub/dir", withIntermediateDirectories: true)
        #expect(try home.run("run", "--", "true", in: project + "/sub/dir").refused(28))
        #expect(try home.run("run", "-P", "other", "--", "true", in: project).refused(28))
    }

    @Test func `uses a project once it is allowed, until it changes`() throws {
        let text = "[profile.default]\nTOKEN = \"secret:token\"\nLEVEL = \"info\"\n"
        let file = try home.write(text, to: "project/warder.toml", mode: 0o644)
        let answer = try home.run("allow", "--json", in: project).json()
        #expect(answer["project"] as? String == file)
        #expect(answer["allowed"] as? Bool == true)
        #expect(answer["profiles"] as? [String] == ["default"])
        #expect(answer["variables"] as? [String] == ["TOKEN", "LEVEL"] || answer["variables"] as? [String] == ["LEVEL", "TOKEN"])
        #expect(answer["secrets"] as? [String] == ["token"])
        #expect(try environment("default", in: project) == ["LEVEL=info", "TOKEN=t0ken"])
        #expect(try home.run("check", in: project).code == 0)
        try home.write(text + "#\n", to: "project/warder.toml", mode: 0o644)
        #expect(try home.run("run", "--", "true", in: project).refused(28))
        try home.write(text, to: "project/warder.toml", mode: 0o644)
        #expect(try home.run("run", "--", "true", in: project).code == 0)
        #expect(try home.run("allow", "--revoke", in: project).code == 0)
        #expect(try home.run("run", "--", "true", in: project).refused(28))
        #expect(try home.run("allow", in: home.path).refused(22))
    }

    @Test(arguments: [
        "[vault]\nkey_file = \"/x\"", "[provider.p]\nbase_url = \"https://evil.example\"", "[consumer.x]\nformat = \"dotenv\"",
        "[rotation.x]\nissuer = \"y\"", "[history]\ndays = 1", "[profile.p]\nA = { exec = [\"id\"] }", "[profile.p]\nA = {", "unknown = 1",
    ]) func `does not allow a project that wants more than profiles`(text: String) throws {
        try home.write(text, to: "project/warder.toml", mode: 0o644)
        let outcome = try home.run("allow", in: project)
        #expect(outcome.refused(25))
        #expect(outcome.error.contains("line "))
        #expect(try home.run("run", "--", "true", in: project).refused(28))
    }

    @Test func `reads no project file for anything but environments`() throws {
        try home.write("[vault]\nkey_file = \"/nowhere\"\n garbage", to: "project/warder.toml", mode: 0o644)
        #expect(try home.run("set", "NAME", input: Value("v"), in: project).code == 0)
        #expect(try home.run("get", "NAME", in: project).text == "v")
        for words in [["list"], ["status"], ["verify"], ["show", "NAME"], ["audit", "list"], ["slot", "list"]] {
            #expect(try home.run(words, program: Home.program, in: project).code == 0)
        }
    }

    @Test(arguments: [
        "[profile.p]\nextends = \"p\"", "[profile.p]\nextends = \"none\"", "[vault]\nunknown = 1", "[profile.p]\n\"a b\" = 1",
    ])
    func `refuses bad settings for every command`(text: String) throws {
        try home.write(text, to: home.settings)
        for words in [["list"], ["run", "--", "true"], ["get", "token"], ["status"]] {
            #expect(try home.run(words, program: Home.program).refused(25))
        }
    }
}
