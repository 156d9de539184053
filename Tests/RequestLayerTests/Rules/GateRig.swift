import ClientTokens
import Keystore
import NIOCore
import NIOHTTP1
import Settings
import SodiumCrypto
import Synchronization
import Testing

@testable import RequestLayer
@testable import Resolver

/// A gate over settings as text and a real vault in memory, with a token that may do everything.
struct GateRig {
    static let settings = """
        [provider.openai]
        api_keys = ["secret:openai/first", { key = "secret:openai/second", weight = 1 }]
        headers = { "openai-organization" = "org-1" }
        [provider.local]
        base_url = "http://127.0.0.1:8080/v1"
        style = "openai-chat"
        [route.chat]
        models = ["mistral/large", "openai/gpt-4o"]
        [route.claude]
        models = ["anthropic/claude-sonnet-4-6"]
        """
    static let secrets = [
        "openai/first": "sk-FirstCanaryKey0123456789", "openai/second": "sk-SecondCanaryKey012345678",
        "anthropic/api-key": "sk-ant-CanaryKey0123456789", "mistral/api-key": "MistralCanaryKey0123456789",
    ]

    let parsed: WarderSettings
    let vault: TestVault
    let resolver: ModelResolver
    let gate: ProxyGate
    let clock = TestClock()
    /// A token that may do everything.
    let token: String
    let records = Sink<AccessRecord>()
    let events = Sink<GateEvent>()

    init(
        _ settings: String = GateRig.settings, secrets: [String: String] = GateRig.secrets, tokens: [ClientToken] = [],
        hosts: Set<String> = ["proxy.example:9000"], limits: FallbackLimits = FallbackLimits()
    ) throws {
        vault = try TestVault()
        for (name, value) in secrets { try vault.store(name, value) }
        parsed = try WarderSettings.parse(settings, file: "warder.toml")
        let environment = ResolverEnvironment(
            directories: try UserDirectories(environment: ["HOME": "/nonexistent/warder"], userID: 1), variables: NoVariables())
        resolver = ModelResolver(
            settings: parsed, secrets: vault, environment: environment, catalogue: .standard, now: { [clock] in clock.now })
        gate = ProxyGate(
            userIDs: [1000], hosts: hosts, ledger: TokenLedger(), limits: limits, onAccess: { [records] in records.add($0) },
            onEvent: { [events] in events.add($0) })
        gate.install(try RouteTable(settings: parsed, resolver: resolver))
        let all = try ClientToken.generate()
        token = String(decoding: all.reveal(), as: UTF8.self)
        gate.install(tokens: [try ClientToken(name: "all", token: all, created: 0)] + tokens)
    }

    /// A new token with limits, and its text.
    static func limited(_ name: String = "limited", _ limit: (inout ClientToken) -> Void) throws -> (ClientToken, String) {
        let value = try ClientToken.generate()
        var token = try ClientToken(name: name, token: value, created: 0)
        limit(&token)
        return (token, String(decoding: value.reveal(), as: UTF8.self))
    }

    /// The decision on a request on TCP with the token.
    func admit(
        _ method: HTTPMethod = .POST, _ uri: String, _ headers: [(String, String)] = [], token: String?? = .none,
        from client: ClientAddress = .loopback(port: 9000), host: String? = "127.0.0.1:9000"
    ) -> Admission {
        var all = HTTPHeaders(headers)
        if let host { all.add(name: "host", value: host) }
        if let token = token ?? self.token { all.add(name: "authorization", value: "Bearer \(token)") }
        return gate.admit(HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: all), from: client)
    }

    /// The status with which a request is answered at once, or 0 if it is forwarded.
    func status(
        _ method: HTTPMethod = .POST, _ uri: String, _ headers: [(String, String)] = [], token: String?? = .none,
        from client: ClientAddress = .loopback(port: 9000), host: String? = "127.0.0.1:9000"
    ) -> Int {
        switch admit(method, uri, headers, token: token, from: client, host: host) {
        case .answer(let answer): return Int(answer.head.status.code)
        case .forward(let exchange):
            exchange.finished(Trip.summary(nil))
            return 0
        }
    }

    /// A request that is made to upstream servers of the test.
    func trip(
        _ method: HTTPMethod = .POST, _ uri: String, _ headers: [(String, String)] = [], body: String = "", token: String?? = .none,
        from client: ClientAddress = .loopback(port: 9000), streams: Bool = false, _ server: (UpstreamRequest) -> Reply
    ) -> Trip {
        var trip = Trip()
        let hasType = body.isEmpty || headers.contains { $0.0.lowercased() == "content-type" }
        switch admit(method, uri, headers + (hasType ? [] : [("content-type", "application/json")]), token: token, from: client) {
        case .answer(let answer): trip.end(answer)
        case .forward(let exchange): trip.run(exchange, body: streams ? nil : ByteBuffer(string: body), server)
        }
        return trip
    }
}

