internal import Agent
internal import CPlatform
internal import Foundation
internal import Glibc
internal import Keystore
internal import Synchronization
internal import WarderCommands

/// Tells at once when the agent locks a vault, whatever else the daemon is waiting for.
///
/// A thread of its own waits at a connection that ends with the lock. Nothing that could keep it waiting is done there.
final class AgentWatch: Sendable {
    private let socket: String
    private let watched = Mutex<(descriptor: Int32, vault: VaultID)?>(nil)

    /// - Parameter socket: the agent's socket.
    init(socket: String) { self.socket = socket }

    /// Watches a vault, if the agent has its keys. Says whether it has.
    func watch(_ vault: VaultID) -> Bool {
        guard let client = AgentClient(at: socket), let descriptor = try? client.watch() else { return false }
        // After the connection is there: a lock in between would be seen at it.
        guard AgentKeys(of: vault, from: client) != nil else {
            close(descriptor)
            return false
        }
        let before = watched.withLock { watched in
            defer { watched = (descriptor, vault) }
            return watched
        }
        if let before { close(before.descriptor) }
        return true
    }

    /// Calls `lock` on a thread of its own when the agent no longer has the keys of the vault that is watched.
    func begin(lock: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [self] in
            while true {
                usleep(100_000)
                guard let (descriptor, vault) = watched.withLock({ $0 }), hasEnded(descriptor) else { continue }
                // The agent ends all connections whenever it locks anything; it may still have this vault's keys.
                let isOver = watched.withLock { watched in
                    guard watched?.descriptor == descriptor else { return false }
                    watched = nil
                    return true
                }
                guard isOver else { continue }
                close(descriptor)
                if !watch(vault) { lock() }
            }
        }
    }

    private func hasEnded(_ descriptor: Int32) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&waiting, 1, 0) > 0
    }
}
