import Foundation
import Glibc
import Testing

/// `warder doctor` and what it shows of other files: no command lines, paths that a shell takes, not more than anybody reads.
@Suite struct DoctorShownTests {
    let home: Home

    init() throws { home = try Home() }

    @Test func `a command line in a program's place is not shown`() throws {
        let line = "/bin/echo canary-value"
        try home.write("{secrets: {providers: {w: {source: 'exec', command: '\(line)'}}}}", to: ".fased/fased.json")
        try home.write("{secrets: {providers: {w: {source: 'exec', command: '/usr/bin/env T=canary x'}}}}", to: ".genesis/genesis.json")
        try home.write("[provider]\nkind = \"openai\"\napi_key = { exec = [\"/prog --token canary\"] }\n", to: ".loong/config.toml")
        try home.write("[model_providers.x.auth]\ncommand = \"~/echo canary\"\n", to: ".codex/config.toml")
        try home.configure(
            "[provider.openai]\napi_key = { exec = [\"/opt/prog --token=canary\"] }\n"
                + "[provider.groq]\napi_key = { file = \"/opt/canary canary\" }\n[provider.xai]\napi_key = { exec = [\"/opt/prog\"] }\n")
        let found = try home.doctor()
        for file in [".fased/fased.json", ".genesis/genesis.json", ".loong/config.toml", ".codex/config.toml"] {
            let isSaid = found.rows.contains {
                $0.path == file && ["program-missing", "program-unsafe"].contains($0.code)
                    && $0.message.hasPrefix("the program that gives keys is")
            }
            #expect(isSaid, "\(file)")
        }
        let messages = found.all("provider-key-missing").map(\.message)
        #expect(messages.contains("openai has its key from a program, which is not there"))
        #expect(messages.contains("groq has its key from a file, which is not there"))
        #expect(messages.contains("xai has its key from the program /opt/prog, which is not there"))
        #expect(!found.text.contains("canary") && !found.rows.contains { "\($0)".contains("canary") })
    }

    @Test func `a configuration with hundreds of programs, a unit with hundreds of files`() throws {
        let tables = (0..<3000).map { "[providers.p\($0)]\nkind = \"openai\"\napi_key = { exec = [\"/no/program\"] }\n" }
        try home.write(tables.joined(), to: ".loong/config.toml")
        let found = try home.doctor()
        #expect(found.all("program-missing").count == 200)
        #expect(found.has("too-many", ".loong/config.toml"))
        unsafe unlink(home(".loong/config.toml"))
        let unit = ".config/systemd/user/fased-gateway.service"
        try home.write("X_TOKEN=one\n", to: "x.env")
        let same = String(repeating: "EnvironmentFile=%h/x.env\n", count: 500)
        try home.write("[Service]\n\(same)", to: unit)
        #expect(try home.doctor().all("plaintext-key").count == 1, "read once")
        let others = (0..<500).map { "EnvironmentFile=-%h/\($0).env\n" }.joined()
        try home.write("[Service]\n\(same)\(others)", to: unit)
        try home.expectCured("too-many", unit, 565, subject: "fased-gateway.service", fix: "take out") {
            try home.write("[Service]\n\(same)", to: unit)
        }
        // Of many assignments of one variable the last counts.
        let many = (0..<20_000).map { "X_TOKEN=\($0)" }.joined(separator: " ")
        try home.write("[Service]\nEnvironment=\(many)\nEnvironment=\"A_TOKEN=\(String(repeating: "x", count: 200_000))\"\n", to: unit)
        let rows = try home.doctor().all("plaintext-key").map(\.subject)
        #expect(rows == ["X_TOKEN", "A_TOKEN"])
    }
}
