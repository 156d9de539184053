/// Why a program did not run to its end.
public struct ChildProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// It cannot be started: not there, not executable, too many processes.
        case start
        /// It ran for longer than it may.
        case timeLimit
        /// It wrote more than it may.
        case outputLimit
        /// There is no memory for what it writes.
        case memory
    }

    /// The reason.
    public let code: Code
    /// One line that names the program, never an argument.
    public let description: String

    init(_ code: Code, _ program: String) {
        self.code = code
        let reason =
            switch code {
            case .start: "cannot be started"
            case .timeLimit: "took too long"
            case .outputLimit: "wrote too much"
            case .memory: "not enough memory for what it writes"
            }
        description = "\(program): \(reason)"
    }
}
