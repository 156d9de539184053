import NIOCore
import NIOHTTP1
import Synchronization

@testable import RequestLayer

/// Rules of a test: forwards everything to one server with one header more, and notes what it was asked.
final class TestGate: Gate {
    struct Notes {
        var heads: [HTTPRequestHead] = []
        var clients: [ClientAddress] = []
        var bodies: [ByteBuffer?] = []
        var failures: [UpstreamFailure] = []
        var responses: [HTTPResponseHead] = []
        var summaries: [ExchangeSummary] = []
    }

    struct Rules: Sendable {
        var intake = BodyIntake.stream
        var body: ByteBuffer?
        var added: [(String, String)] = [("x-injected", "by the gate")]
        var admission: (@Sendable (HTTPRequestHead) -> LocalAnswer?) = { _ in nil }
        var nextAttempt: (@Sendable (Int) -> LocalAnswer?) = { _ in nil }
        var failed: (@Sendable (UpstreamFailure, Int) -> FailureDecision) = { failure, _ in .answer(.text(502, failure.rawValue)) }
        var received: (@Sendable (HTTPResponseHead, Int) -> ResponseDecision) = { head, _ in .relay(head) }
        var collected: (@Sendable (HTTPResponseHead, ByteBuffer, Bool) -> ResponseDecision) = { head, _, _ in .relay(head) }
        var relay: (@Sendable (ByteBuffer) -> ByteBuffer) = { $0 }
        var relayedAll: (@Sendable () -> ByteBuffer?) = { nil }
    }

    let server: @Sendable (Int) -> UpstreamServer
    let rules: Rules
    private let noted = Mutex(Notes())

    init(_ rules: Rules = Rules(), server: @escaping @Sendable (Int) -> UpstreamServer) {
        self.rules = rules
        self.server = server
    }

    convenience init(_ rules: Rules = Rules(), port: Int) {
        self.init(rules) { _ in UpstreamServer(host: "127.0.0.1", port: port, usesTLS: false) }
    }

    var notes: Notes { noted.withLock { $0 } }
    fileprivate func note(_ change: (inout Notes) -> Void) { noted.withLock { change(&$0) } }

    func admit(_ head: HTTPRequestHead, from client: ClientAddress) -> Admission {
        note {
            $0.heads.append(head)
            $0.clients.append(client)
        }
        if let answer = rules.admission(head) { return .answer(answer) }
        return .forward(TestExchange(self, head))
    }
}

private final class TestExchange: Exchange {
    private let gate: TestGate
    private let head: HTTPRequestHead
    private var attempts = 0

    init(_ gate: TestGate, _ head: HTTPRequestHead) {
        self.gate = gate
        self.head = head
    }

    var intake: BodyIntake { gate.rules.intake }

    func nextAttempt(body: ByteBuffer?) -> AttemptDecision {
        gate.note { $0.bodies.append(body) }
        defer { attempts += 1 }
        if let answer = gate.rules.nextAttempt(attempts) { return .answer(answer) }
        var head = head
        for (name, value) in gate.rules.added { head.headers.add(name: name, value: value) }
        return .send(UpstreamRequest(server: gate.server(attempts), head: head, body: gate.rules.body))
    }

    func failed(_ failure: UpstreamFailure) -> FailureDecision {
        gate.note { $0.failures.append(failure) }
        return gate.rules.failed(failure, attempts)
    }

    func received(_ head: HTTPResponseHead) -> ResponseDecision {
        gate.note { $0.responses.append(head) }
        return gate.rules.received(head, attempts)
    }

    func collected(_ head: HTTPResponseHead, body: ByteBuffer, isWhole: Bool) -> ResponseDecision {
        gate.rules.collected(head, body, isWhole)
    }

    func relay(_ part: ByteBuffer) -> ByteBuffer { gate.rules.relay(part) }
    func relayedAll() -> ByteBuffer? { gate.rules.relayedAll() }
    func finished(_ summary: ExchangeSummary) { gate.note { $0.summaries.append(summary) } }
}

extension LocalAnswer {
    static func text(_ code: Int, _ text: String, closes: Bool = false) -> LocalAnswer {
        LocalAnswer(
            head: HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: code), headers: ["content-type": "text/plain"]),
            body: ByteBuffer(string: text), closes: closes)
    }
}
