internal import PrivateFiles

/// Why settings could not be read, trusted or changed. Nothing was changed.
public struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// What the file says is not valid settings (exit 25).
        case invalid
        /// Its type, owner, mode, links or size are not those of a settings file (exit 21).
        case unsafeFile
        /// A project file that was not allowed, or was changed since (exit 28).
        case untrusted
        /// A file that was named does not exist (exit 22).
        case notFound
        /// A system call failed (exit 20).
        case io
    }

    /// The reason.
    public let code: Code
    /// One line: the path, the line number where there is one, names that are plainly names. Never a value.
    public let description: String
    /// The reason alone, without file and line.
    public let reason: String
    /// What to do about it, one line, where that is known.
    public let hint: String?

    /// - Parameters:
    ///   - code: the reason.
    ///   - file: the file it is about.
    ///   - line: the line in it, from 1.
    ///   - column: the byte in that line, from 1.
    ///   - reason: the reason in words.
    ///   - hint: what to do about it.
    init(_ code: Code, file: String, line: Int? = nil, column: Int? = nil, _ reason: String, hint: String? = nil) {
        self.code = code
        self.hint = hint
        self.reason = reason
        let place = line.map { ": line \($0)" + (column.map { ", column \($0)" } ?? "") } ?? ""
        description = "\(printable(file))\(place): \(reason)"
    }

    init(_ error: FileError) {
        code =
            switch error.code {
            case .unsafe: .unsafeFile
            case .notFound: .notFound
            case .io, .exists: .io
            }
        description = printable(error.description)
        reason = description
        hint = nil
    }
}

/// A path as it may be printed: a directory's name must not steer the terminal.
func printable(_ path: String) -> String {
    String(String.UnicodeScalarView(path.unicodeScalars.map { $0.properties.generalCategory.isPrinted ? $0 : "?" }))
}

extension Unicode.GeneralCategory {
    fileprivate var isPrinted: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension SettingsError {
    /// The same error with a hint.
    init(_ error: SettingsError, hint: String) {
        code = error.code
        description = error.description
        reason = error.reason
        self.hint = hint
    }
}
