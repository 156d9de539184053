internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// A connection in the making: name, address, TCP, TLS. Belongs to one event loop.
///
/// When the client goes away meanwhile, the connection is made nevertheless and waits in the pool.
final class UpstreamDial: @unchecked Sendable {
    private let server: UpstreamServer
    private let loop: ProxyLoop
    private var client: ClientConnection?
    private var channel: (any Channel)?
    private var deadline: NIODeadline
    private var isEncrypting = false
    private var hasEnded = false

    init(server: UpstreamServer, loop: ProxyLoop, client: ClientConnection) {
        self.server = server
        self.loop = loop
        self.client = client
        deadline = .now() + loop.configuration.connectTimeout
    }

    /// The client doesn't wait any more.
    func cancel() { client = nil }

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
        guard server.usesTLS else { return succeed(channel) }
        isEncrypting = true
        deadline = .now() + loop.configuration.handshakeTimeout
        do {
            try channel.pipeline.syncOperations.addHandlers([try loop.tls.handler(for: server), HandshakeObserver(self)])
        } catch {
            fail(.tls)
        }
    }

    /// TLS speaks, and this protocol was agreed on.
    fileprivate func encrypted(_ channelProtocol: String?) {
        guard !hasEnded, let channel else { return }
        succeed(channel)
    }

    private func succeed(_ channel: any Channel) {
        let connection = HTTP1Upstream(server: server, loop: loop)
        do {
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            return fail(.connect)
        }
        end()
        loop.pool.add(connection)
        if let client { client.connected(connection, isUsed: false) } else { loop.pool.keep(connection) }
    }

    fileprivate func fail(_ failure: UpstreamFailure) {
        guard !hasEnded else { return }
        end()
        channel?.close(promise: nil)
        client?.connectionFailed(failure)
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
