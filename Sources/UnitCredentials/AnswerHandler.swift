internal import NIOCore

/// One connection of the service manager's: says one thing and closes.
///
/// systemd writes nothing and has closed its side for writing before the connection is accepted, so nothing is ever read, and the end of
/// what could be read says nothing.
final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let patience: TimeAmount
    private let decide: (SocketPeer?) -> CredentialAnswer
    private let finished: (SocketPeer?, CredentialAnswer, _ isWhole: Bool) -> Void

    private var peer: SocketPeer?
    private var answer: CredentialAnswer?
    private var offset = 0
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: how long the peer may take to read all of it.
    ///   - decide: what the peer gets.
    ///   - finished: called once, with whether the kernel took all of it.
    init(
        patience: TimeAmount, decide: @escaping (SocketPeer?) -> CredentialAnswer,
        finished: @escaping (SocketPeer?, CredentialAnswer, Bool) -> Void
    ) {
        self.patience = patience
        self.decide = decide
        self.finished = finished
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            SocketPeer(of: $0)
        }.flatMap(\.self)
        answer = decide(peer)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        write(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(isWhole: false)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Writes the next piece once the kernel has taken the one before.
    private func write(_ context: ChannelHandlerContext) {
        guard let answer, context.channel.isActive else { return }
        guard offset < answer.byteCount else {
            end(isWhole: true)
            return context.close(promise: nil)
        }
        let piece = answer.piece(at: offset, context.channel.allocator)
        offset += piece.readableBytes
        context.writeAndFlush(wrapOutboundOut(piece)).assumeIsolated().whenComplete { result in
            switch result {
            // Not from here: a fast reader would have it call itself once for each piece.
            case .success: context.eventLoop.assumeIsolated().execute { self.write(context) }
            case .failure: context.close(promise: nil)
            }
        }
    }

    private func end(isWhole: Bool) {
        deadline?.cancel()
        guard let answer else { return }
        self.answer = nil
        finished(peer, answer, isWhole)
    }
}
