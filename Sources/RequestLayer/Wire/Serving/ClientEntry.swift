internal import Glibc
internal import NIOCore
internal import NIOPosix

/// `struct ucred` of unix(7).
private struct PeerCredentials {
    var processID: Int32
    var userID: UInt32
    var groupID: UInt32
}

/// The entry of a connection: who is at its other end, and whether there is room.
enum ClientEntry {
    static func admit(_ channel: any Channel, to loop: ProxyLoop) -> EventLoopFuture<Void> {
        switch channel.localAddress {
        case .v4?, .v6?:
            return enter(channel, .loopback(port: channel.localAddress?.port ?? 0), loop)
        case .unixDomainSocket?, nil:
            guard let provider = channel as? any SocketOptionProvider else { return channel.close() }
            // SO_PEERCRED of unix(7).
            let credentials: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
                level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
            return credentials.flatMap { enter(channel, .unix(userID: $0.userID), loop) }
        }
    }

    private static func enter(_ channel: any Channel, _ address: ClientAddress, _ loop: ProxyLoop) -> EventLoopFuture<Void> {
        guard loop.census.enter(address) else { return turnAway(channel) }
        do {
            try channel.pipeline.syncOperations.addHandler(ClientConnection(loop: loop, address: address))
            return loop.eventLoop.makeSucceededVoidFuture()
        } catch {
            loop.census.leave(address)
            return loop.eventLoop.makeFailedFuture(error)
        }
    }

    /// There is no room.
    private static func turnAway(_ channel: any Channel) -> EventLoopFuture<Void> {
        let answer = ByteBuffer(staticString: "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        return channel.eventLoop.makeSucceededVoidFuture().map {
            channel.eventLoop.execute { channel.writeAndFlush(answer).whenComplete { _ in channel.close(promise: nil) } }
        }
    }
}
