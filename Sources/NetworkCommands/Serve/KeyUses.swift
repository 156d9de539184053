internal import Keystore
internal import Synchronization

/// Which secrets were used, for the audit trail: each generation once a day, and each delivery to a unit.
final class KeyUses: Sendable {
    /// One thing to be noted.
    struct Entry: Hashable, Sendable {
        let name: String
        let generation: UInt64
        let operation: AuditEntry.Operation
    }

    private struct State {
        /// When a use was last noted.
        var noted: [Entry: ContinuousClock.Instant] = [:]
        var waiting: [Entry] = []
    }

    private let state = Mutex(State())

    /// How often the use of one key is noted.
    private static let period = Duration.seconds(86_400)
    /// How many wait at most: an audit trail that cannot be written must not fill the memory.
    private static let capacity = 10_000

    /// Notes that a secret was used.
    func note(_ name: String, _ generation: UInt64, _ operation: AuditEntry.Operation) {
        let entry = Entry(name: name, generation: generation, operation: operation)
        state.withLock { state in
            if operation == .use {
                let now = ContinuousClock.now
                if let last = state.noted[entry], now - last < Self.period { return }
                if state.noted.count >= Self.capacity { state.noted = [:] }
                state.noted[entry] = now
            }
            if state.waiting.count < Self.capacity { state.waiting.append(entry) }
        }
    }

    /// What is to be written; nil if there is nothing.
    func take() -> [Entry]? {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.isEmpty ? nil : state.waiting
        }
    }

    /// Keeps what could not be written for the next time.
    func putBack(_ entries: [Entry]) {
        state.withLock { state in state.waiting = Array((entries + state.waiting).prefix(Self.capacity)) }
    }
}
