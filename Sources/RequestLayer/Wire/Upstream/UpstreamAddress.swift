internal import Glibc
internal import NIOCore
internal import NIOPosix

/// The addresses of a server, resolved once and checked before one of them is connected to.
enum UpstreamAddress {
    /// Why there is none.
    struct Refusal: Error {}

    /// Finds the addresses of a server that may be connected to.
    static func addresses(of server: UpstreamServer, allowsPrivate: Bool, on loop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        if let address = try? SocketAddress(ipAddress: server.host, port: server.port) {
            let place = AddressPlace(address)
            // Whoever wrote an address meant it, unless it leads to what no provider is.
            let isAllowed = server.usesTLS ? place != .linkLocal || allowsPrivate : place == .loopback
            return isAllowed ? loop.makeSucceededFuture([address]) : loop.makeFailedFuture(Refusal())
        }
        let host = server.host
        let port = server.port
        let usesTLS = server.usesTLS
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            let addresses = resolve(host, port: port).filter { address in
                switch AddressPlace(address) {
                case .anywhere: usesTLS
                case .loopback: !usesTLS || allowsPrivate || isLocal(host)
                case .privateNetwork, .linkLocal: usesTLS && allowsPrivate
                }
            }
            guard !addresses.isEmpty else { throw Refusal() }
            return addresses
        }
    }

    /// `localhost` and names below it (RFC 6761, 6.3).
    private static func isLocal(_ host: String) -> Bool {
        let name = host.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    /// getaddrinfo(3).
    private static func resolve(_ host: String, port: Int) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let result = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if result == 0, let address = try? SocketAddress(ipAddress: String(decoding: characters, as: UTF8.self), port: port) {
                addresses.append(address)
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return addresses
    }
}

/// Gives the addresses that were checked, and never asks anybody.
struct CheckedAddresses: Resolver, Sendable {
    let addresses: [SocketAddress]
    let loop: any EventLoop

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(addresses.filter { $0.protocol == .inet })
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(addresses.filter { $0.protocol == .inet6 })
    }

    func cancelQueries() {}
}
