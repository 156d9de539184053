internal import Glibc

/// Why a file could not be read or written. The target is as it was before.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// A system call failed: no space, no permission, a bad disk.
        case io
        /// The file may not be used: its type, owner, mode, links or size are not what a private file has.
        case unsafe
        /// There is no such file.
        case notFound
        /// There is one already.
        case exists
    }

    /// The reason.
    public let code: Code
    /// The path, and the reason in words. Never a byte of content.
    public var description: String { "\(path): \(reason)" }

    private let path: String
    private let reason: String

    /// - Parameters:
    ///   - code: the reason.
    ///   - path: the file it is about.
    ///   - reason: the reason in words.
    public init(_ code: Code, _ path: String, _ reason: String) {
        self.code = code
        self.path = path
        self.reason = reason
    }

    /// The same error about the path that the caller named.
    func at(_ path: String) -> FileError { FileError(code, path, reason) }

    /// C would read a path only up to its first zero byte, and open another file.
    static func refuseZeroByte(in path: String) throws(FileError) {
        guard !path.utf8.contains(0) else { throw FileError(.unsafe, path.replacing("\0", with: "\\0"), "has a zero byte in its name") }
    }

    /// The error of a system call that has just failed.
    package init(errno number: Int32, _ path: String) {
        let code: Code =
            switch number {
            case ENOENT: .notFound
            case EEXIST: .exists
            case ELOOP: .unsafe
            default: .io
            }
        let reason = number == ELOOP ? "is a symbolic link" : unsafe String(cString: strerror(number))
        self.init(code, path, reason)
    }
}
