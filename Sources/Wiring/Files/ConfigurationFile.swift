internal import Glibc
internal import PrivateFiles

/// Another program's configuration file: read with suspicion, written whole.
struct ConfigurationFile {
    /// 4 MiB: far more than people write by hand.
    private static let maximumByteCount = 4 << 20

    let path: String
    /// Its bytes; nil if there is no file.
    let bytes: [UInt8]?
    private let mode: UInt32

    /// - Throws: ``WiringError/Code/unsafeFile`` for a link, another user's file, or one that others can write.
    init(_ path: String) throws(WiringError) {
        self.path = path
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else {
            guard errno == ENOENT else { throw WiringError(.io, "\(path): \(unsafe String(cString: strerror(errno)))") }
            bytes = nil
            mode = 0o600
            return
        }
        if info.st_mode & S_IFMT == S_IFLNK {
            throw WiringError(.unsafeFile, "\(path): is a symbolic link", hint: "name the file itself with --file")
        }
        guard info.st_uid == geteuid() else { throw WiringError(.unsafeFile, "\(path): belongs to another user") }
        do throws(FileError) { bytes = try PrivateFile.readTrusted(path, maximum: Self.maximumByteCount) } catch {
            throw WiringError(error)
        }
        mode = info.st_mode & 0o777
        guard String(validating: bytes ?? [], as: UTF8.self) != nil else { throw WiringError(.invalid, "\(path): is not UTF-8") }
    }

    /// Writes it with the mode that it had; 0600 if it is new.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if it has changed since it was read.
    func write(_ new: [UInt8]) throws(WiringError) {
        guard try ConfigurationFile(path).bytes == bytes else {
            throw WiringError(.conflict, "\(path): has changed in this moment", hint: "run it again")
        }
        do throws(FileError) {
            try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
            try PrivateFile.write(new, to: path, existing: bytes == nil ? .refuse : .replace, mode: mode)
        } catch { throw WiringError(error) }
    }

    /// Takes it away.
    func remove() throws(WiringError) {
        do throws(FileError) { try PrivateFile.remove(path) } catch { throw WiringError(error) }
    }

    /// Whether only this user can read it.
    var isPrivate: Bool { mode & 0o077 == 0 }
}

extension WiringError {
    init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .unsafe: .unsafeFile
            case .notFound: .notFound
            case .exists: .conflict
            case .io: .io
            }
        self.init(code, error.description)
    }
}
