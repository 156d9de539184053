internal import NIOCore
internal import NIOHTTP2

/// A connection to a server that speaks HTTP/2: many requests at once, each in a stream.
final class HTTP2Session: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    let server: UpstreamServer
    private let loop: ProxyLoop
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
    private var streams: [ObjectIdentifier: HTTP2Stream] = [:]
    /// Streams that the server lets be open; this until it says.
    private var streamLimit = 100
    private var opening = 0
    private var isRetired = false
    private var idleSince: NIODeadline

    /// What the server may send of one response ahead, and of all together.
    private static let streamWindow = 256 * 1024
    private static let connectionWindow = 4 * 1024 * 1024

    init(on channel: any Channel, server: UpstreamServer, loop: ProxyLoop) throws {
        self.channel = channel
        self.server = server
        self.loop = loop
        idleSince = loop.now
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .maxHeaderListSize, value: loop.headLimits.byteCount),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.streamWindow),
        ]
        connection.targetWindowSize = Self.connectionWindow
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = Self.streamWindow
        stream.outboundBufferSizeHighWatermark = 64 * 1024
        stream.outboundBufferSizeLowWatermark = 32 * 1024
        multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: connection, streamConfiguration: stream
        ) { pushed in pushed.close() }
        try channel.pipeline.syncOperations.addHandler(self)
        // Windows hold the server back, for each stream by itself.
        try channel.syncOptions?.setOption(.autoRead, value: true)
        channel.read()
    }

    /// Whether another stream may be opened.
    var hasRoom: Bool { !isRetired && streams.count + opening < streamLimit }

    var isIdle: Bool { streams.isEmpty && opening == 0 }

    /// Opens a stream. The client is told.
    func open(for ticket: UpstreamTicket, isUsed: Bool) {
        guard ticket.client != nil else { return }
        opening += 1
        let stream = HTTP2Stream(session: self, loop: loop)
        let opened = NIOLoopBound(stream, eventLoop: loop.eventLoop)
        multiplexer.createStreamChannel { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.syncOptions?.setOption(.autoRead, value: false)
                try channel.pipeline.syncOperations.addHandler(opened.value)
            }
        }
        .assumeIsolated().whenComplete { result in
            self.opening -= 1
            switch result {
            case .success:
                guard let client = ticket.client else { return stream.cancel() }
                self.streams[ObjectIdentifier(stream)] = stream
                client.connected(stream, isUsed: isUsed)
            case .failure:
                self.retire()
                ticket.client?.connectionFailed(.connect)
            }
        }
    }

    /// A stream has ended.
    func ended(_ stream: HTTP2Stream) {
        guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil, streams.isEmpty else { return }
        idleSince = loop.now
        if isRetired { channel.close(promise: nil) }
    }

    /// Takes no more streams, and closes after the last.
    func retire() {
        isRetired = true
        if isIdle { channel.close(promise: nil) }
    }

    // MARK: The connection

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data).payload {
        case .goAway:
            retire()
        case .settings(.settings(let settings)):
            for setting in settings where setting.parameter == .maxConcurrentStreams { streamLimit = setting.value }
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A stream's errors are told to the stream. With one of the connection, what is open can't go on.
        if error is NIOHTTP2Errors.StreamError { return }
        isRetired = true
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isRetired = true
        loop.pool.remove(self)
        context.fireChannelInactive()
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline) {
        for stream in streams.values { stream.tick(now, limit: loop.configuration.upstreamIdleTimeout) }
        if isIdle, now - idleSince > loop.configuration.keepAliveTimeout { retire() }
    }
}
