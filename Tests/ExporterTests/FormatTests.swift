import Exporter
import Profiles
import Testing

/// What each format writes and refuses, byte by byte.
@Suite struct FormatTests {
    private func text(_ value: String, _ format: any EnvironmentFormat.Type) throws -> String {
        String(decoding: try Export.render([try variable("K", value)], as: format), as: UTF8.self)
    }

    private func refusal(_ value: String, _ format: any EnvironmentFormat.Type) throws -> ExportError? {
        let variable = try variable("K", value)
        return exportError { () throws(ExportError) in try Export.render([variable], as: format) }
    }

    private static let names = [
        "dotenv", "dotenv-js", "dotenv-python", "compose", "docker", "sh", "fish", "github", "json", "yaml", "toml", "k8s-secret",
        "launchd",
        "wrangler-bulk", "environment.d",
        "systemd-environment-file", "docker-agent", "wrangler", "openclaw",
    ]

    @Test func `formats are found by their exact names`() throws {
        #expect(Formats.all.map { $0.name } == Self.names)
        for format in Formats.all { #expect(try Formats.named(format.name).name == format.name) }
        for name in ["", "Dotenv", "yml", "dotenv "] {
            let error = exportError { () throws(ExportError) in try Formats.named(name) }
            #expect(error?.code == .unknownFormat)
            #expect(error?.exitCode == 2)
            #expect(error?.hint == "the formats are \(Self.names.joined(separator: ", "))")
        }
    }

    @Test func `no variables make an empty file, and an empty object`() throws {
        #expect(try Export.render([], as: Dotenv.self).isEmpty)
        #expect(try Export.render([], as: ShellExports.self).isEmpty)
        #expect(try Export.render([], as: SystemdEnvironmentFile.self).isEmpty)
        #expect(try Export.render([], as: JSONObject.self) == [UInt8]("{}\n".utf8))
    }

    @Test func `order is kept`() throws {
        let variables = [try variable("B", "1"), try variable("A", "2"), try variable("_c9", "3")]
        for format in Formats.all {
            #expect(try format.read(Export.render(variables, as: format)).map { $0.name } == ["B", "A", "_c9"])
        }
    }

    @Test(arguments: [
        ("", "K=''\n"), ("abc=", "K=abc=\n"), ("=abc", "K='=abc'\n"), ("a:=ls", "K='a:=ls'\n"), ("a b", "K='a b'\n"),
        ("a\\nb", "K='a\\nb'\n"), ("$x", "K='$x'\n"), ("it's", "K=\"it's\"\n"), ("say \"hi\"", "K='say \"hi\"'\n"), ("é", "K='é'\n"),
    ])
    func `dotenv is bare, else in single quotes, else in double quotes`(_ value: String, _ line: String) throws {
        #expect(try text(value, Dotenv.self) == line)
    }

    @Test func `a line too long for a 64 KiB buffer is quoted`() throws {
        #expect(try text(String(repeating: "x", count: 65_532), Dotenv.self).hasPrefix("K=x"))
        #expect(try text(String(repeating: "x", count: 65_533), Dotenv.self).hasPrefix("K='x"))
    }

    @Test(arguments: [
        ("a\nb", "a line feed", "dotenv-js"), ("a\r", "a carriage return", "dotenv-python"),
        ("a\u{B}", "an unusual line separator", "dotenv-js"), ("a\u{C}", "an unusual line separator", "dotenv-js"),
        ("a\u{85}", "an unusual line separator", "dotenv-js"), ("a\u{2028}", "an unusual line separator", "dotenv-js"),
        ("${x}", "a dollar sign before a brace", "dotenv-js"), ("'\"", "both kinds of quotes", "dotenv-js"),
        ("'$", "a single quote beside a dollar sign, backtick or backslash", "dotenv-js"),
        ("a\\\\b", "two backslashes in a row", "dotenv-js"), ("a\\", "a backslash at the end", "dotenv-js"),
        ("${x}\r", "a carriage return", "compose"),
    ])
    func `what parsers read differently is refused in portable dotenv, with a format that holds it`(
        _ value: String, _ kind: String, _ other: String
    ) throws {
        let error = try refusal(value, Dotenv.self)
        #expect(error?.code == .unrepresentable)
        #expect(error?.exitCode == 26)
        #expect(error?.description == "K: the format dotenv cannot hold \(kind)")
        #expect(error?.hint == "use --format \(other)")
    }

    /// Not for environments alone.
    private static let documents = ["json", "yaml", "toml", "k8s-secret"]

    @Test func `a NUL goes into documents alone, and bytes that are not UTF-8 into shells and Secrets alone`() throws {
        for format in Formats.all where !Self.documents.contains(format.name) {
            let error = try refusal("a\0b", format)
            #expect(error?.description == "K: the format \(format.name) cannot hold a NUL")
            #expect(error?.hint == "use --format json")
        }
        #expect(try text("a\0b", JSONObject.self) == "{\n  \"K\": \"a\\u0000b\"\n}\n")
        let bytes = [try variable("K", [0xFF])]
        for format in Formats.all where !["sh", "fish", "k8s-secret"].contains(format.name) {
            let error = exportError { () throws(ExportError) in try Export.render(bytes, as: format) }
            #expect(error?.description == "K: the format \(format.name) cannot hold bytes that are not UTF-8")
            #expect(error?.hint == "use --format sh")
        }
        let both = [try variable("K", [0, 0xFF])]
        for format in Formats.all where format.name != "k8s-secret" {
            let error = exportError { () throws(ExportError) in try Export.render(both, as: format) }
            #expect(error?.code == .unrepresentable)
            #expect(error?.hint == "use --format k8s-secret")
        }
    }

    @Test func `what no execve takes is refused, but not in documents`() throws {
        let longest = String(repeating: "x", count: 131_069)
        for format in Formats.all {
            if format.name != "docker", format.name != "wrangler-bulk" { #expect(try !text(longest, format).isEmpty) }
            if !Self.documents.contains(format.name) { #expect(try refusal(longest + "x", format)?.hint == "use --format json") }
        }
    }

    @Test func `names that shells keep for themselves are refused where shells read`() throws {
        for name in ["UID", "_", "RANDOM", "path", "GROUPS"] {
            let variables = [try variable(name, "x")]
            for format in [Dotenv.self, ShellExports.self] as [any EnvironmentFormat.Type] {
                let error = exportError { () throws(ExportError) in try Export.render(variables, as: format) }
                #expect(error?.code == .unrepresentable)
                #expect(error?.hint == "use --format dotenv-js")
            }
            #expect(try !Export.render(variables, as: SystemdEnvironmentFile.self).isEmpty)
        }
    }

    @Test(arguments: ["", "1A", "A-B", "A.B", "A B", "A=B", "É", "A\n", "A\0"])
    func `a wrong name is refused and not repeated`(_ name: String) throws {
        for format in Formats.all {
            let variables = [try variable(name, "x")]
            let error = exportError { () throws(ExportError) in try Export.render(variables, as: format) }
            #expect(error?.code == .invalidName)
            #expect(error?.exitCode == 2)
        }
    }

    @Test func `a name that is there twice is refused`() throws {
        for format in Formats.all {
            let variables = [try variable("A", "x"), try variable("B", "x"), try variable("A", "x")]
            let error = exportError { () throws(ExportError) in try Export.render(variables, as: format) }
            #expect(error?.code == .invalidName)
            #expect(error?.description == "A is there twice")
        }
    }

    @Test func `sh, systemd and json escape what they must`() throws {
        #expect(try text("it's\n", ShellExports.self) == "export K='it'\\''s\n'\n")
        #expect(try text("a\"\\$`'\n\t", SystemdEnvironmentFile.self) == "K=\"a\\\"\\\\\\$\\`'\n\t\"\n")
        #expect(try text("\"\\/\n\u{1}\u{7F}\u{2028}é🔑", JSONObject.self) == "{\n  \"K\": \"\\\"\\\\/\\n\\u0001\\u007f\\u2028é🔑\"\n}\n")
    }

    @Test func `no message holds a value`() throws {
        for value in ["hunter2\n", "hunter2\0", "hunter2${", "hunter2'\"", "hunter2\\"] {
            for format in Formats.all where format.obstacle(to: "K", [UInt8](value.utf8)) != nil {
                let error = try refusal(value, format)
                let isSilent = error.map { !"\($0) \($0.hint ?? "") \(String(reflecting: $0))".contains("hunter2") } ?? false
                #expect(isSilent)
            }
        }
    }
}
