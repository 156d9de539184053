/// The headers that belong to one connection, not to what it carries.
enum ConnectionHeader: Hashable {
    case connection, contentLength, transferEncoding, upgrade, expect, host
    /// Keep-Alive, TE, Trailer and everything that begins with `Proxy-`: dropped.
    case dropped

    /// What a header is by its name; nil if it is passed on.
    @inline(__always)
    init?(_ octets: Span<UInt8>, in name: Range<Int>) {
        switch name.count {
        case 2 where octets.equals("te", in: name): self = .dropped
        case 4 where octets.equals("host", in: name): self = .host
        case 6 where octets.equals("expect", in: name): self = .expect
        case 7 where octets.equals("upgrade", in: name): self = .upgrade
        case 7 where octets.equals("trailer", in: name): self = .dropped
        case 10 where octets.equals("connection", in: name): self = .connection
        case 10 where octets.equals("keep-alive", in: name): self = .dropped
        case 14 where octets.equals("content-length", in: name): self = .contentLength
        case 17 where octets.equals("transfer-encoding", in: name): self = .transferEncoding
        case 7... where octets.equals("proxy-", in: name.lowerBound..<name.lowerBound + 6): self = .dropped
        default: return nil
        }
    }

    /// What a header is by its name; nil if it is passed on.
    @inline(__always)
    init?(_ name: String) {
        let octets = name.utf8.span
        self.init(octets, in: 0..<octets.count)
    }
}
