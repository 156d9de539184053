import Foundation
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

/// Files of lines without a format: what all read alike is taken, everything else is left with the reason.
@Suite struct ImportAgreementTests {
    private func read(_ text: String) throws -> ImportReading { try ImportAgreement.read([UInt8](text.utf8)) }

    private func taken(_ text: String) throws -> [String] {
        try read(text).found.map { "\($0.name)=\(String(decoding: $0.value.reveal(), as: UTF8.self))@\($0.line ?? 0)" }
    }

    private func left(_ text: String) throws -> [String] {
        try read(text).left.map {
            let lines = $0.lines.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" } ?? ""
            return "\(lines) \($0.name ?? "?")"
        }
    }

    @Test func `takes what needs no quotes anywhere`() throws {
        #expect(try taken("# c\n\nA=b\nB_2=https://u:p@h:1/x?\nC=\nD=a=b,c%20+-.@:\n") == ["A=b@3", "C=@5", "D=a=b,c%20+-.@:@6"])
        #expect(try taken("A=b") == ["A=b@1"])
        #expect(try left("# c\n\n   \n  # c\nA=b\n").isEmpty)
    }

    @Test(arguments: [
        "A = b", " A=b", "A= b", "A=b c", "A=b # c", "A=\"a\\nb\"", "A=\"$B\"", "A='${B}'", "A=a\\b", "A=$B", "A==b", "A=~",
        "A: b",
        "A=b\r", "A=a#b", "A=`id`", "A=$(id)", "A='b\\'", "export A=b", "A=b; B=c", "A=é b", "A=\"b\" c",
    ])
    func `leaves what some read differently, by its line and name`(_ line: String) throws {
        let text = "X=1\n\(line)\nY=2\n"
        #expect(try taken(text) == ["X=1@1", "Y=2@3"], "\(line)")
        #expect(try left(text) == ["2 A"], "\(line)")
    }

    @Test(arguments: [
        ("A=\"1\nB=2\n3\"\nC=4\n", ["1-3 A"], ["C=4@4"]), ("A='1\nB=2\nC=3\n", ["1-3 A"], []), ("A=1\\\nB=2\nC=3\n", ["1-2 A"], ["C=3@3"]),
        ("A=b\nif x; then\nB=c\nfi\n", ["2 ?", "3 B", "4 ?"], ["A=b@1"]), ("cat <<E\nA=b\nE\n", ["1 ?", "2 A", "3 ?"], []),
        ("# c \\\nA=b\nB=c\n", ["2 A"], ["B=c@3"]), ("X=1\nA='it's'\nB=2\n", ["2 A", "3 B"], ["X=1@1"]),
        ("X=1\nA=b&\nB=2\n", ["2 A", "3 B"], ["X=1@1"]),
    ])
    func `takes no line that lies in another's quotes, or in a script`(_ text: String, _ expected: [String], _ assignments: [String]) throws
    {
        #expect(try left(text) == expected)
        #expect(try taken(text) == assignments)
    }

    @Test func `takes a name that is there twice only with one value`() throws {
        #expect(try taken("A=b\nB=c\nA=b\n") == ["A=b@1", "B=c@2"])
        #expect(try left("A=b\nB=c\nA=b\n").isEmpty)
        #expect(try taken("A=b\nB=c\nA=d\n") == ["B=c@2"])
        #expect(try left("A=b\nB=c\nA=d\n") == ["1 A", "3 A"])
        // The second is read by some, and then counts.
        #expect(try taken("A=b\nexport A=c\n").isEmpty)
    }

    @Test(arguments: [
        "B=x A=two", "B=x\tA=two", "B=x;A=two", "B=x; A=two", "export B=x A=two", "B=$(date) A=two", "declare A=two", ". ./other",
        "source ./other", "test -f F && . F",
        "eval \"$(cmd)\"", "export $(cat other)", "unset $X", "read $X", "printf -v $X two", ": $(($X=7))", "(( $X = 5 ))", "B=${C?x}",
        "kill $$",
        ": >/nowhere/x", "A=one A=two",
    ])
    func `a value that another line may replace is left`(_ line: String) throws {
        #expect(try !taken("A=one\n\(line)\n").contains("A=one@1"), "\(line)")
    }

