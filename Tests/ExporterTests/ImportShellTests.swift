import Foundation
import Testing

@testable import Exporter

/// What a shell would assign, told without running it, against shells that do run it.
@Suite struct ImportShellTests {
    private static let shells = ["bash", "bash --posix", "dash", "busybox sh", "zsh -f", "mksh", "ksh"]

    /// Sources each file in a subshell, and prints its name and the environment, or nothing if the shell gives up.
    private static let script = """
        for file in "$1"/*; do
            # ksh reads a file whole before it runs the first line.
            if [ "$2" = ksh ] && ! ksh -n "$file" 2>/dev/null; then continue; fi
            printf 'FILE=%s\\0' "${file##*/}"
            ( set -a; . "$file" >/dev/null 2>&1 </dev/null; exec /usr/bin/env -0 )
        done
        """

    private func entries(_ text: String) -> [String] {
        ShellExports.effective(ShellAssignments([UInt8](text.utf8)).entries).map {
            "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))@\($0.lines.lowerBound)-\($0.lines.upperBound)"
        }
    }

    @Test(arguments: [
        ("A=b\nB='c d'\nC=\"it's\"\n", ["A=b@1-1", "B=c d@2-2", "C=it's@3-3"]), ("export A=b C='d'", ["A=b@1-1", "C=d@1-1"]),
        ("declare -x A=\"b\"", ["A=b@1-1"]), ("A='1\n2'\nB=3", ["A=1\n2@1-2", "B=3@3-3"]),
        ("A=b;B=c # d\nC=d#e", ["A=b@1-1", "B=c@1-1", "C=d#e@2-2"]),
        ("A=a\\\nb\nC=d", ["A=ab@1-2", "C=d@3-3"]), ("A=\"a\\\nb\"\n", ["A=ab@1-2"]), ("A='it'\\''s'", ["A=it's@1-1"]),
        ("A=b cmd\nB=c", ["B=c@2-2"]), ("A=$HOME/x\nB=c", ["B=c@2-2"]), ("A=\"x $HOME y\"\nB=c", ["B=c@2-2"]),
        ("A=$(id)\nB=c", ["B=c@2-2"]),
        ("A=`id`\nB=c", ["B=c@2-2"]), ("A=~/x\nB=a:~b\nC=c", ["C=c@3-3"]), ("A=\"a\\$b\\\\\\`\\\"\\n\"", ["A=a$b\\`\"\\n@1-1"]),
        ("A=$ B=a$", ["A=$@1-1", "B=a$@1-1"]), ("set -a\nA=b\nset +a\n", ["A=b@2-2"]), ("A=b\nexit\nB=c", ["A=b@1-1"]),
        ("A=b\nif true; then\nB=c\nfi\nC=d", ["A=b@1-1"]), ("A=b\ncat <<E\nB=c\nE\nC=d", ["A=b@1-1"]),
        ("A=b\nf() {\nB=c\n}\n", ["A=b@1-1"]),
        ("A=b\nfalse &&\nB=c\n", ["A=b@1-1"]), ("A=b\nunset A\n", []), ("A=b\nunset C\n", ["A=b@1-1"]), ("A=b\nA=$C\nB=c", ["B=c@3-3"]),
        ("A='b\nB=c", []), ("A=b\nA+=c\nB=d", []), ("A=b\nC+=c\nB=d", ["A=b@1-1"]),
        ("UID=1\nA=b", ["A=b@2-2"]), ("A==x\nB=a:=c\nC=d", ["C=d@3-3"]), ("A=(1 2)\nB=c", []),
        ("A=*\nexport B=*\nC=d", ["A=*@1-1", "C=d@3-3"]),
        ("A=b\r\n", ["A=b\r@1-1"]), ("\u{FEFF}A=b\nC=d", ["C=d@2-2"]), ("A=$'x'\nB=c", ["B=c@2-2"]), ("A=b &\nC=d", []),
        ("  A=b  \n\n# c\n", ["A=b@1-1"]),
        ("export A\nB=c", ["B=c@2-2"]), ("export -n A\nB=c", []), ("A=\nB=c", ["A=@1-1", "B=c@2-2"]), ("'exit'\nA=b", []),
        ("x y z\nA=b", ["A=b@2-2"]),
    ])
    func `takes what needs no running`(_ text: String, _ expected: [String]) {
        #expect(entries(text) == expected)
    }

    @Test func `says why, and from where on nothing is known`() {
        let shell = ShellAssignments([UInt8]("A=x y\nB=$C\nD=$(id)\nE=~\nF=$'x'\nUID=1\nexit\nG=h\n".utf8))
        #expect(
            (1...7).map { shell.troubles[$0] } == [
                "runs a command", "fills in a variable", "runs a command for a part of it", "fills in a home directory", "shells differ",
                "a name that shells keep for themselves", "runs a command",
            ])
        #expect(shell.lostFrom == 7)
        #expect(ShellAssignments([UInt8]("A='b\nC=d\n".utf8)).lostFrom == 1)
    }

    private static func files() -> [[UInt8]] {
        var random = SplitMix64(state: 0x5348_454C)
        let pieces = [
            "A=", "B=", "C=", "\nA=", "\nB=", "\nC=", "export D=", "'", "\"", "\\", "\n", " ", "\t", "x", "y z", "$", "$A", "${B}", "~",
            ":", "=",
            "#", " # ", ";", "`true`", "$(echo s)", "\\\n", "é", "*", "[", "{a,b}", "true", "\ntrue x\n", "\nunset A\n", "&&", "|", "\r",
            "!",
            "\nset -a\n", "\nE='1 2'\n", "\nif :; then\n", "\nfi\n", "<<E\n", "\nE\n", "(", ")", "a=b", "-", "+=", "^", "\u{1}", "\nexit\n",
            "<", "{", "}",
        ]
        return (0..<1000).map { index in
            var text = [UInt8]((index % 3 == 0 ? "" : "A=").utf8)
            for _ in 0..<Int.random(in: 1...14, using: &random) { text += (pieces.randomElement(using: &random) ?? "").utf8 }
            return text
        }
    }

    @Test(arguments: shells) func `is what shells have from 1,000 generated files`(_ shell: String) throws {
        let words = shell.split(separator: " ").map(String.init)
        guard try execute(words + ["-c", "exit 0"]).status == 0 else {
            print("SKIPPED: \(shell) is not on this machine")
            return
        }
        let files = Self.files()
        let output = try withDirectory { directory in
            for (index, file) in files.enumerated() {
                try Data(file).write(to: URL(filePath: "\(directory)/\(index)"))
            }
            // What the generated files run, they run in a directory of their own.
            return try execute(["env", "-C", directory] + words + ["-c", Self.script, "sh", directory, shell]).output
        }
        var found: [Int: [String: [UInt8]]] = [:]
        var current = -1
        for entry in output.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self), value = Array(entry[(equals + 1)...])
            if name == "FILE", let number = Int(String(decoding: value, as: UTF8.self)) {
                current = number
            } else {
                found[current, default: [:]][name] = value
            }
        }
        var compared = 0
        for (index, file) in files.enumerated() {
            // A shell that gave up in the middle has no environment to compare with.
            guard let real = found[index] else { continue }
            for entry in ShellExports.effective(ShellAssignments(file).entries) {
                compared += 1
                let isSame = real[entry.name] == entry.value
                #expect(isSame, "\(shell): \(entry.name) of file \(index): \(String(decoding: file, as: UTF8.self).debugDescription)")
            }
        }
        print("\(shell): \(compared) assignments compared")
        #expect(compared > 180)
    }
}
