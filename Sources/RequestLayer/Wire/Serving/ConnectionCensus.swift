internal import Synchronization

/// Counts the clients' connections over all event loops.
final class ConnectionCensus: Sendable {
    private struct Counts {
        var all = 0
        var byClient: [ClientAddress: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let limit: Int
    private let limitPerClient: Int

    init(_ configuration: ProxyConfiguration) {
        limit = configuration.connectionLimit
        limitPerClient = configuration.connectionLimitPerClient
    }

    /// Counts one more, if it may be.
    func enter(_ client: ClientAddress) -> Bool {
        counts.withLock {
            guard $0.all < limit, $0.byClient[client, default: 0] < limitPerClient else { return false }
            $0.all += 1
            $0.byClient[client, default: 0] += 1
            return true
        }
    }

    /// One of them has ended.
    func leave(_ client: ClientAddress) {
        counts.withLock {
            $0.all -= 1
            let left = $0.byClient[client, default: 1] - 1
            $0.byClient[client] = left == 0 ? nil : left
        }
    }

    var count: Int { counts.withLock { $0.all } }
}
