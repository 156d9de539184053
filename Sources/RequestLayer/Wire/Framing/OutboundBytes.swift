internal import NIOCore

/// What goes out on a connection: small pieces are joined in one buffer, which is used again; large ones go as they are.
///
/// Nothing is given to the channel before ``flush(to:promise:)``. That may come back to the connection before it returns, which is why this
/// is a class: it may be written to again from there.
final class OutboundBytes {
    private var pieces: [ByteBuffer] = []
    private var joined = ByteBuffer()
    /// Whether something was written since the last flush.
    private(set) var isPending = false

    /// As much is copied rather than sent by itself.
    private static let copied = 4096
    /// As much memory is kept for the next message.
    private static let kept = 16 * 1024

    /// Lets a head or a frame's border be written.
    func withBuffer<Result>(_ body: (inout ByteBuffer) -> Result) -> Result {
        isPending = true
        return body(&joined)
    }

    /// A part of a body.
    func write(_ part: ByteBuffer, framing: BodyFraming) {
        guard part.readableBytes > 0 else { return }
        isPending = true
        if framing == .chunked { HeadWriter.writeChunkSize(part.readableBytes, to: &joined) }
        if part.readableBytes <= Self.copied {
            joined.writeImmutableBuffer(part)
        } else {
            if joined.readableBytes > 0 { pieces.append(joined) }
            joined = ByteBuffer()
            pieces.append(part)
        }
        if framing == .chunked { joined.writeStaticString("\r\n") }
    }

    /// The end of a body.
    func writeEnd(framing: BodyFraming) {
        guard framing == .chunked else { return }
        isPending = true
        joined.writeStaticString("0\r\n\r\n")
    }

    /// Sends what was written.
    ///
    /// - Parameter promise: is told when all of it is with the kernel.
    func flush(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        guard isPending || promise != nil else { return }
        isPending = false
        if !pieces.isEmpty {
            let pieces = pieces
            self.pieces = []
            for piece in pieces { context.write(NIOAny(piece), promise: nil) }
        }
        var last = joined
        joined = ByteBuffer()
        if last.readableBytes > 0 || promise != nil { context.write(NIOAny(last), promise: promise) }
        context.flush()
        // The storage is ours again if it was sent at once; else this takes new storage.
        if joined.capacity == 0, last.capacity <= Self.kept {
            last.clear()
            joined = last
        }
    }
}
