import Foundation
import Glibc
import Testing

/// `warder export`: to standard output, and into files.
@Suite struct ExportTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("API_KEY", "plain-value")
        try home.store("API_TOKEN", "it's \"two\"\nlines $HOME")
        try home.store("prod/API_KEY", "other")
    }

    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
    }

    @Test func `writes what a shell reads back`() throws {
        let shown = try home.shell("eval \"$(\"$WARDER\" export --format sh)\"; printf %s \"$API_TOKEN\"")
        #expect(shown.text == "it's \"two\"\nlines $HOME")
        #expect(try home.run("export", "--only", "API_KEY").text == "API_KEY=plain-value\n")
        #expect(try home.run("export", "-P", "prod").text == "API_KEY=other\n")
        let object = try JSONSerialization.jsonObject(with: Data(home.run("export", "--format", "json").text.utf8)) as? [String: String]
        #expect(object?["API_TOKEN"] == "it's \"two\"\nlines $HOME")
    }

    @Test func `writes a private file whole, and says so`() throws {
        let file = home("daemon.env")
        let answer = try home.run("export", "--format", "systemd-environment-file", "-o", file, "--json").json()
        #expect(answer["variables"] as? [String] == ["API_KEY", "API_TOKEN"])
        #expect(mode(file) == 0o600)
        #expect(try home.run("export", "-o", file, "--only", "API_KEY", "--replace").error == "\(file): 1 variable as dotenv\n")
        #expect(home.content(file)?.bytes == Array("API_KEY=plain-value\n".utf8))
    }

    @Test func `prints the drop-in of a unit that asks the daemon, without a value`() throws {
        let shown = try home.run("export", "--format", "systemd-credential-socket", "--only", "API_KEY")
        #expect(
            shown.code == 0 && shown.text.contains("\n[Service]\nLoadCredential=API_KEY:%t/warder/credentials.sock\nExecStartPre=/bin/sh "))
        #expect(!shown.text.contains("plain-value"))
        try home.store("EMPTY", "")
        let refused = try home.run("export", "--format", "systemd-credential-socket")
        #expect(refused.refused(26) && refused.error.contains("EMPTY: it is empty"))
    }

    @Test func `keeps what else is in a file, or says that it is there`() throws {
        let file = home("app.env")
        try home.write("# mine\nOTHER=stays\nAPI_KEY=old\n", to: file)
        let refused = try home.run("export", "-o", file, "--only", "API_KEY")
        #expect(refused.refused(19) && refused.error.contains("hint: --merge keeps it, --replace loses it"))
        #expect(try home.run("export", "-o", file, "--only", "API_KEY", "--merge").code == 0)
        #expect(home.content(file)?.bytes == Array("# mine\nOTHER=stays\nAPI_KEY=plain-value\n".utf8))
        let before = try home.shell("stat -c %Y.%i \(file)").text
        #expect(try home.run("export", "-o", file, "--only", "API_KEY").refused(19))
        #expect(try home.shell("stat -c %Y.%i \(file)").text == before)
        #expect(try home.run("export", "-o", file, "--only", "API_KEY", "--replace").code == 0)
        #expect(home.content(file)?.bytes == Array("API_KEY=plain-value\n".utf8))
        #expect(try home.run("export", "-o", file, "--only", "API_KEY").code == 0, "it holds nothing else now")
        #expect(try home.run("export", "-o", file, "--format", "json", "--merge", "--only", "API_KEY").refused(2))
        #expect(try home.run("export", "-o", file, "--merge", "--replace").refused(2))
        #expect(try home.run("export", "--merge").refused(2))
    }

    @Test func `refuses what a format cannot hold, and leaves the file`() throws {
        let file = home("daemon.env")
        try #require(home.run("export", "-o", file, "--only", "API_KEY").code == 0)
        let outcome = try home.run("export", "-o", file)
        #expect(outcome.refused(26))
        #expect(outcome.error.contains("API_TOKEN") && outcome.error.contains("hint: use --format"))
        #expect(home.content(file)?.bytes == Array("API_KEY=plain-value\n".utf8))
        try home.store("API_KEY", Value([0x61, 0, 0x62]))
        for format in ["dotenv", "sh", "systemd-environment-file"] {
            #expect(try home.run("export", "--only", "API_KEY", "--format", format).refused(26))
        }
        try home.store("API_KEY", Value([0x61, 0xFF]))
        for format in ["dotenv", "json", "systemd-environment-file"] {
            #expect(try home.run("export", "--only", "API_KEY", "--format", format).refused(26))
        }
    }

    @Test func `refuses places that others see`() throws {
        unsafe mkdir(home("open"), 0o777)
        unsafe chmod(home("open"), 0o777)
        unsafe symlink("daemon.env", home("link"))
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("open/env")).refused(21))
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("link")).refused(21))
        #expect(try home.run("export", "--only", "API_KEY", "--format", "systemd-drop-in").refused(2))
        #expect(try home.run("export", "--only", "API_KEY", "--format", "systemd-credential-socket", "-o", "x").refused(2))
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("nowhere/env")).refused(22))
        try #require(home.shell("git init -q repo && cd repo && git config user.email a@b && git config user.name a").code == 0)
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("repo/.env")).refused(28))
        try home.write(".env\n", to: "repo/.gitignore")
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("repo/.env")).code == 0)
        try #require(home.shell("cd repo && git add -f .env && git commit -qm x").code == 0)
        #expect(try home.run("export", "--only", "API_KEY", "-o", home("repo/.env")).refused(28))
    }

    @Test func `refuses wrong usage`() throws {
        #expect(try home.run("export", "--format", "nothing").refused(2))
        #expect(try home.run("export", "--json").refused(2))
        #expect(try home.run("export", "--only", "NOTHING").refused(22))
        #expect(try home.run("export", "-P", "nobody").refused(22))
        try home.store("PATH", "x")
        #expect(try home.run("export", "--format", "sh").refused(28))
        #expect(try home.run("export", "--format", "sh", "--allow-reserved", "PATH").code == 0)
    }
}
