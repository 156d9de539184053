/// How long a message's body is.
enum BodyFraming: Hashable {
    /// There is none.
    case none
    /// So many bytes.
    case length(Int)
    /// In chunks.
    case chunked
    /// Until the connection ends: responses only.
    case untilClose
}
