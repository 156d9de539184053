import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import RequestLayer

/// A request that is refused, and with which status.
struct RefusedRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let status: Int

    init(_ name: String, _ text: String, _ status: Int = 400) {
        self.name = name
        self.text = text
        self.status = status
    }

    var testDescription: String { name }

    static func get(_ headers: String) -> String { "GET / HTTP/1.1\r\nHost: here\r\n\(headers)\r\n\r\n" }
    static func post(_ headers: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: here\r\n\(headers)\r\n\r\n\(body)GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"
    }

    static let startLines: [RefusedRequest] = [
        .init("a line feed alone after the request line", "GET / HTTP/1.1\nHost: here\r\n\r\n"),
        .init("line feeds alone", "GET / HTTP/1.1\nHost: here\n\n"),
        .init("a carriage return alone", "GET / HTTP/1.1\rHost: here\r\n\r\n"),
        .init("an empty line first", "\r\nGET / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("HTTP/0.9", "GET /\r\n\r\n"),
        .init("HTTP/1.0", "GET / HTTP/1.0\r\nHost: here\r\n\r\n", 505),
        .init("HTTP/1.2", "GET / HTTP/1.2\r\nHost: here\r\n\r\n", 505),
        .init("HTTP/2.0", "GET / HTTP/2.0\r\nHost: here\r\n\r\n", 505),
        .init("HTTP/0.9 said so", "GET / HTTP/0.9\r\nHost: here\r\n\r\n", 505),
        .init("HTTP/11.1", "GET / HTTP/11.1\r\nHost: here\r\n\r\n"),
        .init("HTTP/1.10", "GET / HTTP/1.10\r\nHost: here\r\n\r\n"),
        .init("HTTP/1", "GET / HTTP/1\r\nHost: here\r\n\r\n"),
        .init("http/1.1 in lower case", "GET / http/1.1\r\nHost: here\r\n\r\n"),
        .init("another protocol", "GET / ICE/1.1\r\nHost: here\r\n\r\n"),
        .init("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        .init("TLS", "\u{16}\u{03}\u{01}\u{02}\0\u{01}\0\u{01}"),
        .init("two blanks before the target", "GET  / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("two blanks before the version", "GET /  HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a tab for a blank", "GET\t/ HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a blank at the end", "GET / HTTP/1.1 \r\nHost: here\r\n\r\n"),
        .init("a blank at the beginning", " GET / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a blank in the target", "GET /a b HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("no target", "GET HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("no method", "/ HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a method with a colon", "GE:T / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a method with a slash", "GE/T / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a method of two words", "GET POST / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("NUL in the method", "GE\0T / HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("NUL in the target", "GET /\0 HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("DEL in the target", "GET /\u{7f} HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("an escape in the target", "GET /\u{1b}[2J HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("letters that are not ASCII in the target", "GET /é HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("an absolute target", "GET http://elsewhere/ HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("an absolute target with https", "GET https://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n"),
        .init("an authority for a target", "GET elsewhere:443 HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a relative target", "GET v1/models HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("a query for a target", "GET ?a HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: here\r\n\r\n"),
        .init("CONNECT", "CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n", 405),
        .init("CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: here\r\n\r\n", 405),
        .init("a target too long", "GET /\(String(repeating: "a", count: 70_000)) HTTP/1.1\r\nHost: here\r\n\r\n", 431),
    ]

    static let headers: [RefusedRequest] = [
        .init("a folded header", get("X-A: b\r\n c")),
        .init("a header folded by a tab", get("X-A: b\r\n\tc")),
        .init("a folded length", post("Content-Length:\r\n 5", "hello")),
        .init("a first header that is folded", "GET / HTTP/1.1\r\n Host: here\r\n\r\n"),
        .init("a blank before the colon", get("X-A : b")),
        .init("a tab before the colon", get("X-A\t: b")),
        .init("a blank before the length's colon", post("Content-Length : 5", "hello")),
        .init("a blank before the encoding's colon", post("Transfer-Encoding : chunked", "0\r\n\r\n")),
        .init("no colon", get("X-A")),
        .init("no name", get(": b")),
        .init("a name with a blank", get("X A: b")),
        .init("a name in quotes", get("\"X-A\": b")),
        .init("a name with a bracket", get("X[A]: b")),
        .init("a name that is not ASCII", get("X-Ä: b")),
        .init("a name with NUL", get("X-\0A: b")),
        .init("a name with a soft hyphen", get("Content\u{ad}Length: 5")),
        .init("NUL in a value", get("X-A: b\0c")),
        .init("a backspace in a value", get("X-A: b\u{8}c")),
        .init("DEL in a value", get("X-A: b\u{7f}c")),
        .init("a vertical tab in a value", get("X-A: b\u{b}c")),
        .init("a form feed before the encoding", post("Transfer-Encoding: \u{c}chunked", "0\r\n\r\n")),
        .init("a carriage return alone in a value", get("X-A: b\rX-B: c")),
        .init("a line feed alone in a value", get("X-A: b\nX-B: c")),
        .init("a line feed alone at a header's end", "GET / HTTP/1.1\r\nHost: here\nX-A: b\r\n\r\n"),
        .init("a line feed alone for the empty line", "GET / HTTP/1.1\r\nHost: here\r\n\n"),
        .init("two carriage returns", "GET / HTTP/1.1\r\nHost: here\r\r\n\r\n"),
        .init("Upgrade", get("Connection: Upgrade\r\nUpgrade: websocket")),
        .init("Upgrade to HTTP/2", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk")),
        .init("Upgrade without Connection", get("Upgrade: websocket")),
        .init("another expectation", post("Expect: 200-ok\r\nContent-Length: 5", "hello"), 417),
        .init("two expectations", post("Expect: 100-continue, x\r\nContent-Length: 5", "hello"), 417),
        .init("Connection names Host", get("Connection: host")),
        .init("Connection names the length", post("Connection: Content-Length\r\nContent-Length: 5", "hello")),
        .init("Connection names Origin", get("Connection: close, ORIGIN")),
        .init("Connection names Authorization", get("Connection: authorization")),
        .init("Connection names Sec-Fetch-Site", get("Connection: sec-fetch-site")),
        .init("Connection names what is no name", get("Connection: a b")),
        .init("too many headers", get((0..<200).map { "X-\($0): a" }.joined(separator: "\r\n")), 431),
        .init(
            "headers too long together", get((0..<100).map { "X-\($0): \(String(repeating: "a", count: 1000))" }.joined(separator: "\r\n")),
            431),
        .init("a header without an end", "GET / HTTP/1.1\r\nHost: here\r\nX-A: \(String(repeating: "a", count: 70_000))", 431),
    ]

    static let framing: [RefusedRequest] = [
        .init("a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        .init("chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
        .init("chunks and no length", post("Transfer-Encoding: chunked\r\nContent-Length: 0", "0\r\n\r\n")),
        .init("two lengths", post("Content-Length: 5\r\nContent-Length: 6", "hello")),
        .init("the same length twice", post("Content-Length: 5\r\nContent-Length: 5", "hello")),
        .init("two lengths in a list", post("Content-Length: 5, 6", "hello")),
        .init("the same length in a list", post("Content-Length: 5, 5", "hello")),
        .init("an empty length", post("Content-Length:", "hello")),
        .init("a length below nothing", post("Content-Length: -5", "hello")),
        .init("a length with a sign", post("Content-Length: +5", "hello")),
        .init("a hexadecimal length", post("Content-Length: 0x5", "hello")),
        .init("a length with a fraction", post("Content-Length: 5.0", "hello")),
        .init("a length with a word", post("Content-Length: 5 bytes", "hello")),
        .init("a length with a blank in it", post("Content-Length: 1 0", "hello")),
        .init("a length of other digits", post("Content-Length: ５", "hello")),
        .init("a length that overflows", post("Content-Length: 18446744073709551621", "hello")),
        .init("a length of a thousand digits", post("Content-Length: \(String(repeating: "0", count: 1000))5", "hello")),
        .init("gzip and chunks", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        .init("chunks and gzip", post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")),
        .init("chunks twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        .init("chunks in two headers", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        .init("identity", post("Transfer-Encoding: identity", "hello")),
        .init("identity, then chunks", post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        .init("chunks, then identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n")),
        .init("an unknown encoding", post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        .init("an encoding in quotes", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")),
        .init("an empty encoding", post("Transfer-Encoding:", "0\r\n\r\n")),
        .init("chunks with a parameter", post("Transfer-Encoding: chunked;a=b", "0\r\n\r\n")),
        .init("chunks with a comma", post("Transfer-Encoding: chunked,", "0\r\n\r\n")),
        .init("chunks with NUL", post("Transfer-Encoding: chunked\0", "0\r\n\r\n")),
        .init("chunks with a vertical tab", post("Transfer-Encoding: \u{b}chunked", "0\r\n\r\n")),
        .init("chunks with a line feed", post("Transfer-Encoding: \nchunked", "0\r\n\r\n")),
    ]
}

/// A body in chunks that is refused.
struct RefusedChunks: Sendable, CustomTestStringConvertible {
    let name: String
    let body: String
    var testDescription: String { name }

    init(_ name: String, _ body: String) {
        self.name = name
        self.body = body
    }

    static let all: [RefusedChunks] = [
        .init("a size without digits", "\r\nhello\r\n0\r\n\r\n"),
        .init("a size of letters", "g\r\nhello\r\n0\r\n\r\n"),
        .init("a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
        .init("a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"),
        .init("a size below nothing", "-5\r\nhello\r\n0\r\n\r\n"),
        .init("a blank before the size", " 5\r\nhello\r\n0\r\n\r\n"),
        .init("a blank after the size", "5 \r\nhello\r\n0\r\n\r\n"),
        .init("a tab after the size", "5\t;a\r\nhello\r\n0\r\n\r\n"),
        .init("a size that overflows", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
        .init("a size of many zeros", "\(String(repeating: "0", count: 300))5\r\nhello\r\n0\r\n\r\n"),
        .init("a line feed alone after the size", "5\nhello\r\n0\r\n\r\n"),
        .init("a carriage return alone after the size", "5\rhello\r\n0\r\n\r\n"),
        .init("a line feed alone after the data", "5\r\nhello\n0\r\n\r\n"),
        .init("nothing after the data", "5\r\nhello0\r\n\r\n"),
        .init("more data than the size", "5\r\nhello world\r\n0\r\n\r\n"),
        .init("less data than the size", "5\r\nhell\r\n0\r\n\r\n"),
        .init("an extension with a line feed", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        .init("an extension with NUL", "5;a\0\r\nhello\r\n0\r\n\r\n"),
        .init("an extension that is too long", "5;\(String(repeating: "a", count: 300))\r\nhello\r\n0\r\n\r\n"),
        .init("extensions that are too long together", String(repeating: "1;\(String(repeating: "a", count: 200))\r\nx\r\n", count: 100)),
        .init("a comma after the size", "5,5\r\nhello\r\n0\r\n\r\n"),
        .init("an extension without a name", "5;\r\nhello\r\n0\r\n\r\n"),
        .init("an extension with a blank in it", "5;a b\r\nhello\r\n0\r\n\r\n"),
        .init("an extension in open quotes", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
        .init("an extension that is not ASCII", "5;ä\r\nhello\r\n0\r\n\r\n"),
        .init("a trailer that is a length", "0\r\nContent-Length: 5\r\n\r\n"),
        .init("a trailer that is an encoding", "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        .init("a trailer that is a host", "0\r\nHost: elsewhere\r\n\r\n"),
        .init("a trailer without a colon", "0\r\ntrailer\r\n\r\n"),
        .init("a trailer with a blank before the colon", "0\r\nX-A : b\r\n\r\n"),
        .init("a trailer that is folded", "0\r\nX-A: b\r\n c\r\n\r\n"),
        .init("a trailer with a line feed", "0\r\nX-A: b\nX-B: c\r\n\r\n"),
        .init("a trailer with NUL", "0\r\nX-A: \0\r\n\r\n"),
        .init("trailers that are too long", "0\r\n\(String(repeating: "X-A: \(String(repeating: "b", count: 1000))\r\n", count: 20))\r\n"),
        .init("a line feed alone at the end", "0\r\n\n"),
        .init("a last chunk with data", "0\r\nhello\r\n\r\n"),
    ]
}

@Suite struct `The framing of requests` {
    @Test(arguments: RefusedRequest.startLines + RefusedRequest.headers + RefusedRequest.framing)
    func `is refused, and nothing goes upstream`(_ request: RefusedRequest) async throws {
        let server = try await RawServer()
        let rig = try await Rig(TestGate(port: server.port))
        let client = try await rig.connect()
        try? await client.send(request.text)
        try await client.waitForClose()
        let text = client.text
        #expect(text.hasPrefix("HTTP/1.1 \(request.status) "))
        #expect(text.contains("\r\nconnection: close\r\n"))
        #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(server.connections.isEmpty)
        #expect(rig.gate.notes.heads.isEmpty)
    }

    @Test(arguments: RefusedChunks.all, [BodyIntake.stream, .whole(limit: 100_000)])
    func `of chunks is refused, and nothing after it is a request`(_ chunks: RefusedChunks, intake: BodyIntake) async throws {
        let server = try await RawServer { connection, _ in
            try await connection.waitForClose()
            connection.close()
        }
        var rules = TestGate.Rules()
        rules.intake = intake
        let rig = try await Rig(TestGate(rules, port: server.port))
        let client = try await rig.connect()
        try? await client.send("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
        try? await client.send(chunks.body + "GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.waitForClose()
        #expect(client.text.hasPrefix("HTTP/1.1 400 "))
        #expect(client.text.components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(rig.gate.notes.heads.count == 1)
        // What went upstream was not ended, or there was nothing.
        #expect(server.connections.allSatisfy { !$0.text.hasSuffix("0\r\n\r\n") })
        if intake != .stream { #expect(server.connections.isEmpty) }
    }

    @Test(arguments: [
        "GET /?a=b&c=%00 HTTP/1.1\r\nHost: here\r\nX-A:\r\nX-B:\t b \t\r\nX-C: a:b\r\nX-D: grün\r\n\r\n",
        "PURGE /a HTTP/1.1\r\nHost: here\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-LENGTH: 005\r\n\r\nhello",
        "POST / HTTP/1.1\r\nTransfer-encoding: CHUNKED\r\n\r\n000005;a=\"b c\"\r\nhello\r\n0;x\r\nX-T: a\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: \tchunked \r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET /\(String(repeating: "a", count: 60_000)) HTTP/1.1\r\nHost: here\r\n\r\n",
    ])
    func `is read alike byte by byte and by another parser`(text: String) throws {
        let whole = try read(text, by: text.utf8.count)
        let single = try read(text, by: 1)
        #expect(whole == single)
        let theirs = try another(Array(text.utf8))
        #expect(whole == theirs)
        #expect(whole.consumed == text.utf8.count)
    }

    @Test func `is read as another parser does, or refused, whatever is changed in it`() async throws {
        var generator = SeededGenerator(seed: 7)
        let seeds = [
            "POST /v1/a?b=c HTTP/1.1\r\nHost: here\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello",
            "POST /v1/a HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5;x=y\r\nhello\r\n3\r\nabc\r\n0\r\nX-T: z\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, x-b\r\nX-B: 1\r\n\r\n",
        ]
        let pieces = [
            "\r\n", "\n", "\r", " ", "\t", ":", ";", ",", "\0", "0", "5", "a", "chunked", "Content-Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n",
            "HTTP/1.1", "é", "\u{7f}", "%", "0\r\n\r\n",
        ]
        var accepted = 0
        for round in 0..<6000 {
            if round.isMultiple(of: 50) { await Task.yield() }
            var bytes = Array(seeds.randomElement(using: &generator)?.utf8 ?? "".utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let piece = Array((pieces.randomElement(using: &generator) ?? "").utf8)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
                case 1: bytes.insert(contentsOf: piece, at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let ours = try? read(bytes, by: bytes.count), ours.isComplete else { continue }
            var theirs: Reading?
            do {
                theirs = try another(Array(bytes[..<ours.consumed]))
            } catch HTTPParserError.invalidMethod {
                // It knows a list of methods; any will do here.
                continue
            } catch {
                theirs = nil
            }
            accepted += 1
            let agrees = ours == theirs
            #expect(agrees, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        #expect(accepted > 500)
    }

    /// What a parser made of a request.
    struct Reading: Equatable {
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        var isComplete = false
        var consumed = 0

        static func == (one: Reading, other: Reading) -> Bool {
            one.start == other.start && one.fields == other.fields && one.body == other.body && one.isComplete == other.isComplete
        }

        private var start: [String?] { [head?.method.rawValue, head?.uri] }
        /// The other parser leaves a tab at the end of a value.
        private var fields: [[String]]? {
            head?.headers.map { [$0.name, String($0.value.reversed().drop { $0 == "\t" || $0 == " " }.reversed())] }
        }
    }

    private func read(_ text: String, by count: Int) throws -> Reading { try read(Array(text.utf8), by: count) }

    private func read(_ bytes: [UInt8], by count: Int) throws -> Reading {
        var parser = RequestParser(limits: HeadLimits(byteCount: 64 * 1024, fieldCount: 128))
        var buffer = ByteBuffer()
        var reading = Reading()
        for start in stride(from: 0, to: bytes.count, by: count) {
            buffer.writeBytes(bytes[start..<min(bytes.count, start + count)])
            if reading.head == nil { reading.head = try parser.head(&buffer)?.head }
            guard reading.head != nil else { continue }
            while !reading.isComplete, case let part = try parser.bodyPart(&buffer) {
                if case .part(let part) = part {
                    reading.body += Array(part.readableBytesView)
                    continue
                }
                if case .end = part { reading.isComplete = true }
                break
            }
        }
        reading.consumed = bytes.count - buffer.readableBytes
        return reading
    }

    /// What SwiftNIO's parser makes of it, without the headers that are dropped.
    private func another(_ bytes: [UInt8]) throws -> Reading {
        var reading = Reading()
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        while !reading.isComplete, let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(var head):
                let named = head.headers[canonicalForm: "connection"].map(String.init)
                for name in named + ["connection", "transfer-encoding", "keep-alive", "te", "trailer", "expect"] {
                    head.headers.remove(name: name)
                }
                reading.head = HTTPRequestHead(version: .http1_1, method: head.method, uri: head.uri, headers: head.headers)
            case .body(let part): reading.body += Array(part.readableBytesView)
            case .end: reading.isComplete = true
            }
        }
        return reading
    }
}
