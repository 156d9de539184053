import Foundation
import Testing

@testable import Resolver

/// Addresses against other programs' readers: what is accepted must mean the same host to all of them.
@Suite struct AddressPropertyTests {
    /// A program that reads addresses out of a JSON array and prints, for each, `[scheme, host, port]` or null.
    struct Reader: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let command: [String]

        static let all = [
            Reader(
                testDescription: "Python's urlsplit",
                command: [
                    "python3", "-c",
                    """
                    import json, sys
                    from urllib.parse import urlsplit
                    def read(text):
                        try:
                            url = urlsplit(text)
                            return [url.scheme, url.hostname, url.port]
                        except ValueError:
                            return None
                    print(json.dumps([read(text) for text in json.load(sys.stdin)]))
                    """,
                ]),
            Reader(
                testDescription: "WHATWG's URL",
                command: [
                    "node", "-e",
                    """
                    const read = (text) => {
                        try {
                            const url = new URL(text);
                            return [url.protocol.slice(0, -1), url.hostname, url.port === "" ? null : Number(url.port)];
                        } catch { return null; }
                    };
                    console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0)).map(read)));
                    """,
                ]),
        ]

        /// What it reads, or nil if the program is not here.
        func read(_ addresses: [String]) throws -> [[Any]?]? {
            let input = try JSONSerialization.data(withJSONObject: addresses)
            guard let output = try run(command, input: input), !output.isEmpty else {
                print("SKIPPED: \(testDescription) is not on this machine")
                return nil
            }
            let rows = try JSONSerialization.jsonObject(with: output) as? [Any] ?? []
            return rows.map { $0 as? [Any] }
        }
    }

    /// Pieces of addresses, good and bad, and how they are put together.
    private static let pieces = [
        "https://", "http://", "http:/", "HTTP://", "localhost", "127.0.0.1", "127.1", "[::1]", "[::ffff:1.2.3.4]", "[1::]", "0x7f.1",
        "017.0.0.1",
        "api.example", "evil.example", "a-b", "xn--bcher-kva", "xn--a", ".", "..", "-", "@", ":", ":80", ":443", ":0443", ":8080", ":65536",
        "/", "//",
        "/v1", "/a.b", "/..", "/.", "\\", "?", "#", "%2e", "%40", "%00", "user:pw", " ", "\t", "\n", "\u{E9}", "\u{3002}", "\u{FF0F}", "_",
        "!", "$",
        "'", "(", "*", ",", ";", "=", "~", "1", "0", "255", "256", "A", "Z9", "[", "]", "|", "^", "`", "{", "}", "<", ">", "\"", "\u{AD}",
        "\u{130}",
    ]

    private static func address(_ random: inout Random) -> String {
        let start = ["https://", "https://", "http://", ""].randomElement(using: &random) ?? ""
        return start + (0..<Int.random(in: 1...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    /// An IPv6 address as people and programs write it, right or wrong.
    private static func bracketed(_ random: inout Random) -> String {
        let groups = (0..<Int.random(in: 1...8, using: &random)).map { _ in
            ["0", "1", "ffff", "00ab", "00000", "", "1.2.3.4", "01.2.3.4", "DB8"].randomElement(using: &random) ?? ""
        }
        return "https://[\(["", "::"].randomElement(using: &random) ?? "")\(groups.joined(separator: ":"))]/v1"
    }

    @Test(arguments: Reader.all)
    func `no other reader takes an accepted address for another host`(_ reader: Reader) throws {
        var random = Random(seed: 4)
        let addresses = (0..<60_000).map { _ in Self.address(&random) } + (0..<20_000).map { _ in Self.bracketed(&random) }
        let accepted = addresses.compactMap { text in (try? Endpoint(text, "x")).map { (text: text, endpoint: $0) } }
        #expect(accepted.count > 1000)
        guard let before = try reader.read(accepted.map(\.text)), let after = try reader.read(accepted.map(\.endpoint.text)) else { return }
        try #require(before.count == accepted.count && after.count == accepted.count)
        var agreed = 0
        for (row, (before, after)) in zip(accepted, zip(before, after)) {
            // One that another refuses goes nowhere.
            for read in [before, after].compactMap({ $0 }) {
                let host = Self.plain(read[1] as? String ?? "")
                #expect(host == Self.plain(row.endpoint.host), "\(row.text)")
                #expect(read[0] as? String == (row.endpoint.text.hasPrefix("https:") ? "https" : "http"), "\(row.text)")
                let usual = row.endpoint.text.hasPrefix("https:") ? 443 : 80
                #expect((read[2] as? Int ?? usual) == row.endpoint.port ?? usual, "\(row.text)")
                agreed += 1
            }
        }
        #expect(agreed > accepted.count)
    }

    /// A host without brackets; an IPv6 address in its shortest form, since the readers write it in different ones.
    private static func plain(_ host: String) -> String {
        let inner = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard inner.contains(":") else { return inner.lowercased() }
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, inner, &address) == 1 else { return "not an address" }
        return unsafe withUnsafeBytes(of: &address) { unsafe $0.map { String($0) }.joined(separator: ".") }
    }

    // MARK: Models in paths

    /// Where a model's name is a part of the path: whole, or with its slashes.
    @Test(arguments: [("google-ai-studio", false), ("workers-ai", true), ("huggingface", true), ("aws-bedrock", false)])
    func `a model's name comes back from the path, and does not change what is around it`(_ route: String, _ keepsSlashes: Bool) throws {
        let style = route == "workers-ai" ? "style = 'cloudflare-run'\n" : ""
        let rig = try Rig(
            """
            [provider.mine]
            kind = "cloudflare"
            account_id = "a"
            gateway_id = "g"
            region = "r"
            route = "\(route)"
            \(style)
            [provider.mine.gateway]
            provider_key = "stored"
            """)
        func path(_ model: String) throws -> String { try #require(rig.resolve("mine/\(model)").requestURL) }
        let parts = try path("MODEL").components(separatedBy: "MODEL")
        try #require(parts.count == 2)
        var random = Random(seed: 7)
        let alphabet = Array("abcXYZ019-._~:@!&'()*+,;=?#%[]^`| ".unicodeScalars.filter { $0 != " " }) + ["/", "/"]
        for _ in 0..<2000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...12, using: &random) { scalars.append(alphabet.randomElement(using: &random) ?? "a") }
            let model = String(scalars)
            // Refused, or "auto", which stands for another.
            guard (try? ModelName("mine/\(model)")) != nil, model != "auto" else { continue }
            let found = try path(model)
            #expect(found.hasPrefix(parts[0]) && found.hasSuffix(parts[1]), "\(model)")
            let inner = String(found.dropFirst(parts[0].count).dropLast(parts[1].count))
            #expect(inner.removingPercentEncoding == model)
            #expect(inner.utf8.allSatisfy { UInt8(ascii: "!") <= $0 && $0 < 0x7F && !"?#\\\"<>{}[]|^`".utf8.contains($0) }, "\(inner)")
            #expect(inner.contains("/") == (keepsSlashes && model.contains("/")), "\(inner)")
            #expect(!inner.split(separator: "/", omittingEmptySubsequences: false).contains { ["", ".", ".."].contains($0) }, "\(inner)")
        }
    }
}

/// Runs a program found in `PATH`. Nil if it is not there.
private func run(_ command: [String], input: Data) throws -> Data? {
    let directory = try TemporaryDirectory()
    let file = try directory.write(String(decoding: input, as: UTF8.self), to: "input")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: file))
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
}
