import Foundation
import Glibc
import Testing

/// `run`: which variables the program gets, and how.
@Suite struct RunEnvironmentTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("API_KEY", "one")
        try home.store("API_TOKEN", "two")
        try home.store("prod/API_KEY", "three")
        try home.store("not-a-variable", "four")
    }

    /// The environment of the program, by name.
    private func environment(_ arguments: String..., with more: [String: String] = [:]) throws -> [String: String] {
        let outcome = try home.run(["run"] + arguments + ["--", "/usr/bin/env", "-0"], program: Home.program, with: more)
        try #require(outcome.code == 0)
        var result: [String: String] = [:]
        for line in outcome.text.split(separator: "\0") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isNew = result.updateValue(String(parts[1]), forKey: String(parts[0])) == nil
            #expect(isNew, "a variable is there twice")
        }
        return result
    }

    @Test func `gives the default profile, and the one that is named`() throws {
        let plain = try environment()
        #expect(plain["API_KEY"] == "one")
        #expect(plain["API_TOKEN"] == "two")
        #expect(plain["HOME"] == home.path)
        #expect(plain["not-a-variable"] == nil)
        let prod = try environment("-P", "prod")
        #expect(prod["API_KEY"] == "three")
        #expect(prod["API_TOKEN"] == nil)
        #expect(try environment("--profile", "prod") == prod)
        #expect(try home.run("run", "-P", "none", "--", "true").refused(22))
    }

    @Test func `gives some variables only`() throws {
        #expect(try environment("--only", "*_KEY")["API_TOKEN"] == nil)
        #expect(try environment("--only", "*_KEY")["API_KEY"] == "one")
        #expect(try environment("--except", "*_KEY")["API_KEY"] == nil)
        #expect(try environment("--only", "API_*", "--except", "API_KEY")["API_TOKEN"] == "two")
        #expect(try home.run("run", "--only", "NOTHING", "--", "true").refused(22))
    }

    @Test func `gives nothing else when pristine`() throws {
        #expect(try environment("--pristine", with: ["OTHER": "x"]) == ["API_KEY": "one", "API_TOKEN": "two"])
    }

    @Test func `replaces what was inherited, and says so`() throws {
        #expect(try environment(with: ["API_KEY": "inherited"])["API_KEY"] == "one")
        let said = try home.run("run", "-v", "--", "true", with: ["API_KEY": "inherited"])
        #expect(said.error.contains("warder: API_KEY: replaces the inherited variable\n"))
        #expect(!said.error.contains("API_TOKEN: replaces"))
        #expect(try home.run("run", "--", "true", with: ["API_KEY": "inherited"]).error.isEmpty)
    }

    @Test func `gives a file that a grandchild can read and nobody can change`() throws {
        let value = Value.random(300_000)
        try home.store("API_KEY", value)
        let read = try home.run("run", "--as-file", "API_KEY", "--", "sh", "-c", "sh -c 'cat \"$API_KEY\"; true'")
        let isSame = Value(read.output) == value
        #expect(isSame)
        let path = try home.run("run", "--as-file", "API_KEY", "--", "sh", "-c", "echo $API_KEY; echo /proc/$$/fd/${API_KEY##*/}")
        let lines = path.text.split(separator: "\n")
        #expect(lines.first == lines.last)
        let sealed = try home.run(
            "run", "--as-file", "API_KEY", "--", "/usr/bin/python3", "-c",
            """
            import os
            for flags in (os.O_WRONLY, os.O_RDWR):
                try:
                    n = os.open(os.environ['API_KEY'], flags)
                    os.write(n, b'x')
                    print('written')
                except OSError: pass
                try: os.truncate(os.environ['API_KEY'], 1); print('cut')
                except OSError: pass
            print(oct(os.stat(os.environ['API_KEY']).st_mode & 0o777), os.stat(os.environ['API_KEY']).st_size)
            """)
        #expect(sealed.text == "0o400 300000\n")
        #expect(try home.run("run", "--as-file", "OTHER", "--", "true").refused(22))
    }

    @Test func `refuses what an environment cannot hold`() throws {
        for value in [Value([65, 0, 66]), Value.random(0), Value([UInt8](repeating: 65, count: 131_072))] where !value.bytes.isEmpty {
            try home.store("API_KEY", value)
            let outcome = try home.run("run", "--", "touch", home("started"))
            #expect(outcome.refused(26))
            #expect(outcome.error.contains("API_KEY"))
            #expect(outcome.error.contains("hint: --as-file API_KEY"))
            #expect(home.content(home("started")) == nil)
        }
        // The name, the equals sign and the zero byte at the end count, too.
        try home.store("API_KEY", Value([UInt8](repeating: 65, count: 131_072 - 9)))
        #expect(try home.run("run", "--", "true").code == 0)
        try home.store("API_KEY", Value([UInt8](repeating: 65, count: 131_072 - 8)))
        #expect(try home.run("run", "--", "true").refused(26))
    }

    @Test(arguments: [
        "PATH", "HOME", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "IFS", "WARDER_KEY_FILE", "PYTHONPATH", "GIT_CONFIG_COUNT",
    ])
    func `refuses reserved names unless they are allowed`(name: String) throws {
        try home.store(name, "/nowhere")
        let refused = try home.run("run", "--", "touch", home("started"))
        #expect(refused.refused(28))
        #expect(refused.error.contains(name))
        #expect(home.content(home("started")) == nil)
        #expect(try home.run("run", "--allow-reserved", "OTHER", "--", "true").refused(28))
        let allowed = try home.run("run", "--allow-reserved", name, "--", "/usr/bin/printenv", name)
        #expect(allowed.text == "/nowhere\n")
    }

    @Test func `warns of a default profile without variables`() throws {
        let empty = try Home()
        let outcome = try empty.run("run", "--", "echo", "ran")
        #expect(outcome.text == "ran\n")
        #expect(outcome.error.hasPrefix("warder: the default profile has no variables"))
        #expect(try empty.run("-q", "run", "--", "echo", "ran").error.isEmpty)
    }
}
