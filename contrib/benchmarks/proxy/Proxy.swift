internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RequestLayer

/// Rules that forward everything to one server with two headers more.
private struct StaticGate: Gate {
    let server: UpstreamServer

    func admit(_ head: HTTPRequestHead, from client: ClientAddress) -> Admission {
        .forward(StaticExchange(server, head))
    }
}

private final class StaticExchange: Exchange {
    private let server: UpstreamServer
    private var head: HTTPRequestHead

    init(_ server: UpstreamServer, _ head: HTTPRequestHead) {
        self.server = server
        self.head = head
    }

    var intake: BodyIntake { .stream }

    func nextAttempt(body: ByteBuffer?) -> AttemptDecision {
        head.headers.add(name: "authorization", value: "Bearer 0123456789abcdef0123456789abcdef")
        head.headers.add(name: "cf-aig-authorization", value: "Bearer fedcba9876543210fedcba9876543210")
        return .send(UpstreamRequest(server: server, head: head))
    }

    func failed(_ failure: UpstreamFailure) -> FailureDecision {
        .answer(LocalAnswer(head: HTTPResponseHead(version: .http1_1, status: .badGateway)))
    }

    func received(_ head: HTTPResponseHead) -> ResponseDecision { .relay(head) }
    func collected(_ head: HTTPResponseHead, body: ByteBuffer, isWhole: Bool) -> ResponseDecision { .relay(head) }
    func relay(_ part: ByteBuffer) -> ByteBuffer { part }
    func relayedAll() -> ByteBuffer? { nil }
    func finished(_ summary: ExchangeSummary) {}
}

/// Serves until the process is killed.
func serveProxy(port: Int, upstream: Int, loops: Int) async throws {
    let gate = StaticGate(server: UpstreamServer(host: "127.0.0.1", port: upstream, usesTLS: false))
    let proxy = try ProxyServer(gate: gate, eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: loops))
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: CInt = 1
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let isBound = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(descriptor, 1024) == 0
        }
    }
    guard isBound else {
        print("proxy-benchmark: port \(port) is taken")
        exit(1)
    }
    try await proxy.serve(descriptor)
    while true { try await Task.sleep(for: .seconds(3600)) }
}
