public import NIOCore

/// Limits and times of the proxy.
public struct ProxyConfiguration: Sendable {
    /// Bytes of a request's or a response's head.
    public var headByteLimit = 64 * 1024
    /// Header lines of a request or a response.
    public var headerCountLimit = 128
    /// Bytes of a request's body.
    public var requestBodyLimit = 256 * 1024 * 1024
    /// Connections of clients in all.
    public var connectionLimit = 4096
    /// Connections of one user, or through one TCP port.
    public var connectionLimitPerClient = 2048
    /// How much of a request that was answered early is read and dropped, to keep the connection.
    public var drainLimit = 256 * 1024

    /// From a request's first byte to the end of its head.
    public var headTimeout = TimeAmount.seconds(10)
    /// Between two requests on a connection, and between two parts of a request's body.
    public var clientIdleTimeout = TimeAmount.seconds(75)
    /// How long a client may take nothing of a response that waits for it.
    public var clientStallTimeout = TimeAmount.seconds(300)
    /// Name resolution and TCP connection, tried over all addresses.
    public var connectTimeout = TimeAmount.seconds(10)
    /// The handshake of TLS.
    public var handshakeTimeout = TimeAmount.seconds(10)
    /// How long nothing may come of a response that is read, head or body. There is no limit on the whole.
    public var upstreamIdleTimeout = TimeAmount.seconds(600)
    /// How long an upstream connection is kept for the next request.
    public var keepAliveTimeout = TimeAmount.seconds(55)
    /// How long a connection that ends is still read from, so that the client gets the answer to what it is sending.
    public var lingerTimeout = TimeAmount.seconds(2)
    /// Upstream connections kept per server and event loop.
    public var keptConnectionLimit = 256

    /// A file of certificates that are trusted beside the system's.
    public var extraCertificateFile: String?
    /// Hosts whose names may stand for private, link-local or loopback addresses: an operator's own gateways.
    public var hostsAllowedPrivateAddresses: Set<String> = []

    /// The defaults.
    public init() {}

    /// How often times are looked at: often enough for the shortest of them.
    var tick: TimeAmount {
        let shortest =
            [
                headTimeout, clientIdleTimeout, clientStallTimeout, connectTimeout, handshakeTimeout, upstreamIdleTimeout, keepAliveTimeout,
                lingerTimeout,
            ].map(\.nanoseconds).min() ?? 0
        return .nanoseconds(min(max(shortest / 4, TimeAmount.milliseconds(10).nanoseconds), TimeAmount.seconds(1).nanoseconds))
    }

    var headLimits: HeadLimits { HeadLimits(byteCount: headByteLimit, fieldCount: headerCountLimit) }
}
