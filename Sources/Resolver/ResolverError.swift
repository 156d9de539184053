/// Why there is no resolution. Nothing was sent.
public struct ResolverError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// What was asked for is not `PROVIDER/MODEL` (exit 2).
        case usage
        /// The settings contradict themselves or lack something (exit 25).
        case invalid
        /// There is no such provider, route or key (exit 22).
        case notFound
        /// A safety rule: placeholder, plain http, host, characters, a key in the wrong place (exit 28).
        case refused
        /// A file with a key is not its owner's alone (exit 21).
        case unsafeFile
        /// A file or program that should give a key failed (exit 20).
        case io
        /// Every key of the route rests after errors (exit 27).
        case exhausted
    }

    /// The reason.
    public let code: Code
    /// One line: names, hosts, files and lines. Never a value or what was asked for.
    public let description: String
    /// What to do about it, one line, where that is known.
    public let hint: String?
    /// What was looked at before, in order, and what came of it.
    public internal(set) var steps: [WalkStep] = []

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
