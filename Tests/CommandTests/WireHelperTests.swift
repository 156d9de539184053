import Foundation
import Glibc
import Testing

/// The command that wired programs call.
@Suite struct WireHelperTests {
    let rig: WireRig
    var home: Home { rig.home }
    var key: String { rig.key }
    var token: String { rig.token }

    init() throws { rig = try WireRig() }

    @Test func `a program that would not call this executable gets a private copy`() throws {
        let other = home("bin/warder")
        // Not copied by this process: a child that starts at that moment would keep the new file open, and nobody could run it.
        try #require(home.shell("mkdir bin && cp \"$WARDER\" bin/warder && chmod 777 bin/warder").code == 0)
        try #require(home.run(["wire", "loong"], program: other).refused(21), "nobody should call it")
        let refused = try home.run(["wire", "fased"], program: other)
        #expect(refused.refused(21) && refused.error.contains("--private-copy"))
        #expect(try home.run(["wire", "fased", "--private-copy"], program: other).code == 0)
        let copy = home(".local/share/warder/bin/warder")
        #expect(try String(contentsOfFile: home(".fased/fased.json"), encoding: .utf8).contains("\"command\": \"\(copy)\""))
        var info = stat()
        #expect(unsafe lstat(copy, &info) == 0 && info.st_mode & 0o777 == 0o700)
        let answer = try home.run(
            ["credential", "openclaw"], program: copy,
            input: Value("{\"protocolVersion\":1,\"provider\":\"w\",\"ids\":[\"cloudflare-ai-gateway/api-key\"]}"))
        let isKey = answer.text.contains(key)
        #expect(isKey)
        // It is there: nobody is asked again, and it is renewed.
        try home.write("old", to: copy, mode: 0o700)
        #expect(try home.run(["wire", "genesis"], program: other).code == 0)
        #expect(try home.run(["--version"], program: copy).code == 0)
    }

    @Test func `a private copy is offered at a terminal`() throws {
        let other = home("bin/warder")
        try #require(home.shell("mkdir bin && cp \"$WARDER\" bin/warder && chmod 777 bin/warder").code == 0)
        let copy = home(".local/share/warder/bin/warder")
        let no = try Terminal.run(home, ["wire", "fased"], program: other, steps: [.expect("Make a private copy"), .type("n\n")])
        #expect(no.failed == nil && no.code == 21 && home.content(home(".fased/fased.json")) == nil)
        let yes = try Terminal.run(home, ["wire", "fased"], program: other, steps: [.expect("Make a private copy"), .type("y\n")])
        #expect(yes.failed == nil && yes.code == 0 && home.content(home(".fased/fased.json"))?.contains(copy) == true)
    }

    @Test func `another vault is named to the program`() throws {
        try #require(home.run("--vault", home("v/vault.db"), "init", "--key-file", home("key")).code == 0)
        let more = ["WARDER_VAULT": home("v/vault.db")]
        try #require(home.run("set", "cloudflare-ai-gateway/api-key", input: Value(key), with: more).code == 0)
        try #require(home.run("set", "cloudflare-ai-gateway/token", input: Value(token), with: more).code == 0)
        try #require(home.run("wire", "fased", with: more).code == 0)
        #expect(
            try String(contentsOfFile: home(".fased/fased.json"), encoding: .utf8)
                .contains("[ \"--vault\", \"\(home("v/vault.db"))\", \"credential\", \"openclaw\" ]"))
    }

    @Test func `nobody is told to call what others could replace`() throws {
        try #require(home.shell("mkdir bin && cp \"$WARDER\" bin/warder && chmod 755 bin/warder && chmod 777 bin").code == 0)
        for program in ["loong", "claude-code", "fased"] {
            let outcome = try home.run(["wire", program], program: home("bin/warder"))
            #expect(outcome.refused(21) && outcome.error.contains("can be replaced by others"))
        }
        try #require(home.shell("mkdir -p .local/share/warder/bin && chmod 777 .local/share/warder/bin").code == 0)
        #expect(try home.run(["wire", "fased", "--private-copy"], program: home("bin/warder")).refused(21), "nor the copy")
        #expect(home.content(home(".fased/fased.json")) == nil)
    }
}
