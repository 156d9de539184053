internal import CPlatform
internal import Glibc
internal import PrivateFiles

/// Another program's configuration file: read with suspicion, written whole.
struct ConfigurationFile {
    /// 512 KiB: more than people write by hand, and what a vault can remember.
    private static let maximumByteCount = 512 << 10

    let path: String
    /// Its bytes; nil if there is no file.
    let bytes: [UInt8]?
    /// Its permissions, 0600 for a new one.
    let mode: UInt32
    /// Whether its directory is there.
    let hasDirectory: Bool
    private let owner: PrivateFile.Owner?

    /// - Throws: ``WiringError/Code/unsafeFile`` for a link, another user's file, or one that others can write.
    init(_ path: String) throws(WiringError) {
        self.path = path
        hasDirectory = unsafe access(PrivateFile.split(path).parent, F_OK) == 0
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else {
            guard errno == ENOENT else { throw WiringError(.io, "\(path): \(unsafe String(cString: strerror(errno)))") }
            (bytes, mode, owner) = (nil, 0o600, nil)
            return
        }
        if info.st_mode & S_IFMT == S_IFLNK {
            throw WiringError(.unsafeFile, "\(path): is a symbolic link", hint: "name the file itself with --file")
        }
        guard info.st_uid == geteuid() else { throw WiringError(.unsafeFile, "\(path): belongs to another user") }
        do throws(FileError) { bytes = try PrivateFile.readTrusted(path, maximum: Self.maximumByteCount) } catch {
            throw WiringError(error)
        }
        // An access control list is not kept: with one, the group's bits stand for others than the group.
        // Nor can a group be kept that this user is not in.
        let isMember = geteuid() == 0 || Self.groups.contains(info.st_gid)
        mode = info.st_mode & (unsafe platform_has_acl(path) == 0 && isMember ? 0o777 : 0o707)
        owner = isMember ? PrivateFile.Owner(user: info.st_uid, group: info.st_gid) : nil
        guard String(validating: bytes ?? [], as: UTF8.self) != nil else { throw WiringError(.invalid, "\(path): is not UTF-8") }
    }

    private static var groups: [gid_t] {
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return groups.prefix(Int(max(0, count))) + [getegid()]
    }

    /// Writes it for the same user and group.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if it has changed since it was read.
    func write(_ new: [UInt8], mode: UInt32) throws(WiringError) {
        try checkUnchanged()
        do throws(FileError) {
            try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
            try PrivateFile.write(new, to: path, existing: bytes == nil ? .refuse : .replace, owner: owner, mode: mode)
        } catch { throw WiringError(error) }
    }

    /// Writes what it is now to another place.
    func keep(at path: String) throws(WiringError) {
        do throws(FileError) { try PrivateFile.write(bytes ?? [], to: path, existing: .replace) } catch { throw WiringError(error) }
    }

    /// Takes it away.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if it has changed since it was read.
    func remove() throws(WiringError) {
        try checkUnchanged()
        do throws(FileError) { try PrivateFile.remove(path) } catch { throw WiringError(error) }
    }

    private func checkUnchanged() throws(WiringError) {
        guard try ConfigurationFile(path).bytes == bytes else {
            throw WiringError(.conflict, "\(path): has changed in this moment", hint: "run it again")
        }
    }
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
