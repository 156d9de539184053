internal import Glibc
internal import PrivateFiles
public import SodiumCrypto

/// A file to be imported: a regular file, also one behind a symbolic link, or standard input.
public struct ImportFile: Sendable {
    /// 16 MiB.
    public static let maximumByteCount = 16 << 20

    /// The path as it was given, or `-`.
    public let path: String
    /// Its bytes.
    public let content: SecretValue
    /// What is worth a warning: others can read it.
    public let warnings: [String]
    /// What makes the file this one: its device and number.
    let identity: Identity?

    /// A device and the number of a file in it.
    struct Identity: Equatable, Sendable {
        let device: dev_t
        let number: ino_t

        init(_ info: stat) {
            device = info.st_dev
            number = info.st_ino
        }
    }

    /// Reads a file.
    ///
    /// - Throws: ``ExportError/Code/file(_:)``: what is not a regular file, or is larger than 16 MiB, is unsafe.
    public init(path: String) throws(ExportError) {
        var isPipe = false
        do throws(FileError) {
            // Not to wait for whoever writes to a pipe.
            let number = retrying { unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
            guard number >= 0 else { throw Self.error(errno, path) }
            let file = FileDescriptor(number: number, path: path)
            let info = try file.status()
            let type = info.st_mode & S_IFMT
            guard type == S_IFREG else {
                isPipe = type == S_IFIFO || type == S_IFSOCK
                throw FileError(.unsafe, path, type == S_IFDIR ? "is a directory" : "is not a regular file")
            }
            let bytes = try file.readAll(maximum: Self.maximumByteCount)
            self.path = path
            content = SecretValue(bytes)
            identity = Identity(info)
            warnings = Self.warnings(info.st_mode, path)
        } catch {
            throw ExportError(
                .file(error.code), error.description, hint: isPipe ? "to read a pipe: warder import - --format NAME" : nil)
        }
    }

    /// Reads standard input to its end.
    ///
    /// - Throws: ``ExportError/Code/file(_:)``.
    public static func standardInput() throws(ExportError) -> ImportFile { try ImportFile(descriptor: STDIN_FILENO) }

    private init(descriptor: Int32) throws(ExportError) {
        do throws(FileError) {
            let number = dup(descriptor)
            guard number >= 0 else { throw Self.error(errno, "standard input") }
            content = SecretValue(try FileDescriptor(number: number, path: "standard input").readAll(maximum: Self.maximumByteCount))
        } catch {
            throw ExportError(error)
        }
        path = "-"
        identity = nil
        warnings = []
    }

    private static func warnings(_ mode: mode_t, _ path: String) -> [String] {
        if mode & 0o044 != 0 { return ["\(path): others can read this file; replace the keys in it if they might have"] }
        return mode & 0o022 != 0 ? ["\(path): others can write to this file; what was stored may not be yours"] : []
    }

    /// Whether another reading of the file found the same bytes.
    func isSame(as other: ImportFile) -> Bool { SecretBytes.isEqual(content.bytes, other.content.bytes) }

    private static func error(_ number: Int32, _ path: String) -> FileError {
        let code: FileError.Code = number == ENOENT || number == ENOTDIR ? .notFound : number == ELOOP ? .unsafe : .io
        return FileError(code, path, unsafe String(cString: strerror(number)))
    }

    /// The name of the file without its directories, in lower case.
    var name: String { PrivateFile.split(path).name.lowercased() }
}
