/// Which keys rest after errors, and whose turn it is in a pool.
struct KeyHealth {
    private struct Rest {
        var until: ContinuousClock.Instant
        /// How many errors there were since the last success.
        var failures: Int
    }

    private var rests: [KeyIdentity: Rest] = [:]
    private var credits: [KeyIdentity: Int] = [:]

    /// Whether nothing is known that would change an order.
    var isEmpty: Bool { rests.isEmpty }

    /// How long a key rests after an error: longer with each one in a row, an hour at most.
    ///
    /// | outcome | first | longest |
    /// |---|---|---|
    /// | 401, 402, 403 | 5 min | 1 h |
    /// | 401 for a key that is not in the vault, and may be another one by now | 10 s | 10 min |
    /// | 429 | what the answer asks for, else 10 s | 1 h, else 10 min |
    /// | 5xx, no answer | 1 s | 1 min |
    static func rest(after outcome: RequestOutcome, failures: Int, isFromVault: Bool = true) -> Duration {
        func growing(_ first: Int, upTo longest: Int) -> Duration { .seconds(min(longest, first << min(failures, 12))) }
        return switch outcome {
        case .accepted: .zero
        case .unauthorized where !isFromVault: growing(10, upTo: 600)
        case .unauthorized, .forbidden: growing(300, upTo: 3600)
        case .rateLimited(let wait?): min(max(wait, .seconds(1)), .seconds(3600))
        case .rateLimited(nil): growing(10, upTo: 600)
        case .unavailable: growing(1, upTo: 60)
        }
    }

    mutating func note(_ outcome: RequestOutcome, for key: KeyIdentity, now: ContinuousClock.Instant) {
        guard outcome != .accepted else {
            rests[key] = nil
            return
        }
        // Keys come and go with their generations: those that have long been fit again are forgotten.
        rests = rests.filter { $0.value.until + .seconds(3600) > now }
        let before = rests[key]
        // Requests that were under way together fail together, which is one failure, and must not shorten a rest.
        let isSame = before.map { $0.until > now } ?? false
        let failures = (before?.failures ?? 0) - (isSame ? 1 : 0)
        let until = now + Self.rest(after: outcome, failures: failures, isFromVault: key.isFromVault)
        rests[key] = Rest(until: max(until, before?.until ?? until), failures: failures + 1)
    }

    /// When a key may be taken again, or nil if it may be now.
    func rest(of key: KeyIdentity, now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        rests[key].flatMap { $0.until > now ? $0.until : nil }
    }

    /// The order in which the keys of a pool are taken: over time each comes first as often as its weight says, evenly spread.
    mutating func order(_ pool: [(key: KeyIdentity, weight: Int)]) -> [Int] {
        guard pool.count > 1 else { return Array(pool.indices) }
        if credits.count > 1024 { credits = [:] }
        for entry in pool { credits[entry.key, default: 0] += entry.weight }
        let order = pool.indices.sorted { left, right in
            let (a, b) = (credits[pool[left].key, default: 0], credits[pool[right].key, default: 0])
            return a == b ? left < right : a > b
        }
        credits[pool[order[0]].key, default: 0] -= pool.reduce(0) { $0 + $1.weight }
        return order
    }
}
