internal import NIOCore
internal import NIOHTTP1

/// Reads requests from a client's bytes, one after the other.
struct RequestParser {
    /// A request's head, and what it says about its body and its connection.
    struct Head {
        var head: HTTPRequestHead
        var framing: BodyFraming
        var expectsContinue: Bool
        var closes: Bool
    }

    private var heads: HeadParser
    private(set) var body = BodyParser(.none)

    init(limits: HeadLimits) { heads = HeadParser(limits: limits) }

    /// The next request's head; nil if it has not arrived whole. Takes it from the buffer.
    mutating func head(_ buffer: inout ByteBuffer) throws(FramingFault) -> Head? {
        guard let length = try heads.length(in: buffer) else { return nil }
        let head = try read(buffer, length: length)
        body = BodyParser(head.framing)
        buffer.moveReaderIndex(forwardBy: length)
        return head
    }

    private func read(_ buffer: ByteBuffer, length: Int) throws(FramingFault) -> Head {
        let octets = buffer.readableBytesUInt8Span

        var index = 0
        while Octets.isToken(octets[index]) { index += 1 }
        guard octets[index] == 0x20, index > 0 else { throw .malformed }
        let method = 0..<index
        index += 1
        let targetStart = index
        while Octets.isTarget(octets[index]) { index += 1 }
        guard octets[index] == 0x20, index > targetStart else { throw .malformed }
        let target = targetStart..<index
        index += 1
        try Self.version(octets, at: index, length: length)
        if octets[method.lowerBound] == UInt8(ascii: "C"), octets.equals("connect", in: method) { throw .method }
        // Origin form only: no `*`, no authority, no absolute address.
        guard octets[targetStart] == UInt8(ascii: "/") else { throw .malformed }

        let fields = try heads.fields(buffer, from: index + 10, length: length, isRequest: true)
        guard let target = buffer.text(target),
            let method = Self.method(octets, method) ?? buffer.text(method).map(HTTPMethod.init(rawValue:))
        else { throw .malformed }
        let framing: BodyFraming =
            if fields.isChunked { .chunked } else if let length = fields.contentLength, length > 0 { .length(length) } else { .none }
        return Head(
            head: HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: fields.headers), framing: framing,
            expectsContinue: fields.expectsContinue && framing != .none, closes: fields.closes)
    }

    /// The next part of the body.
    mutating func bodyPart(_ buffer: inout ByteBuffer) throws(FramingFault) -> BodyPart {
        try body.next(&buffer)
    }

    /// `HTTP/1.1` and the end of the line.
    private static func version(_ octets: Span<UInt8>, at index: Int, length: Int) throws(FramingFault) {
        guard index + 10 <= length, octets.equals("http/", in: index..<index + 5), octets[index] == UInt8(ascii: "H"),
            octets[index + 6] == UInt8(ascii: "."), octets[index + 8] == 0x0d, octets[index + 9] == 0x0a
        else { throw .malformed }
        for letter in index..<index + 4 where octets[letter] > 0x5a { throw .malformed }
        for digit in [octets[index + 5], octets[index + 7]] where digit < 0x30 || digit > 0x39 { throw .malformed }
        guard octets[index + 5] == UInt8(ascii: "1"), octets[index + 7] == UInt8(ascii: "1") else { throw .version }
    }

    /// The usual methods without a text of their own. Methods are case-sensitive.
    private static func method(_ octets: Span<UInt8>, _ range: Range<Int>) -> HTTPMethod? {
        for index in range where octets[index] > 0x5a { return nil }
        return switch octets[range.lowerBound] {
        case UInt8(ascii: "G") where octets.equals("get", in: range): .GET
        case UInt8(ascii: "P") where octets.equals("post", in: range): .POST
        default: nil
        }
    }
}
