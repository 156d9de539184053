import Foundation
import Glibc
import Testing

/// Keys that are wrong, or not there.
@Suite struct BadKeyTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
    }

    private func expectRefusal(_ code: Int32, key: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = home.content(home.vault)
        for words in [["get", "NAME"], ["set", "NAME"], ["run", "--", "echo", "ran"], ["slot", "list"]] {
            let outcome = try home.run(words, program: Home.program, input: Value("new"), with: ["WARDER_KEY_FILE": key])
            #expect(outcome.refused(code), "\(words[0])", sourceLocation: sourceLocation)
        }
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged, sourceLocation: sourceLocation)
    }

    @Test(arguments: [0, 1, 31, 33, 4096]) func `refuses a key file of the wrong size`(count: Int) throws {
        try expectRefusal(21, key: home.write(.random(count), to: "wrong"))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o777] as [mode_t]) func `refuses a key file that others can read`(mode: mode_t) throws {
        unsafe chmod(home("key"), mode)
        try expectRefusal(21, key: home("key"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func `refuses another user's key file`() throws {
        try #require(unsafe chown(home("key"), 65534, 65534) == 0)
        try expectRefusal(21, key: home("key"))
    }

    @Test func `refuses a key file that is a FIFO or a directory, without waiting`() throws {
        try #require(unsafe mkfifo(home("fifo"), 0o600) == 0)
        try expectRefusal(21, key: home("fifo"))
        try expectRefusal(21, key: home(".config"))
        try expectRefusal(22, key: home("nothing"))
    }

    @Test func `says that a key opens no slot`() throws {
        try expectRefusal(11, key: home.write(.random(32), to: "other"))
    }

    @Test func `takes the first key that is present, and no other after it`() throws {
        try home.write("irrelevant passphrase\n", to: "passphrase")
        let outcome = try home.run("get", "NAME", with: ["WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home("passphrase")])
        #expect(outcome.refused(11))
        #expect(
            try home.run(
                "get", "NAME", with: ["WARDER_KEY_FILE": home("key"), "WARDER_PASSPHRASE_FD": "3"], descriptors: [3: home("passphrase")]
            ).text == "value")
        try home.write(.random(32), to: "credentials/warder.key")
        #expect(try home.run("get", "NAME", with: ["CREDENTIALS_DIRECTORY": home("credentials")]).refused(11))
        try home.write(try #require(home.content(home("key"))), to: "credentials/warder.key", mode: 0o400)
        try home.write("", to: home.settings)
        #expect(try home.run("get", "NAME", with: ["CREDENTIALS_DIRECTORY": home("credentials")]).text == "value")
        #expect(try home.run("get", "NAME").refused(10))
    }

    @Test func `refuses a wrong passphrase, and a descriptor that gives none`() throws {
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        try home.write("correct horse batterz\n", to: "wrong")
        try home.write("", to: "nothing")
        try home.write(String(repeating: "x", count: 1025), to: "long")
        func get(_ file: String?, number: String = "3") throws -> Outcome {
            try home.run(
                "--vault", vault, "--settings", home("empty.toml"), "get", "NAME", with: ["WARDER_PASSPHRASE_FD": number],
                descriptors: file.map { [3: home($0)] } ?? [:])
        }
        let before = home.content(vault)
        #expect(try get("wrong").refused(11))
        #expect(try get("nothing").refused(2))
        #expect(try get("long").refused(2))
        #expect(try get(nil, number: "77").refused(20))
        #expect(try get("passphrase", number: "-1").refused(2))
        #expect(try get("passphrase", number: "three").refused(2))
        #expect(try get("passphrase").refused(22))
        let isUnchanged = home.content(vault) == before
        #expect(isUnchanged)
    }

    @Test func `says what to do when there is no terminal`() throws {
        let vault = try home.passphraseVault()
        try home.write("", to: "empty.toml")
        for words in [["get", "NAME"], ["list"], ["set", "NAME"], ["run", "--", "true"], ["verify"]] {
            let outcome = try home.run(["--vault", vault, "--settings", home("empty.toml")] + words, program: Home.program)
            #expect(outcome.refused(10))
            #expect(outcome.error.contains("hint: or give a key by WARDER_KEY_FILE=PATH"))
        }
        #expect(try home.run("--vault", home("third/vault.db"), "init").refused(10))
    }
}
