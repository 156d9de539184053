import Exporter
import Testing

/// What the readers of the line-based dialects make of files that Warder did not write, and where they find it.
@Suite struct DialectReadingTests {
    /// `NAME=value@first-last` of every assignment.
    private func read(_ text: String, _ format: any EnvironmentFormat.Type) throws -> [String] {
        try format.read([UInt8](text.utf8)).map {
            "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))@\($0.lines.lowerBound)-\($0.lines.upperBound)"
        }
    }

    private func refusal(_ text: String, _ format: any EnvironmentFormat.Type) -> String? {
        exportError { () throws(ExportError) in try format.read([UInt8](text.utf8)) }?.description
    }

    @Test(arguments: [
        ("# c\n\nA=b # c\nexport B='c\nd' # e\nC: f\n", ["A=b@3-3", "B=c\nd@4-5", "C=f@6-6"]), ("A=1\nA=2\n", ["A=1@1-1", "A=2@2-2"]),
        ("A=a#b\n", ["A=a@1-1"]), ("A=\"a\\nb\\tc\"\n", ["A=a\nb\\tc@1-1"]), ("A='a' b\n", ["A='a' b@1-1"]),
        ("A='a\nB=c\n", ["A='a@1-1", "B=c@2-2"]),
        ("A\n=\nb\n", ["A=@1-2"]), ("A=\n'b'\n", ["A=b@1-2"]), ("A.B-c=d\n", ["A.B-c=d@1-1"]), ("junk\nA=b", ["A=b@2-2"]),
        ("A=b\r\nB=c\rC=d\n", ["A=b@1-1", "B=c@2-2", "C=d@2-2"]), ("A='a\\'\nB='c'\n", ["A=a\\@1-1", "B=c@2-2"]), ("__proto__=a\n", []),
        ("A=`a\nb`\n", ["A=a\nb@1-2"]), ("\u{FEFF}A=b\n", ["A=b@1-1"]),
    ])
    func `dotenv-js`(_ text: String, _ entries: [String]) throws {
        #expect(try read(text, DotenvJS.self) == entries)
    }

    @Test(arguments: [
        ("# c\n\nA = b # c\nexport 'B'=\"c\nd\" # e\n", ["A=b@3-3", "B=c\nd@4-5"]), ("A=1\nA=2\n", ["A=1@1-1", "A=2@2-2"]),
        ("A=1\nA\n", []), ("A=a#b\n", ["A=a#b@1-1"]), ("A=\"\\n\\t\\\"\\x\"\n", ["A=\n\t\"\\x@1-1"]), ("A='a' b\nB=c\n", ["B=c@2-2"]),
        ("A='b\nB=c\n", ["B=c@2-2"]), ("A=a${b:c}\n", ["A=a${b:c}@1-1"]), ("A=\nB='\\''\r\n", ["A=@1-1", "B='@2-2"]),
    ])
    func `dotenv-python`(_ text: String, _ entries: [String]) throws {
        #expect(try read(text, DotenvPython.self) == entries)
    }

    @Test(arguments: [
        ("# c\n\nA: b # c\nexport B=\"c\nd\\n$$\" # e\n", ["A=b@3-3", "B=c\nd\n$@4-5"]), ("A='1'B='$x\\n'\n", ["A=1@1-1", "B=$x\\n@1-1"]),
        ("A=a#b\nC\nA=2\n", ["A=a#b@1-1", "A=2@3-3"]), ("A=\"a\\\"\\$\\\\\"", ["A=a\"$\\@1-1"]), ("\u{FEFF}A=b\r\n", ["A=b@1-1"]),
        ("A=\nB=c\n", ["A=@1-1", "B=c@2-2"]),
    ])
    func `compose`(_ text: String, _ entries: [String]) throws {
        #expect(try read(text, ComposeEnvFile.self) == entries)
    }

    @Test func `docker, docker-agent, environment.d, fish and github`() throws {
        #expect(try read("\u{FEFF}# c\n  A= 'b' # c \r\nB\n\nA=2", DockerEnvFile.self) == ["A= 'b' # c @2-2", "A=2@5-5"])
        #expect(
            try read("# c\n A=\" b \"\nB='c' # d\nA=\"\nA==\n", DockerAgent.self) == ["A= b @2-2", "B='c' # d@3-3", "A=@4-4", "A==@5-5"])
        #expect(try DockerAgent.effective(DockerAgent.read([UInt8]("A=1\nA=2\n".utf8))).map(\.value) == [[0x31]])
        #expect(try read("A=b\nB=$$x\nC=\nB=\"a b\"\n", EnvironmentD.self) == ["A=b@1-1", "B=$x@2-2", "B=a b@4-4"])
        #expect(
            try read("# c\nset -gx A 'b\n\\'c' # d\nset --export -g B \"e\\$\"f\\ g\n", FishExports.self) == ["A=b\n'c@2-3", "B=e$f g@4-4"])
        #expect(
            try read("A=b<<c\n\nB<<X\nc\n\nX\nGITHUB_X=1\nNODE_OPTIONS=1\nC<<Y\nY\n", GitHubEnvironment.self)
                == ["A=b<<c@1-1", "B=c\n@3-6", "C=@9-10"])
    }

    @Test func `what the consumer refuses, or what depends on its environment, is refused with its line`() {
        for (format, lines) in [
            ("dotenv-python", ["A=${HOME}", "A='${HOME}'", "A=\"x${HOME:-y}\"", "A= # c", "A='\0'", "A='b\\'"]),
            ("compose", ["A=$HOME", "A=\"$HOME\"", "A=a$", "A='b", "A B=c", "A+=b", "=b", "A"]),
            ("docker", ["=b", "A B=c", "A=\0", String(repeating: "x", count: 70_000)]),
            ("environment.d", ["A=$HOME", "A='${HOME}'", "A=a\tb"]),
            ("docker-agent", ["A", "export"]),
            ("wrangler", ["A=$B", "A='${B}'", "A=a\\$b"]),
            (
                "fish",
                [
                    "set A b", "set -gx A $B", "set -gx A b c", "set -gx A", "set -e A", "set -gx PATH b", "set -gx A (id)", "id",
                    "set -gx A ~",
                ]
            ),
            ("github", ["A", "A<<X", "<<X", "A<<"]),
        ] {
            guard let format = try? Formats.named(format) else {
                Issue.record("no format \(format)")
                continue
            }
            for line in lines {
                let start = format.name == "fish" ? "set -gx X 1\n\n" : "X=1\n\n"
                #expect(
                    refusal(start + line, format) == "line 3 is not in the format \(format.name)",
                    "\(format.name): \(line.prefix(20).debugDescription)")
            }
        }
    }

    @Test func `openclaw leaves out what its services do not get`() throws {
        let text = "A=b\nB=\nC=$HOME\nNODE_OPTIONS=x\nLD_PRELOAD=x\nD='  '\nE=1\nE=${F}\nG=$5\n1A=b\n"
        #expect(try read(text, OpenClawDotenv.self) == ["A=b@1-1", "G=$5@9-9"])
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() {
        for format in Formats.all where !["sh", "fish", "systemd-environment-file", "environment.d"].contains(format.name) {
            let error = exportError { () throws(ExportError) in try format.read([UInt8]("A=b\nB=".utf8) + [0xFF, 10]) }
            #expect(error?.description == "line 2 is not in the format \(format.name)")
        }
    }
}
