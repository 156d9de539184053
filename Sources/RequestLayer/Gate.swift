public import NIOCore
public import NIOHTTP1

/// Decides on requests: who may make them, where they go, and with which headers.
///
/// The data path asks; it knows no rule itself. All calls are made on the event loop of the client's connection and must not block.
public protocol Gate: Sendable {
    /// Decides on a request by its head, before a byte of its body is read.
    func admit(_ head: HTTPRequestHead, from client: ClientAddress) -> Admission
}

/// Where a request came in.
public enum ClientAddress: Hashable, Sendable {
    /// A Unix socket, with the user of the process at the other end.
    case unix(userID: UInt32)
    /// Loopback TCP, with the port that was connected to.
    case loopback(port: Int)
}

/// What becomes of a request.
public enum Admission {
    /// It is answered here.
    case answer(LocalAnswer)
    /// It goes to an upstream server.
    case forward(any Exchange)
}

/// An answer that Warder gives itself.
public struct LocalAnswer: Sendable {
    /// Status and headers, but for those of framing.
    public var head: HTTPResponseHead
    /// The body, whole.
    public var body: ByteBuffer
    /// Whether the connection ends with it.
    public var closes: Bool

    /// - Parameters:
    ///   - head: status and headers, but for those of framing.
    ///   - body: the body, whole.
    ///   - closes: whether the connection ends with it.
    public init(head: HTTPResponseHead, body: ByteBuffer = ByteBuffer(), closes: Bool = false) {
        self.head = head
        self.body = body
        self.closes = closes
    }
}

/// One admitted request on its way: its attempts one after the other, then its response. Belongs to one event loop.
public protocol Exchange: AnyObject {
    /// How the body of the request is taken.
    var intake: BodyIntake { get }

    /// The next attempt. Called once at first, and again after each ``ResponseDecision/retry``.
    ///
    /// - Parameter body: the whole body, if it was collected; nil if it streams.
    func nextAttempt(body: ByteBuffer?) -> AttemptDecision
    /// An attempt ended without a response that could be given: whether there may be another one. Not called once a byte went to the client.
    func failed(_ failure: UpstreamFailure) -> FailureDecision
    /// The head of a response has arrived. Called for the final response only.
    func received(_ head: HTTPResponseHead) -> ResponseDecision
    /// The response whose body was wanted whole, after ``ResponseDecision/collect(limit:)``.
    func collected(_ head: HTTPResponseHead, body: ByteBuffer, isWhole: Bool) -> ResponseDecision
    /// A part of the response's body on its way to the client, and what goes there now. May hold back a few bytes.
    func relay(_ part: ByteBuffer) -> ByteBuffer
    /// The body of the response is complete: what was held back.
    func relayedAll() -> ByteBuffer?
    /// It is over, whatever came of it. Called exactly once.
    func finished(_ summary: ExchangeSummary)
}

/// How the body of a request is taken.
public enum BodyIntake: Hashable, Sendable {
    /// As it comes, with back-pressure.
    case stream
    /// Whole, before the first attempt; a longer one is answered with 413.
    case whole(limit: Int)
    /// Whole up to the limit, so that it can be sent again; a longer one streams, and there is one attempt only.
    case replayable(limit: Int)
}

/// What is tried next.
public enum AttemptDecision {
    /// This request.
    case send(UpstreamRequest)
    /// Nothing: this is the answer.
    case answer(LocalAnswer)
}

/// One request as it goes upstream.
public struct UpstreamRequest: Sendable {
    /// Where to.
    public var server: UpstreamServer
    /// Method, target in origin form, and all headers but those of framing. Holds secrets.
    public var head: HTTPRequestHead
    /// The body to send instead of the client's; nil if that is sent as it is.
    public var body: ByteBuffer?

    /// - Parameters:
    ///   - server: where to.
    ///   - head: method, target in origin form, and all headers but those of framing.
    ///   - body: the body to send instead of the client's.
    public init(server: UpstreamServer, head: HTTPRequestHead, body: ByteBuffer? = nil) {
        self.server = server
        self.head = head
        self.body = body
    }
}

/// A server to which connections are made and kept.
public struct UpstreamServer: Hashable, Sendable {
    /// A name, or an IP address without brackets.
    public var host: String
    /// Its TCP port.
    public var port: Int
    /// Whether the connection is encrypted. Only servers on this machine are reached without.
    public var usesTLS: Bool

    /// - Parameters:
    ///   - host: a name, or an IP address without brackets.
    ///   - port: its TCP port.
    ///   - usesTLS: whether the connection is encrypted.
    public init(host: String, port: Int, usesTLS: Bool) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
    }
}

/// What to do after an attempt that gave no response.
public enum FailureDecision {
    /// Ask ``Exchange/nextAttempt(body:)`` again.
    case retry
    /// Give this answer.
    case answer(LocalAnswer)
}

/// What to do with a response.
public enum ResponseDecision {
    /// Give it to the client with this head; its body goes through ``Exchange/relay(_:)``. A `Content-Length` in the head is kept: who
    /// changes the body's length drops it, and the body goes in chunks.
    case relay(HTTPResponseHead)
    /// Collect the body up to a limit, then ask ``Exchange/collected(_:body:isWhole:)``.
    case collect(limit: Int)
    /// Give this instead of it. The upstream body is dropped.
    case answer(LocalAnswer)
    /// Drop it, and ask ``Exchange/nextAttempt(body:)`` again.
    case retry
}

/// Why an attempt gave no response, or half of one. A closed set, so that metrics can count it.
public enum UpstreamFailure: String, Hashable, Sendable, CaseIterable {
    /// The name is not known, or the connection was refused or timed out.
    case connect
    /// The certificate is not trusted, or TLS failed otherwise.
    case tls
    /// The connection ended before the response did.
    case closed
    /// Nothing came for too long.
    case stalled
    /// What came is not HTTP, or not what a proxy may pass on.
    case malformed
}

/// How an exchange ended.
public struct ExchangeSummary: Sendable {
    /// How.
    public enum End: Hashable, Sendable {
        /// The client has the whole response.
        case complete
        /// The client went away, and the upstream request with it.
        case clientGone
        /// The upstream broke off after the response had begun.
        case upstreamBroke(UpstreamFailure)
    }

    /// How it ended.
    public var end: End
    /// The status that the client saw; nil if it saw none.
    public var status: Int?
    /// Bytes of the request's body.
    public var requestByteCount: Int
    /// Bytes of the response's body that went to the client.
    public var responseByteCount: Int
    /// From the request's head to the response's head.
    public var timeToResponse: TimeAmount?
    /// From the request's head to the end.
    public var duration: TimeAmount
    /// How many attempts were sent upstream.
    public var attempts: Int

    /// - Parameters: as the properties.
    public init(
        end: End, status: Int?, requestByteCount: Int, responseByteCount: Int, timeToResponse: TimeAmount?, duration: TimeAmount,
        attempts: Int
    ) {
        self.end = end
        self.status = status
        self.requestByteCount = requestByteCount
        self.responseByteCount = responseByteCount
        self.timeToResponse = timeToResponse
        self.duration = duration
        self.attempts = attempts
    }
}
