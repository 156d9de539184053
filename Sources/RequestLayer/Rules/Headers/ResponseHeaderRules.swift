internal import NIOHTTP1

/// Which headers of a response go to the client.
struct ResponseHeaderRules: Sendable {
    private let dropped: HeaderNames

    private static let egress = [
        "set-cookie", "set-cookie2", "alt-svc", "location", "content-location", "refresh", "authorization", "x-api-key", "api-key",
        "x-goog-api-key", "www-authenticate", "proxy-authenticate", "proxy-authorization", "proxy-connection", "connection", "keep-alive",
        "te", "trailer", "transfer-encoding", "upgrade", "clear-site-data", "strict-transport-security", "public-key-pins",
        "report-to", "nel", "service-worker-allowed",
    ]

    /// - Parameter injected: the names of the headers of all targets there are, in lower case.
    init(injected: some Sequence<String>) {
        dropped = HeaderNames(
            Self.egress + injected.filter { $0 != "anthropic-version" }, prefixes: ["access-control-", "cf-aig-authorization"])
    }

    /// The head for the client.
    ///
    /// - Parameter needles: the secrets that were sent. A header that holds one is dropped.
    /// - Returns: the head, and how many headers held a secret.
    func cleaned(_ head: HTTPResponseHead, needles: Needles) -> (head: HTTPResponseHead, echoes: Int) {
        var kept: [(String, String)] = []
        kept.reserveCapacity(head.headers.count)
        var echoes = 0
        for (name, value) in head.headers {
            if dropped.contains(name) {
                if needles.isFound(in: value) { echoes += 1 }
                continue
            }
            if needles.isFound(in: value) || needles.isFound(in: name) {
                echoes += 1
                continue
            }
            kept.append((name, value))
        }
        var cleaned = HTTPResponseHead(version: .http1_1, status: head.status, headers: HTTPHeaders(kept))
        // A phrase of the server's own can say anything.
        cleaned.status = HTTPResponseStatus(statusCode: Int(head.status.code))
        return (cleaned, echoes)
    }
}