/// What an upstream server of a test does.
enum Reply {
    case fails(UpstreamFailure)
    case responds(Int, [(String, String)] = [], [String] = [])
}

/// What came of a request, as the data path would have it.
struct Trip {
    var requests: [UpstreamRequest] = []
    var status = 0
    var headers = HTTPHeaders()
    var body = ""
    var wasLocal = false
    var intake = BodyIntake.stream

    mutating func end(_ answer: LocalAnswer) {
        status = Int(answer.head.status.code)
        headers = answer.head.headers
        body = String(buffer: answer.body)
        wasLocal = true
    }

    static func summary(_ status: Int?, attempts: Int = 0) -> ExchangeSummary {
        ExchangeSummary(
            end: .complete, status: status, requestByteCount: 10, responseByteCount: 20, timeToResponse: .milliseconds(3),
            duration: .milliseconds(7), attempts: attempts)
    }

    mutating func run(_ exchange: any Exchange, body: ByteBuffer?, _ server: (UpstreamRequest) -> Reply) {
        intake = exchange.intake
        loop: while requests.count < 100 {
            let request: UpstreamRequest
            switch exchange.nextAttempt(body: body) {
            case .answer(let answer):
                end(answer)
                break loop
            case .send(let next): request = next
            }
            requests.append(request)
            switch server(request) {
            case .fails(let failure):
                guard case .answer(let answer) = exchange.failed(failure) else { continue loop }
                end(answer)
                break loop
            case .responds(let status, let headers, let parts):
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: HTTPHeaders(headers))
                var decision = exchange.received(head)
                if case .collect(let limit) = decision {
                    let all = parts.joined()
                    decision = exchange.collected(
                        head, body: ByteBuffer(string: String(all.prefix(limit))), isWhole: all.utf8.count <= limit)
                }
                switch decision {
                case .retry: continue loop
                case .answer(let answer): end(answer)
                case .collect: Issue.record("collects twice")
                case .relay(let head):
                    self.status = Int(head.status.code)
                    self.headers = head.headers
                    for part in parts { self.body += String(buffer: exchange.relay(ByteBuffer(string: part))) }
                    if let rest = exchange.relayedAll() { self.body += String(buffer: rest) }
                }
                break loop
            }
        }
        exchange.finished(Self.summary(status, attempts: requests.count))
    }

    /// The body of the request that went upstream, where it was changed.
    var sent: String? { requests.last?.body.map { String(buffer: $0) } }
}

/// What callbacks were called with.
final class Sink<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }
}

/// A vault in memory.
final class TestVault: SecretSource {
    private let vault: Vault<LocalKeys>

    init() throws {
        let credentials = Credentials(keyFile: try SecretValue(copying: randomBytes(32)))
        vault = try Vault.create(
            in: MemoryStorage(), slots: [NewSlot(kind: .keyFile, label: "test", credentials: credentials)], anchor: nil)
    }

    func store(_ name: String, _ value: String) throws {
        let write = SecretWrite(name: try SecretName(name), value: try SecretValue(copying: Array(value.utf8))) {
            $0?.inherited ?? Metadata()
        }
        _ = try vault.set([write])
    }

    func secrets(_ names: [SecretName]) throws -> [Secret?] { try vault.get(names) }

    func stamp() -> VaultStamp? { nil }
}

/// No variables at all.
struct NoVariables: VariableSource {
    var name: String { "the environment" }

    func value(of variable: String) throws -> SecretValue? { nil }
}

/// A clock that stands still.
final class TestClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }

    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
}
