import Exporter
import Foundation
import Testing

/// What the readers make of files that Warder did not write.
@Suite struct ReaderTests {
    private func read(_ text: String, _ format: any EnvironmentFormat.Type) throws -> [String] {
        try format.effective(format.read([UInt8](text.utf8))).map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func failure(_ text: String, _ format: any EnvironmentFormat.Type) -> String? {
        let error = exportError { () throws(ExportError) in try format.read([UInt8](text.utf8)) }
        #expect(error?.code == .malformed)
        return error?.description
    }

    @Test(arguments: [
        ("# c\n; c ' \\x\n\nA=b\n", ["A=b"]), ("A=  two words \t\nB=c", ["A=two words", "B=c"]), ("A=b\r\nC=d\r\n", ["A=b", "C=d"]),
        ("A=a#b\n", ["A=a#b"]), ("A=\n", ["A="]), ("A", []), ("A=", ["A="]), ("A = b\n", ["A=b"]), ("  A=b\n", ["A=b"]),
        ("A=a\\ \n", ["A=a "]), ("A=a\\\nb\n", ["A=ab"]), ("A=a\\nb\n", ["A=anb"]), ("A='a\nb'\n", ["A=a\nb"]), ("A='a' \n", ["A=a"]),
        ("A=\"a\" b\n", ["A=ab"]), ("A=\"a\"'b'\n", ["A=ab"]), ("A='it'\\''s'\n", ["A=it''s'"]), ("A=b'c'\n", ["A=b'c'"]),
        ("A=\"a\\nb\\\"\\\\\\$\\`\\\nc\"\n", ["A=a\\nb\"\\$`c"]), ("A=$B ${C}\n", ["A=$B ${C}"]), ("A=a\nA=b\n", ["A=b"]),
        ("export A=b\n1B=c\nC.D=e\nE-F=g\nH=i\n", ["H=i"]), ("\u{FEFF}A=b\nC=d\n", ["C=d"]), ("A='b\nC=d\n", ["A=b\nC=d\n"]),
        ("#a\\\nB=c\n", ["B=c"]), ("A=b=c\n", ["A=b=c"]), ("A='b'  ", ["A=b"]),
    ])
    func `the model of systemd does what systemd does`(_ text: String, _ variables: [String]) throws {
        #expect(try read(text, SystemdEnvironmentFile.self) == variables)
    }

    @Test func `the model of systemd reads 3,000 generated files as systemd does`() throws {
        guard try Consumer.systemd.isHere() else { return }
        var random = SplitMix64(state: 0x5359_5354)
        let pieces = ["A=", "B=", "'", "\"", "\\", "\n", "\r\n", " ", "\t", "x", "y z", "$", "`", "=", "\\\n", "\nC=", "é", "\u{1}"]
        let comments = ["#", ";", "\n", "\r", "A=b\n", "'", "\"", " ", "\nB=", "x", "\u{FEFF}"]
        let files: [[UInt8]] = (0..<3000).map { index in
            let alphabet = index % 4 == 0 ? comments : pieces
            var text = [UInt8]((index % 4 == 0 ? "" : "A=").utf8)
            for _ in 0..<Int.random(in: 1...16, using: &random) { text += (alphabet.randomElement(using: &random) ?? "").utf8 }
            if index % 50 == 0 { text.append(0xFF) }
            return text
        }
        let output = try withDirectory { directory in
            try Data(files.joined(separator: [0])).write(to: URL(filePath: "\(directory)/files"))
            return try execute(["python3", "-c", Consumer.systemdScript, "\(directory)/files"]).output
        }
        let answers = String(decoding: output, as: UTF8.self).components(separatedBy: ".\n").dropLast()
        #expect(answers.count == files.count)
        for (index, (file, answer)) in zip(files, answers).enumerated() {
            let model = (try? SystemdEnvironmentFile.effective(SystemdEnvironmentFile.read(file))).map {
                $0.map { "\($0.name)=\(hex($0.value))\n" }.joined()
            }
            let isSame = (model ?? "!\n") == answer
            #expect(isSame, "file \(index)")
        }
    }

    @Test func `the model of systemd refuses a file that is not UTF-8, and names the line`() {
        for bytes in [[0xFF], [0xEF, 0xBF, 0xBF], [0]] as [[UInt8]] {
            let error = exportError { () throws(ExportError) in
                try SystemdEnvironmentFile.read([UInt8]("A='\n'\nB=c".utf8) + bytes + [10])
            }
            #expect(error?.description == "line 3 is not in the format systemd-environment-file")
        }
    }

    @Test func `dotenv reads only what all parsers read alike`() throws {
        let text = "# c\n\nA=b\nB='c d'\nC=\"it's\"\nD=''\nE=\nF=\"\"\n"
        #expect(try read(text, Dotenv.self) == ["A=b", "B=c d", "C=it's", "D=", "E=", "F="])
        for line in [
            "export A=b", "A = b", " A=b", "A= b", "A=b c", "A=b # c", "A='b' # c", "A=\"a\\nb\"", "A=\"$B\"", "A='${B}'", "A=a\\b",
            "A=$B",
            "A='it's'", "A='b", "A='", "A=\"", "A==b", "A=a:=b", "A=~", "A: b", "A", "1A=b", "A=b\r", "A='b\\'", "A='a\\\\b'",
            "\u{FEFF}A=b",
            "# c \\", "A='a\u{2028}b'", "UID=1", "X=2", "A='a\0b'",
        ] {
            #expect(failure("X=1\n\n\(line)\n", Dotenv.self) == "line 3 is not in the format dotenv", "\(line.debugDescription)")
        }
        #expect(failure("A=b", Dotenv.self) == "line 1 is not in the format dotenv")
    }

    @Test(arguments: [
        ("export A=''\nexport B='it'\\''s\n'\nexport C=''\\'''\n", ["A=", "B=it's\n", "C='"]), ("", []), ("\n # c\n\t\nA=b", ["A=b"]),
        ("A=b # c\nB=c#d\n", ["A=b", "B=c#d"]), ("A=b\nA=c\nexport A\n", ["A=c"]), ("export\tA=b  B=c\n", ["A=b", "B=c"]),
        ("A=\"a\\\"b\\\\c\\d\\`\\$\"\n", ["A=a\"b\\c\\d`$"]), ("A=a\\ b\\$\\\\\n", ["A=a b$\\"]), ("A=a\\\nb\n", ["A=ab"]),
        ("A=a'b c'\"d\"e\n", ["A=ab cde"]), ("A=*.[a]?{b,c}!^%~\n", ["A=*.[a]?{b,c}!^%~"]), ("A=x=y:z\n", ["A=x=y:z"]),
        ("export A=*?[a]\n", ["A=*?[a]"]),
        ("A=\nB=c\n", ["A=", "B=c"]), ("A=b\r\n", ["A=b\r"]), ("A='# b\n# c'\n", ["A=# b\n# c"]),
    ])
    func `sh reads simple scripts`(_ text: String, _ variables: [String]) throws {
        #expect(try read(text, ShellExports.self) == variables)
    }

    @Test func `sh refuses what a shell would run or expand, with its line`() throws {
        for line in [
            "A=$B", "A=${B}", "A=\"$B\"", "A=$(id)", "A=`id`", "A=\"`id`\"", "A=~", "A=~root", "A=a:~", "A==ls", "A=a:=ls", "A=b; id",
            "A=b & id", "A=b|c", "A=(b)", "A=<b", "A=b c", "A+=b", "A[0]=b", "id", "export", "export -p", "export D", "export A=}",
            "export A={b,c}", "export 1A=b", "UID=1", "export path=b", "A='b", "A=\"b", "A=b\\", "source x", ". x", "if",
            "A=b\0", "A='b\0'", "\r", "A=$'b'", "A=b$", "set -a", "unset A", "readonly A=b", "declare A=b", "A =b", "A= b", "A-B=c",
        ] {
            #expect(failure("export A='1\n'\n\(line)", ShellExports.self) == "line 3 is not in the format sh", "\(line.debugDescription)")
        }
    }

    @Test func `json reads one object of strings with each name once`() throws {
        #expect(try read(#" { "A" : "\u00e9\ud83d\udd11\/\b\f" , "B":"" } "#, JSONObject.self) == ["A=é🔑/\u{8}\u{C}", "B="])
        #expect(try read("{}", JSONObject.self) == [])
        for text in [
            "", "{", "[]", "\"A\"", "{\"A\":1}", "{\"A\":null}", "{\"A\":{}}", "{\"A\":\"b\",}", "{\"A\":\"b\" \"C\":\"d\"}",
            "{\"A\":\"b\"}x",
            "{\"A\":\"b\",\"A\":\"c\"}", "{\"1A\":\"b\"}", "{\"A\":\"\\ud83d\"}", "{\"A\":\"\\udd11\"}", "{\"A\":\"\\ud83dx\"}",
            "{\"A\":\"\\x\"}",
            "{\"A\":\"\\u12\"}", "{\"A\":\"\\u+123\"}", "{\"A\":\"a\tb\"}", "{A:\"b\"}", "{'A':'b'}", "{\"A\":\"b", "\u{FEFF}{}", "{,}",
            "{\"A\":\"\\u１２３４\"}",
        ] {
            #expect(failure(text, JSONObject.self) == "line 1 is not in the format json", "\(text.debugDescription)")
        }
        #expect(failure("{\n\"A\": 1}", JSONObject.self) == "line 2 is not in the format json")
    }
}
