internal import NIOCore

/// Accepts no more connections than a number at once, and tells of each. Others wait in the kernel's queue, and are not refused.
final class AcceptLimit: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let maximum: Int
    private let accepted: (any Channel) -> Void
    private var open = 0
    private var isWaiting = false

    init(maximum: Int, accepted: @escaping (any Channel) -> Void) {
        self.maximum = maximum
        self.accepted = accepted
    }

    func read(context: ChannelHandlerContext) {
        if open < maximum { context.read() } else { isWaiting = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        open += 1
        accepted(channel)
        channel.closeFuture.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            self.open -= 1
            guard self.isWaiting, self.open < self.maximum else { return }
            self.isWaiting = false
            context.read()
        }
        context.fireChannelRead(data)
    }
}
