internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP1
internal import NIOHTTP2

/// One request in a stream of HTTP/2, and its response.
final class HTTP2Stream: ChannelInboundHandler, UpstreamLink {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let session: HTTP2Session
    private let loop: ProxyLoop
    private var context: ChannelHandlerContext?
    private var receiver: (any UpstreamReceiver)?
    private var told: (any UpstreamReceiver)?
    private var pending: [HTTP2Frame.FramePayload] = []
    private var isHead = false
    private var hasHead = false
    private var wantsReading = true
    private var isReading = false
    private var lastActivity: NIODeadline

    init(session: HTTP2Session, loop: ProxyLoop) {
        self.session = session
        self.loop = loop
        lastActivity = loop.now
    }

    // MARK: The request

    func send(
        _ head: HTTPRequestHead, framing: BodyFraming, body: ByteBuffer?, isWhole: Bool, to receiver: any UpstreamReceiver
    ) -> Bool {
        guard let headers = HTTP2Head.headers(of: head, framing: framing, server: session.server) else { return false }
        self.receiver = receiver
        isHead = head.method == .HEAD
        let hasBody = body.map { $0.readableBytes > 0 } ?? false
        pending.append(.headers(.init(headers: headers, endStream: isWhole && !hasBody)))
        if let body, hasBody { pending.append(.data(.init(data: .byteBuffer(body), endStream: isWhole))) }
        readOn()
        return true
    }

    func send(_ part: ByteBuffer) {
        lastActivity = loop.now
        guard part.readableBytes > 0 else { return }
        pending.append(.data(.init(data: .byteBuffer(part))))
    }

    func finishRequest() {
        lastActivity = loop.now
        pending.append(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)))
    }

    func flush() {
        guard !pending.isEmpty, let context else { return }
        // Sending may come back here.
        let payloads = pending
        pending = []
        for payload in payloads { context.write(wrapOutboundOut(payload), promise: nil) }
        context.flush()
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
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = loop.now
        guard let receiver else { return }
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            if hasHead {
                // Trailers, which are dropped.
                if headers.endStream { ended() } else { fail(.malformed) }
                return
            }
            switch HTTP2Head.response(headers.headers, limits: loop.headLimits, isHead: isHead) {
            case .interim where !headers.endStream:
                return
            case .final(let head):
                hasHead = true
                told = receiver
                receiver.upstreamSent(head)
                if headers.endStream { ended() }
            case .interim, .malformed:
                fail(.malformed)
            }
        case .data(let data):
            guard hasHead, case .byteBuffer(let part) = data.data else { return fail(.malformed) }
            if part.readableBytes > 0 {
                told = receiver
                receiver.upstreamSent(part)
            }
            if data.endStream { ended() }
        default:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        settleTold()
        if wantsReading { readOn() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { receiver?.settle() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // What the server did wrong closes the stream from here.
        case let error as NIOHTTP2Errors.StreamClosed: fail(error.errorCode == .protocolError ? .malformed : .closed)
        case is NIOHTTP2Errors.IOOnClosedConnection, is ChannelError, is IOError: fail(.closed)
        default: fail(.malformed)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        session.ended(self)
        fail(.closed)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        session.ended(self)
    }

    private func ended() {
        guard let receiver else { return }
        self.receiver = nil
        told = receiver
        close()
        receiver.upstreamEnded()
        if context == nil { settleTold() }
    }

    private func fail(_ failure: UpstreamFailure) {
        let receiver = receiver
        self.receiver = nil
        close()
        receiver?.upstreamFailed(failure, beforeFirstByte: !hasHead)
        receiver?.settle()
    }

    private func settleTold() {
        guard let told else { return }
        self.told = nil
        told.settle()
    }

    private func readOn() {
        guard !isReading, let context else { return }
        isReading = true
        context.read()
    }

    /// Closes the stream, with a reset if it is not complete. Nothing is told to anybody.
    private func close() {
        session.ended(self)
        guard let context else { return }
        self.context = nil
        context.close(promise: nil)
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline, limit: TimeAmount) {
        guard receiver != nil, wantsReading, now - lastActivity > limit else { return }
        // Perhaps the whole connection leads nowhere any more.
        session.retire()
        fail(.stalled)
    }
}
