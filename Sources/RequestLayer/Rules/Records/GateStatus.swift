internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Resolver

/// How the proxy is, for `warder serve status`.
public struct GateStatus: Codable, Hashable, Sendable {
    /// 1.
    public var version = 1
    /// `ok`, `degraded`, `locked` or `stopped`.
    public var health: String
    /// Why, if it is not `ok`.
    public var reason: String?
    /// Requests since the start.
    public var requests: Int
    /// Those that ended with 5xx or without a status.
    public var errors: Int
    /// Requests of the last minute.
    public var requestsOfLastMinute: Int
    /// Errors of the last minute.
    public var errorsOfLastMinute: Int
    /// Requests since the start, by route.
    public var requestsByRoute: [String: Int]
    /// The routes and providers that can be used.
    public var routes: [String]
    /// Those that cannot, and why.
    public var problems: [Problem]
    /// The keys that rest after errors.
    public var resting: [Resting]
    /// What tokens have used up.
    public var tokens: [Token]

    /// A route that cannot be used, or not wholly.
    public struct Problem: Codable, Hashable, Sendable {
        /// The route or provider.
        public var route: String
        /// Why.
        public var reason: String
        /// Whether nothing of it can be used.
        public var isFatal: Bool
    }

    /// A key that rests.
    public struct Resting: Codable, Hashable, Sendable {
        /// Its provider.
        public var provider: String
        /// The secret's name, or where else it is from.
        public var key: String
        /// The secret's generation.
        public var generation: UInt64?
        /// The model that it rests for; nil for all.
        public var model: String?
        /// After what: `unauthorized`, `forbidden`, `rate-limited`, `unavailable`.
        public var reason: String
        /// For how many more seconds.
        public var seconds: Int
    }

    /// What a token has used up.
    public struct Token: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// How many requests it has made.
        public var used: Int
        /// How many there may be.
        public var budget: Int?
        /// How many are under way.
        public var streams: Int
    }
}

extension GateStatus {
    /// One line of JSON.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension ProxyGate {
    /// How it is at this moment.
    public var status: GateStatus {
        let state = current
        let totals = metrics.totals(second: Timestamp.now() / 1000)
        let (health, reason) = Self.health(of: state)
        return GateStatus(
            health: health, reason: reason, requests: totals.requests, errors: totals.errors, requestsOfLastMinute: totals.lastMinute,
            errorsOfLastMinute: totals.errorsOfLastMinute, requestsByRoute: totals.byRoute, routes: state.table?.names ?? [],
            problems: (state.table?.problems ?? []).map { .init(route: $0.name, reason: $0.reason, isFatal: $0.isFatal) },
            resting: Self.resting(in: state), tokens: state.tokens?.usage ?? [])
    }

    static func health(of state: State) -> (String, String?) {
        if state.isStopped { return ("stopped", "the kill switch is on") }
        if state.table == nil { return ("locked", "there are no keys") }
        if case .degraded(let reason) = state.health { return ("degraded", reason) }
        return ("ok", nil)
    }

    static func resting(in state: State) -> [GateStatus.Resting] {
        (state.table?.resolver.rests.all ?? []).map { key, model, rest in
            let label = KeyLabel(key)
            return GateStatus.Resting(
                provider: key.provider, key: label.name, generation: label.generation, model: model, reason: rest.outcome.word,
                seconds: Int(rest.remaining.components.seconds) + 1)
        }.sorted { ($0.key, $0.model ?? "") < ($1.key, $1.model ?? "") }
    }
}

extension RequestOutcome {
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .rateLimited: "rate-limited"
        case .unavailable: "unavailable"
        }
    }
}

/// What the gate answers itself on the Unix socket, below a name that no route has.
enum LocalPages {
    static let name = "-"

    static func answer(_ path: String, _ method: HTTPMethod, _ gate: ProxyGate, _ state: ProxyGate.State) -> LocalAnswer {
        guard method == .GET else { return Refusal.method(allowed: "GET").answer() }
        let (health, reason) = ProxyGate.health(of: state)
        switch path {
        case "/health":
            var line = JSONLine()
            line.add("health", health)
            line.add("reason", reason)
            return page(state.table == nil || state.isStopped ? .serviceUnavailable : .ok, "application/json", line.text + "\n")
        case "/metrics":
            let resting = ProxyGate.resting(in: state).map { (key: $0.key, model: $0.model, seconds: $0.seconds) }
            let streams = state.tokens?.usage.reduce(0) { $0 + $1.streams } ?? 0
            return page(.ok, "text/plain; version=0.0.4; charset=utf-8", gate.metrics.text(resting: resting, streams: streams))
        case "/status": return page(.ok, "application/json", gate.status.json + "\n")
        default: return Refusal.notFound.answer()
        }
    }

    private static func page(_ status: HTTPResponseStatus, _ type: String, _ text: String) -> LocalAnswer {
        LocalAnswer(
            head: HTTPResponseHead(
                version: .http1_1, status: status, headers: HTTPHeaders([("content-type", type), ("cache-control", "no-store")])),
            body: ByteBuffer(string: text))
    }
}
