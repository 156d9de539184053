import Exporter
import Profiles
import Testing

/// What the line-based dialects write and refuse, byte by byte.
@Suite struct DialectWritingTests {
    private func text(_ value: String, _ format: any EnvironmentFormat.Type) throws -> String {
        String(decoding: try Export.render([try variable("K", value)], as: format), as: UTF8.self)
    }

    private func kind(_ name: String, _ value: String, _ format: any EnvironmentFormat.Type) -> Obstacle? {
        format.obstacle(to: name, [UInt8](value.utf8))
    }

    @Test(arguments: [
        ("", "K=''\n"), ("abc=", "K=abc=\n"), ("a b", "K='a b'\n"), ("it's", "K=`it's`\n"), ("'`", "K=\"'`\"\n"), ("a\nb", "K='a\nb'\n"),
        ("a'b`c\"", "K=a'b`c\"\n"), ("a b\\", "K=a b\\\n"), ("$x", "K='$x'\n"), ("\\n", "K='\\n'\n"),
    ])
    func `dotenv-js takes the first quotes that are not in the value`(_ value: String, _ line: String) throws {
        #expect(try text(value, DotenvJS.self) == line)
        for format in [WranglerDevVars.self, OpenClawDotenv.self] as [any EnvironmentFormat.Type]
        where kind("K", value, format) == nil {
            #expect(try text(value, format) == line)
        }
    }

    @Test(arguments: [
        ("", "K=\"\"\n"), ("a=", "K=a=\n"), ("a b", "K=\"a b\"\n"), ("a\\b\"'\n\r", "K=\"a\\\\b\\\"'\\n\\r\"\n"), ("a\\", "K=a\\\n"),
        ("a#b", "K=\"a#b\"\n"), ("$x", "K=\"$x\"\n"),
    ])
    func `dotenv-python escapes in double quotes`(_ value: String, _ line: String) throws {
        #expect(try text(value, DotenvPython.self) == line)
    }

    @Test func `compose, docker, docker-agent, fish and github`() throws {
        #expect(try text("a\\b\"'$x\n\r", ComposeEnvFile.self) == "K=\"a\\\\b\\\"'$$x\n\r\"\n")
        #expect(try text("a=", ComposeEnvFile.self) == "K=a=\n")
        #expect(try text(" a 'b' #\"c\\ ", DockerEnvFile.self) == "K= a 'b' #\"c\\ \n")
        #expect(try text("", DockerEnvFile.self) == "K=\n")
        #expect(try text("a b", DockerAgent.self) == "K=a b\n")
        #expect(try text(" a", DockerAgent.self) == "K=\" a\"\n")
        #expect(try text("\"", DockerAgent.self) == "K=\"\"\"\n")
        #expect(try text("it's \\ $x\n", FishExports.self) == "set -gx K 'it\\'s \\\\ $x\n'\n")
        #expect(try text("a=", EnvironmentD.self) == "K=a=\n")
        #expect(try text("", GitHubEnvironment.self) == "K<<END\n\nEND\n")
        #expect(try text("a\nEND\nb", GitHubEnvironment.self) == "K<<END_\na\nEND\nb\nEND_\n")
        #expect(try text("END\rEND_", GitHubEnvironment.self) == "K<<END__\nEND\rEND_\nEND__\n")
    }

    @Test func `each dialect names what it cannot hold`() {
        #expect(kind("K", "a\rb", DotenvJS.self) == .carriageReturn)
        #expect(kind("K", "\"'`", DotenvJS.self) == .allQuotes)
        #expect(kind("K", "'`\\n ", DotenvJS.self) == .quoteAndEscape)
        #expect(kind("K", " a\\", DotenvJS.self) == .finalBackslash)
        #expect(kind("__proto__", "a", DotenvJS.self) == .reservedName)
        #expect(kind("K", "${", DotenvPython.self) == .interpolation)
        #expect(kind("K", "a b\\", DotenvPython.self) == .finalBackslash)
        #expect(kind("K", "a\n", DockerEnvFile.self) == .lineFeed)
        #expect(kind("K", "a\r", DockerEnvFile.self) == .finalCarriageReturn)
        #expect(kind("K", String(repeating: "x", count: 65_533), DockerEnvFile.self) == nil)
        #expect(kind("K", String(repeating: "x", count: 65_534), DockerEnvFile.self) == .longLine)
        #expect(kind("K", "", EnvironmentD.self) == .empty)
        #expect(kind("K", "a b", EnvironmentD.self) == .special)
        #expect(kind("K", "a\n", DockerAgent.self) == .lineFeed)
        #expect(kind("K", "op://vault/item/field", DockerAgent.self) == .secretReference)
        #expect(kind("K", "a$", WranglerDevVars.self) == .dollar)
        #expect(kind("K", " \t", OpenClawDotenv.self) == .blank)
        for value in ["$HOME", "a${b", "x$(id)", "$$_"] { #expect(kind("K", value, OpenClawDotenv.self) == .reference) }
        for value in ["$1", "a$", "$-b"] { #expect(kind("K", value, OpenClawDotenv.self) == nil) }
        for name in ["NODE_OPTIONS", "LD_PRELOAD", "DYLD_X", "BASH_ENV", "GIT_DIR", "node_options", "HTTPS_PROXY"] {
            #expect(kind(name, "a", OpenClawDotenv.self) == .reservedName)
        }
        for name in ["NODE_OPTIONS", "Github_Token", "RUNNER_X"] { #expect(kind(name, "a", GitHubEnvironment.self) == .reservedName) }
        #expect(kind("K", "a\n", GitHubEnvironment.self) == .finalLineFeed)
        #expect(kind("K", "a\r", GitHubEnvironment.self) == .finalCarriageReturn)
        for name in ["PATH", "SHLVL", "status", "umask"] { #expect(kind(name, "a", FishExports.self) == .shellName) }
    }

    @Test func `openclaw refuses a file that its services would leave out`() throws {
        let long = String(repeating: "x", count: 100_000)
        let variables = try (0..<11).map { try variable("V\($0)", long) }
        let error = exportError { () throws(ExportError) in try Export.render(variables, as: OpenClawDotenv.self) }
        #expect(error?.description == "the format openclaw cannot hold more than 1 MiB in all")
        #expect(error?.exitCode == 26)
        #expect(try Export.render([EnvironmentVariable](variables.prefix(10)), as: OpenClawDotenv.self).count > 1_000_000)
    }

    @Test func `the hint is a format that holds the value`() throws {
        for (format, value, other) in [
            ("docker-agent", "op://a/b/c", "dotenv"), ("wrangler", "a$", "dotenv"), ("environment.d", "", "dotenv"),
            ("docker", "a\nb", "dotenv-js"), ("dotenv-python", "${a}\n\r", "compose"), ("github", "a\r", "dotenv-python"),
        ] {
            let samples = [try variable("K", value)]
            let chosen = try Formats.named(format)
            let error = exportError { () throws(ExportError) in try Export.render(samples, as: chosen) }
            #expect(error?.exitCode == 26)
            #expect(error?.hint == "use --format \(other)", "\(format)")
        }
    }
}
