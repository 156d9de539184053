internal import NIOCore
internal import NIOHTTP1

/// A connection to a server that speaks HTTP/1.1: one request after the other, waiting in the pool between them.
final class HTTP1Upstream: ChannelInboundHandler, UpstreamLink {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let server: UpstreamServer
    /// When it came into the pool.
    var idleSince = NIODeadline.uptimeNanoseconds(0)
    private let loop: ProxyLoop
    private var context: ChannelHandlerContext?

    private var receiver: (any UpstreamReceiver)?
    /// Whoever was told something that is to be acted upon when all that came is read.
    private var told: (any UpstreamReceiver)?
    private var parser: ResponseParser
    private var inbound = ByteBuffer()
    private let outbound = OutboundBytes()
    private var framing = BodyFraming.none
    private var isBusy = false
    private var hasSentAll = true
    private var hasFlushed = false
    private var hasBytes = false
    /// Whether the server has answered a request that it had not wholly got, or answered one with a body other than by a success: it may not
    /// have read that body, and would take what is left of it for the next request.
    private var mayHaveUnread = false
    private var wantsReading = true
    private var isReading = false
    private var lastActivity = NIODeadline.uptimeNanoseconds(0)

    init(server: UpstreamServer, loop: ProxyLoop) {
        self.server = server
        self.loop = loop
        parser = ResponseParser(limits: loop.headLimits, isHead: false)
    }

    // MARK: The request

    func send(
        _ head: HTTPRequestHead, framing: BodyFraming, body: ByteBuffer?, isWhole: Bool, to receiver: any UpstreamReceiver
    ) -> Bool {
        let server = server
        guard context != nil, outbound.withBuffer({ HeadWriter.write(head, framing: framing, server: server, to: &$0) }) else {
            return false
        }
        self.receiver = receiver
        self.framing = framing
        isBusy = true
        hasSentAll = isWhole
        hasFlushed = false
        hasBytes = false
        mayHaveUnread = false
        wantsReading = true
        lastActivity = loop.now
        parser = ResponseParser(limits: loop.headLimits, isHead: head.method == .HEAD)
        if let body { outbound.write(body, framing: framing) }
        if isWhole { outbound.writeEnd(framing: framing) }
        return true
    }

    func send(_ part: ByteBuffer) {
        lastActivity = loop.now
        outbound.write(part, framing: framing)
    }

    func finishRequest() {
        lastActivity = loop.now
        hasSentAll = true
        outbound.writeEnd(framing: framing)
    }

    func flush() {
        guard let context, outbound.isPending else { return }
        hasFlushed = true
        outbound.flush(to: context)
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func setReading(_ isReading: Bool) {
        // While it was held back, nothing could come.
        if isReading, !wantsReading { lastActivity = loop.now }
        wantsReading = isReading
        if isReading { readOn() }
    }

    func cancel() {
        receiver = nil
        close()
    }

    // MARK: The response

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { readOn() }
    }

    func channelActive(context: ChannelHandlerContext) {
        readOn()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard isBusy, receiver != nil else { return close() }
        if !hasBytes {
            // Before a byte of the request is on its way, nothing can be an answer to it.
            if outbound.isPending && !hasFlushed { return fail(.malformed) }
            mayHaveUnread = framing != .none && (!hasSentAll || outbound.isPending || !context.channel.isWritable)
        }
        hasBytes = true
        lastActivity = loop.now
        if inbound.readableBytes > 0 {
            inbound.writeImmutableBuffer(buffer)
            buffer = inbound
        }
        inbound = ByteBuffer()
        let receiver = receiver
        do {
            try deliver(&buffer)
        } catch {
            fail(.malformed)
        }
        // Closed meanwhile, there is no end of reading that would be told.
        if self.context == nil {
            told = nil
            receiver?.settle()
        }
    }

    private func deliver(_ buffer: inout ByteBuffer) throws(FramingFault) {
        while let receiver {
            switch try parser.next(&buffer) {
            case .head(let head):
                told = receiver
                if framing != .none, !(200..<300).contains(head.status.code) { mayHaveUnread = true }
                receiver.upstreamSent(head)
            case .body(let part):
                told = receiver
                receiver.upstreamSent(part)
            case .end:
                // Bytes after a response answer no request.
                ended(staysOpen: buffer.readableBytes == 0)
                return
            case .more:
                if buffer.readableBytes > 0 { inbound = buffer }
                return
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if let told {
            self.told = nil
            told.settle()
        }
        if wantsReading { readOn() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { receiver?.settle() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // With an error the end of the connection is not the end of a body: TLS may have been cut off.
        fail(.closed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        loop.pool.remove(self)
        if isBusy, parser.endsWithConnection { ended(staysOpen: false) } else { fail(.closed) }
        if let told {
            self.told = nil
            told.settle()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    private func ended(staysOpen: Bool) {
        let receiver = receiver
        self.receiver = nil
        isBusy = false
        wantsReading = true
        told = receiver
        if staysOpen, parser.staysOpen, hasSentAll, !mayHaveUnread, context != nil { loop.pool.keep(self) } else { close() }
        receiver?.upstreamEnded()
    }

    private func fail(_ failure: UpstreamFailure) {
        // Closing may come back here.
        let receiver = receiver
        self.receiver = nil
        isBusy = false
        close()
        receiver?.upstreamFailed(failure, beforeFirstByte: !hasBytes)
        receiver?.settle()
    }

    private func readOn() {
        guard !isReading, let context else { return }
        isReading = true
        context.read()
    }

    /// Closes the connection. Nothing is told to anybody.
    func close() {
        loop.pool.remove(self)
        guard let context else { return }
        self.context = nil
        context.close(promise: nil)
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline, limit: TimeAmount) {
        if isBusy, receiver != nil, wantsReading, now - lastActivity > limit { fail(.stalled) }
    }
}
