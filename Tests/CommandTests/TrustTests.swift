import Foundation
import Glibc
import Testing

/// What a stranger's files may not do: borrow trust, redirect keys, replace the vault, or stop the work of others.
@Suite struct TrustTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("db/url", "postgres://db")
    }

    private func project(_ name: String, _ text: String) throws -> String {
        let path = home(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/warder.toml"))
        return path
    }

    @Test func `a project that is a link to an allowed one is not allowed`() throws {
        let good = try project("good", "[profile.default]\nDB = \"secret:db/url\"\n")
        try #require(home.run("allow", in: good).code == 0)
        let clone = home("clone")
        unsafe mkdir(clone, 0o755)
        unsafe symlink("../good/warder.toml", clone + "/warder.toml")
        #expect(try home.run("run", "--", "/usr/bin/env", in: clone).refused(21))
        #expect(try home.run("allow", in: clone).refused(21))
    }

    @Test func `allow shows every variable, its text, and what an inherited profile brings`() throws {
        try home.configure("[profile.prod]\nPROD_DB = \"secret:db/url\"\n")
        let path = try project("app", "[profile.default]\nextends = \"prod\"\nMODE = \"debug\"\n")
        let said = try home.run("allow", in: path)
        #expect(said.code == 0)
        for part in ["MODE = \"debug\"", "prod", "PROD_DB = the secret db/url"] { #expect(said.error.contains(part)) }
        let answer = try home.run("allow", "--json", in: path).json()
        #expect(answer["secrets"] as? [String] == ["db/url"])
        #expect(answer["extends"] as? [String] == ["prod"])
    }

    @Test(arguments: [
        "HTTPS_PROXY", "http_proxy", "ANTHROPIC_BASE_URL", "OPENAI_API_BASE", "AWS_ENDPOINT_URL", "SSL_CERT_FILE", "KUBECONFIG",
    ])
    func `a project may not say where keys go`(variable: String) throws {
        let path = try project("app", "[profile.default]\n\(variable) = \"x\"\n")
        #expect(try home.run("allow", in: path).refused(25))
        try home.configure("[profile.mine]\n\(variable) = \"x\"\n")
        #expect(try home.run("run", "-P", "mine", "--", "true").code == 0)
    }

    @Test(arguments: [
        "PYTHONUSERBASE", "GIT_EXTERNAL_DIFF", "DOTNET_STARTUP_HOOKS", "OPENSSL_CONF", "LESSOPEN", "MAKEFLAGS", "npm_config_script_shell",
    ])
    func `a variable that makes programs run code is reserved`(variable: String) throws {
        try home.configure("[profile.mine]\n\(variable) = \"x\"\n")
        #expect(try home.run("run", "-P", "mine", "--", "true").refused(28))
        #expect(try home.run("check", "-P", "mine").code == 28)
        #expect(try home.run("run", "-P", "mine", "--allow-reserved", variable, "--", "true").code == 0)
    }

    @Test func `another user's settings in a directory of all do not stop anybody`() throws {
        guard geteuid() == 0 else {
            print("SKIPPED: needs root to make another user's file")
            return
        }
        let open = home("open")
        unsafe mkdir(open, 0o777)
        unsafe chmod(open, 0o1777)
        try Data("[profile.default]\n".utf8).write(to: URL(fileURLWithPath: open + "/warder.toml"))
        unsafe chown(open + "/warder.toml", 65534, 65534)
        unsafe mkdir(open + "/mine", 0o755)
        #expect(try home.run("check", in: open + "/mine").code == 0)
    }

    @Test func `a backup of another vault needs a word`() throws {
        let other = try Home()
        try other.store("db/url", "evil")
        try #require(other.run("backup", home("backup")).code == 0)
        let key = ["WARDER_KEY_FILE": other("key")]
        let refused = try home.run("restore", "--force", home("backup"), with: key)
        #expect(refused.refused(15))
        #expect(try home.run("get", "db/url").text == "postgres://db")
        let fingerprint = try #require(try other.run("status", "--json").json()["fingerprint"] as? String)
        #expect(
            try home.run("restore", "--force", "--accept", "0000-0000-0000-0000-0000-0000-0000-0000", home("backup"), with: key).refused(15)
        )
        #expect(try home.run("restore", "--force", "--accept", fingerprint, home("backup"), with: key).code == 0)
        #expect(try home.run("get", "db/url", with: key).text == "evil")
    }

    @Test func `a key file stays when no vault could be made with it`() throws {
        let fresh = try Home(withVault: false)
        unsafe mkdir(fresh(".local"), 0o500)
        try Data().write(to: URL(fileURLWithPath: fresh("file")))
        let outcome = try fresh.run("init", "--key-file", fresh("key"), "--vault", fresh("file/vault.db"))
        #expect(outcome.code != 0)
        #expect(try home.run("init", "--key-file", home("key")).refused(19))
        #expect(home.content(home("key")) != nil)
    }

    @Test func `a passphrase on standard input leaves it empty for the program`() throws {
        let fresh = try Home(withVault: false)
        let passphrase = Value("correct horse battery")
        let given = ["WARDER_PASSPHRASE_FD": "0"]
        try #require(fresh.run("init", "--kdf-memory", "64", "--kdf-passes", "2", input: passphrase, with: given).code == 0)
        try #require(fresh.run("set", "TOKEN", "--generate", "32", input: passphrase, with: given).code == 0)
        let outcome = try fresh.run("run", "--as-file", "TOKEN", "--", "cat", input: passphrase, with: given)
        #expect(outcome.text.isEmpty)
    }

    @Test func `what looks like a key is not taken for a name`() throws {
        let outcome = try home.run("set", "sk-ant-api03-abcdefgh", input: Value("x"))
        #expect(outcome.refused(2))
        #expect(!outcome.error.contains("api03"))
        #expect(try home.run("get", "sk-ant-api03-abcdefgh").refused(2))
    }
}
