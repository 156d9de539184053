internal import NIOHTTP1

/// The headers of a message: those that are passed on, and what the others say about its connection.
struct Fields {
    /// Those that are passed on, and `Content-Length`.
    var headers = HTTPHeaders()
    /// All that were there.
    var count = 0
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    /// Whether the connection ends with this message.
    private(set) var closes = false
    /// Whether the connection stays: what HTTP/1.0 has to ask for.
    private(set) var asksToStay = false
    private(set) var expectsContinue = false
    private var named: [String] = []

    /// Takes what a connection header says.
    ///
    /// - Returns: whether it is passed on nevertheless.
    mutating func note(
        _ header: ConnectionHeader, _ octets: Span<UInt8>, _ value: Range<Int>, isRequest: Bool
    ) throws(FramingFault) -> Bool {
        switch header {
        case .host:
            return true
        case .dropped:
            return false
        case .contentLength:
            guard contentLength == nil, let number = octets.decimal(in: value) else { throw .malformed }
            contentLength = number
            return true
        case .transferEncoding:
            guard !isChunked, octets.equals("chunked", in: value) else { throw .malformed }
            isChunked = true
            return false
        case .upgrade:
            // A server may offer one; a client that asks for it expects something else than what it would get.
            if isRequest { throw .upgrade }
            return false
        case .expect:
            guard isRequest, octets.equals("100-continue", in: value) else { throw .expectation }
            expectsContinue = true
            return false
        case .connection:
            try noteOptions(octets, value)
            return false
        }
    }

    /// Takes the options of a `Connection` header: `close`, `keep-alive`, and names of headers.
    private mutating func noteOptions(_ octets: Span<UInt8>, _ value: Range<Int>) throws(FramingFault) {
        var index = value.lowerBound
        while index < value.upperBound {
            let start = index
            while index < value.upperBound, octets[index] != UInt8(ascii: ",") { index += 1 }
            var option = start..<index
            index += 1
            while let first = option.first, Octets.isBlank(octets[first]) { option.removeFirst() }
            while let last = option.last, Octets.isBlank(octets[last]) { option.removeLast() }
            if option.isEmpty { continue }
            if octets.equals("close", in: option) {
                closes = true
            } else if octets.equals("keep-alive", in: option) {
                asksToStay = true
            } else {
                var name = ""
                for position in option {
                    guard Octets.isToken(octets[position]) else { throw .malformed }
                    name.unicodeScalars.append(Unicode.Scalar(octets[position]))
                }
                named.append(name.lowercased())
            }
        }
    }

    /// Drops what `Connection` named, and refuses what contradicts itself.
    mutating func finish() throws(FramingFault) {
        if isChunked, contentLength != nil { throw .malformed }
        for name in named {
            // Whoever names one of these wants a check to be passed without it.
            if Self.unnamable.contains(name) || name.hasPrefix("sec-") { throw .malformed }
            headers.remove(name: name)
        }
    }

    private static let unnamable: Set<String> = [
        "host", "content-length", "transfer-encoding", "content-type", "content-encoding", "origin", "authorization", "x-api-key", "cookie",
    ]
}

private extension Range<Int> {
    mutating func removeFirst() { self = lowerBound + 1..<upperBound }
    mutating func removeLast() { self = lowerBound..<upperBound - 1 }
}
