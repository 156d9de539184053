import Foundation
import Glibc
import Testing

/// `warder doctor`: faults that are easily missed, and what only looks like one.
@Suite struct DoctorSeenTests {
    let home: Home
    private let unit = ".config/systemd/user/fased-gateway.service"

    init() throws { home = try Home() }

    @Test func `a key where the name of its variable belongs`() throws {
        let file = ".loong/config.toml"
        try home.write("[provider]\nkind = \"openai\"\napi_key = { env = \"sk-ant-0123456789\" }\n", to: file)
        try home.expectCured("misplaced-key", file, 3, subject: "openai/api-key", fix: "put the name there, and replace the key") {
            try home.write("[provider]\nkind = \"openai\"\napi_key = { env = \"OPENAI_API_KEY\" }\n", to: file)
        }
        try home.write("{models: {providers: {openai: {\napiKey: {source: 'env', id: 'sk-ant-0123456789'}}}}}", to: ".fased/fased.json")
        #expect(try home.doctor().has("misplaced-key", ".fased/fased.json", 2, subject: "openai/api-key"))
    }

    @Test func `a variable anywhere in a configuration that nothing gives, or a drop-in alone`() throws {
        let file = ".fased/fased.json"
        let text = "{channels: {x: {\n host: 'https://${MISSING_VAR}/$${NOT_ONE}/${lower}/${OPEN',\n 'x-api-key': '${X_TOKEN}'}}}"
        try home.write(text, to: file)
        try home.write("X_TOKEN=one\n", to: ".fased/.env")
        try home.expectCured("variable-missing", file, 2, subject: "a variable", fix: "`warder set NAME`") {
            try home.write("X_TOKEN=one\nMISSING_VAR=two\n", to: ".fased/.env")
        }
        #expect(try home.doctor().all("variable-missing").isEmpty, "one dollar sign more, small letters, no end")
        unsafe unlink(home(".fased/.env"))
        try home.write("[Service]\nExecStart=/bin/true\n", to: unit)
        try home.write("[Service]\nEnvironment=X_TOKEN=one MISSING_VAR=two\n", to: unit + ".d/x.conf")
        let found = try home.doctor().all("variable-missing").filter { $0.path == file }
        #expect(found.count == 2 && found.allSatisfy { $0.message.contains("alone has it: commands of a person fail") })
    }

    @Test func `an environment file of a unit that others can read`() throws {
        try home.write("[Service]\nEnvironmentFile=%h/x.env\n", to: unit)
        try home.write("X_TOKEN=one\nY_TOKEN=two\n", to: "x.env", mode: 0o644)
        #expect(try home.doctor().all("file-wide").count == 1)
        try home.expectCured("file-wide", "x.env", fix: "`chmod 600 ~/x.env`") { try home.cure("chmod 600 ~/x.env") }
        try home.write("LEVEL=info\n", to: "x.env", mode: 0o644)
        #expect(try home.doctor().code == 0, "nothing in it is secret")
    }

    @Test func `a directory of settings that others can write to`() throws {
        try home.configure("")
        unsafe chmod(home(".config/warder"), 0o777)
        try home.expectCured("settings-unsafe", ".config/warder", fix: "`chmod go-w ~/.config/warder`") {
            try home.cure("chmod go-w ~/.config/warder")
        }
    }

    @Test func `more in a directory than anybody has`() throws {
        let directory = ".config/environment.d"
        try home.write("X=1\n", to: directory + "/x.conf")
        try #require(home.shell("cd \(directory); for i in $(seq 1100); do echo > $i; done").code == 0)
        try home.expectCured("too-many", directory, fix: "move what is not needed out of it") {
            try #require(home.shell("cd \(directory); rm [0-9]*").code == 0)
        }
        try #require(home.shell("mkdir -p .openclaw/agents; cd .openclaw/agents; for i in $(seq 1100); do mkdir $i; done").code == 0)
        #expect(try home.doctor().has("too-many", ".openclaw/agents"))
    }

    @Test func `a name that may be a value is not shown`() throws {
        try home.write("{env: {vars: {correct_horse: 'one', XAI_API_KEY: 'two'}}}", to: ".codex/none.json")
        try home.write(
            "{models: {providers: {'correct-horse': {apiKey: 'one'}, openai: {apiKey: 'two'}, mine: {apiKey: 'three'}}}}",
            to: ".fased/fased.json")
        try home.write("{correct: {horse: {token: 'one'}}, gateway: {auth: {token: 'two'}}}", to: ".genesis/genesis.json")
        let subjects = try home.doctor().all("plaintext-key").map(\.subject)
        #expect(subjects.sorted() == ["a key", "a key", "a key", "gateway/auth/token", "openai/api-key"])
        // What the settings know is no secret.
        try home.configure("[provider.mine]\nbase_url = \"https://example.com\"\n")
        #expect(try home.doctor().has("plaintext-key", ".fased/fased.json", 1, subject: "mine/api-key"))
    }

    // MARK: What only looks like one

    @Test func `a directory called as a file of variables`() throws {
        try home.store("PLAIN", "one")
        try FileManager.default.createDirectory(atPath: home("work/.env"), withIntermediateDirectories: true)
        #expect(try home.doctor(in: home("work")).code == 0)
    }

    @Test func `what a shell unsets, and texts in its files`() throws {
        try home.store("PLAIN", "one")
        for text in [
            "export PLAIN=two\nunset PLAIN\n", "if x; then\n  y\nfi\nexport PLAIN=two\nunset A PLAIN # z\n",
            "cat <<EOF\nexport PLAIN=two\nEOF\n", "if x; then y; fi\ncat > x <<-'E-1'\n\tPLAIN=two\n\tE-1\n",
        ] {
            try home.write(text, to: ".profile")
            let found = try home.doctor()
            #expect(found.code == 0, "\(text): \(found.rows)")
        }
        for (text, line) in [
            ("if x; then y; fi\nunset PLAIN\nexport PLAIN=two\n", 3), ("cat <<EOF\nEOF\nexport PLAIN=two\n", 3),
            ("cat <<< EOF\nexport PLAIN=two\n", 2), ("cat <<EOF\nexport PLAIN=two\n", 2), ("# cat <<EOF\n. x\nPLAIN=two\nEOF\n", 3),
        ] {
            try home.write(text, to: ".profile")
            #expect(try home.doctor().has("shadowed-key", ".profile", line, subject: "PLAIN"), "\(text)")
        }
        let many = (0..<20_000).map { "a <<E\($0)\n" }.joined()
        try home.write(many + "export PLAIN=two\n", to: ".profile")
        #expect(try home.doctor().has("shadowed-key", ".profile", 20_001, subject: "PLAIN"))
    }
}
