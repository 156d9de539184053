internal import CPlatform
internal import Glibc
public import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// The agent: keeps root keys in locked memory, and works with them for the processes of the same user.
///
/// It opens no vault and no file, and does nothing on the network. One thread, one loop.
public struct AgentServer {
    /// How many connections at once. When there are more, the one that has been idle for longest goes.
    static let maximumConnections = 256

    private let listener: Int32
    private let path: String
    private var answers = AgentAnswers()
    private var connections: [Int32: AgentConnection] = [:]

    /// - Parameters:
    ///   - listener: a listening Unix socket.
    ///   - path: where it is. The agent ends when that is gone, as at the end of a login.
    public init(listener: Int32, path: String) {
        self.listener = listener
        self.path = path
    }

    /// Unlocks a vault from the start.
    ///
    /// - Parameters:
    ///   - keys: its keys.
    ///   - vaultPath: where it is, for `status`.
    ///   - times: how long it stays unlocked.
    public mutating func unlock(_ keys: LocalKeys, vaultPath: String, times: AgentTimes) throws(KeystoreError) {
        try answers.add(keys, path: vaultPath, times: times, at: platform_uptime())
    }

    /// Serves until SIGTERM or SIGINT comes or the socket's path is gone. SIGUSR1 locks all vaults.
    ///
    /// - Throws: ``KeystoreError/Code/io``.
    public mutating func run() throws(KeystoreError) {
        let signals = [SIGUSR1, SIGTERM, SIGINT, SIGHUP]
        let signalled = unsafe platform_signal_descriptor(signals, Int32(signals.count))
        guard signalled >= 0 else { throw KeystoreError(.io, "signals cannot be waited for") }
        defer { close(signalled) }
        guard let place = identity() else { throw KeystoreError(.io, "\(path): the socket is not there") }
        unsafe platform_notify("READY=1")
        while true {
            var waiting = [
                pollfd(fd: signalled, events: Int16(POLLIN), revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            for connection in connections.values {
                waiting.append(pollfd(fd: connection.descriptor, events: Int16(connection.isSending ? POLLOUT : POLLIN), revents: 0))
            }
            guard unsafe poll(&waiting, UInt(waiting.count), timeout()) >= 0 || errno == EINTR else {
                throw KeystoreError(.io, "connections cannot be waited for")
            }
            let now = platform_uptime()
            while case let signal = platform_next_signal(signalled), signal != 0 {
                if signal == SIGUSR1 { lock() } else if signal != SIGHUP { return lock() }
            }
            guard identity() == place else { return lock() }
            if answers.expire(at: now) { dropAll() }
            for ready in waiting.dropFirst(2) where ready.revents != 0 { step(ready.fd, at: now) }
            connections = connections.filter { $0.value.deadline.map { $0 > now } ?? true }
            if waiting[1].revents != 0 { accept(at: now) }
        }
    }

    /// Drops all keys, and with them every connection: whoever waits at one knows then.
    private mutating func lock() {
        answers.lock()
        dropAll()
    }

    private mutating func dropAll() { connections = [:] }

    /// Milliseconds until something is due, or until the socket is looked at again.
    private func timeout() -> Int32 {
        let now = platform_uptime()
        var next = now + (answers.vaults.entries.isEmpty ? 60 : 5)
        if let deadline = answers.vaults.deadline { next = min(next, deadline) }
        for deadline in connections.values.compactMap(\.deadline) { next = min(next, deadline) }
        return Int32(max(0, min(60_000, (next - now) * 1000 + 1)))
    }

    /// The socket's file: device and inode. Nil if there is none.
    private func identity() -> [UInt64]? {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return nil }
        return [UInt64(info.st_dev), UInt64(info.st_ino)]
    }

    private mutating func accept(at now: Double) {
        // A few at a time, so that a flood of connections delays nobody's answer.
        for _ in 0..<16 {
            let descriptor = platform_accept(listener)
            if descriptor < 0 {
                // Without room nobody could even lock.
                if errno == EMFILE || errno == ENFILE { makeRoom() }
                return
            }
            var user: UInt32 = 0
            guard unsafe platform_peer_user(descriptor, &user) == 0, user == geteuid() else {
                close(descriptor)
                continue
            }
            if connections.count >= Self.maximumConnections { makeRoom() }
            let connection = AgentConnection(descriptor, at: now)
            connections[descriptor] = connection
            step(descriptor, at: now)
        }
    }

    /// Ends the connection that has been of no use for longest; those that were never used go first.
    private mutating func makeRoom() {
        let oldest = connections.values.min { left, right in
            (left.isKnown ? 1 : 0, left.isIdle ? 0 : 1, left.active) < (right.isKnown ? 1 : 0, right.isIdle ? 0 : 1, right.active)
        }
        if let oldest { connections[oldest.descriptor] = nil }
    }

    /// Receives, answers and sends as far as it goes: one request at most, so that nobody keeps the others waiting.
    private mutating func step(_ descriptor: Int32, at now: Double) {
        guard let connection = connections[descriptor] else { return }
        if connection.isSending {
            if !connection.flush(at: now) { connections[descriptor] = nil }
            return
        }
        switch connection.receive(at: now) {
        case .waiting: return
        case .over: connections[descriptor] = nil
        case .request(let message):
            let wasUnlocked = !answers.vaults.entries.isEmpty
            guard connection.send(answers.answer(message, at: now), at: now) else { return connections[descriptor] = nil }
            // Whoever locks has its answer; all others learn it by the end of their connections.
            if message.kind == AgentRequest.lock.rawValue, wasUnlocked { connections = connections.filter { $0.key == descriptor } }
        }
    }
}
