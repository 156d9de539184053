import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import RequestLayer

/// A proxy of a test, with a listening socket of TCP.
final class Rig: Sendable {
    let proxy: ProxyServer
    let gate: TestGate
    let port: Int
    private let descriptor: CInt

    init(_ gate: TestGate, _ configuration: ProxyConfiguration = ProxyConfiguration()) async throws {
        self.gate = gate
        proxy = try ProxyServer(gate: gate, configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        (descriptor, port) = try Self.listen()
        try await proxy.serve(descriptor)
    }

    deinit {
        close(descriptor)
        let proxy = proxy
        Task { await proxy.drain(until: .now()) }
    }

    func connect(halfCloses: Bool = false) async throws -> RawConnection {
        try await RawConnection.connect(toPort: port, halfCloses: halfCloses)
    }

    /// Waits for the end of so many exchanges.
    func summaries(_ count: Int = 1) async throws -> [ExchangeSummary] {
        try await RawConnection.wait(for: "the exchange's end") { gate.notes.summaries.count >= count }
        return gate.notes.summaries
    }

    /// A socket that listens on a port of the kernel's choice.
    static func listen(on place: UInt32 = 0x7f00_0001) throws -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = place.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 1024) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A Unix socket that listens.
    static func listen(at path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && Glibc.listen(descriptor, 128) == 0
            }
        }
        try #require(isBound)
        return descriptor
    }
}
