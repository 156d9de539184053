/// Why a program was not wired, or its file not put back. The file is as it was.
public struct WiringError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons. The numbers are exit codes of the command.
    public enum Code: Int32, Sendable {
        /// What was asked for makes no sense.
        case usage = 2
        /// Something stands there that Warder has not written and must not write over.
        case conflict = 19
        /// A file could not be written.
        case io = 20
        /// A file's type, owner or mode is not what it must be.
        case unsafeFile = 21
        /// There is nothing of that kind.
        case notFound = 22
        /// The program's configuration cannot be read or edited, or the settings do not fit the program.
        case invalid = 25
        /// A safety rule forbids it.
        case refused = 28
    }

    /// The reason.
    public let code: Code
    /// One line: names, paths, line numbers. Never a value.
    public let description: String
    /// What to do about it, if anything.
    public let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
