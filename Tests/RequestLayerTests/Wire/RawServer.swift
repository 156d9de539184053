import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A server on loopback whose every byte a test decides.
final class RawServer: Sendable {
    let port: Int
    private let listener: any Channel
    private let accepted = Mutex<[RawConnection]>([])

    private final class Box: Sendable {
        let accept = Mutex<(@Sendable (RawConnection) -> Void)?>(nil)
    }

    /// - Parameters:
    ///   - tls: with which certificate, if it speaks TLS.
    ///   - script: what is done on each connection, with its number from 0 on.
    init(tls: NIOSSLContext? = nil, _ script: @escaping @Sendable (RawConnection, Int) async throws -> Void = { _, _ in }) async throws {
        let box = Box()
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), name: "tls") }
                    let connection = try RawConnection(on: channel)
                    box.accept.withLock { $0 }?(connection)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = try #require(listener.localAddress?.port)
        box.accept.withLock {
            $0 = { [weak self] connection in
                let number = self?.accepted.withLock { list in
                    list.append(connection)
                    return list.count - 1
                }
                guard let number else { return connection.close() }
                Task {
                    do { try await script(connection, number) } catch { connection.close() }
                }
            }
        }
    }

    deinit { listener.close(promise: nil) }

    func stop() async throws { try await listener.close() }

    var connections: [RawConnection] { accepted.withLock { $0 } }

    /// Waits for a connection.
    func connection(_ number: Int = 0) async throws -> RawConnection {
        try await RawConnection.wait(for: "a connection upstream") { connections.count > number }
        return connections[number]
    }

    /// Answers every request on a connection alike.
    static func answering(_ response: String, tls: NIOSSLContext? = nil) async throws -> RawServer {
        try await RawServer(tls: tls) { connection, _ in
            while !connection.isClosed {
                try await RawConnection.wait(for: "a request", seconds: 600) {
                    connection.isClosed || connection.text.contains("\r\n\r\n")
                }
                if connection.isClosed { return connection.close() }
                connection.forget()
                try await connection.send(response)
            }
        }
    }
}

/// A port of loopback at which every connection is refused, for as long as it is held.
final class RefusedPort: Sendable {
    let port: Int
    private let descriptor: CInt

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        // Bound, and nobody listens.
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
