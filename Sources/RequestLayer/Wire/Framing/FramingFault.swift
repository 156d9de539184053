/// Why a message can't be passed on. It has no text: what was sent is nobody's to show.
enum FramingFault: Error, Hashable {
    /// Not HTTP/1.1 as the RFC writes it, or a form that servers read differently.
    case malformed
    /// Start line and headers are too long, or too many.
    case headTooLarge
    /// A version other than 1.1.
    case version
    /// A method that is not for a proxy of this kind: CONNECT.
    case method
    /// An upgrade of the connection.
    case upgrade
    /// An expectation other than `100-continue`.
    case expectation

    /// The status that says so to a client.
    var status: Int {
        switch self {
        case .malformed, .upgrade: 400
        case .headTooLarge: 431
        case .version: 505
        case .method: 405
        case .expectation: 417
        }
    }
}
