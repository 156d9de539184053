import NIOCore
import NIOPosix
import Synchronization
import Testing

/// One end of a TCP or Unix connection, in bytes: what a test sends and what came.
final class RawConnection: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    /// Nothing came in a time in which anything would have.
    struct Timeout: Error, CustomStringConvertible {
        let wanted: String
        var description: String { "waited in vain for: \(wanted)" }
    }

    let channel: any Channel
    private let state: Reference<State>

    private final class Reference<Value: Sendable>: Sendable {
        let value: Mutex<Value>
        init(_ value: Value) { self.value = Mutex(value) }
    }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let state: Reference<State>
        init(_ state: Reference<State>) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            state.value.withLock { $0.bytes += bytes }
        }
        func channelInactive(context: ChannelHandlerContext) { state.value.withLock { $0.isClosed = true } }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { state.value.withLock { $0.isClosed = true } }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// Takes over a channel.
    init(on channel: any Channel) throws {
        self.channel = channel
        state = Reference(State())
        try channel.pipeline.syncOperations.addHandler(Handler(state))
    }

    static func connect(toPort port: Int, halfCloses: Bool = false) async throws -> RawConnection {
        try await bootstrap(halfCloses).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try RawConnection(on: channel) }
        }
    }

    static func connect(toPath path: String) async throws -> RawConnection {
        try await bootstrap(false).connect(unixDomainSocketPath: path) { channel in
            channel.eventLoop.makeCompletedFuture { try RawConnection(on: channel) }
        }
    }

    private static func bootstrap(_ halfCloses: Bool) -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelOption(.allowRemoteHalfClosure, value: halfCloses)
    }

    // MARK: Sending

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func close() { channel.close(promise: nil) }
    func closeOutput() { channel.close(mode: .output, promise: nil) }

    /// Ends the connection below TLS, as a network does.
    func cut() async throws {
        try await channel.pipeline.removeHandler(name: "tls").get()
        try await channel.close()
    }

    /// Whether what comes is taken from the kernel.
    func setReading(_ isReading: Bool) async throws { try await channel.setOption(.autoRead, value: isReading).get() }

    // MARK: What came

    var bytes: [UInt8] { state.value.withLock { $0.bytes } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var count: Int { state.value.withLock { $0.bytes.count } }
    var isClosed: Bool { state.value.withLock { $0.isClosed } }
    func forget() { state.value.withLock { $0.bytes = [] } }

    /// Waits until something is so.
    static func wait(for wanted: String, seconds: Int = 30, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        var pause = Duration.milliseconds(1)
        while try !condition() {
            guard ContinuousClock.now < end else { throw Timeout(wanted: wanted) }
            try await Task.sleep(for: pause)
            // Many tests wait at once.
            pause = min(pause * 1.5, .milliseconds(50))
        }
    }

    func wait(for part: String) async throws {
        try await Self.wait(for: part) { text.contains(part) }
    }

    func waitForClose() async throws {
        try await Self.wait(for: "the end of the connection") { isClosed }
    }

    /// Waits for a whole response with a length, or in chunks, and forgets it.
    @discardableResult
    func response() async throws -> String {
        try await wait(for: "\r\n\r\n")
        try await Self.wait(for: "the whole body") { Self.isWhole(text) }
        defer { forget() }
        return text
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        if head.contains("transfer-encoding: chunked") { return text.hasSuffix("0\r\n\r\n") }
        guard let length = head.range(of: "content-length: ") else { return true }
        let digits = head[length.upperBound...].prefix { $0.isNumber }
        return text[end.upperBound...].utf8.count >= Int(digits) ?? 0
    }
}

extension String {
    /// The first range of a part. Foundation's is slow and not needed here.
    func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}
