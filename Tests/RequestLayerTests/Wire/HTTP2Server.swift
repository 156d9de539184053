import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A server of HTTP/2 on loopback, with TLS, whose streams a test scripts.
final class HTTP2Server: Sendable {
    let port: Int
    private let listener: any Channel
    private let shared: Shared

    private final class Shared: Sendable {
        let streams = Mutex<[HTTP2TestStream]>([])
        let connections = Mutex<[any Channel]>([])
    }

    init(
        maximumStreams: Int = 100, _ script: @escaping @Sendable (HTTP2TestStream, Int) async throws -> Void = { _, _ in }
    ) async throws {
        let tls = try TestCertificates.shared.get().server(protocols: ["h2"])
        let shared = Shared()
        self.shared = shared
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    shared.connections.withLock { $0.append(channel) }
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    var connection = NIOHTTP2Handler.ConnectionConfiguration()
                    connection.initialSettings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams)]
                    connection.headerBlockValidation = .disabled
                    connection.contentLengthValidation = .disabled
                    _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .server, connectionConfiguration: connection, streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            let stream = try HTTP2TestStream(on: stream)
                            let number = shared.streams.withLock { list in
                                list.append(stream)
                                return list.count - 1
                            }
                            Task {
                                do { try await script(stream, number) } catch { stream.channel.close(promise: nil) }
                            }
                        }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = try #require(listener.localAddress?.port)
    }

    deinit { listener.close(promise: nil) }

    var streams: [HTTP2TestStream] { shared.streams.withLock { $0 } }
    var connections: [any Channel] { shared.connections.withLock { $0 } }

    /// Waits for a stream.
    func stream(_ number: Int = 0) async throws -> HTTP2TestStream {
        try await RawConnection.wait(for: "a stream upstream") { streams.count > number }
        return streams[number]
    }
}

/// One stream at the server's side.
final class HTTP2TestStream: Sendable {
    private struct State {
        var headers: [[String]] = []
        var body: [UInt8] = []
        var hasEnded = false
        var isClosed = false
    }

    private final class Box: Sendable { let state = Mutex(State()) }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTP2Frame.FramePayload
        let box: Box
        init(_ box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let payload = unwrapInboundIn(data)
            box.state.withLock { state in
                switch payload {
                case .headers(let headers):
                    state.headers += headers.headers.map { [$0.name, $0.value] }
                    state.hasEnded = headers.endStream
                case .data(let data):
                    if case .byteBuffer(let part) = data.data { state.body += Array(part.readableBytesView) }
                    state.hasEnded = data.endStream
                default: break
                }
            }
        }
        func channelInactive(context: ChannelHandlerContext) { box.state.withLock { $0.isClosed = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { box.state.withLock { $0.isClosed = true } }
    }

    let channel: any Channel
    private let box = Box()

    init(on channel: any Channel) throws {
        self.channel = channel
        try channel.pipeline.syncOperations.addHandler(Handler(box))
    }

    var headers: [[String]] { box.state.withLock { $0.headers } }
    var body: [UInt8] { box.state.withLock { $0.body } }
    var text: String { String(decoding: body, as: UTF8.self) }
    var hasEnded: Bool { box.state.withLock { $0.hasEnded } }
    var isClosed: Bool { box.state.withLock { $0.isClosed } }

    func waitForEnd() async throws { try await RawConnection.wait(for: "the request's end") { hasEnded } }
    func waitForClose() async throws { try await RawConnection.wait(for: "the stream's end") { isClosed } }

    func send(_ headers: [(String, String)], ends: Bool = false) async throws {
        try await channel.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: HPACKHeaders(headers), endStream: ends)))
    }

    func send(_ text: String, ends: Bool = false) async throws { try await send(Array(text.utf8), ends: ends) }

    func send(_ bytes: [UInt8], ends: Bool = false) async throws {
        try await channel.writeAndFlush(HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: ends)))
    }

    func reset(_ code: HTTP2ErrorCode) async throws {
        try await channel.writeAndFlush(HTTP2Frame.FramePayload.rstStream(code))
    }
}
