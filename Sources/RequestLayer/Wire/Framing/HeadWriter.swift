internal import NIOCore
internal import NIOHTTP1

/// Writes heads as the data path frames them: what a head says about framing and connection is dropped, and ours is written.
enum HeadWriter {
    /// A request in origin form. It gets the server's `Host` if it has none.
    ///
    /// - Returns: false if a part of it may not stand in a head. Nothing was written then.
    static func write(_ head: HTTPRequestHead, framing: BodyFraming, server: UpstreamServer, to buffer: inout ByteBuffer) -> Bool {
        let start = buffer.writerIndex
        let target = head.uri.utf8.span
        let method = head.method.rawValue
        guard isToken(method), target.count > 0, target[0] == UInt8(ascii: "/"), target.indices.allSatisfy({ Octets.isTarget(target[$0]) })
        else { return false }
        buffer.writeString(method)
        buffer.writeInteger(UInt8(ascii: " "))
        buffer.writeString(head.uri)
        buffer.writeStaticString(" HTTP/1.1\r\n")
        for (name, value) in head.headers where !write(name, value, isRequest: true, keepsLength: false, to: &buffer) {
            buffer.moveWriterIndex(to: start)
            return false
        }
        if !head.headers.contains(name: "host") {
            buffer.writeStaticString("host: ")
            buffer.writeString(server.authority)
            buffer.writeStaticString("\r\n")
        }
        switch framing {
        case .length(let count): writeLength(count, to: &buffer)
        case .chunked, .untilClose: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .none:
            switch head.method {
            case .POST, .PUT, .PATCH: buffer.writeStaticString("content-length: 0\r\n")
            default: break
            }
        }
        buffer.writeStaticString("\r\n")
        return true
    }

    /// A response.
    ///
    /// - Parameters:
    ///   - framing: of the body that follows. With ``BodyFraming/none`` the head's own length stands, as for a HEAD.
    ///   - closes: whether the connection ends with it.
    /// - Returns: false if a part of it may not stand in a head. Nothing was written then.
    static func write(_ head: HTTPResponseHead, framing: BodyFraming, closes: Bool, to buffer: inout ByteBuffer) -> Bool {
        let start = buffer.writerIndex
        let code = head.status.code
        guard code >= 200, code < 600, head.status.reasonPhrase.utf8.allSatisfy(Octets.isFieldValue) else { return false }
        buffer.writeStaticString("HTTP/1.1 ")
        for divisor: UInt in [100, 10, 1] { buffer.writeInteger(UInt8(truncatingIfNeeded: 0x30 + code / divisor % 10)) }
        buffer.writeInteger(UInt8(ascii: " "))
        buffer.writeString(head.status.reasonPhrase)
        buffer.writeStaticString("\r\n")
        let keepsLength = framing == .none && code != 204
        for (name, value) in head.headers where !write(name, value, isRequest: false, keepsLength: keepsLength, to: &buffer) {
            buffer.moveWriterIndex(to: start)
            return false
        }
        switch framing {
        case .length(let count): writeLength(count, to: &buffer)
        case .chunked, .untilClose: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .none: break
        }
        buffer.writeStaticString(closes ? "connection: close\r\n\r\n" : "\r\n")
        return true
    }

    /// The line before a chunk.
    static func writeChunkSize(_ count: Int, to buffer: inout ByteBuffer) {
        var shift = max(0, (Int.bitWidth - count.leadingZeroBitCount + 3) / 4 - 1) * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: count >> shift & 0xf)
            buffer.writeInteger(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
        buffer.writeStaticString("\r\n")
    }

    /// One header, unless it is of the connection.
    @inline(__always)
    private static func write(_ name: String, _ value: String, isRequest: Bool, keepsLength: Bool, to buffer: inout ByteBuffer) -> Bool {
        let octets = name.utf8.span
        switch ConnectionHeader(octets, in: octets.indices) {
        case nil: break
        case .host where isRequest: break
        case .contentLength where keepsLength: break
        default: return true
        }
        guard isToken(name) else { return false }
        let text = value.utf8.span
        for index in text.indices where !Octets.isFieldValue(text[index]) { return false }
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
        return true
    }

    private static func writeLength(_ count: Int, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("content-length: ")
        buffer.writeString(String(count))
        buffer.writeStaticString("\r\n")
    }

    private static func isToken(_ text: String) -> Bool {
        let octets = text.utf8.span
        for index in octets.indices where !Octets.isToken(octets[index]) { return false }
        return octets.count > 0
    }
}
