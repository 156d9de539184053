public import PrivateFiles

/// Why an environment file was not written. The target is as it was.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Equatable, Sendable {
        /// There is no format of that name.
        case unknownFormat
        /// The format cannot hold a value, or a name, so that its consumer would read it back byte for byte.
        case unrepresentable
        /// A file is not in the format; the line is named.
        case malformed
        /// What was rendered does not read back as what was meant: a fault of this program.
        case verification
        /// The target is where it should not be.
        case refused
        /// The file system said no.
        case file(FileError.Code)
    }

    /// The reason.
    public let code: Code
    /// One line: names, paths and line numbers, never a value.
    public let description: String
    /// What to do about it.
    public let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }

    init(_ error: FileError) {
        self.init(.file(error.code), error.description)
    }

    static func malformed(line: Int) -> ExportError { ExportError(.malformed, "line \(line): not in this format") }
}
