public import PrivateFiles

/// Why variables could not be written in a format, or a file not be put in place. The target is as it was before.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Equatable, Sendable {
        /// The format cannot hold a variable so that its consumers read the same bytes back.
        case unrepresentable
        /// No format has that name, or the one that has it cannot do what was asked.
        case unknownFormat
        /// A variable's name is not `[A-Za-z_][A-Za-z0-9_]*`, or is there twice.
        case invalidName
        /// What was to be read is not in the format.
        case malformed
        /// What was rendered does not read back as what went in: a defect of Warder.
        case verification
        /// A safety rule forbids the target: git would see it.
        case refused
        /// systemd is not here, or cannot do it.
        case systemd
        /// What the settings say of a consumer makes no sense, or not on this machine.
        case settings
        /// The target, or its directory, cannot or may not be written.
        case file(FileError.Code)
    }

    /// The reason.
    public let code: Code
    /// One line that may hold variable names, format names, paths and line numbers. Never a value.
    public let description: String
    /// The reason alone, where the description begins with a place.
    public let reason: String
    /// What the user can do about it, if anything, for a `hint:` line. Never a value.
    public let hint: String?
    /// The line of the file at which reading ended, from 1, if that is known.
    let line: Int?

    init(_ code: Code, _ description: String, reason: String? = nil, hint: String? = nil, line: Int? = nil) {
        self.reason = reason ?? description
        self.code = code
        self.description = description
        self.hint = hint
        self.line = line
    }

    /// The exit status of a command that ends with this error.
    public var exitCode: Int32 {
        switch code {
        case .unrepresentable: 26
        case .unknownFormat, .invalidName: 2
        case .malformed, .settings: 25
        case .verification, .systemd: 20
        case .refused: 28
        case .file(.io): 20
        case .file(.unsafe): 21
        case .file(.notFound): 22
        case .file(.exists): 19
        }
    }
}

extension ExportError {
    static func malformed(_ format: any EnvironmentFormat.Type, line: Int) -> ExportError {
        ExportError(.malformed, "line \(line) is not in the format \(format.name)", line: line)
    }

    init(_ error: FileError) {
        self.init(.file(error.code), error.description)
    }
}
