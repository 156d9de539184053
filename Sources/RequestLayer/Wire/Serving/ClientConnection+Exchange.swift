internal import NIOCore
internal import NIOHTTP1

extension ClientConnection: UpstreamReceiver {
    // MARK: Doing what the machine says

    func perform(_ first: ExchangeMachine.Action) {
        var next: ExchangeMachine.Action? = first
        while let action = next {
            next = nil
            switch action {
            case .wait: break
            case .readBody: tellToContinue()
            case .attempt(let body): next = ask(body)
            case .reconnect: connect(isNew: true)
            case .forward(let part): link?.send(part)
            case .endRequest: link?.finishRequest()
            case .askAboutFailure(let failure): next = ask(about: failure)
            case .askAboutCollected(let body, let isWhole):
                guard let head = responseHead, let exchange else { return breakOff() }
                next = decide(exchange.collected(head, body: body, isWhole: isWhole))
            case .relay(let part):
                if let exchange { next = write(exchange.relay(part)) }
            case .endResponse: next = endResponse()
            case .refuse(let status):
                dropUpstream()
                give(.status(status, closes: status == 413 && !hasReadBody))
            case .breakOff(let failure):
                upstreamFailure = failure
                breakOff()
            }
        }
    }

    private func tellToContinue() {
        guard awaitsContinue else { return }
        awaitsContinue = false
        outbound.withBuffer { _ = $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
    }

    private func ask(_ body: ByteBuffer?) -> ExchangeMachine.Action? {
        guard let exchange else { return nil }
        switch exchange.nextAttempt(body: body) {
        case .answer(let answer):
            machine.answered()
            give(answer)
        case .send(let request):
            attempt = request
            machine.attempted()
            connect(isNew: false)
        }
        return nil
    }

    private func ask(about failure: UpstreamFailure) -> ExchangeMachine.Action? {
        guard let exchange else { return nil }
        switch exchange.failed(failure) {
        case .retry: return machine.retry()
        case .answer(let answer):
            machine.answered()
            give(answer)
            return nil
        }
    }

    // MARK: Upstream

    private func connect(isNew: Bool) {
        guard let attempt else { return }
        responseHead = nil
        upstreamHasEnded = false
        upstreamFailure = nil
        if !isNew, let kept = loop.pool.takeKept(to: attempt.server) {
            connected(kept, isUsed: true)
        } else {
            let ticket = UpstreamTicket(self)
            self.ticket = ticket
            loop.pool.connect(to: attempt.server, isNew: isNew, for: ticket)
        }
    }

    /// There is a connection.
    func connected(_ link: any UpstreamLink, isUsed: Bool) {
        let hasWaited = ticket != nil
        ticket = nil
        guard let attempt, context != nil else { return link.cancel() }
        self.link = link
        let (body, isWhole) = machine.connected(isUsed: isUsed, ownBody: attempt.body)
        let framing: BodyFraming =
            if isWhole { body.map { $0.readableBytes > 0 ? .length($0.readableBytes) : .none } ?? .none } else { requestFraming }
        if link.send(attempt.head, framing: framing, body: body, isWhole: isWhole, to: self) {
            if !isWhole { tellToContinue() }
        } else {
            dropUpstream()
            machine.answered()
            give(.status(502))
        }
        if hasWaited { settle() }
    }

    /// There is none.
    func connectionFailed(_ failure: UpstreamFailure) {
        ticket = nil
        perform(machine.failed(failure, beforeFirstByte: true))
        settle()
    }

    /// Nothing more is wanted from upstream.
    func dropUpstream() {
        ticket?.cancel()
        ticket = nil
        link?.cancel()
        link = nil
    }

    func upstreamSent(_ head: HTTPResponseHead) {
        guard let exchange else { return dropUpstream() }
        responseHead = head
        perform(decide(exchange.received(head)) ?? .wait)
    }

    func upstreamSent(_ part: ByteBuffer) {
        perform(machine.receivedResponse(part))
    }

    func upstreamEnded() {
        link = nil
        upstreamHasEnded = true
        perform(machine.receivedResponseEnd())
    }

    func upstreamFailed(_ failure: UpstreamFailure, beforeFirstByte: Bool) {
        link = nil
        upstreamFailure = failure
        perform(machine.failed(failure, beforeFirstByte: beforeFirstByte))
    }

    private func decide(_ decision: ResponseDecision) -> ExchangeMachine.Action? {
        switch decision {
        case .relay(let head):
            return startRelaying(head)
        case .collect(let limit):
            let action = machine.collect(limit: limit)
            // There will be no more of it.
            if upstreamHasEnded || upstreamFailure != nil {
                machine.answered()
                return .refuse(502)
            }
            return action
        case .answer(let answer):
            dropUpstream()
            machine.answered()
            give(answer)
            return nil
        case .retry:
            dropUpstream()
            return machine.retry()
        }
    }

    // MARK: The answer

    private func startRelaying(_ head: HTTPResponseHead) -> ExchangeMachine.Action? {
        let framing = Self.framing(of: head, isHead: isHead)
        let closes = closesAfter
        guard outbound.withBuffer({ HeadWriter.write(head, framing: framing, closes: closes, to: &$0) }) else {
            dropUpstream()
            machine.answered()
            return .refuse(502)
        }
        record.answered(with: head.status)
        responseFraming = framing
        if case .length(let count) = framing { responseRemaining = count } else { responseRemaining = 0 }
        let first = machine.relay()
        if first.readableBytes > 0, let exchange, let action = write(exchange.relay(first)) { return action }
        if upstreamHasEnded { return machine.receivedResponseEnd() }
        return upstreamFailure.map { .breakOff($0) }
    }

    /// A body with a length keeps it; the others go in chunks.
    private static func framing(of head: HTTPResponseHead, isHead: Bool) -> BodyFraming {
        let code = head.status.code
        if isHead || code == 204 || code == 304 { return .none }
        let octets = head.headers.first(name: "content-length")
        guard let octets else { return .chunked }
        let text = octets.utf8.span
        return text.decimal(in: text.indices).map { .length($0) } ?? .chunked
    }

    private func write(_ part: ByteBuffer) -> ExchangeMachine.Action? {
        guard responseFraming != .none else { return nil }
        if case .length = responseFraming {
            responseRemaining -= part.readableBytes
            // More than was said would be read as the next response.
            if responseRemaining < 0 { return .breakOff(.malformed) }
        }
        record.responseByteCount += part.readableBytes
        lastActivity = loop.now
        outbound.write(part, framing: responseFraming)
        return nil
    }

    private func endResponse() -> ExchangeMachine.Action? {
        if let rest = exchange?.relayedAll(), let action = write(rest) { return action }
        if responseRemaining > 0 { return .breakOff(.malformed) }
        outbound.writeEnd(framing: responseFraming)
        completed()
        return nil
    }

    /// Gives an answer of our own.
    func give(_ answer: LocalAnswer) {
        let code = answer.head.status.code
        let isBodiless = isHead || code == 204 || code == 304
        let framing = isBodiless ? BodyFraming.none : .length(answer.body.readableBytes)
        if answer.closes || awaitsContinue && !hasReadBody { closesAfter = true }
        let closes = closesAfter
        if outbound.withBuffer({ HeadWriter.write(answer.head, framing: framing, closes: closes, to: &$0) }) {
            record.answered(with: answer.head.status)
            if !isBodiless {
                record.responseByteCount += answer.body.readableBytes
                outbound.write(answer.body, framing: framing)
            }
        } else {
            closesAfter = true
            record.answered(with: .internalServerError)
            outbound.withBuffer {
                _ = $0.writeStaticString("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            }
        }
        completed()
    }
}

extension LocalAnswer {
    /// An answer that is a status and nothing else.
    static func status(_ code: Int, closes: Bool = false) -> LocalAnswer {
        LocalAnswer(head: HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: code)), closes: closes)
    }
}
