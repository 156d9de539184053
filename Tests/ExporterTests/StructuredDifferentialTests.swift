import Exporter
import Foundation
import Testing

/// Readers of structured formats against real parsers, on generated documents.
@Suite struct StructuredDifferentialTests {
    private static func documents(_ pieces: [String], _ count: Int, seed: UInt64, _ frame: (String) -> String = { $0 }) -> [[UInt8]] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { _ in
            var text = ""
            for _ in 0..<Int.random(in: 1...14, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            return [UInt8](frame(text).utf8)
        }
    }

    /// What the reader takes, the consumer must read the same. What it refuses may be refused, if `mayRefuse` is given, or be so too there.
    private func compare(
        _ format: any EnvironmentFormat.Type, _ consumer: Consumer, _ documents: [[UInt8]], atLeast minimum: Int,
        consumerMayRefuse: (([UInt8]) -> Bool)? = nil, mayRefuse: (([UInt8]) -> Bool)? = nil
    ) throws {
        guard try consumer.isHere() else { return }
        var answers: [[String: [UInt8]]?] = []
        for start in stride(from: 0, to: documents.count, by: 5000) {
            answers += try consumer.read([[UInt8]](documents[start..<min(start + 5000, documents.count)]))
        }
        #expect(answers.count == documents.count, "answers of \(consumer.name)")
        var taken = 0
        for (index, (document, answer)) in zip(documents, answers).enumerated() {
            var isSame: Bool
            if let entries = try? format.read(document) {
                taken += 1
                isSame = answer == Dictionary(entries.map { ($0.name, $0.value) }) { $1 }
                if answer == nil, consumerMayRefuse?(document) ?? false { isSame = true }
            } else {
                let isStranger = answer?.keys.contains { $0.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil } ?? true
                isSame = isStranger || (mayRefuse?(document) ?? true)
            }
            #expect(isSame, "document \(index)")
            if !isSame, ProcessInfo.processInfo.environment["SHOW_GENERATED"] != nil {
                print("DIFFERS \(index): \(String(decoding: document, as: UTF8.self).debugDescription)")
                print("   model \(String(describing: try? format.read(document)))")
                print("   \(consumer.name) \(String(describing: answer))")
            }
        }
        #expect(taken >= minimum, "documents that the reader takes")
        print("READS: \(format.name) | \(consumer.name) | \(taken) of \(documents.count)")
    }

    private static let yamlPieces = [
        "A: ", "\nB: ", "\n\"C\": ", "\nD: '", "\nE: \"", "\nF: |\n  ", "\nG: >-\n  ", "'", "\"", "\\", "\n", "\n  ", " ", "x", "y z", "#",
        " # ",
        ":", ",", "-", "é", "\\n", "\\u0041", "1", "no", "null", "~", "0x1", "2001-01-01", "=", "!", "%", "@", "?", "{", "}", "\r\n", "\t",
        "🔑",
        "\u{A0}", "a.b", "12e3", ".", "1_0", "*", "&", ":x", "<", "|", ">",
    ]

    @Test(arguments: Consumer.yaml)
    func `yaml reads as others do`(_ consumer: Consumer) throws {
        let free = Self.documents(Self.yamlPieces, 3000, seed: 11) { $0.hasPrefix("A: ") ? $0 : "A: " + $0 }
        let scalars = Self.documents(Array(Self.yamlPieces.dropFirst(11)), 3000, seed: 12) {
            "A: \($0.replacing("\n", with: "\n  "))\nB: x\n"
        }
        // PyYAML's own parser refuses tabs outside of quotes, and a comment right after the sign of a block.
        try compare(YAMLMapping.self, consumer, free + scalars, atLeast: 1000) { document in
            consumer.name.hasSuffix(" SafeLoader")
                && (document.contains(9) || String(decoding: document, as: UTF8.self).contains(/[|>]-?#/))
        }
    }

    /// Scalars without quotes, of the characters of which numbers and times are made.
    @Test(arguments: Consumer.yaml)
    func `yaml knows what is not a string`(_ consumer: Consumer) throws {
        let pieces = "0 1 2 7 9 12 60 . - + _ : e E x o b 0x 0o inf nan .inf T t Z / y n yes true null ~ a f F , g = <".split(
            separator: " ")
        let documents = Self.documents(pieces.map(String.init), 4000, seed: 13) { "A: \($0.suffix(12))\n" }
        try compare(YAMLMapping.self, consumer, documents, atLeast: 300)
    }

    @Test func `toml reads as tomllib does`() throws {
        let pieces = [
            "A = ", "\nB = ", "\n'C' = ", "\nD='", "\nE=\"", "\"", "'", "\"\"\"", "'''", "\\", "\n", "\r\n", " ", "x", "#", " # c", "\\n",
            "\\u0041",
            "\\U0001F511", "\\\n  ", "\t", "é", "=", ".", "1", "[", "]", "\\\"", "\u{1}", "\"x\"", "'y'", "\"\"\"\nz\"\"\"",
        ]
        let documents = Self.documents(pieces, 25000, seed: 14) { $0.hasPrefix("A") ? $0 : "A = \"" + $0 }
        // CR LF in a string.
        try compare(TOMLVariables.self, .tomllib, documents, atLeast: 300, mayRefuse: { $0.contains(13) })
    }

    @Test func `launchd reads as plistlib does`() throws {
        let pieces = [
            "<key>A</key>", "<string>x</string>", "\n<key>B</key> <string>", "</string>", "<string/>", "<!-- c -->", "&amp;", "&#65;",
            "&lt;", "&", "<",
            ">", "<![CDATA[", "]]>", "x", "\n", "\r\n", "é", "<?p?>", "--", "]]", "&#13;", "&quot;", "&#x41;", "<key>C</key><string>",
        ]
        let documents = Self.documents(pieces, 10000, seed: 15) { text in
            let body = "<key>V</key><string>" + text + (text.count % 2 == 0 ? "</string>" : "")
            return "<plist><dict><key>EnvironmentVariables</key><dict>\(body)</dict></dict></plist>"
        }
        // plistlib skips text between elements, which is no part of a list.
        try compare(LaunchdPropertyList.self, .plistlib, documents, atLeast: 300)
    }
}
