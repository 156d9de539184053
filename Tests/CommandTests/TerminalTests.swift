import Foundation
import Glibc
import Testing

/// Prompts: nothing that is typed is shown, and the terminal is left as it was.
@Suite struct TerminalTests {
    static let passphrase = "correct horse battery"
    let home: Home

    init() throws { home = try Home() }

    @Test func `asks for a new passphrase twice and offers a recovery passphrase`() throws {
        let made = try Terminal.run(
            home, "--vault", home("t/vault.db"), "--settings", home.write("", to: "empty.toml"), "init", "--kdf-memory", "64",
            "--kdf-passes", "2",
            steps: [
                .expect("New passphrase for the vault: "), .echo(false), .type(Self.passphrase + "\n"), .expect("Again: "), .echo(false),
                .type(Self.passphrase + "\n"), .expect("recovery passphrase"), .echo(true), .type("y\n"), .expect("This is shown once."),
            ])
        #expect(made.failed == nil)
        #expect(made.code == 0)
        #expect(made.echoes)
        let showsPassphrase = made.text.contains(Self.passphrase)
        #expect(!showsPassphrase)
        let recovery = try #require(made.text.firstMatch(of: /([0-9A-Z]{5}-){5}[0-9A-Z]{5}/)?.output.0)
        try home.write(String(recovery), to: "recovery")
        let list = try home.run(
            "--vault", home("t/vault.db"), "--settings", home("empty.toml"), "slot", "list", "--json",
            with: ["WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home("recovery")]
        ).json()
        #expect((list["slots"] as? [[String: Any]])?.map { $0["label"] as? String } == ["first", "recovery"])
    }

    @Test func `refuses two passphrases that differ, and one that is short`() throws {
        let differ = try Terminal.run(
            home, "--vault", home("t/vault.db"), "init",
            steps: [.expect("vault: "), .type(Self.passphrase + "\n"), .expect("Again: "), .type(Self.passphrase + "!\n")])
        #expect(differ.code == 2)
        #expect(differ.echoes)
        let short = try Terminal.run(home, "--vault", home("t/vault.db"), "init", steps: [.expect("vault: "), .type("short\n")])
        #expect(short.code == 2)
        #expect(home.content(home("t/vault.db")) == nil)
    }

    @Test func `unlocks with what is typed`() throws {
        let vault = try home.passphraseVault(Self.passphrase)
        let empty = try home.write("", to: "empty.toml")
        try home.run(
            "--vault", vault, "set", "NAME", input: Value("value"), with: ["WARDER_PASSPHRASE_FD": "3"],
            descriptors: [3: home("passphrase")])
        let right = try Terminal.run(
            home, "--vault", vault, "--settings", empty, "get", "NAME",
            steps: [.expect("Passphrase: "), .echo(false), .type(Self.passphrase + "\n"), .expect("value\r\n")])
        #expect(right.failed == nil)
        #expect(right.code == 0)
        #expect(right.echoes)
        let wrong = try Terminal.run(
            home, "--vault", vault, "--settings", empty, "get", "NAME", steps: [.expect("Passphrase: "), .type("wrong passphrase\n")],
            output: home("out"))
        #expect(wrong.code == 11)
        #expect(home.content(home("out")) == Value(""))
    }

    @Test func `writes a line feed after a value on a terminal only`() throws {
        try home.store("NAME", "value")
        #expect(try Terminal.run(home, "get", "NAME", steps: []).text == "value\r\n")
        #expect(try Terminal.run(home, "get", "NAME", steps: [], output: home("out")).code == 0)
        #expect(home.content(home("out")) == Value("value"))
    }

    @Test func `takes a value that is typed, without its line end`() throws {
        let typed = try Terminal.run(home, "set", "NAME", steps: [.expect("Value of NAME: "), .echo(false), .type("typed value\n")])
        #expect(typed.code == 0)
        #expect(typed.echoes)
        let isShown = typed.text.contains("typed value")
        #expect(!isShown)
        #expect(try home.run("get", "NAME").text == "typed value")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT]) func `restores the echo when a prompt is interrupted`(signal: Int32) throws {
        let outcome = try Terminal.run(
            home, "set", "NAME", steps: [.expect("Value of NAME: "), .echo(false), .type("half"), .signal(signal)])
        #expect(outcome.failed == nil)
        #expect(outcome.code == 128 + signal)
        #expect(outcome.echoes)
        #expect(try home.run("get", "NAME").refused(22))
    }

    @Test func `restores the echo at Control-C and at the end of input`() throws {
        let interrupted = try Terminal.run(home, "set", "NAME", steps: [.expect("NAME: "), .echo(false), .type("half\u{3}")])
        #expect(interrupted.code == 128 + SIGINT)
        #expect(interrupted.echoes)
        let ended = try Terminal.run(home, "set", "NAME", steps: [.expect("NAME: "), .echo(false), .type("\u{4}")])
        #expect(ended.code == 10)
        #expect(ended.echoes)
    }

    @Test func `asks again after a stop`() throws {
        let outcome = try Terminal.run(
            home, "set", "NAME",
            steps: [
                .expect("NAME: "), .echo(false), .signal(SIGTSTP), .echo(true), .signal(SIGCONT), .expect("NAME: "), .echo(false),
                .type("value\n"),
            ])
        #expect(outcome.failed == nil)
        #expect(outcome.code == 0)
        #expect(try home.run("get", "NAME").text == "value")
    }

    @Test func `purges when a person says yes, and not otherwise`() throws {
        try home.store("NAME", "value")
        let no = try Terminal.run(home, "purge", "NAME", steps: [.expect("[y/N] "), .type("n\n")])
        #expect(no.code == 2)
        #expect(try home.run("get", "NAME").text == "value")
        let yes = try Terminal.run(home, "purge", "NAME", steps: [.expect("[y/N] "), .type("y\n")])
        #expect(yes.code == 0)
        #expect(try home.run("get", "NAME").refused(22))
    }

    @Test func `hands the terminal to the program`() throws {
        try home.store("API_KEY", "value")
        let outcome = try Terminal.run(
            home, "run", "--", "sh", "-c", "test -t 0 && test -t 1 && read line && echo \"got $line\"",
            steps: [.type("hello\n"), .expect("got hello")])
        #expect(outcome.failed == nil)
        #expect(outcome.code == 0)
    }
}
