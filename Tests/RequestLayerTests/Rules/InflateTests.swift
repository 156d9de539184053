import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import RequestLayer

/// Errors that are compressed.
@Suite struct InflateTests {
    private static let key = "sk-ant-CanaryKey0123456789"

    /// Texts, each as another program compresses them: gzip, deflate with and without its header, by level.
    private static let compressed: [(encoding: String, text: [UInt8], bytes: [UInt8])] = {
        let script = """
            import gzip, io, json, random, sys, zlib
            random.seed(5)
            texts = [b"x" * 50, b'{"error":{"message":"Incorrect API key provided: sk-ant-CanaryKey0123456789"}}' * 3, bytes(range(256)) * 9,
                     bytes(random.randrange(256) for _ in range(3000)), b"".join(b"line %d of many\\n" % (i % 37) for i in range(4000)),
                     bytes(random.choice(b"abc") for _ in range(70000))]
            for text in texts:
                for level in (0, 1, 6, 9):
                    raw = zlib.compressobj(level, zlib.DEFLATED, -15)
                    named = io.BytesIO()
                    with gzip.GzipFile("a name", "wb", level, named, 7) as file: file.write(text)
                    fixed = zlib.compressobj(level, zlib.DEFLATED, -15, 8, zlib.Z_FIXED)
                    for encoding, data in (("gzip", gzip.compress(text, level)), ("deflate", zlib.compress(text, level)), ("GZIP", named.getvalue()),
                                           ("deflate", raw.compress(text) + raw.flush()), ("Deflate", fixed.compress(text) + fixed.flush())):
                        print(encoding, text.hex(), data.hex())
            """
        func bytes(_ hex: Substring) -> [UInt8] {
            let digits = hex.utf8.compactMap(Byte.hexDigit)
            return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        }
        let lines = (try? Python.run(script, "")) ?? ""
        return lines.split(separator: "\n").map { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            return (String(words[0]), bytes(words[1]), bytes(words[2]))
        }
    }()

    @Test func `what Python compresses is read, and no more than there is room for`() {
        #expect(Self.compressed.count == 120)
        for row in Self.compressed {
            let body = Inflate.body(ByteBuffer(bytes: row.bytes), encoding: row.encoding, limit: row.text.count)
            #expect(body == ByteBuffer(bytes: row.text))
            #expect(Inflate.body(ByteBuffer(bytes: row.bytes), encoding: row.encoding, limit: row.text.count - 1) == nil)
        }
    }

    @Test func `what is broken gives nothing, and ends`() {
        var random = SeededRandom(3)
        for row in Self.compressed where row.bytes.count < 400 {
            for count in 0..<max(0, min(row.bytes.count - 9, 40)) {
                #expect(Inflate.body(ByteBuffer(bytes: row.bytes.prefix(count)), encoding: row.encoding, limit: 1 << 20) == nil)
            }
            for _ in 0..<50 {
                var bytes = row.bytes
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
                let body = Inflate.body(ByteBuffer(bytes: bytes), encoding: row.encoding, limit: 1 << 16)
                #expect((body?.readableBytes ?? 0) <= 1 << 16)
            }
        }
        for encoding in ["br", "zstd", "compress", "gzip, gzip", ""] {
            #expect(Inflate.body(ByteBuffer(bytes: [1, 2, 3]), encoding: encoding, limit: 100) == nil)
        }
    }

    @Test(arguments: [(50, true), (400, false)])
    func `blocks are counted, however little is in them`(_ count: Int, _ isRead: Bool) throws {
        let script = """
            import random, zlib
            random.seed(1)
            c = zlib.compressobj(9, zlib.DEFLATED, 15)
            data = b"".join(c.compress(bytes(random.choice(b"abcdefgh") for _ in range(300))) + c.flush(zlib.Z_FULL_FLUSH) for _ in range(\(count)))
            print((data + c.flush()).hex())
            """
        let digits = try Python.run(script, "").utf8.compactMap(Byte.hexDigit)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        let body = Inflate.body(ByteBuffer(bytes: bytes), encoding: "deflate", limit: 1 << 20)
        #expect(body?.readableBytes == (isRead ? 300 * count : nil))
    }

    @Test func `a key in a compressed error is masked, and one that cannot be looked into is not given`() throws {
        let rig = try GateRig()
        let row = try #require(Self.compressed.first { $0.encoding == "gzip" && $0.text.starts(with: Array("{\"error".utf8)) })
        guard case .forward(let exchange) = rig.admit(.POST, "/anthropic/v1/messages"),
            case .send = exchange.nextAttempt(body: ByteBuffer())
        else {
            Issue.record("refused")
            return
        }
        let head = HTTPResponseHead(version: .http1_1, status: .unauthorized, headers: HTTPHeaders([("content-encoding", "gzip")]))
        guard case .collect = exchange.received(head),
            case .answer(let answer) = exchange.collected(head, body: ByteBuffer(bytes: row.bytes), isWhole: true)
        else {
            Issue.record("not collected")
            return
        }
        let body = String(buffer: answer.body)
        let isMasked = !body.contains(Self.key) && body.contains("Incorrect API key provided: ****")
        #expect(isMasked && answer.head.headers["content-encoding"].isEmpty && answer.head.status == .unauthorized)
        exchange.finished(Trip.summary(401))
        let other = try GateRig().trip(.POST, "/anthropic/v1/messages") { _ in .responds(500, [("content-encoding", "br")], [Self.key]) }
        let isHidden = other.status == 502 && !other.body.contains(Self.key)
        #expect(isHidden)
    }
}
