internal import Synchronization

/// Which keys rest after errors, shared by all who make requests with them.
///
/// A resolver has its own unless it is given one: whoever replaces a resolver by one with newer settings hands the rests on, so that a key
/// that was refused stays so.
public final class KeyRests: Sendable {
    private let now: @Sendable () -> ContinuousClock.Instant
    private let health = Mutex(KeyHealth())

    /// No key rests.
    public convenience init() { self.init { .now } }

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// A key with what is asked of it, and how often it is taken compared with the others of its pool.
    public struct Choice: Sendable {
        /// What rests.
        public let subject: RestSubject
        /// 1 to 100.
        public let weight: Int

        /// - Parameters:
        ///   - subject: what rests.
        ///   - weight: 1 to 100.
        public init(_ subject: RestSubject, weight: Int) {
            self.subject = subject
            self.weight = weight
        }
    }

    /// The places in a pool of the keys that may be taken now, in the order in which it is their turn.
    public func order(_ pool: [Choice]) -> [Int] {
        health.withLock { health in
            if health.isEmpty { return pool.count == 1 ? [0] : health.order(pool.map { ($0.subject.key, $0.weight) }) }
            let time = now()
            let fit = pool.indices.filter { health.rest(of: pool[$0].subject, now: time) == nil }
            return health.order(fit.map { (pool[$0].subject.key, pool[$0].weight) }).map { fit[$0] }
        }
    }

    /// Until when a key rests and why, or nil if it may be taken now.
    public func rest(of subject: RestSubject) -> Rest? {
        health.withLock { health in
            if health.isEmpty { return nil }
            let time = now()
            return health.rest(of: subject, now: time).map { Rest(outcome: $0.outcome, remaining: $0.until - time) }
        }
    }

    /// Tells what came of a request.
    public func report(_ outcome: RequestOutcome, for subject: RestSubject) {
        health.withLock { health in
            if outcome == .accepted, health.isEmpty { return }
            health.note(outcome, for: subject, now: now())
        }
    }

    /// Everything that rests now.
    public var all: [(key: KeyIdentity, model: String?, rest: Rest)] {
        health.withLock { health in
            let time = now()
            return health.all(now: time).map { ($0.key, $0.model, Rest(outcome: $0.outcome, remaining: $0.until - time)) }
        }
    }

    func withHealth<Result>(_ body: (inout KeyHealth) -> Result) -> Result { health.withLock { body(&$0) } }

    /// How long something rests, and why.
    public struct Rest: Hashable, Sendable {
        /// What came of the last request with it.
        public let outcome: RequestOutcome
        /// How long it still rests.
        public let remaining: Duration
    }
}

/// What rests after an error: a key, or only what is asked of it.
///
/// A key that nobody knows is of no use at all. What else goes wrong may be about one model: limits, permissions and outages are.
public struct RestSubject: Hashable, Sendable {
    /// The key, or whoever answers without one.
    public let key: KeyIdentity
    /// The gateway's token, where it goes with the request beside the provider's key: without it that key is of no use either.
    public let token: KeyIdentity?
    /// The model; nil if whoever asks doesn't know it.
    public let model: String?

    /// - Parameters:
    ///   - key: the key.
    ///   - token: the gateway's token, if it is another.
    ///   - model: the model, if it is known.
    public init(key: KeyIdentity, token: KeyIdentity? = nil, model: String?) {
        self.key = key
        self.token = token
        self.model = model
    }
}

extension Resolution {
    /// What rests after errors of it.
    public var subject: RestSubject { RestSubject(key: resting, token: gatewayToken == resting ? nil : gatewayToken, model: model) }
}

extension ModelResolver {
    /// Tells what came of a request for which the client named the model, or of the gateway's token alone.
    ///
    /// - Parameters:
    ///   - outcome: what came of it.
    ///   - resolution: what the request was made of.
    ///   - subject: what rests.
    public func report(_ outcome: RequestOutcome, for resolution: Resolution, subject: RestSubject) {
        // What is not in the vault may have been replaced without a trace.
        if !subject.key.isFromVault, outcome == .unauthorized { forget() }
        rests.report(outcome, for: subject)
    }
}
