import Testing

@testable import Settings

/// `[consumer.NAME]`, and tables that are added and removed whole.
@Suite struct ConsumerTests {
    private func settings(_ text: String) throws(SettingsError) -> WarderSettings { try .parse(text, file: "warder.toml") }

    private func failure(_ text: String) -> String? {
        do throws(SettingsError) {
            _ = try settings(text)
            return nil
        } catch {
            return error.code == .invalid ? error.description : nil
        }
    }

    @Test func `has everything that the file says`() throws {
        let consumer = try settings(
            """
            [consumer.web]
            format = "systemd-credential"
            unit = "web.service"
            scope = "system"
            owner = "www-data"
            profile = "prod"
            only = ["A*", "B"]
            except = ["AX"]
            names = { KEY = "A", OTHER = "A" }
            on_change = { exec = ["/usr/bin/touch", "/tmp/x"] }
            """
        ).consumers["web"]
        #expect(
            consumer
                == ConsumerSettings(
                    name: "web", format: "systemd-credential", path: nil, unit: "web.service", scope: .system, owner: "www-data",
                    profile: "prod", only: ["A*", "B"], except: ["AX"], names: ["KEY": "A", "OTHER": "A"],
                    onChange: .run(["/usr/bin/touch", "/tmp/x"]), line: 1, file: "warder.toml"))
    }

    @Test func `has defaults for what it does not say`() throws {
        let consumer = try #require(try settings("[consumer.a]\nformat = 'dotenv'\npath = '~/.env'").consumers["a"])
        #expect(consumer.scope == .user && consumer.profile == "default" && consumer.onChange == .nothing)
        #expect(consumer.owner == nil && consumer.unit == nil && consumer.only.isEmpty && consumer.names.isEmpty)
    }

    @Test(arguments: [
        ("path = '/x'", "line 1: \"a\" in [consumer] needs a format"),
        ("format = 'x'", "line 1: \"a\" in [consumer] needs a path or a unit"),
        ("format = 'x'\npath = 'x'", "line 3: \"path\" in [consumer.a] must be the path of a file, absolute or beginning with ~/"),
        ("format = 'x'\npath = '/x/'", "line 3: \"path\" in [consumer.a] must be the path of a file, absolute or beginning with ~/"),
        ("format = 'x'\nunit = 'x'\nscope = 'global'", "line 4: \"scope\" in [consumer.a] must be \"user\" or \"system\""),
        ("format = 'x'\npath = '/x'\non_change = 'restart'", "line 4: \"on_change\" in [consumer.a] needs a unit"),
        ("format = 'x'\npath = '/x'\non_change = 'reload'", "line 4: \"on_change\" in [consumer.a] needs a unit"),
        (
            "format = 'x'\npath = '/x'\non_change = { exec = ['ls'] }",
            "line 4: \"exec\" in [consumer.a.on_change] must begin with the absolute path of a program"
        ),
        ("format = 'x'\npath = '/x'\nonly = 'A'", "line 4: \"only\" in [consumer.a] must be a list of strings"),
        (
            "format = 'x'\npath = '/x'\nnames = { 'a-b' = 'A' }",
            "line 4: \"a-b\" in [consumer.a.names] must give the name of a variable for the name of a variable"
        ),
        ("format = 'x'\npath = '/x'\nvalue = 'A'", "line 4: unknown key \"value\" in [consumer.a]"),
        ("format = ''", "line 2: \"format\" in [consumer.a] is empty"),
        (
            "format = 'x'\nunit = '\(FakeKey.anthropic)'",
            "line 3: \"unit\" in [consumer.a] looks like a key: settings hold names and references only"
        ),
    ])
    func `names the line of what is wrong`(_ body: String, _ message: String) {
        #expect(failure("[consumer.a]\n\(body)") == "warder.toml: \(message)")
    }

    @Test func `comes whole from the last file that has it, and never from a project`() throws {
        func layer(_ text: String, _ scope: SettingsLayer.Scope = .trusted) throws(SettingsError) -> SettingsLayer {
            try SettingsLayer(SettingsDocument(Array(text.utf8), file: "f"), scope: scope)
        }
        let first = try layer("[consumer.a]\nformat = 'x'\npath = '/1'\nprofile = 'p'\n[consumer.b]\nformat = 'x'\npath = '/b'")
        let merged = try WarderSettings([first, layer("[consumer.a]\nformat = 'y'\npath = '/2'")])
        #expect(merged.consumers["a"]?.path == "/2" && merged.consumers["a"]?.profile == "default")
        #expect(merged.consumers["b"]?.path == "/b")
        #expect(throws: SettingsError.self) { try layer("[consumer.a]\nformat = 'x'\npath = '/1'", .project) }
    }

    @Test func `a table is added at the end, and removed with its empty line`() throws {
        let before = "# mine\n[history]\ndays = 3 # why\n"
        let after = try SettingsEditor.add(
            table: ["consumer", "a.b"],
            [("format", .text("x \"y\"")), ("path", .text("/p")), ("only", .list(["A", "B"])), ("names", .table(["K": "A", "J": "B"]))],
            to: before)
        #expect(
            after == before
                + "\n[consumer.\"a.b\"]\nformat = \"x \\\"y\\\"\"\npath = \"/p\"\nonly = [\"A\", \"B\"]\nnames = { J = \"B\", K = \"A\" }\n"
        )
        #expect(try settings(after).consumers["a.b"]?.names == ["K": "A", "J": "B"])
        #expect(try SettingsEditor.remove(table: ["consumer", "a.b"], in: after) == before)
        #expect(try SettingsEditor.remove(table: ["consumer", "c"], in: after) == after)
        #expect(throws: SettingsError.self) { try SettingsEditor.add(table: ["consumer", "a.b"], [("x", .text("y"))], to: after) }
    }

    @Test(arguments: [
        (
            "[a]\nx = 1\n\n[consumer.c]\nformat = 'f' # c\n[consumer.c.names]\nA = 'B'\n\n# about z\n[z]\ny = 2\n",
            "[a]\nx = 1\n\n# about z\n[z]\ny = 2\n"
        ),
        ("consumer.c.format = 'f'\nconsumer.c.path = '/p'\nx = 1\n", "x = 1\n"),
        ("[consumer]\nc = { format = 'f' }\nd = { format = 'g' }\n", "[consumer]\nd = { format = 'g' }\n"),
        ("[a]\r\nx = 1\r\n\r\n[consumer.c]\r\nformat = 'f'", "[a]\r\nx = 1\r\n"),
    ])
    func `a table goes in every notation, and nothing else`(_ before: String, _ after: String) throws {
        #expect(Array(try SettingsEditor.remove(table: ["consumer", "c"], in: before).utf8) == Array(after.utf8))
    }

    @Test func `what shares its lines with others cannot be removed`() {
        #expect(throws: SettingsError.self) {
            try SettingsEditor.remove(table: ["consumer", "c"], in: "consumer = { c = { format = 'f' }, d = { format = 'g' } }\n")
        }
    }
}
