public import ClientTokens
internal import Glibc
internal import NIOCore
public import NIOHTTP1
internal import Resolver
internal import Synchronization

/// The proxy's rules over one state of settings, keys and tokens, each of which can be replaced at any time. Requests keep what they began
/// with.
public final class ProxyGate: Gate {
    /// What is replaced as a whole.
    struct State: Sendable {
        var table: RouteTable?
        var rules = HeaderRules(injected: [])
        /// Nil as long as nobody knows the tokens.
        var tokens: TokenTable?
        var isStopped = false
        var health = GateHealth.ok
    }

    let ledger: TokenLedger
    let limits: FallbackLimits
    let metrics = GateMetrics()
    private let listener: ListenerRules
    private let state = Mutex(State())
    private let onAccess: @Sendable (AccessRecord) -> Void
    private let onEvent: @Sendable (GateEvent) -> Void

    /// Answers with 503 until it has routes and tokens.
    ///
    /// - Parameters:
    ///   - userIDs: the users whose processes may connect to the Unix socket.
    ///   - hosts: further values of `host` on TCP, in lower case, with their port.
    ///   - ledger: what tokens have used up.
    ///   - onAccess: called for each request when it is over, on its event loop.
    ///   - onEvent: called for what the control plane should know, on an event loop.
    public convenience init(
        userIDs: Set<UInt32>, hosts: Set<String> = [], ledger: TokenLedger = TokenLedger(),
        onAccess: @escaping @Sendable (AccessRecord) -> Void = { _ in }, onEvent: @escaping @Sendable (GateEvent) -> Void = { _ in }
    ) {
        self.init(userIDs: userIDs, hosts: hosts, ledger: ledger, limits: FallbackLimits(), onAccess: onAccess, onEvent: onEvent)
    }

    init(
        userIDs: Set<UInt32>, hosts: Set<String>, ledger: TokenLedger, limits: FallbackLimits,
        onAccess: @escaping @Sendable (AccessRecord) -> Void, onEvent: @escaping @Sendable (GateEvent) -> Void
    ) {
        listener = ListenerRules(userIDs: userIDs, hosts: hosts)
        self.ledger = ledger
        self.limits = limits
        self.onAccess = onAccess
        self.onEvent = onEvent
    }

    // MARK: The control plane's part

    /// Replaces the routes. Nil while the vault is locked.
    public func install(_ table: RouteTable?) {
        let rules = HeaderRules(injected: table?.injectedHeaders ?? [])
        state.withLock { state in
            state.table = table
            state.rules = rules
        }
        metrics.bound(to: table)
    }

    /// Replaces the tokens. Nil while nobody knows them, as when the vault is locked. What they have used up stays counted.
    public func install(tokens: [ClientToken]?) {
        let table = tokens.map { TokenTable($0, ledger: ledger) }
        state.withLock { $0.tokens = table }
    }

    /// Refuses everything, or no longer.
    public func setStopped(_ isStopped: Bool) { state.withLock { $0.isStopped = isStopped } }

    /// Says how the daemon is.
    public func setHealth(_ health: GateHealth) { state.withLock { $0.health = health } }

    /// The state at this moment.
    var current: State { state.withLock { $0 } }

    func log(_ record: AccessRecord) {
        metrics.count(record)
        onAccess(record)
    }

    func tell(_ event: GateEvent) { onEvent(event) }

    // MARK: Requests

