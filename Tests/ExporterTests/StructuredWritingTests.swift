import Exporter
import Profiles
import Testing

/// What the structured formats write and refuse, byte by byte.
@Suite struct StructuredWritingTests {
    private func text(_ value: String, _ format: any EnvironmentFormat.Type) throws -> String {
        String(decoding: try Export.render([try variable("K", value)], as: format), as: UTF8.self)
    }

    @Test func `yaml and toml escape what is not printable in all readers`() throws {
        let value = "\"\\/\n\r\t\u{0}\u{1}\u{7F}\u{85}\u{A0}\u{2028}\u{FEFF}\u{FFFE}é🔑'#: "
        let quoted = #""\"\\/\n\r\t\u0000\u0001\u007f\u0085\u00a0\u2028\ufeff\ufffeé\U0001f511'#: ""#
        #expect(try text(value, YAMLMapping.self) == "\"K\": \(quoted)\n")
        #expect(try text(value, TOMLVariables.self) == "K = \(quoted)\n")
    }

    @Test func `a document without variables is one of its format`() throws {
        let documents = [
            ("yaml", "{}\n"), ("toml", ""), ("wrangler-bulk", "{}\n"),
            ("k8s-secret", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: warder\ntype: Opaque\ndata: {}\n"),
        ]
        for (name, document) in documents {
            #expect(try Export.render([], as: Formats.named(name)) == [UInt8](document.utf8))
        }
        #expect(try LaunchdPropertyList.read(Export.render([], as: LaunchdPropertyList.self)).isEmpty)
    }

    @Test func `a Secret, a property list and the JSON for wrangler`() throws {
        #expect(
            try text("a\n", KubernetesSecret.self)
                == "apiVersion: v1\nkind: Secret\nmetadata:\n  name: warder\ntype: Opaque\ndata:\n  \"K\": \"YQo=\"\n")
        #expect(
            try text("a<b>&\"'\n\t", LaunchdPropertyList.self).contains("    <key>K</key>\n    <string>a&lt;b&gt;&amp;\"'\n\t</string>\n"))
        #expect(try text("a\"\u{1}", WranglerBulk.self) == "{\n  \"K\": \"a\\\"\\u0001\"\n}\n")
    }

    @Test func `names that are words of YAML stay names`() throws {
        let variables = try ["y", "NO", "null", "on", "_1", "E1"].map { try variable($0, $0) }
        for format in [YAMLMapping.self, KubernetesSecret.self, TOMLVariables.self] as [any EnvironmentFormat.Type] {
            #expect(try format.read(Export.render(variables, as: format)).map(\.name) == variables.map { $0.name })
        }
        for consumer in Consumer.yaml where try consumer.isHere() {
            let found = try consumer.read(Export.render(variables, as: YAMLMapping.self))
            #expect(found.keys.sorted() == ["E1", "NO", "_1", "null", "on", "y"])
        }
    }

    @Test func `each format names what it cannot hold`() throws {
        func kind(_ value: [UInt8], _ format: any EnvironmentFormat.Type, name: String = "K") -> Obstacle? {
            format.obstacle(to: name, value)
        }
        for format in [YAMLMapping.self, TOMLVariables.self] as [any EnvironmentFormat.Type] {
            #expect(kind([0xFF], format) == .notUTF8)
            #expect(kind([0], format) == nil)
        }
        #expect(kind([0, 0xFF], KubernetesSecret.self) == nil)
        #expect(kind([UInt8](repeating: 1, count: 1 << 20), KubernetesSecret.self) == nil)
        #expect(kind([UInt8](repeating: 1, count: 1 << 20 + 1), KubernetesSecret.self) == .overMebibyte)
        #expect(kind([1], KubernetesSecret.self, name: String(repeating: "N", count: 253)) == nil)
        #expect(kind([1], KubernetesSecret.self, name: String(repeating: "N", count: 254)) == .longName)
        #expect(kind([1], YAMLMapping.self, name: String(repeating: "N", count: 1001)) == .longName)
        #expect(kind([0], LaunchdPropertyList.self) == .nul)
        #expect(kind([13], LaunchdPropertyList.self) == .carriageReturn)
        for control in [1, 8, 11, 12, 14, 31] as [UInt8] { #expect(kind([control], LaunchdPropertyList.self) == .control) }
        #expect(kind([9, 10, 0x7F], LaunchdPropertyList.self) == nil)
        #expect(kind([UInt8]("\u{FFFE}".utf8), LaunchdPropertyList.self) == .noncharacter)
        #expect(kind([0xFF], LaunchdPropertyList.self) == .notUTF8)
        #expect(kind([0], WranglerBulk.self) == .nul)
        #expect(kind([UInt8](repeating: 120, count: 5120), WranglerBulk.self) == nil)
        #expect(kind([UInt8](repeating: 120, count: 5121), WranglerBulk.self) == .overFiveKibibytes)
    }

    @Test func `the longest name that yaml takes reads back everywhere`() throws {
        let name = String(repeating: "N", count: 1000)
        let content = try Export.render([try variable(name, "x")], as: YAMLMapping.self)
        for consumer in Consumer.yaml where try consumer.isHere() { #expect(try consumer.read(content)[name] == [120]) }
    }

    @Test func `a Secret of more than 1 MiB in all is refused`() throws {
        let half = [UInt8](repeating: 0, count: 1 << 19)
        let two = [try variable("A", half), try variable("B", half)]
        #expect(try KubernetesSecret.read(Export.render(two, as: KubernetesSecret.self)).count == 2)
        let three = two + [try variable("C", [1])]
        let error = exportError { () throws(ExportError) in try Export.render(three, as: KubernetesSecret.self) }
        #expect(error?.exitCode == 26)
        #expect(error?.description == "the format k8s-secret cannot hold more than 1 MiB in all")
    }
}
