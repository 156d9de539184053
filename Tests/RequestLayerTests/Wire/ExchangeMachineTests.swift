import NIOCore
import Testing

@testable import RequestLayer

extension ExchangeMachine.Action: CustomStringConvertible {
    /// The action with its bodies as text, so that it can be compared.
    var description: String {
        func text(_ buffer: ByteBuffer) -> String { String(buffer: buffer) }
        return switch self {
        case .wait: "wait"
        case .readBody: "read"
        case .attempt(let body): "attempt \(body.map(text) ?? "nil")"
        case .reconnect: "reconnect"
        case .forward(let part): "forward \(text(part))"
        case .endRequest: "end request"
        case .askAboutFailure(let failure): "ask \(failure.rawValue)"
        case .askAboutCollected(let body, let isWhole): "collected \(text(body)) \(isWhole)"
        case .relay(let part): "relay \(text(part))"
        case .endResponse: "end response"
        case .refuse(let status): "refuse \(status)"
        case .breakOff(let failure): "break off \(failure.rawValue)"
        }
    }

}

@Suite struct `The course of an exchange` {
    private func bytes(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test func `without a body it is an attempt, a response, an end`() {
        var machine = ExchangeMachine()
        #expect("\(machine.admitted(framing: .none, intake: .whole(limit: 1), bodyLimit: 10))" == "attempt ")
        machine.attempted()
        let sent = machine.connected(isUsed: false, ownBody: nil)
        #expect(sent.isWhole && sent.body == ByteBuffer())
        #expect(!machine.isAnswered)
        #expect(machine.relay() == ByteBuffer())
        #expect(machine.isAnswered)
        #expect("\(machine.receivedResponse(bytes("a")))" == "relay a")
        #expect("\(machine.receivedResponseEnd())" == "end response")
        #expect(machine.attempts == 1)
        // Whatever comes now changes nothing.
        #expect("\(machine.receivedResponse(bytes("b")))" == "wait")
        #expect("\(machine.receivedResponseEnd())" == "wait")
        #expect("\(machine.failed(.closed, beforeFirstByte: false))" == "wait")
    }

    @Test(arguments: [
        (BodyFraming.length(5), BodyIntake.whole(limit: 5), "read"), (.length(6), .whole(limit: 5), "refuse 413"),
        (.chunked, .whole(limit: 5), "read"), (.length(5), .replayable(limit: 5), "read"),
        (.length(6), .replayable(limit: 5), "attempt nil"),
        (.chunked, .replayable(limit: 5), "read"), (.length(6), .stream, "attempt nil"), (.chunked, .stream, "attempt nil"),
        (.length(11), .stream, "refuse 413"), (.length(11), .replayable(limit: 100), "refuse 413"), (.none, .stream, "attempt nil"),
        (.none, .replayable(limit: 0), "attempt "),
    ])
    func `how the body is taken decides what is first`(framing: BodyFraming, intake: BodyIntake, action: String) {
        var machine = ExchangeMachine()
        #expect("\(machine.admitted(framing: framing, intake: intake, bodyLimit: 10))" == action)
    }

    @Test func `a body is collected whole, and sent the same each time`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .chunked, intake: .whole(limit: 5), bodyLimit: 10)
        #expect(machine.wantsBody)
        #expect("\(machine.receivedBody(bytes("he")))" == "read")
        #expect("\(machine.receivedBody(bytes("llo")))" == "read")
        #expect("\(machine.receivedBodyEnd())" == "attempt hello")
        #expect(!machine.wantsBody)
        for _ in 0..<3 {
            machine.attempted()
            let sent = machine.connected(isUsed: false, ownBody: nil)
            #expect(sent.isWhole && sent.body == bytes("hello"))
            #expect("\(machine.failed(.stalled, beforeFirstByte: true))" == "ask stalled")
            #expect("\(machine.retry())" == "attempt hello")
        }
        #expect(machine.attempts == 3)
        #expect(machine.requestByteCount == 5)
    }

    @Test func `a body that turns out too long is refused, or streams with what was collected first`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .chunked, intake: .whole(limit: 4), bodyLimit: 10)
        _ = machine.receivedBody(bytes("he"))
        #expect("\(machine.receivedBody(bytes("llo")))" == "refuse 413")
        #expect(machine.isAnswered)

        machine = ExchangeMachine()
        _ = machine.admitted(framing: .chunked, intake: .replayable(limit: 4), bodyLimit: 10)
        _ = machine.receivedBody(bytes("he"))
        #expect("\(machine.receivedBody(bytes("llo")))" == "attempt nil")
        #expect(!machine.wantsBody)
        machine.attempted()
        // Not a byte has gone: another server may still get it.
        #expect("\(machine.failed(.connect, beforeFirstByte: true))" == "ask connect")
        #expect("\(machine.retry())" == "attempt nil")
        machine.attempted()
        let sent = machine.connected(isUsed: false, ownBody: nil)
        #expect(!sent.isWhole && sent.body == bytes("hello"))
        #expect(machine.wantsBody)
        #expect("\(machine.receivedBody(bytes("!")))" == "forward !")
        #expect("\(machine.receivedBodyEnd())" == "end request")
        // Now it can't be sent again.
        #expect("\(machine.failed(.closed, beforeFirstByte: true))" == "ask closed")
        #expect("\(machine.retry())" == "refuse 502")
    }

    @Test func `a used connection that closes before a byte is replaced once`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .none, intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: true, ownBody: nil)
        #expect("\(machine.failed(.closed, beforeFirstByte: true))" == "reconnect")
        _ = machine.connected(isUsed: true, ownBody: nil)
        #expect("\(machine.failed(.closed, beforeFirstByte: true))" == "ask closed")
        #expect(machine.attempts == 1)
    }

    @Test(arguments: [
        (false, UpstreamFailure.closed, true), (true, .stalled, true), (true, .malformed, true), (true, .closed, false), (true, .tls, true),
    ])
    func `nothing else is`(isUsed: Bool, failure: UpstreamFailure, beforeFirstByte: Bool) {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .none, intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: isUsed, ownBody: nil)
        #expect("\(machine.failed(failure, beforeFirstByte: beforeFirstByte))" == "ask \(failure.rawValue)")
    }

    @Test func `a streamed body that was begun is not sent again on another connection`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .length(5), intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: true, ownBody: nil)
        #expect("\(machine.receivedBody(bytes("he")))" == "forward he")
        #expect("\(machine.failed(.closed, beforeFirstByte: true))" == "ask closed")
    }

    @Test func `a failure while the response goes out breaks it off`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .none, intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: false, ownBody: nil)
        _ = machine.relay()
        #expect("\(machine.failed(.stalled, beforeFirstByte: false))" == "break off stalled")
    }

    @Test func `a response is collected up to the limit, and what was collected goes out first`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .none, intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: false, ownBody: nil)
        #expect("\(machine.collect(limit: 4))" == "wait")
        #expect("\(machine.receivedResponse(bytes("he")))" == "wait")
        #expect("\(machine.receivedResponse(bytes("llo")))" == "collected hello false")
        // More may be asked for, but not what is here already.
        var other = machine
        #expect("\(other.collect(limit: 5))" == "refuse 502")
        #expect("\(machine.collect(limit: 6))" == "wait")
        #expect("\(machine.receivedResponse(bytes("!")))" == "wait")
        #expect("\(machine.receivedResponseEnd())" == "collected hello! true")
        #expect(machine.relay() == bytes("hello!"))
        #expect("\(machine.receivedResponseEnd())" == "end response")
    }

    @Test func `a body that is longer than any may be ends what was going on`() {
        for isAnswered in [false, true] {
            var machine = ExchangeMachine()
            _ = machine.admitted(framing: .chunked, intake: .stream, bodyLimit: 4)
            machine.attempted()
            _ = machine.connected(isUsed: false, ownBody: nil)
            #expect("\(machine.receivedBody(bytes("abcd")))" == "forward abcd")
            if isAnswered { _ = machine.relay() }
            #expect("\(machine.receivedBody(bytes("e")))" == (isAnswered ? "break off closed" : "refuse 413"))
        }
    }

    @Test func `an early answer leaves a body that nobody wants`() {
        var machine = ExchangeMachine()
        _ = machine.admitted(framing: .chunked, intake: .stream, bodyLimit: 10)
        machine.attempted()
        _ = machine.connected(isUsed: false, ownBody: nil)
        _ = machine.relay()
        #expect("\(machine.receivedResponseEnd())" == "end response")
        #expect(machine.wantsBody)
        #expect("\(machine.receivedBody(bytes("a")))" == "wait")
        #expect("\(machine.receivedBodyEnd())" == "wait")
    }
}
