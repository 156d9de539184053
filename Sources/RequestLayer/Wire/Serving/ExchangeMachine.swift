internal import NIOCore
internal import NIOHTTP1

/// The course of one exchange: what follows from what happens, without doing any of it.
///
/// Each event returns what is to be done now. The request's body and the response each have a state of their own, because a server
/// may answer before it has the whole body.
struct ExchangeMachine {
    /// What is to be done.
    enum Action {
        /// Nothing until something happens.
        case wait
        /// Read the request's body, which was told to come if the client waits for that.
        case readBody
        /// Ask the rules for an attempt.
        case attempt(body: ByteBuffer?)
        /// Make the same attempt again on a connection that is new.
        case reconnect
        /// Send this part of the request's body upstream.
        case forward(ByteBuffer)
        /// The request's body is complete.
        case endRequest
        /// Ask the rules about a failed attempt.
        case askAboutFailure(UpstreamFailure)
        /// Ask the rules about a response that was collected.
        case askAboutCollected(ByteBuffer, isWhole: Bool)
        /// Give this part of the response's body to the client.
        case relay(ByteBuffer)
        /// The response is complete.
        case endResponse
        /// Answer with this status, and nothing else.
        case refuse(Int)
        /// Break the client's connection off: its response has begun and can't be ended.
        case breakOff(UpstreamFailure)
    }

    /// How far the request's body has come.
    enum Request {
        /// It is collected; if it turns out longer, it is refused or streamed.
        case collecting(limit: Int, refusesLonger: Bool)
        /// It streams, once there is a connection. What was collected so far goes first.
        case held(ByteBuffer)
        /// It streams; some of it may have gone.
        case streaming
        /// It is here, whole; nil if it has streamed.
        case complete(ByteBuffer?)
        /// Nobody wants it any more.
        case unwanted
    }

    /// How far the response has come.
    enum Response {
        case none
        /// An attempt has no connection yet.
        case connecting
        /// The attempt is on its way; on a connection that was used before, it may be too late for it.
        case sent(onUsedConnection: Bool)
        case collecting(limit: Int)
        case relaying
        case complete
    }

    private(set) var request = Request.unwanted
    private(set) var response = Response.none
    private(set) var attempts = 0
    private(set) var requestByteCount = 0
    private var collected = ByteBuffer()
    private var hasReconnected = false
    private var bodyLimit = Int.max

    // MARK: The request

    /// A request was admitted.
    mutating func admitted(framing: BodyFraming, intake: BodyIntake, bodyLimit: Int) -> Action {
        self.bodyLimit = bodyLimit
        var known: Int?
        if case .length(let count) = framing { known = count }
        if let known, known > bodyLimit { return refuse(413) }
        guard framing != .none else {
            request = .complete(ByteBuffer())
            return .attempt(body: intake == .stream ? nil : ByteBuffer())
        }
        switch intake {
        case .whole(let limit):
            if let known, known > limit { return refuse(413) }
            request = .collecting(limit: limit, refusesLonger: true)
            return .readBody
        case .replayable(let limit) where known ?? 0 <= limit:
            request = .collecting(limit: limit, refusesLonger: false)
            return .readBody
        case .stream, .replayable:
            request = .held(ByteBuffer())
            return .attempt(body: nil)
        }
    }

    /// A part of the request's body.
    mutating func receivedBody(_ part: ByteBuffer) -> Action {
        requestByteCount += part.readableBytes
        if requestByteCount > bodyLimit { return refuseOrBreakOff() }
        switch request {
        case .collecting(let limit, let refusesLonger):
            if collected.readableBytes == 0 { collected = part } else { collected.writeImmutableBuffer(part) }
            guard collected.readableBytes > limit else { return .readBody }
            if refusesLonger { return refuse(413) }
            request = .held(collected)
            collected = ByteBuffer()
            return .attempt(body: nil)
        case .streaming:
            return .forward(part)
        case .held, .complete, .unwanted:
            return .wait
        }
    }

    /// The request's body has come to its end.
    mutating func receivedBodyEnd() -> Action {
        switch request {
        case .collecting:
            let body = collected
            collected = ByteBuffer()
            request = .complete(body)
            return .attempt(body: body)
        case .streaming:
            request = .complete(nil)
            return .endRequest
        case .held, .complete, .unwanted:
            request = .complete(nil)
            return .wait
        }
    }

    /// Whether parts of the request's body may be read now.
    var wantsBody: Bool {
        switch request {
        case .collecting, .streaming, .unwanted: true
        case .held, .complete: false
        }
    }

