/// Why a profile gives no environment.
public struct ProfileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// There is no such profile, or a variable's secret is not there.
        case notFound
        /// The settings refer to something that they don't have.
        case invalid
        /// A name is reserved.
        case refused
    }

    /// The reason.
    public let code: Code
    /// One line: names, files and lines, never a value.
    public let description: String
    /// What to do about it.
    public let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
