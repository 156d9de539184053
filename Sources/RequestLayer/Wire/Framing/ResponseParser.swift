internal import NIOCore
internal import NIOHTTP1

/// Reads the response to one request from a server's bytes, as strictly as requests are read.
struct ResponseParser {
    /// What came of a response.
    enum Part {
        /// The head of the final response.
        case head(HTTPResponseHead)
        case body(ByteBuffer)
        case end
        case more
    }

    private var heads: HeadParser
    private var body: BodyParser?
    private var interim = 0
    private let isHead: Bool
    /// Whether another request may follow on the connection.
    private(set) var staysOpen = true

    /// Interim responses before the final one that are put up with.
    static let interimLimit = 16

    /// - Parameter isHead: whether the request was a HEAD, whose response has no body whatever it says.
    init(limits: HeadLimits, isHead: Bool) {
        heads = HeadParser(limits: limits)
        self.isHead = isHead
    }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool { body?.endsWithConnection ?? false }

    mutating func next(_ buffer: inout ByteBuffer) throws(FramingFault) -> Part {
        if body != nil { return try nextOfBody(&buffer) }
        while let length = try heads.length(in: buffer) {
            let (code, start, isOld) = try Self.status(buffer.readableBytesUInt8Span, length: length)
            let fields = try heads.fields(buffer, from: start, length: length, isRequest: false)
            buffer.moveReaderIndex(forwardBy: length)
            if code < 200 {
                // Switching protocols was not asked for.
                interim += 1
                guard code != 101, interim <= Self.interimLimit, !fields.isChunked, fields.contentLength == nil else { throw .malformed }
                continue
            }
            if isOld, fields.isChunked { throw .malformed }
            let framing = Self.framing(code, fields, isHead: isHead)
            staysOpen = !fields.closes && (!isOld || fields.asksToStay) && framing != .untilClose
            body = BodyParser(framing)
            return .head(
                HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: code), headers: fields.headers))
        }
        return .more
    }

    private mutating func nextOfBody(_ buffer: inout ByteBuffer) throws(FramingFault) -> Part {
        switch try body?.next(&buffer) ?? .more {
        case .part(let part): .body(part)
        case .end: .end
        case .more: .more
        }
    }

    private static func framing(_ code: Int, _ fields: Fields, isHead: Bool) -> BodyFraming {
        if isHead || code == 204 || code == 304 { return .none }
        if fields.isChunked { return .chunked }
        return fields.contentLength.map { .length($0) } ?? .untilClose
    }

    /// Status, where the headers begin, and whether it is HTTP/1.0.
    private static func status(_ octets: Span<UInt8>, length: Int) throws(FramingFault) -> (Int, Int, Bool) {
        guard length > 15, octets.equals("http/1.", in: 0..<7), octets[0] == UInt8(ascii: "H"), octets[3] == UInt8(ascii: "P"),
            octets[7] == UInt8(ascii: "1") || octets[7] == UInt8(ascii: "0"), octets[8] == 0x20,
            let code = octets.decimal(in: 9..<12), code >= 100, code < 600
        else { throw .malformed }
        var index = 12
        // A reason may be missing, and its space with it.
        guard octets[index] == 0x20 || octets[index] == 0x0d else { throw .malformed }
        while Octets.isFieldValue(octets[index]) { index += 1 }
        guard octets[index] == 0x0d, octets[index + 1] == 0x0a else { throw .malformed }
        return (code, index + 2, octets[7] == UInt8(ascii: "0"))
    }
}
