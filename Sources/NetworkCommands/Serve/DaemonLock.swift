internal import Foundation
internal import Glibc
internal import RequestLayer
internal import Synchronization
internal import UnitCredentials

/// The end of an unlocked daemon: it serves nothing from that moment, and becomes the same program anew, with an empty memory.
final class DaemonLock: Sendable {
    static let shared = DaemonLock()

    private let work = Mutex<(@Sendable () -> Void)?>(nil)

    /// What is to be done, once.
    func prepare(gate: ProxyGate, credentials: CredentialServer, listeners: Listeners, log: AccessLog) {
        work.withLock {
            $0 = {
                gate.install(nil)
                gate.install(tokens: nil)
                credentials.lock()
                log.say("the vault is locked: starting anew without what was in it")
                // A unit that is reading a credential has a moment to read it to its end: half of one would be taken for a whole.
                Task { await credentials.shutdown() }
                usleep(700_000)
                log.flush()
                listeners.startAnew()
            }
        }
    }

    /// Locks, on a thread that waits for nothing else.
    func lock() {
        guard
            let work = work.withLock({ work in
                defer { work = nil }
                return work
            })
        else { return }
        Thread.detachNewThread { work() }
    }
}
