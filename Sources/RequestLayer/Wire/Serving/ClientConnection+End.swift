internal import NIOCore
internal import NIOHTTP1

extension ClientConnection {
    /// The answer is out: what becomes of the connection.
    func completed() {
        guard phase != .closed else { return }
        finish(.complete)
        attempt = nil
        responseHead = nil
        phase = .idle
        // A client that was not told to send its body may or may not send it.
        if closesAfter || awaitsContinue && !hasReadBody { return linger() }
        if !hasReadBody {
            phase = .draining
            if let remaining = requests.body.remaining, remaining > loop.configuration.drainLimit { linger() }
        }
    }

    /// Tells the exchange that it is over.
    private func finish(_ end: ExchangeSummary.End) {
        let exchange = exchange
        self.exchange = nil
        exchange?.finished(record.summary(of: machine, end))
    }

    /// Closes once the client has what was written. What it still sends is read, or the close would take the answer away from it.
    func linger() {
        phase = .lingering
        lastActivity = loop.now
        inbound = ByteBuffer()
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        outbound.flush(to: context, promise: promise)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.context?.close(mode: .output, promise: nil)
        }
    }

    /// Breaks the connection off at once.
    func breakOff() {
        guard let context else { return }
        context.close(promise: nil)
        ended()
    }

    func ended() {
        guard context != nil else { return }
        context = nil
        phase = .closed
        inbound = ByteBuffer()
        dropUpstream()
        finish(upstreamFailure.map { .upstreamBroke($0) } ?? .clientGone)
        loop.remove(self)
        loop.census.leave(address)
    }

    /// Ends when it comes to rest.
    func drain() {
        closesAfter = true
        if phase == .idle, inbound.readableBytes == 0 { breakOff() }
    }

    // MARK: Time

    func tick(_ now: NIODeadline) {
        guard let context else { return }
        let limits = loop.configuration
        if context.channel.isWritable {
            stalledSince = nil
        } else if let since = stalledSince {
            if now - since > limits.clientStallTimeout { return breakOff() }
        } else {
            stalledSince = now
        }
        switch phase {
        case .idle:
            if let headStarted {
                if now - headStarted > limits.headTimeout { timedOut() }
            } else if now - lastActivity > limits.clientIdleTimeout {
                breakOff()
            }
        case .exchanging:
            if !hasReadBody, machine.wantsBody, isReading, now - lastActivity > limits.clientIdleTimeout { timedOut() }
        case .draining:
            if now - lastActivity > limits.clientIdleTimeout { breakOff() }
        case .lingering:
            if now - lastActivity > limits.lingerTimeout { breakOff() }
        case .closed:
            break
        }
    }

    /// The client takes too long with a request.
    private func timedOut() {
        closesAfter = true
        if phase == .exchanging, machine.isAnswered { return breakOff() }
        if phase == .idle { isHead = false }
        phase = .exchanging
        dropUpstream()
        machine.answered()
        give(.status(408))
        settle()
    }
}