    @Test func `shows nothing that could be a piece of a value`() throws {
        let key = "-----BEGIN KEY-----\nQUJDREVG\nQUJDREVG=x\nabc=\n-----END KEY-----\n"
        #expect(try left("A=\(key)B=c\n") == ["1 A", "2-5 ?"])
        #expect(try taken("A=\(key)B=c\n") == ["B=c@6"])
        #expect(try left("some text\nabcd==\nefgh=\nB=c\n") == ["1 ?", "2-3 ?"])
        #expect(try left("sk-ant-api03-aaaaaaaaaaaa=b c\n") == ["1 ?"])
        #expect(try left("AKIAABCDEFGHIJKLMNOP=b c\n") == ["1 ?"])
        for text in [
            "A='secret word", "A=\"secret word\" x", "A=secret word", "A=$secret", "secret word", "A=secret\\word", "A=secret#word",
        ] {
            let isSilent = try !read(text).left.contains { $0.reason.contains("secret") || $0.reason.contains("word") }
            #expect(isSilent, "\(text)")
        }
    }

    @Test func `says what each would read`() throws {
        let reasons = try read("A=two words\nB=$C\nD=a#b\nE=a\\b\n").left.map(\.reason)
        try #require(reasons.count == 4)
        #expect(reasons[0].contains("systemd-environment-file") && reasons[0].contains(": as it stands"))
        #expect(reasons[0].contains("sh: runs a command"))
        #expect(reasons[1].contains("sh: fills in a variable"))
        #expect(reasons[2].contains("sh") && reasons[2].contains("with the # and what follows"))
        #expect(reasons[3].contains("without the backslash"))
        let hasDocker = Formats.all.contains { $0.name == "docker" }
        let quoted = try read("A=\"b c\"\n")
        #expect(quoted.left.isEmpty == !hasDocker)
        if hasDocker { #expect(quoted.left[0].reason.contains("docker: with the quotes")) }
    }

    @Test(arguments: [
        ("'b'", "b", "without the quotes"), ("'b'", "'b'", "with the quotes"),
        ("\"a\\nb\"", "a\nb", "without the quotes, with a line feed for \\n"),
        ("\"a\\\"b\"", "a\"b", "without the quotes, its backslashes read"), ("'b' # c", "b", "what is in the quotes"),
        ("b # c", "b", "up to the #"),
        ("b # c", "b # c", "with the # and what follows"), ("b\r", "b\r", "with a carriage return"),
        (" b", " b", "with the blanks around it"),
        ("a\\b", "ab", "without the backslash"), ("b", "b", "as it stands"), ("b", "", "an empty value"),
        ("$B x", " x", "with its variables filled in"),
        ("bcd", "xyzw", "a value of 4 characters"),
    ])
    func `describes a value by how it differs from the line`(_ raw: String, _ value: String, _ words: String) {
        let line = [UInt8]("A=\(raw)".utf8)
        let entry = EnvironmentEntry("A", [UInt8](value.utf8), lines: 1...1)
        #expect(ValueDescription.words(entry, line: line[...], name: "A") == words)
    }

    @Test func `refuses what is no text`() {
        for bytes in [[0x41, 0x3D, 0xFF], [0x41, 0x3D, 0]] as [[UInt8]] {
            #expect(exportError { () throws(ExportError) in try ImportAgreement.read(bytes) }?.exitCode == 25)
        }
    }

    @Test func `goes on after an error of a reader, unless a quote is open there`() {
        let lines = [UInt8]("A=b\nbad\nB=c\nbad '\nC=d".utf8).split(separator: 10)
        let dialect = LineDialect(Failing.self, lines)
        #expect((1...5).map { dialect.entry(at: $0)?.name } == ["A", nil, "B", nil, nil])
        #expect((1...5).map { dialect.trouble(at: $0) } == ["nothing", "an error", "nothing", "an error", "unknown after line 4"])
    }

    /// A reader that fails at each line with `bad` in it.
    private enum Failing: EnvironmentFormat {
        static let name = "failing"
        static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? { nil }
        static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] { [] }
        static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
            var entries: [EnvironmentEntry] = []
            for (index, line) in bytes.split(separator: 10).enumerated() {
                if line.starts(with: "bad".utf8) { throw .malformed(Self.self, line: index + 1) }
                entries.append(EnvironmentEntry(String(decoding: line.prefix(1), as: UTF8.self), [], lines: (index + 1)...(index + 1)))
            }
            return entries
        }
    }

    @Test func `a large file of bad lines does not take long`() throws {
        let text = [UInt8](String(repeating: "A B C = 'x\n", count: 5_000).utf8)
        let start = ContinuousClock.now
        _ = try ImportAgreement.read(text)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    // MARK: Against real readers

    private static func files() -> [[UInt8]] {
        var random = SplitMix64(state: 0x4147_5245)
        let pieces = [
            "\nA=", "\nB=", "\nC=", "'", "\"", "\\", "\n", " ", "\t", "x", "yz", "$", "$A", "${B}", "~", ":", "=", "#", " # ", ";", "\\\n",
            "é", "\\n",
            "*", "\r", "\r\n", "export D=", "\n# c", "a=b", "-", "/", "`", "\nE: x", "\nE = y", "\n F=z", "{", "}", "!", "\u{2028}", "%",
            "\u{FEFF}",
        ]
        return (0..<1000).map { index in
            var text = [UInt8]((index % 3 == 0 ? "" : "A=").utf8)
            for _ in 0..<Int.random(in: 1...12, using: &random) { text += (pieces.randomElement(using: &random) ?? "").utf8 }
            return text + [10]
        }
    }

    /// Readers that take a directory of files, and print for each `FILE=name` and each variable as `NAME=hex`.
    private static let readers: [(name: String, probe: [String], command: [String])] = [
        (
            "node", ["node", "-e", "require('util').parseEnv('')"],
            [
                "node", "-e",
                """
                const fs = require('fs');
                for (const file of fs.readdirSync(process.argv[1])) {
                    console.log('FILE=' + file);
                    const found = require('util').parseEnv(fs.readFileSync(process.argv[1] + '/' + file, 'utf8'));
                    for (const [k, v] of Object.entries(found)) console.log(k + '=' + Buffer.from(v).toString('hex'));
                }
                """,
            ]
        ),
        (
            "python-dotenv", ["python3", "-c", "import dotenv"],
            [
                "python3", "-c",
                """
                import dotenv, os, sys
                for file in os.listdir(sys.argv[1]):
                    print('FILE=' + file)
                    for k, v in dotenv.dotenv_values(sys.argv[1] + '/' + file).items():
                        if v is not None: print(k + '=' + v.encode('utf-8', 'surrogateescape').hex())
                """,
            ]
        ),
        (
            "systemd", ["python3", "-c", Consumer.systemdScript, "/dev/null"],
            [
                "python3", "-c",
                """
                import ctypes, glob, os, sys
                shared = ctypes.CDLL(glob.glob('/usr/lib/*/systemd/libsystemd-shared-*.so')[0])
                for file in os.listdir(sys.argv[1]):
                    print('FILE=' + file)
                    found = ctypes.POINTER(ctypes.c_char_p)()
                    if shared.load_env_file(None, (sys.argv[1] + '/' + file).encode(), ctypes.byref(found)) < 0 or not found: continue
                    shared.strv_env_clean_with_callback(found, None, None)
                    index = 0
                    while found[index]:
                        name, value = found[index].split(b'=', 1)
                        print(name.decode() + '=' + value.hex())
                        index += 1
                """,
            ]
        ),
        (
            "dash", ["dash", "-c", "exit 0"],
            [
                "dash", "-c",
                #"""
                for file in "$1"/*; do
                    echo "FILE=${file##*/}"
                    ( set -a; . "$file" >/dev/null 2>&1 </dev/null
                      for name in A B C D E F; do
                          eval "value=\${$name-} isSet=\${$name+1}"
                          [ -z "$isSet" ] || printf '%s=%s\n' "$name" "$(printf %s "$value" | od -An -v -tx1 | tr -d ' \n')"
                      done )
                done
                """#, "dash",
            ]
        ),
    ]

    @Test(arguments: readers.map(\.name)) func `every reader has what was taken from 1,000 generated files`(_ name: String) throws {
        let reader = try #require(Self.readers.first { $0.name == name })
        guard try execute(reader.probe).status == 0 else {
            print("SKIPPED: the consumer \(name) is not on this machine")
            return
        }
        let files = Self.files()
        let output = try withDirectory { directory in
            for (index, file) in files.enumerated() { try Data(file).write(to: URL(filePath: "\(directory)/\(index)")) }
            return try withDirectory { try execute(["env", "-C", $0] + reader.command + [directory]).output }
        }
        var found: [Int: [String: String]] = [:]
        var current = -1
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            if parts[0] == "FILE" {
                current = Int(parts[1]) ?? -1
            } else {
                found[current, default: [:]][String(parts[0])] = String(parts[1])
            }
        }
        var compared = 0, differing = 0
        for (index, file) in files.enumerated() {
            for entry in try ImportAgreement.read(file).found {
                // A shell stops at an error, and then has nothing at all.
                if name == "dash", found[index] == nil || !"ABCDEF".contains(entry.name) { continue }
                compared += 1
                let value = entry.value.reveal().map { String(format: "%02x", $0) }.joined()
                let isSame = found[index]?[entry.name] == value
                if !isSame { differing += 1 }
                #expect(isSame, "\(name): \(entry.name) of file \(index): \(String(decoding: file, as: UTF8.self).debugDescription)")
            }
        }
        print("\(name): \(compared) assignments compared, \(differing) differ")
        #expect(compared > 100)
    }
}
