internal import NIOCore

/// What goes out on a connection: small pieces are joined in one buffer, which is used again; large ones go as they are.
struct OutboundBytes {
    private var joined = ByteBuffer()
    /// Whether something was written since the last flush.
    private(set) var isPending = false

    /// As much is copied rather than written by itself.
    private static let copied = 4096

    /// Lets a head or a frame's border be written.
    mutating func withBuffer<Result>(_ body: (inout ByteBuffer) -> Result) -> Result {
        isPending = true
        return body(&joined)
    }

    /// A part of a body.
    mutating func write(_ part: ByteBuffer, framing: BodyFraming, to context: ChannelHandlerContext) {
        guard part.readableBytes > 0 else { return }
        isPending = true
        if framing == .chunked { HeadWriter.writeChunkSize(part.readableBytes, to: &joined) }
        if part.readableBytes <= Self.copied {
            joined.writeImmutableBuffer(part)
        } else {
            passJoined(to: context)
            context.write(NIOAny(part), promise: nil)
        }
        if framing == .chunked { joined.writeStaticString("\r\n") }
    }

    /// The end of a body.
    mutating func writeEnd(framing: BodyFraming) {
        guard framing == .chunked else { return }
        isPending = true
        joined.writeStaticString("0\r\n\r\n")
    }

    /// Sends what was written.
    ///
    /// - Parameter promise: is told when all of it is with the kernel.
    mutating func flush(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        guard isPending || promise != nil else { return }
        isPending = false
        passJoined(to: context, promise: promise)
        context.flush()
        // The storage is ours again when it was written at once; else this takes a new one.
        joined.clear()
    }

    private mutating func passJoined(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        guard joined.readableBytes > 0 || promise != nil else { return }
        context.write(NIOAny(joined), promise: promise)
        joined.moveReaderIndex(to: joined.writerIndex)
    }
}
