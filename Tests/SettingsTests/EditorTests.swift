import Testing

@testable import Settings

@Suite struct EditorTests {
    @Test func `keeps comments, spaces and order when a key is set`() throws {
        let text = "# top\n\n[vault] # mine\n  key_file   =  '/old'   # why\n# end\n\n[history]\ndays = 3\n"
        #expect(
            try SettingsEditor.set(table: ["vault"], key: "key_file", value: "/new \"x\"\\", in: text)
                == text.replacing("'/old'", with: #""/new \"x\"\\""#))
        #expect(
            try SettingsEditor.set(table: ["vault"], key: "fingerprint", value: "f", in: text)
                == text.replacing("# why\n", with: "# why\n  fingerprint = \"f\"\n"))
    }

    @Test func `adds a missing table at the end`() throws {
        #expect(try SettingsEditor.set(table: ["vault"], key: "key_file", value: "/k", in: "") == "[vault]\nkey_file = \"/k\"\n")
        #expect(
            try SettingsEditor.set(table: ["profile", "a.b"], key: "K", value: "v", in: "[history]\ndays = 1")
                == "[history]\ndays = 1\n\n[profile.\"a.b\"]\nK = \"v\"\n")
        #expect(
            try SettingsEditor.set(table: ["profile"], key: "K", value: "v", in: "[profile.p]\n") == "[profile.p]\n\n[profile]\nK = \"v\"\n"
        )
    }

    @Test func `sets values that are no strings`() throws {
        let text = "[t]\na = \"x\" # kept\nb = 1\n"
        #expect(try SettingsEditor.set(table: ["t"], key: "a", to: .flag(true), in: text) == text.replacing("\"x\"", with: "true"))
        #expect(try SettingsEditor.set(table: ["t"], key: "c", to: .flag(false), in: text) == text + "c = false\n")
        #expect(try SettingsEditor.set(table: ["t"], key: "c", to: .list(["x", "y"]), in: text) == text + "c = [\"x\", \"y\"]\n")
        #expect(try SettingsEditor.set(table: ["t"], key: "c", to: .table(["k": "v"]), in: text) == text + "c = { k = \"v\" }\n")
        #expect(
            try SettingsEditor.set(table: ["t"], key: "b", to: .array([.number(2), .inline([("k", .flag(false))])]), in: text)
                == text.replacing("b = 1", with: "b = [2, { k = false }]"))
        #expect(try SettingsEditor.set(table: ["t"], key: "b", to: .number(1), in: text) == text)
        #expect(
            try SettingsEditor.set(table: ["t"], key: "a", to: .text("x"), in: text.replacing("\"x\"", with: "'x'"))
                == text.replacing("\"x\"", with: "'x'"))
    }

    @Test func `keeps CRLF line ends, and a byte order mark`() throws {
        let text = "\u{FEFF}a = 'x'\r\n[vault]\r\nb = 1"
        let set = try SettingsEditor.set(table: ["vault"], key: "c", value: "y", in: text)
        #expect(Array(set.utf8) == Array((text + "\r\nc = \"y\"\r\n").utf8))
        #expect(Array(try SettingsEditor.remove(table: [], key: "a", in: text).utf8) == Array("\u{FEFF}[vault]\r\nb = 1".utf8))
        #expect(
            Array(try SettingsEditor.set(table: [], key: "z", value: "1", in: "\u{FEFF}[t]\n").utf8)
                == Array("\u{FEFF}z = \"1\"\n[t]\n".utf8))
    }

    @Test func `replaces every notation of a value and finds every notation of a key`() throws {
        for (key, value) in [
            ("k", "\"a # b\""), ("k", "'[x]'"), ("k", "\"\"\"\n[t]\nk = 'no'\n\\\"\"\"\"\"\""), ("k", "'''\nk = 1 ''''"),
            ("\"k\"", "1979-05-27 07:32:00"), ("'k'", "1_000"),
            ("\"\\u006b\"", "nan"), ("k", "true"), (" k ", "\"\""), ("k", "''"),
        ] {
            let text = "[s]\nk = 1\n[ t ]\n\(key) = \(value) # kept\nl = ['''\nk = 2''', # in\n { k = 1 } ]\n"
            let expected = text.replacing("\(key) = \(value) #", with: "\(key) = \"new\" #")
            #expect(try SettingsEditor.set(table: ["t"], key: "k", value: "new", in: text) == expected)
            let removed = try SettingsEditor.remove(table: ["t"], key: "k", in: text)
            #expect(removed == text.replacing("\(key) = \(value) # kept\n", with: ""))
        }
    }

    @Test func `sets a key beside dotted ones`() throws {
        let text = "vault.key_file = '/k' # c\nother = 1\n[profile]\np.A = 'x'\nq.A = 'y'\n"
        #expect(
            try SettingsEditor.set(table: ["vault"], key: "fingerprint", value: "f", in: text)
                == text.replacing("# c\n", with: "# c\nvault.fingerprint = \"f\"\n"))
        #expect(
            try SettingsEditor.set(table: ["profile", "p"], key: "B", value: "z", in: text)
                == text.replacing("p.A = 'x'\n", with: "p.A = 'x'\np.B = \"z\"\n"))
        #expect(try SettingsEditor.set(table: ["vault"], key: "key_file", value: "/n", in: text) == text.replacing("'/k'", with: "\"/n\""))
        #expect(
            try SettingsEditor.remove(table: ["vault"], key: "key_file", in: text)
                == text.replacing("vault.key_file = '/k' # c\n", with: ""))
    }

    @Test func `removes nothing when there is nothing`() throws {
        #expect(try SettingsEditor.remove(table: ["vault"], key: "x", in: "[vault]\ny = 1\n") == "[vault]\ny = 1\n")
    }

    @Test(arguments: [
        ("t = { k = 1 }", 1), ("\n[t]\nk = { a = 1 }", 3), ("[t]\nk = [1,\n2]", 2), ("[t.k]\na = 1", 1), ("[[t]]\nk = 'x'", 1),
        ("[[t]]\nl = 'x'", 1),
        ("t = 1", 1), ("[t]\nk.a = 1", 2),
    ])
    func `refuses what it cannot edit, with the line`(text: String, line: Int) throws {
        let error = try #require(throws: SettingsError.self) { try SettingsEditor.set(table: ["t"], key: "k", value: "v", in: text) }
        #expect(error.code == .invalid)
        #expect(error.description.contains("line \(line): "), "\(error.description)")
    }

    @Test func `refuses a value with NUL and a text that is not TOML`() {
        #expect(throws: SettingsError.self) { try SettingsEditor.set(table: ["t"], key: "k", value: "a\0b", in: "") }
        #expect(throws: SettingsError.self) { try SettingsEditor.set(table: ["t"], key: "k", value: "a", in: "x = ") }
        #expect(throws: SettingsError.self) { try SettingsEditor.remove(table: ["t"], key: "k", in: "x = ") }
    }

    @Test func `writes any text so that it reads back`() throws {
        var random = Generator(seed: 7)
        for _ in 0..<300 {
            let value = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 1...(Bool.random(using: &random) ? 0xFF : 0x10FFFF), using: &random))
                    }))
            let text = try SettingsEditor.set(table: ["t"], key: "k", value: value, in: "")
            #expect(try SettingsDocument(Array(text.utf8), file: "f").tree == .table(["t": .table(["k": .string(value)])]))
        }
    }

    @Test func `changes no other key and no comment of a random document`() throws {
        var random = Generator(seed: 1)
        for _ in 0..<400 {
            let text = RandomDocument.make(&random)
            let before = try SettingsDocument(Array(text.utf8), file: "f")
            let tables = [[], ["vault"], ["profile", "a"], ["profile", "b c"], ["provider", "x"], ["new", "one"]]
            guard let table = tables.randomElement(using: &random),
                let key = ["k0", "k1", "k2", "fresh", "odd key"].randomElement(using: &random)
            else { continue }
            let path = table + [key]
            let value = "v\(UInt16.random(in: 0...999, using: &random))"
            if let set = try? SettingsEditor.set(table: table, key: key, value: value, in: text) {
                let after = try SettingsDocument(Array(set.utf8), file: "f")
                #expect(after.tree[path] == .string(value))
                #expect(after.tree.setting(path, to: nil)?.pruned == before.tree.setting(path, to: nil)?.pruned)
                #expect(comments(set) == comments(text))
                #expect(set.utf8.count(where: { $0 == .carriageReturn }) == 0 || !set.replacing("\r\n", with: "").utf8.contains(.lineFeed))
            } else {
                // Only a key or a table in a form without lines of its own may be refused.
                let isClosed = (0...table.count).contains { count in
                    before.spans.contains {
                        $0.path == Array(path[...count]) && ($0.isInline || $0.kind == .inlineTable || $0.kind == .array)
                    }
                }
                #expect(isClosed, "\(text)")
            }
            if let removed = try? SettingsEditor.remove(table: table, key: key, in: text) {
                let after = try SettingsDocument(Array(removed.utf8), file: "f")
                #expect(after.tree.pruned == before.tree.setting(path, to: nil)?.pruned)
                #expect(Set(comments(removed)).isSubset(of: comments(text)))
                #expect(comments(text).count - comments(removed).count <= 1)
            }
        }
    }

    private func comments(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in line.firstRange(of: "# c").map { String(line[$0.lowerBound...]) } }
    }
}
