/// Which keys rest after errors, and whose turn it is in a pool.
struct KeyHealth {
    private struct Rest {
        var until: ContinuousClock.Instant
        /// How many errors there were since the last success.
        var failures: Int
        var outcome: RequestOutcome
    }

    /// A key, or one model of it.
    private struct Subject: Hashable {
        let key: KeyIdentity
        let model: String?
    }

    private var rests: [Subject: Rest] = [:]
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

    mutating func note(_ outcome: RequestOutcome, for subject: RestSubject, now: ContinuousClock.Instant) {
        let key = subject.key
        guard outcome != .accepted else {
            rests[Subject(key: key, model: nil)] = nil
            if subject.model != nil { rests[Subject(key: key, model: subject.model)] = nil }
            if let token = subject.token { rests[Subject(key: token, model: nil)] = nil }
            return
        }
        // Keys come and go with their generations: those that have long been fit again are forgotten.
        rests = rests.filter { $0.value.until + .seconds(3600) > now }
        // Models come from requests: there may be any number of them.
        let isWide = outcome == .unauthorized || subject.model == nil || rests.count >= 1024
        let subject = Subject(key: key, model: isWide ? nil : subject.model)
        let before = rests[subject]
        // Requests that were under way together fail together, which is one failure, and must not shorten a rest.
        let isSame = before.map { $0.until > now } ?? false
        let failures = (before?.failures ?? 0) - (isSame ? 1 : 0)
        let until = now + Self.rest(after: outcome, failures: failures, isFromVault: key.isFromVault)
        let isLonger = before.map { $0.until < until } ?? true
        rests[subject] = Rest(
            until: max(until, before?.until ?? until), failures: failures + 1, outcome: isLonger ? outcome : before?.outcome ?? outcome)
    }

    /// Until when a key rests for a model and after what, or nil if it may be taken now.
    func rest(of subject: RestSubject, now: ContinuousClock.Instant) -> (until: ContinuousClock.Instant, outcome: RequestOutcome)? {
        var found = rests[Subject(key: subject.key, model: nil)]
        let others = [
            subject.model.flatMap { rests[Subject(key: subject.key, model: $0)] },
            subject.token.flatMap { rests[Subject(key: $0, model: nil)] },
        ]
        for case let other? in others where found.map({ $0.until < other.until }) ?? true { found = other }
        return found.flatMap { $0.until > now ? ($0.until, $0.outcome) : nil }
    }

    /// Everything that rests.
    func all(now: ContinuousClock.Instant) -> [(key: KeyIdentity, model: String?, until: ContinuousClock.Instant, outcome: RequestOutcome)]
    {
        rests.filter { $0.value.until > now }.map { ($0.key.key, $0.key.model, $0.value.until, $0.value.outcome) }
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
