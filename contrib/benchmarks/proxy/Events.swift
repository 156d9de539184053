internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Nanoseconds of the clock that all processes share.
private func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Answers each request with an event every 5 ms, or 250 ms if it asks for that, which says when it was sent.
private final class EventSource: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var isSending = false
    private var interval = TimeAmount.milliseconds(5)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isSending else { return }
        isSending = true
        if String(buffer: unwrapInboundIn(data)).hasPrefix("GET /events/slow") { interval = .milliseconds(250) }
        context.writeAndFlush(
            NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")),
            promise: nil)
        send(on: context.channel)
    }

    private func send(on channel: any Channel) {
        guard channel.isActive else { return }
        let time = String(now())
        let event = "data: \(time)" + String(repeating: " ", count: 56 - time.utf8.count) + "\n\n"
        channel.writeAndFlush(ByteBuffer(string: "40\r\n\(event)\r\n"), promise: nil)
        channel.eventLoop.scheduleTask(in: interval) { self.send(on: channel) }
    }
}

/// Serves events until the process is killed.
func serveEvents(port: Int) async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EventSource()) }
        }
        .bind(host: "127.0.0.1", port: port).get()
    try await listener.closeFuture.get()
}

/// Takes events, and how old each is.
private final class EventSink: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    private(set) var delays: [Int] = []
    private var wanted: Int
    private let whole: EventLoopPromise<[Int]>
    private var rest: [UInt8] = []

    init(count: Int, whole: EventLoopPromise<[Int]>) {
        wanted = count
        self.whole = whole
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let time = now()
        rest += Array(unwrapInboundIn(data).readableBytesView)
        while let end = rest.firstIndex(of: 0x0a) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest.removeFirst(end + 1)
            guard line.hasPrefix("data: "), let sent = Int(line.dropFirst(6).prefix { $0 != " " }) else { continue }
            delays.append(time - sent)
            wanted -= 1
            if wanted == 0 { whole.succeed(delays) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { whole.fail(ChannelError.eof) }
}

private func connect(_ port: Int, _ group: any EventLoopGroup, path: String, count: Int) async throws -> EventLoopFuture<[Int]> {
    let whole = group.next().makePromise(of: [Int].self)
    let channel = try await ClientBootstrap(group: group)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EventSink(count: count, whole: whole)) }
        }
        .connect(host: "127.0.0.1", port: port).get()
    try await channel.writeAndFlush(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: benchmark\r\n\r\n"))
    return whole.futureResult
}

/// Prints median and 99th percentile of events' delays.
func measureDelays(port: Int, count: Int) async throws {
    let delays = try await connect(port, MultiThreadedEventLoopGroup(numberOfThreads: 1), path: "/events", count: count).get().sorted()
    print(delays[delays.count / 2] / 1000, delays[delays.count * 99 / 100] / 1000)
}

/// Prints the resident memory of a process while so many streams run through it.
func measureStreams(port: Int, count: Int, process: Int) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var streams: [EventLoopFuture<[Int]>] = []
    for _ in 0..<count { streams.append(try await connect(port, group, path: "/events/slow", count: 8)) }
    for stream in streams { _ = try await stream.get() }
    let descriptor = unsafe open("/proc/\(process)/status", O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let length = unsafe read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, length)), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    print((Int(line.filter(\.isNumber)) ?? 0) / 1024)
}
