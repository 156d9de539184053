internal import Glibc

/// Who is at the other end of a Unix socket, as the kernel says.
struct SocketPeer: Equatable, Sendable {
    /// The process that connected.
    let process: Int32
    /// Its user.
    let user: UInt32
    /// The address that it gave its end; empty if it gave none.
    let address: [UInt8]

    /// Asks the kernel. Nil if it does not say: not a Unix socket.
    ///
    /// Source: unix(7), `SO_PEERCRED`; getpeername(2).
    init?(of socket: CInt) {
        var credentials = Credentials()
        var size = socklen_t(MemoryLayout<Credentials>.size)
        guard unsafe getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, size == MemoryLayout<Credentials>.size else {
            return nil
        }
        var name = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(socket, $0, &length) }
        }
        guard status == 0, name.sun_family == sa_family_t(AF_UNIX) else { return nil }
        // Without an address only the family comes back.
        let count = max(0, min(Int(length), MemoryLayout<sockaddr_un>.size) - MemoryLayout<sa_family_t>.size)
        address = unsafe withUnsafeBytes(of: &name.sun_path) { unsafe Array($0.prefix(count)) }
        process = credentials.process
        user = credentials.user
    }

    /// `struct ucred`, which glibc shows with `_GNU_SOURCE` alone.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}
