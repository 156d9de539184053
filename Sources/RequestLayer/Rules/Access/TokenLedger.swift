internal import ClientTokens
internal import SodiumCrypto
internal import Synchronization

/// What tokens have used up. It outlives every change of settings and tokens.
public final class TokenLedger: Sendable {
    private let meters = Mutex<[String: TokenMeter]>([:])

    /// Nothing is used up.
    public init() {}

    /// The meter of a token, by its hash: a token that is made anew under the same name begins anew.
    func meter(for token: ClientToken) -> TokenMeter {
        meters.withLock { meters in
            if let meter = meters[token.hash] { return meter }
            let meter = TokenMeter()
            meters[token.hash] = meter
            return meter
        }
    }

    /// How many requests each token has made, by its hash, to be kept while the daemon is not running.
    public var used: [String: Int] { meters.withLock { $0.mapValues(\.used) } }

    /// Puts back what was kept. What was counted since is added to it.
    public func restore(_ used: [String: Int]) {
        meters.withLock { meters in
            for (hash, count) in used {
                let meter = meters[hash] ?? TokenMeter()
                meter.add(used: max(0, count))
                meters[hash] = meter
            }
        }
    }

    /// Forgets all tokens but these.
    func keep(_ hashes: Set<String>) {
        meters.withLock { meters in meters = meters.filter { hashes.contains($0.key) || $0.value.isBusy } }
    }
}

/// What one token has used up.
final class TokenMeter: Sendable {
    private struct State {
        var used = 0
        var streams = 0
        /// How many requests there may be at once, in 1/60,000ths: it fills up with each millisecond.
        var level: Int?
        var filledAt = 0
    }

    private let state = Mutex(State())

    /// Why a request may not be made.
    enum Refusal: Hashable {
        /// Too many in a minute: how many seconds to wait.
        case rate(wait: Int)
        /// Too many at once.
        case streams
        /// As many as there may ever be.
        case budget
    }

    /// Counts a request that begins, or says why it may not.
    ///
    /// - Parameter now: milliseconds of a clock that does not go back.
    func begin(_ token: ClientToken, now: Int) -> Refusal? {
        state.withLock { state in
            if let budget = token.budget, state.used >= budget { return .budget }
            if let limit = token.concurrentStreams, state.streams >= limit { return .streams }
            if let limit = token.requestsPerMinute {
                let full = limit * 60_000
                let elapsed = max(0, min(now - state.filledAt, 60_000))
                let level = min(full, (state.level ?? full) + elapsed * limit)
                state.filledAt = now
                guard level >= 60_000 else {
                    state.level = level
                    return .rate(wait: limit > 0 ? (60_000 - level + limit * 1000 - 1) / (limit * 1000) : 60)
                }
                state.level = level - 60_000
            }
            state.used += 1
            state.streams += 1
            return nil
        }
    }

    /// A request has ended.
    func end() { state.withLock { $0.streams -= 1 } }

    /// How many requests there were.
    var used: Int { state.withLock { $0.used } }

    /// How many are under way.
    var streams: Int { state.withLock { $0.streams } }

    var isBusy: Bool { state.withLock { $0.streams > 0 } }

    func add(used count: Int) { state.withLock { $0.used += count } }
}

/// The tokens that there are, by their hashes.
struct TokenTable: Sendable {
    private var tokens: [Digest: (token: ClientToken, meter: TokenMeter)] = [:]

    init(_ tokens: [ClientToken] = [], ledger: TokenLedger) {
        for token in tokens {
            guard let digest = Digest(hexadecimal: token.hash) else { continue }
            self.tokens[digest] = (token, ledger.meter(for: token))
        }
        ledger.keep(Set(tokens.map(\.hash)))
    }

    /// The token that a client has given.
    func find(_ given: [UInt8]) -> (token: ClientToken, meter: TokenMeter)? {
        guard given.count <= 512, let digest = try? unsafe ClientToken.hash(of: given.span.bytes), let entry = tokens[digest],
            let known = Digest(hexadecimal: entry.token.hash), isEqualInConstantTime(known.bytes, digest.bytes)
        else { return nil }
        return entry
    }
}

extension TokenTable {
    /// What all of them have used up.
    var usage: [GateStatus.Token] {
        tokens.values.map { .init(name: $0.token.name, used: $0.meter.used, budget: $0.token.budget, streams: $0.meter.streams) }
            .sorted { $0.name < $1.name }
    }
}
