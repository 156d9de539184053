import Exporter
import Profiles
import Testing

/// What the readers of the structured formats make of files that Warder did not write, and where they find it.
@Suite struct StructuredReadingTests {
    /// `NAME=value@first-last` of every assignment.
    private func read(_ text: String, _ format: any EnvironmentFormat.Type) throws -> [String] {
        try format.read([UInt8](text.utf8)).map {
            "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))@\($0.lines.lowerBound)-\($0.lines.upperBound)"
        }
    }

    private func badLine(_ text: String, _ format: any EnvironmentFormat.Type) -> Int? {
        let error = exportError { () throws(ExportError) in try format.read([UInt8](text.utf8)) }
        #expect(error?.exitCode == 25)
        let words = error?.description.split(separator: " ") ?? []
        return words.count == 8 && words.first == "line" ? Int(words[1]) : nil
    }

    @Test(arguments: [
        ("A: b\n", ["A=b@1-1"]), ("---\n# c\nA: 'it''s'  # d\n\"B\" : \"\\x41\\n\"\n...\n", ["A=it's@3-3", "B=A\n@4-4"]),
        ("A: |\n  x\n  # y\n\n# c\nB: >-\n  a\n  b\n", ["A=x\n# y\n@1-3", "B=a b@6-8"]),
        ("A: \"a\n\n  b\\\n  c\"\nB: 'x\n  y'\nC: a\n  b # c\n", ["A=a\nbc@1-4", "B=x y@5-6", "C=a b@7-8"]),
        ("{A: b, \"B\": c,\n'C':\n  d}", ["A=b@1-1", "B=c@1-1", "C=d@2-3"]), ("A:\r\n  b\r\nB: c\r\n", ["A=b@1-2", "B=c@3-3"]),
        ("%YAML 1.1\n---\nA: b#c\nB: !!str \"1\"\n", ["A=b#c@3-3", "B=1@4-4"]), ("\u{FEFF}A: b\n", ["A=b@1-1"]),
        ("? A\n: b\n", ["A=b@1-2"]), ("A: https://h/?a=1&b=*c\nB: a:b\nC: x-1\n", ["A=https://h/?a=1&b=*c@1-1", "B=a:b@2-2", "C=x-1@3-3"]),
        ("A: -----BEGIN KEY-----\n", ["A=-----BEGIN KEY-----@1-1"]), ("A: \"\"\nB: ''\n", ["A=@1-1", "B=@2-2"]),
        ("A: \"a \\0 \\/ \\e \\U0001F511\"\n", ["A=a \0 / \u{1B} 🔑@1-1"]), ("{}\n", []),
        ("{\n  A: b\n  c,\n  B: ''\n}\n# d\n", ["A=b c@2-3", "B=@4-4"]),
        (
            "A: \"\\ufeff\"\nB: \"\\\n  \\ufeffa\"\nC: \"a\\ufeff\"\nD: \"\\\\ufeff\"\n",
            ["A=\u{FEFF}@1-1", "B=\u{FEFF}a@2-3", "C=a\u{FEFF}@4-4", "D=\\ufeff@5-5"]
        ),
    ])
    func `yaml that others wrote`(_ document: String, _ entries: [String]) throws {
        #expect(try read(document, YAMLMapping.self) == entries)
    }

