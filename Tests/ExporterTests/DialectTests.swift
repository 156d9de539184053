import Exporter
import Foundation
import Testing

/// Readers against the real consumers, on generated files that nobody would write by hand.
///
/// With `SHOW_GENERATED` in the environment it prints the generated files that are read differently.
@Suite struct DialectTests {
    private static let common = [
        "A=", "B=", "C=", "'", "\"", "\\", "\n", "\n", "\r\n", " ", "\t", "x", "y z", "=", ":", "#", " #", "export ", "\nB=", "\nC='",
        "\nA=\"",
        "é", "\\n", "\\\"", "\\'", "`", "\u{2028}", "\u{A0}", "-", ".",
    ]

    /// The same files in every run.
    private static func files(_ pieces: [String], _ count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { index in
            var text = index % 3 == 0 ? "" : "A="
            for _ in 0..<Int.random(in: 1...18, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            if index % 2 == 0 { text += "\n" }
            return [UInt8](text.utf8)
        }
    }

    /// Compares what a model accepts. What it refuses, the consumer must refuse too, unless that is known to differ.
    private func compare(
        _ format: any EnvironmentFormat.Type, _ consumer: Consumer, _ files: [[UInt8]], atLeast minimum: Int,
        runsRefused: Bool = true, mayRefuse: ([UInt8]) -> Bool = { _ in false }
    ) throws {
        guard try consumer.isHere() else { return }
        // What shells have in their environment whatever they read.
        let inherited = Set((try consumer.read([[]]).first ?? nil)?.keys.map { $0 } ?? [])
        var models: [[EnvironmentEntry]?] = []
        for file in files { models.append(try? format.read(file)) }
        let indices = files.indices.filter { models[$0] != nil }
        #expect(indices.count >= minimum, "accepted files")
        try check(indices, try consumer.read(indices.map { files[$0] }))
        let refused = Array(files.indices.filter { models[$0] == nil && !mayRefuse(files[$0]) }.prefix(runsRefused ? 60 : 0))
        try check(refused, try consumer.read(refused.map { files[$0] }))
        print("READS: \(format.name) | \(consumer.name) | \(indices.count) read | \(refused.count) refused")

        func isPrinted(_ name: String) -> Bool { !name.contains("=") && !name.contains("\n") }

        func check(_ indices: [Int], _ answers: [[String: [UInt8]]?]) throws {
            #expect(answers.count == indices.count, "answers of \(consumer.name)")
            for (index, answer) in zip(indices, answers) {
                let model = models[index].map { entries in
                    Dictionary(format.effective(entries).map { ($0.name, $0.value) }) { $1 }.filter { isPrinted($0.key) }
                }
                let own = answer?.filter { !inherited.contains($0.key) }
                // Compose makes a nameless variable of some lines, which no process can have.
                let isSame = model == own || (model == nil && own?[""] != nil)
                #expect(isSame, "file \(index)")
                if !isSame, ProcessInfo.processInfo.environment["SHOW_GENERATED"] != nil {
                    print("DIFFERS \(index): \(String(decoding: files[index], as: UTF8.self).debugDescription)")
                    print("   model \(String(describing: model?.mapValues { String(decoding: $0, as: UTF8.self).debugDescription }))")
                    print(
                        "   \(consumer.name) \(String(describing: own?.mapValues { String(decoding: $0, as: UTF8.self).debugDescription }))"
                    )
                }
            }
        }
    }

    @Test func `dotenv-js reads as the dotenv package does`() throws {
        try compare(DotenvJS.self, .dotenvPackage, Self.files(Self.common, 3000, seed: 1), atLeast: 2900)
    }

    @Test(arguments: Consumer.pythonDotenv)
    func `dotenv-python reads as python-dotenv does`(_ consumer: Consumer) throws {
        let pieces = Self.common + ["${", "}", "$", "\\\\", "\\t", "\u{1C}"]
        try compare(DotenvPython.self, consumer, Self.files(pieces, 3000, seed: 2), atLeast: 2000) { file in
            let text = String(decoding: file, as: UTF8.self)
            return text.contains("${") || text.contains("#") || text.contains("\\")
        }
    }

    @Test func `compose reads as Compose does`() throws {
        let pieces = Self.common + ["$$", "\\$", "\\\\", "\\0101", "[", "]"]
        try compare(ComposeEnvFile.self, .compose, Self.files(pieces, 1500, seed: 3), atLeast: 300) { file in
            file.contains(UInt8(ascii: "$")) || file.last != UInt8(ascii: "\n")
        }
    }

    @Test func `docker reads as Docker does`() throws {
        let pieces = Self.common.filter { !$0.contains(" ") } + ["A=1\n", "B= x \n", " C=", "D", "\r", "\n#"]
        try compare(DockerEnvFile.self, .docker, Self.files(pieces, 800, seed: 4), atLeast: 300)
    }

    @Test(arguments: Consumer.manyFileShells)
    func `sh reads as shells do`(_ consumer: Consumer) throws {
        let pieces =
            Self.common.filter { $0 != "`" && $0 != "\u{A0}" } + [
                "~", "*", "{", "}", "!", "^", "%", ",", "\\\n", "?", "[", "\u{1}", "\u{7F}", "\u{B}", "\u{83}",
            ]
        let files = Self.files(pieces, 3000, seed: 5) + Self.files(Self.words, 600, seed: 6)
        try compare(ShellExports.self, consumer, files, atLeast: 500, runsRefused: false)
    }

    @Test func `fish reads as fish does`() throws {
        let pieces = [
            "set -gx A ", "set -x B ", "\nset --export -g C ", "\nset -gx A '", "'", "\"", "\\", "\n", " ", "x", "y", "#", "\\'", "\\\\",
            "é",
            "\\\"", "\n#", "%", "\\ ", "=", "a:b", "\u{1}", "\u{7F}", "\u{83}", "\u{F601}",
        ]
        let files = Self.files(pieces, 6000, seed: 7).map { $0.starts(with: "A=".utf8) ? [UInt8]("set -gx A ".utf8) + $0.dropFirst(2) : $0 }
        try compare(FishExports.self, .fishWithManyFiles, files, atLeast: 300, runsRefused: false)
    }

    @Test func `environment.d reads as systemd does`() throws {
        let pieces = ["A=", "B=", "'", "\"", "\\", "\n", " ", "x", "y z", "$$", "=", "\\\n", "\nC=", "é", "#", ";", "$", "\\$", "export "]
        // Before version 254 a comment that ends in a backslash swallows the next line.
        let files = Self.files(pieces, 2500, seed: 8).filter { file in
            let text = String(decoding: file, as: UTF8.self)
            return !text.contains("\\\n") || !text.contains { $0 == "#" || $0 == ";" }
        }
        try compare(EnvironmentD.self, .mergeEnvFile, files, atLeast: 600, runsRefused: false)
    }

    /// Whole words, so that many files are scripts that shells read without running anything.
    private static let words = [
        "A=x\n", "export B='y z'\n", "C=\"a\\\"b\\\\c\\d\"\n", "# comment 'x\n", "\n", "A=a\\ b\\'\n", "B=a#b # c\n", "export C=1 A=2\n",
        "export A\n",
        "  A=x;\n", "B=$A\n", "C='a\nb'\n", "A=\"a\n#b\"\n", "B=a\\\nb\n", "C=a:b/c\n", "A=~\n", "B=a~b\n", "C==ls\n", "A=a*b\n", "\tB=é\n",
        "C=''\"\"\n", "A=a'b'\"c\"\\d\n", "export B=\n", "C=x y\n", "A=1 B=2 C=3\n",
    ]
}
