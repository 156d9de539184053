internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// A connection in the making: name, address, TCP, TLS. Belongs to one event loop.
///
/// When its clients go away meanwhile, the connection is made nevertheless and waits in the pool.
final class UpstreamDial: @unchecked Sendable {
    let server: UpstreamServer
    private let loop: ProxyLoop
    private var tickets: [UpstreamTicket]
    private var channel: (any Channel)?
    private var deadline: NIODeadline
    private var isEncrypting = false
    private var hasEnded = false

    init(server: UpstreamServer, loop: ProxyLoop, ticket: UpstreamTicket) {
        self.server = server
        self.loop = loop
        tickets = [ticket]
        deadline = .now() + loop.configuration.connectTimeout
    }

    /// One more client waits for it: with HTTP/2 it serves them all.
    func add(_ ticket: UpstreamTicket) { tickets.append(ticket) }

    func start() {
        let allowsPrivate = loop.configuration.hostsAllowedPrivateAddresses.contains(server.host)
        UpstreamAddress.addresses(of: server, allowsPrivate: allowsPrivate, on: loop.eventLoop)
            .flatMap { self.connect(to: $0) }
            .whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel)
                case .failure: self.fail(.connect)
                }
            }
    }

    private func connect(to addresses: [SocketAddress]) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop.eventLoop)
            .channelOption(.autoRead, value: false)
            .connectTimeout(loop.configuration.connectTimeout)
            .resolver(CheckedAddresses(addresses: addresses, loop: loop.eventLoop))
            .connect(host: server.host, port: server.port)
    }

    private func connected(_ channel: any Channel) {
        guard !hasEnded else { return channel.close(promise: nil) }
        self.channel = channel
        guard server.usesTLS else { return speakHTTP1(channel) }
        isEncrypting = true
        deadline = .now() + loop.configuration.handshakeTimeout
        do {
            try channel.pipeline.syncOperations.addHandlers([try loop.tls.handler(for: server), HandshakeObserver(self)])
        } catch {
            fail(.tls)
        }
    }

    /// TLS speaks, and this protocol was agreed on.
    fileprivate func encrypted(_ negotiated: String?) {
        guard !hasEnded, let channel else { return }
        guard UpstreamTLS.isFor(server, channel) else { return fail(.tls) }
        if negotiated == "h2" { speakHTTP2(channel) } else { speakHTTP1(channel) }
    }

    private func speakHTTP1(_ channel: any Channel) {
        let connection = HTTP1Upstream(server: server, loop: loop)
        do {
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            return fail(.connect)
        }
        end()
        loop.pool.add(connection)
        let waiting = tickets.filter { $0.client != nil }
        if let first = waiting.first?.client { first.connected(connection, isUsed: false) } else { loop.pool.keep(connection) }
        // It serves one; the others have waited to learn that.
        for ticket in waiting.dropFirst() { loop.pool.dial(server, for: ticket) }
    }

    private func speakHTTP2(_ channel: any Channel) {
        let session: HTTP2Session
        do {
            session = try HTTP2Session(on: channel, server: server, loop: loop)
        } catch {
            return fail(.tls)
        }
        end()
        loop.pool.add(session)
        for ticket in tickets { session.open(for: ticket, isUsed: false) }
    }

    fileprivate func fail(_ failure: UpstreamFailure) {
        guard !hasEnded else { return }
        end()
        channel?.close(promise: nil)
        for ticket in tickets { ticket.client?.connectionFailed(failure) }
    }

    private func end() {
        hasEnded = true
        loop.pool.ended(self)
    }

    /// Looks at the time.
    func tick(_ now: NIODeadline) {
        if now > deadline { fail(isEncrypting ? .tls : .connect) }
    }
}

/// Waits for the end of TLS's handshake.
private final class HandshakeObserver: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var dial: UpstreamDial?

    init(_ dial: UpstreamDial) { self.dial = dial }

    func handlerAdded(context: ChannelHandlerContext) {
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if dial != nil { context.read() }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent, let dial else { return }
        self.dial = nil
        dial.encrypted(negotiated)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let dial { dial.fail(.tls) } else { context.fireErrorCaught(error) }
        dial = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        dial?.fail(.tls)
        dial = nil
        context.fireChannelInactive()
    }
}