    private var hasAllOfRequest: Bool {
        if case .complete = request { true } else { false }
    }

    /// Whether the request can be sent once more.
    var canBeRepeated: Bool {
        switch request {
        case .held: true
        case .complete(let body): body != nil
        case .collecting, .streaming, .unwanted: false
        }
    }

    // MARK: An attempt

    /// The rules gave an attempt.
    mutating func attempted() {
        attempts += 1
        hasReconnected = false
        response = .connecting
    }

    /// There is a connection for the attempt.
    ///
    /// - Returns: what of the body goes at once, and whether that is all of it.
    mutating func connected(isUsed: Bool, ownBody: ByteBuffer?) -> (body: ByteBuffer?, isWhole: Bool) {
        response = .sent(onUsedConnection: isUsed)
        switch request {
        case .held(let body):
            // A body of the rules' own goes instead of the client's, also of one that would stream.
            request = ownBody == nil ? .streaming : .unwanted
            return (ownBody ?? body, ownBody != nil)
        case .complete(let body):
            return (ownBody ?? body, true)
        case .collecting, .streaming, .unwanted:
            return (nil, false)
        }
    }

    /// The attempt has failed, or the connection broke during the response.
    ///
    /// - Parameter beforeFirstByte: whether nothing of a response had come.
    mutating func failed(_ failure: UpstreamFailure, beforeFirstByte: Bool) -> Action {
        switch response {
        case .sent(onUsedConnection: true) where failure == .closed && beforeFirstByte && canBeRepeated && !hasReconnected:
            hasReconnected = true
            response = .connecting
            return .reconnect
        case .connecting, .sent:
            response = .none
            return .askAboutFailure(failure)
        case .collecting:
            let body = collected
            return .askAboutCollected(body, isWhole: false)
        case .relaying:
            response = .complete
            return .breakOff(failure)
        case .none, .complete:
            return .wait
        }
    }

    /// The rules want another attempt.
    mutating func retry() -> Action {
        collected = ByteBuffer()
        response = .none
        switch request {
        case .complete(let body?): return .attempt(body: body)
        case .held: return .attempt(body: nil)
        case .complete, .collecting, .streaming, .unwanted: return refuse(502)
        }
    }

    // MARK: The response

    /// The rules want to see the response's body first.
    mutating func collect(limit: Int) -> Action {
        // What was collected is longer than what is asked for: there is nothing to wait for.
        guard collected.readableBytes == 0 || limit > collected.readableBytes else { return refuse(502) }
        response = .collecting(limit: limit)
        return .wait
    }

    /// The response goes to the client.
    ///
    /// - Returns: what was collected of it.
    mutating func relay() -> ByteBuffer {
        defer { collected = ByteBuffer() }
        response = .relaying
        return collected
    }

    /// A part of the response's body.
    mutating func receivedResponse(_ part: ByteBuffer) -> Action {
        switch response {
        case .relaying:
            return .relay(part)
        case .collecting(let limit):
            if collected.readableBytes == 0 { collected = part } else { collected.writeImmutableBuffer(part) }
            return collected.readableBytes > limit ? .askAboutCollected(collected, isWhole: false) : .wait
        case .none, .connecting, .sent, .complete:
            return .wait
        }
    }

    /// The response's body has come to its end.
    mutating func receivedResponseEnd() -> Action {
        switch response {
        case .relaying:
            response = .complete
            if !hasAllOfRequest { request = .unwanted }
            return .endResponse
        case .collecting:
            return .askAboutCollected(collected, isWhole: true)
        case .none, .connecting, .sent, .complete:
            return .wait
        }
    }

    /// Something else is given as the answer.
    mutating func answered() {
        response = .complete
        collected = ByteBuffer()
        if !hasAllOfRequest { request = .unwanted }
    }

    /// Whether a byte of a response has gone to the client, or will.
    var isAnswered: Bool {
        switch response {
        case .relaying, .complete: true
        case .none, .connecting, .sent, .collecting: false
        }
    }

    private mutating func refuse(_ status: Int) -> Action {
        answered()
        return .refuse(status)
    }

    private mutating func refuseOrBreakOff() -> Action {
        if case .relaying = response {
            response = .complete
            request = .unwanted
            return .breakOff(.closed)
        }
        // Bytes after an answer count as well, but change nothing.
        if case .complete = response { return .wait }
        return refuse(413)
    }
}
