internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP1

/// Heads as HTTP/2 has them (RFC 9113, 8.2 and 8.3).
enum HTTP2Head {
    /// What the headers of a response are.
    enum Response {
        case interim
        case final(HTTPResponseHead)
        case malformed
    }

    /// A request's headers; nil if a part of it may not stand in a head.
    static func headers(of head: HTTPRequestHead, framing: BodyFraming, server: UpstreamServer) -> HPACKHeaders? {
        // What HTTP/1.1 can't say is not said here either.
        var written = ByteBuffer()
        guard HeadWriter.write(head, framing: framing, server: server, to: &written) else { return nil }
        var headers = HPACKHeaders()
        headers.reserveCapacity(head.headers.count + 6)
        headers.add(name: ":method", value: head.method.rawValue)
        headers.add(name: ":scheme", value: "https")
        headers.add(name: ":authority", value: head.headers.first(name: "host") ?? server.authority)
        headers.add(name: ":path", value: head.uri, indexing: .nonIndexable)
        for (name, value) in head.headers where ConnectionHeader(name) == nil {
            let name = name.lowercased()
            headers.add(name: name, value: value, indexing: harmless.contains(name) ? .indexable : .neverIndexed)
        }
        switch framing {
        case .length(let count): headers.add(name: "content-length", value: String(count))
        case .none where [.POST, .PUT, .PATCH].contains(head.method): headers.add(name: "content-length", value: "0")
        case .none, .chunked, .untilClose: break
        }
        return headers
    }

    /// Reads a response's headers.
    static func response(_ headers: HPACKHeaders, limits: HeadLimits, isHead: Bool) -> Response {
        let status = headers[":status"]
        guard status.count == 1, let text = status.first, text.utf8.count == 3, let code = Int(text), code >= 100, code < 600,
            headers.count <= limits.fieldCount
        else { return .malformed }
        // Switching protocols is not HTTP/2's.
        if code < 200 { return code == 101 ? .malformed : .interim }
        var kept = HTTPHeaders()
        kept.reserveCapacity(headers.count)
        var hasLength = false
        for (name, value, _) in headers where !name.hasPrefix(":") {
            guard name.utf8.allSatisfy(Octets.isToken), value.utf8.allSatisfy(Octets.isFieldValue) else { return .malformed }
            switch ConnectionHeader(name) {
            case nil, .host: kept.add(name: name, value: value)
            case .contentLength:
                let text = value.utf8.span
                guard !hasLength, text.decimal(in: text.indices) != nil else { return .malformed }
                hasLength = true
                kept.add(name: name, value: value)
            default: break
            }
        }
        return .final(HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: code), headers: kept))
    }

    /// Headers without secrets, which a connection may remember.
    private static let harmless: Set<String> = [
        "accept", "accept-encoding", "accept-language", "content-type", "user-agent", "anthropic-version", "anthropic-beta",
    ]
}

extension UpstreamServer {
    /// Host and port, as a `Host` header has them.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (usesTLS ? 443 : 80) ? name : "\(name):\(port)"
    }
}