    @Test func `yaml that is no mapping of strings, or not the same to all, is refused with its line`() {
        let values = [
            "yes", "No", "on", "OFF", "y", "N", "true", "False", "null", "~", "", "1", "-1", "+1", "0o14", "014", "0x1F", "0b1", "1_000",
            "1.5",
            ".5", "1e3", "1.", ".inf", "-.INF", ".NaN", "190:20:30", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43 Z",
            "=", "[a]", "{a: b}", "!!binary YQ==", "!x y", "!!int 1", "&x y", "*x", "\"\\q\"", "'a", "@a", "`a", "%a", "\"a\u{85}b\"",
            "'a\u{2028}b'", "\"\u{FEFF}\"", ":x", "a: b", "- a", "\u{1}", "\"\u{7F}\"", "!!str 1", "! d",
        ]
        for value in values {
            let line = badLine("X: a\n\nA: \(value)\nB: c\n", YAMLMapping.self)
            // An unclosed quote is noticed where it ends.
            #expect(line == 3 || (value == "'a" && line != nil), "\(value.debugDescription) at \(String(describing: line))")
        }
        for (document, line) in [
            ("", 1), ("# c\n", 1), ("a\n", 1), ("- a\n", 1), ("A: b\n---\nA: c\n", 2), ("A: b\nA: c\n", 2), ("A: b\n\"A\": c\n", 2),
            ("A: b\n<<: {B: c}\n", 2), ("A: b\ny: c\n", 2), ("A: b\n1: c\n", 2), ("A: b\n[x]: c\n", 2), ("A: b\nA-B: c\n", 2),
            ("A: b\n\tB: c\n", 2), ("A: b\n B: c\n", 2), ("X: &a {A: b}\nB: c\n", 1), ("&a A: b\n", 1), ("A: b\n\0", 2), ("{A: b", 1),
        ] {
            #expect(badLine(document, YAMLMapping.self) != nil, "\(document.debugDescription)")
            if document != "A: b\nA: c\n" && document != "A: b\n\"A\": c\n" {
                #expect(abs((badLine(document, YAMLMapping.self) ?? 99) - line) <= 1, "\(document.debugDescription)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `yaml that is deep or grows is refused soon`() {
        #expect(badLine(String(repeating: "[", count: 100_000), YAMLMapping.self) != nil)
        #expect(badLine(String(repeating: "- ", count: 100_000) + "a", YAMLMapping.self) != nil)
        #expect(badLine("A: " + String(repeating: "{a: ", count: 100_000), YAMLMapping.self) != nil)
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...60 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(badLine(bomb + "? *a60\n: x\n", YAMLMapping.self) != nil)
    }

    @Test(arguments: [
        ("A = \"b\"\n", ["A=b@1-1"]), ("# c\r\n\r\n A='b\\n' # c\r\n", ["A=b\\n@3-3"]),
        ("'A' = \"\\u0041\\U0001F511\\b\\f\"", ["A=A🔑\u{8}\u{C}@1-1"]),
        ("A = \"\"\"\na\n  \\\n\n  b\"\"\"\nB = ''\n", ["A=a\n  b@1-5", "B=@6-6"]), ("A = '''\n'a''b'''''\n", ["A='a''b''@1-2"]),
        ("A = \"\"\"\"\"\"\nB = \"\"\"\"a\"\"\"\"\"\n", ["A=@1-1", "B=\"a\"\"@2-2"]), ("", []), ("\"A\"=\"\t# x\"\t#\n", ["A=\t# x@1-1"]),
        ("A = \"\"\"a\\   \n   b\"\"\"", ["A=ab@1-2"]),
    ])
    func `toml that others wrote`(_ document: String, _ entries: [String]) throws {
        #expect(try read(document, TOMLVariables.self) == entries)
    }

    @Test func `toml that is not strings at the top level is refused with its line`() {
        for line in [
            "A = 1", "A = true", "A = 1979-05-27", "A = [\"b\"]", "A = {B = \"c\"}", "[A]", "[[A]]", "A.B = \"c\"", "A", "A =", "= \"b\"",
            "\"\" = \"b\"", "A-B = \"c\"", "1 = \"c\"", "X = \"twice\"", "'X' = \"twice\"", "A = b", "A = \"b", "A = 'b", "A = \"b\" c",
            "A = \"\\q\"", "A = \"\\x41\"", "A = \"\\e\"", "A = \"\\ud800\"", "A = \"\\u12\"", "A = \"\u{1}\"", "A = \"\u{7F}\"", "# \u{1}",
            "A = \"b\"\rB = \"c\"", "A = '''b'''''' ", "A = \"a\" B = \"b\"", "\"\"\"A\"\"\" = \"b\"", "É = \"b\"", "\u{FEFF}A = \"b\"",
            "A : \"b\"",
            "A = \"\"\"a\r\nb\"\"\"",
        ] {
            #expect(badLine("X = \"1\"\n\n\(line)\n", TOMLVariables.self) == 3, "\(line.debugDescription)")
        }
        #expect(badLine("A = '''\n\na", TOMLVariables.self) == 3)
        #expect(badLine("\u{FEFF}A = 'b'", TOMLVariables.self) == 1)
    }

    private static let secretHead = "apiVersion: v1\nkind: Secret\nmetadata: {name: x, labels: {a: 'b'}}\n"

    @Test(arguments: [
        ("data:\n  A: YQ==\n  B: |\n    Yg\n    ==\n  C: ''\n", ["A=a@5-5", "B=b@6-8", "C=@9-9"]),
        ("stringData: {A: b}\nimmutable: true\ntype: Opaque\ndata:\n  A: YQ==\n", ["A=a@8-8", "A=b@4-4"]), ("data:\n", []), ("", []),
        ("data: {}\nstringData: null\n", []),
    ])
    func `a Secret that others wrote`(_ document: String, _ entries: [String]) throws {
        #expect(try read(Self.secretHead + document, KubernetesSecret.self) == entries)
    }

    @Test func `stringData wins, and JSON is YAML`() throws {
        let document = #"{"apiVersion":"v1","kind":"Secret","data":{"A":"YQ==","B":"Yg=="},"stringData":{"A":"c"}}"#
        let effective = try KubernetesSecret.effective(KubernetesSecret.read([UInt8](document.utf8)))
        #expect(effective.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" } == ["A=c", "B=b"])
    }

    @Test func `what is no Secret is refused with its line`() {
        for (document, line) in [
            ("data: {A: YQ}\n", 4), ("data: {A: 'a b c d'}\n", 4), ("data:\n  A: 1234\n", 5), ("data: [a]\n", 4),
            ("data:\n  tls.crt: YQ==\n", 5),
            ("data:\n  A: YQ==\n  A: YQ==\n", 6), ("data:\n  A: YQ-_\n", 5), ("stringData:\n  A: 1\n", 5), ("data:\n  A:\n", 5),
        ] {
            let found = badLine(Self.secretHead + document, KubernetesSecret.self)
            #expect(found.map { abs($0 - line) <= 1 } == true, "\(document.debugDescription)")
        }
        for document in [
            "A: b\n", "kind: Secret\n", "apiVersion: v2\nkind: Secret\n", "apiVersion: v1\nkind: ConfigMap\ndata: {A: b}\n",
            "apiVersion: v1\nkind: List\nitems: []\n", Self.secretHead + "data: &a {A: YQ==}\n",
            Self.secretHead + "---\n" + Self.secretHead,
        ] {
            #expect(badLine(document, KubernetesSecret.self) != nil, "\(document.debugDescription)")
        }
    }

    private static func list(_ variables: String) -> String {
        "<plist version=\"1.0\">\n<dict>\n<key>EnvironmentVariables</key><dict>\n\(variables)\n</dict>\n</dict></plist>\n"
    }

    @Test func `a property list that others wrote`() throws {
        let document = """
            \u{FEFF}<?xml version='1.0' encoding='utf-8' standalone="yes"?>\r
            <!-- c -->
            <!DOCTYPE plist SYSTEM "file://localhost/System/Library/DTDs/PropertyList.dtd">
            <plist version="1.0"><dict >
              <key>Label</key><string>x</string>
              <key>KeepAlive</key><dict><key>EnvironmentVariables</key><dict><key>N</key><string>no</string></dict></dict>
              <key>ProgramArguments</key><array><string>a</string><integer>1</integer><true/><array/><dict/></array>
              <key>Environment<!-- c -->Variables</key>
              <dict>
                <key>A</key> <!-- c --> <string>a&amp;&#65;&#x1F511;<![CDATA[<b>&amp;]]><!-- c -->"'></string>
                <key>B</key>
                <string>x\r
              y</string ><key>C</key><string/>
              </dict>
              <key>Data</key><data>YQ==</data><key>R</key><real>1.5</real><key>D</key><date>2001-01-01T00:00:00Z</date>
            </dict></plist>
            <?end?>
            """
        let entries = ["A=a&A🔑<b>&amp;\"'>@10-10", "B=x\n  y@11-13", "C=@13-13"]
        #expect(try read(document, LaunchdPropertyList.self) == entries)
        if try Consumer.plistlib.isHere() {
            let found = try Consumer.plistlib.read([UInt8](document.utf8))
            #expect(found == ["A": [UInt8]("a&A🔑<b>&amp;\"'>".utf8), "B": [UInt8]("x\n  y".utf8), "C": []])
        }
        #expect(try read("<plist><dict/></plist>", LaunchdPropertyList.self).isEmpty)
        #expect(try read("<plist><dict><key>EnvironmentVariables</key><dict/></dict></plist>", LaunchdPropertyList.self).isEmpty)
        #expect(try read(Self.list("<key>A</key><string>&#13;</string>"), LaunchdPropertyList.self) == ["A=\r@4-4"])
    }

    @Test func `a property list with anything else is refused with its line`() {
        for variables in [
            "<key>A</key><integer>1</integer>", "<key>A</key><true/>", "<key>A</key>", "<string>a</string>",
            "<key>A-B</key><string>a</string>",
            "<key>A</key><string>a</string><key>A</key><string>b</string>", "<key>A</key><string>&x;</string>",
            "<key>A</key><string>&#0;</string>", "<key>A</key><string>&#xD800;</string>", "<key>A</key><string>a<b/></string>",
            "<key>A</key><string>\u{1}</string>", "<key>A</key><string>]]></string>", "<key>A</key><string>a & b</string>",
            "<key>A</key><strings>a</strings>", "<key>A</key><!-- a -- b --><string>a</string>", "a",
            "<key>A</key><string>\u{FFFE}</string>",
            "<key></key><string>a</string>", "<KEY>A</KEY><string>a</string>",
        ] {
            #expect(
                badLine(Self.list(variables), LaunchdPropertyList.self).map { abs($0 - 4) <= 1 } == true, "\(variables.debugDescription)")
        }
        for document in [
            "", "bplist00", "<plist><array/></plist>", "<plist><dict></plist>", "<dict></dict>", Self.list("") + "x",
            Self.list("") + Self.list(""),
            "<!DOCTYPE plist [<!ENTITY x 'y'>]>" + Self.list(""), "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + Self.list(""),
            "<plist><dict><key>EnvironmentVariables</key><string>a</string></dict></plist>",
            "<plist><dict><key>EnvironmentVariables</key><dict/><key>EnvironmentVariables</key><dict/></dict></plist>",
            "<plist><dict><key>A</key>" + String(repeating: "<array>", count: 100_000), "<plist><dict><key>A</key><string>a",
        ] {
            #expect(badLine(document, LaunchdPropertyList.self) != nil, "\(document.prefix(60).debugDescription)")
        }
    }

    @Test func `wrangler's JSON is read as json is`() throws {
        #expect(try read("{ \"A\" : \"b\\ud83d\\udd11\",\n\"B\":\"\" }", WranglerBulk.self) == ["A=b🔑@1-1", "B=@2-2"])
        for document in ["", "[]", "{\"A\":null}", "{\"A\":1}", "{\"A\":\"b\",\"A\":\"c\"}", "{\"A-B\":\"c\"}", "A=b\n", "{\"A\":\"b\"},"] {
            #expect(badLine(document, WranglerBulk.self) == 1, "\(document)")
        }
    }

    @Test func `no refusal holds what was read`() {
        for name in ["yaml", "toml", "k8s-secret", "launchd", "wrangler-bulk"] {
            guard let format = try? Formats.named(name) else { continue }
            for document in [
                "A: b\nhunter2: [", "hunter2", "hunter2: \"\\q\"", "hunter2: a\nhunter2: b", "<hunter2>", "{\"hunter2\": 1}", "hunter2 = 1",
            ] {
                let error = exportError { () throws(ExportError) in try format.read([UInt8](document.utf8)) }
                let isSilent = error.map { !"\($0) \($0.hint ?? "") \(String(reflecting: $0))".contains("hunter2") } ?? false
                #expect(isSilent)
            }
        }
    }
}