    /// Decides on a request: listener, origin, token, path, operation, limits, and what it may be tried with.
    public func admit(_ head: HTTPRequestHead, from client: ClientAddress) -> Admission {
        let state = current
        let started = NIODeadline.now()
        var asked = Asked(method: head.method.rawValue, started: started)
        func refuse(_ refusal: Refusal) -> Admission {
            let answer = refusal.answer(asked.family)
            log(asked.record(refusal, answer))
            return .answer(answer)
        }
        if let refusal = listener.refusal(of: head, from: client) { return refuse(Refusal(refusal)) }
        let identity: Identity
        switch identify(head.headers, client, state) {
        case .success(let found): identity = found
        case .failure(let failure): return refuse(failure.refusal)
        }
        asked.token = identity.token?.name

        let target: RequestTarget
        do throws(RequestTarget.Failure) { target = try RequestTarget(head.uri) } catch {
            return refuse(error == .tooLong ? .tooLong : .badTarget)
        }
        if target.name == LocalPages.name {
            guard case .unix = client, identity.token == nil else { return refuse(.notFound) }
            let answer = LocalPages.answer(target.path, head.method, self, state)
            return .answer(answer)
        }
        if state.isStopped { return refuse(.killed) }
        guard let table = state.table else { return refuse(.locked) }
        guard let entry = table.entries[target.name], identity.token?.allows(route: entry.name) ?? true else { return refuse(.notFound) }
        asked.route = entry.name
        guard !entry.groups.isEmpty else { return refuse(.unavailable(entry.name)) }
        guard let (family, match) = entry.match(target.path) else { return refuse(.notFound) }
        asked.family = family
        asked.operation = match.operation.label
        guard match.operation.methods.contains(head.method) else {
            return refuse(.method(allowed: match.operation.methods.map(\.rawValue).joined(separator: ", ")))
        }
        guard identity.token?.allows(method: head.method.rawValue) ?? true else { return refuse(.forbiddenMethod) }
        if identity.token?.models != nil, target.hasModelInQuery { return refuse(.badModel) }
        guard let kept = state.rules.request.kept(of: head.headers) else { return refuse(.badHeader) }
        let query: ModelQuery
        switch ModelQuery.make(match, entry, identity.token) {
        case .success(let made): query = made
        case .failure(let failure): return refuse(failure.refusal)
        }
        if let (token, meter) = identity.limited {
            switch meter.begin(token, now: Int(started.uptimeNanoseconds / 1_000_000)) {
            case nil: break
            case .rate(let wait): return refuse(.rate(wait: wait))
            case .streams: return refuse(.streams)
            case .budget: return refuse(.budget)
            }
        }
        return .forward(
            ProxyExchange(
                gate: self,
                request: AdmittedRequest(
                    table: table, rules: state.rules, entry: entry, family: family, match: match, method: head.method,
                    query: target.query, headers: kept, model: query, token: identity.token, meter: identity.meter, asked: asked)))
    }

    /// Who asks.
    private struct Identity {
        var token: ClientToken?
        var meter: TokenMeter?

        var limited: (ClientToken, TokenMeter)? {
            guard let token, let meter else { return nil }
            return (token, meter)
        }
    }

    /// The client's token, which TCP demands. On the Unix socket whatever is no token of ours is what a library needs to have as a key.
    private func identify(_ headers: HTTPHeaders, _ client: ClientAddress, _ state: State) -> Result<Identity, Refused> {
        let isLocal = if case .unix = client { true } else { false }
        switch PresentedToken(headers) {
        case .none: return isLocal ? .success(Identity()) : .failure(Refused(.unauthorized))
        case .confused: return isLocal && !PresentedToken.mentionsOurs(headers) ? .success(Identity()) : .failure(Refused(.unauthorized))
        case .one(let given):
            if isLocal, !given.starts(with: ClientToken.prefix.utf8) { return .success(Identity()) }
            guard let tokens = state.tokens else { return .failure(Refused(.locked)) }
            guard let (token, meter) = tokens.find(given), !token.hasExpired(at: wallClockSeconds()) else {
                return .failure(Refused(.unauthorized))
            }
            return .success(Identity(token: token, meter: meter))
        }
    }
}

/// A refusal as an error.
struct Refused: Error {
    let refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }
}

extension Refusal {
    init(_ refusal: ListenerRules.Refusal) {
        self =
            switch refusal {
            case .user: .user
            case .host: .host
            case .otherHost: .otherHost
            case .browser: .browser
            case .method: .badTarget
            }
    }
}

extension PresentedToken {
    /// Whether one of several keys is a token of ours.
    static func mentionsOurs(_ headers: HTTPHeaders) -> Bool {
        ["authorization", "x-api-key", "x-goog-api-key", "api-key"].contains { name in
            headers[name].contains { $0.contains(ClientToken.prefix) }
        }
    }
}

/// How the daemon is, as far as the control plane says.
public enum GateHealth: Hashable, Sendable {
    /// All is well.
    case ok
    /// It works with what it had before: why, without values.
    case degraded(String)
}

/// The rules for headers that one table makes.
struct HeaderRules: Sendable {
    let request: RequestHeaderRules
    let response: ResponseHeaderRules

    init(injected: Set<String>) {
        request = RequestHeaderRules(injected: injected)
        response = ResponseHeaderRules(injected: injected)
    }
}

extension RouteTable {
    /// The names of the headers of all targets.
    var injectedHeaders: Set<String> {
        var names: Set<String> = []
        for entry in entries.values {
            for group in entry.groups { for target in group.targets { names.formUnion(target.headers.map(\.name)) } }
        }
        return names
    }
}
