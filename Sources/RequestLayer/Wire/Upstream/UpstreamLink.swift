internal import NIOCore
internal import NIOHTTP1

/// One request's way to a server: a connection of HTTP/1.1, or a stream of HTTP/2. Belongs to one event loop.
protocol UpstreamLink: AnyObject {
    /// Sends a request's head, and its body or the beginning of it.
    ///
    /// - Parameters:
    ///   - framing: of the body.
    ///   - isWhole: whether nothing follows.
    /// - Returns: false if the head can't be sent, because a part of it may not stand in a head.
    func send(_ head: HTTPRequestHead, framing: BodyFraming, body: ByteBuffer?, isWhole: Bool, to receiver: any UpstreamReceiver) -> Bool
    /// Sends a part of the body.
    func send(_ part: ByteBuffer)
    /// The body is complete.
    func finishRequest()
    /// Sends what was written.
    func flush()
    /// Whether more of the body can be taken.
    var isWritable: Bool { get }
    /// Lets the response come, or holds it back.
    func setReading(_ isReading: Bool)
    /// The response is not wanted any more. Nothing is told to the receiver after this.
    func cancel()
}

/// Who gets the response.
protocol UpstreamReceiver: AnyObject {
    func upstreamSent(_ head: HTTPResponseHead)
    func upstreamSent(_ part: ByteBuffer)
    /// The response is complete; the link is not the receiver's any more.
    func upstreamEnded()
    /// There will be no more; the link is not the receiver's any more.
    ///
    /// - Parameter beforeFirstByte: whether nothing of a response had come.
    func upstreamFailed(_ failure: UpstreamFailure, beforeFirstByte: Bool)
    /// More of the body can be taken, or what was told is to be acted upon.
    func settle()
}
