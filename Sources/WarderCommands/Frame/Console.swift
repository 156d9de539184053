internal import CPlatform
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// Standard output for what was asked for, standard error for everything else.
package enum Console {
    /// Writes to standard output, whole.
    ///
    /// - Throws: 20 if it cannot.
    package static func write(_ bytes: RawSpan) throws {
        let output = FileDescriptor(number: dup(STDOUT_FILENO), path: "standard output")
        guard output.number >= 0 else { throw Failure(.io, "standard output is closed") }
        do {
            try output.write(bytes)
        } catch {
            throw Failure(.io, error.description)
        }
    }

    /// Writes bytes to standard output.
    package static func write(_ bytes: [UInt8]) throws {
        try unsafe write(bytes.span.bytes)
    }

    /// Writes text to standard output.
    package static func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes a line to standard error.
    package static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// How many columns standard output has: those of its terminal, else `COLUMNS`, else no limit.
    package static var width: Int {
        let columns = Int(platform_terminal_width(STDOUT_FILENO))
        if columns > 0 { return columns }
        return environment("COLUMNS").flatMap { Int($0) } ?? .max
    }

    /// A variable of this process's environment.
    package static func environment(_ name: String) -> String? {
        unsafe getenv(name).flatMap { unsafe String(validatingCString: $0) }
    }
}
