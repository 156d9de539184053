/// A client's place in the queue for a connection.
final class UpstreamTicket {
    /// Who waits; nil when nobody does any more.
    private(set) var client: ClientConnection?

    init(_ client: ClientConnection) { self.client = client }

    /// The client doesn't wait any more.
    func cancel() { client = nil }
}
