internal import CPlatform
internal import Glibc
public import SodiumCrypto

/// Files that only their owner may read, written whole or not at all.
public enum PrivateFile {
    /// Whether a file may stand where one is written.
    public enum Existing: Sendable {
        /// Write over it, if it is a regular file of this user with one link.
        case replace
        /// Leave it, and fail with ``FileError/Code/exists``.
        case refuse
        /// As ``replace``, but also over another user's file, and through a symbolic link, whose file is replaced.
        case force
    }

    /// Whose a written file is.
    public struct Owner: Equatable, Sendable {
        /// The user's number.
        public let user: UInt32
        /// The group's number.
        public let group: UInt32

        /// - Parameters:
        ///   - user: the user's number.
        ///   - group: the group's number.
        public init(user: UInt32, group: UInt32) {
            self.user = user
            self.group = group
        }
    }

    /// Writes `content` to `path`, mode 0600: a new file in the same directory, synchronised, then renamed over the target, then the
    /// directory synchronised. A crash at any point leaves the old file or the new one. The directory must exist.
    ///
    /// - Parameters:
    ///   - content: the bytes.
    ///   - path: the target.
    ///   - existing: whether a file may stand there.
    ///   - owner: whose the file shall be, if not this process's user's.
    ///   - mode: the permissions, 0600 for anything that is secret.
    /// - Throws: ``FileError``; the target is as it was, unless only the last step (synchronising the directory) failed.
    public static func write(
        _ content: RawSpan, to path: String, existing: Existing, owner: Owner? = nil, mode: UInt32 = 0o600
    ) throws(FileError) {
        try FileError.refuseZeroByte(in: path)
        // A link that another user could have made is not followed for that user.
        let (parent, name) = split(existing == .force && owner == nil ? resolved(path) : path)
        let directory = try FileDescriptor.openDirectory(parent)
        try checkTarget(name, in: directory.number, path, existing, owner)
        // Short, whatever the target is called: a name of 255 bytes leaves no room for a suffix.
        let temporary = ".warder.\(getpid()).\(UInt64.random(in: .min ... .max)).new"
        do throws(FileError) {
            // Without a name until it is whole, where the file system can: nothing is left behind then when the process is killed.
            let isNamed = try writeUnnamed(content, as: temporary, in: directory.number, path, owner, mode)
            if !isNamed { try writeNamed(content, as: temporary, in: directory.number, path, owner, mode) }
            guard unsafe platform_rename(directory.number, temporary, name, existing == .refuse ? 1 : 0) == 0 else {
                throw FileError(errno: errno, path)
            }
        } catch {
            _ = unsafe unlinkat(directory.number, temporary, 0)
            throw whileWriting(error, path)
        }
        try directory.synchronize()
    }

    /// - Returns: false if the file system has no files without names, or they cannot be given one.
    private static func writeUnnamed(
        _ content: RawSpan, as name: String, in directory: Int32, _ path: String, _ owner: Owner?, _ mode: UInt32
    ) throws(FileError) -> Bool {
        let number = platform_unnamed_file(directory)
        guard number >= 0 else { return false }
        let file = FileDescriptor(number: number, path: path)
        try fill(file, content, owner, mode)
        return unsafe platform_name_file(file.number, directory, name) == 0
    }

    private static func writeNamed(
        _ content: RawSpan, as name: String, in directory: Int32, _ path: String, _ owner: Owner?, _ mode: UInt32
    ) throws(FileError) {
        let file = try FileDescriptor.open(name, O_WRONLY | O_CREAT | O_EXCL, in: directory)
        try fill(file, content, owner, mode)
    }

    private static func fill(_ file: borrowing FileDescriptor, _ content: RawSpan, _ owner: Owner?, _ mode: UInt32) throws(FileError) {
        try file.write(content)
        if let owner, fchown(file.number, owner.user, owner.group) != 0 { throw FileError(errno: errno, file.path) }
        guard fchmod(file.number, mode) == 0 else { throw FileError(errno: errno, file.path) }
        try file.synchronize()
    }

    /// The error about the path that the caller named, not about the temporary file.
    private static func whileWriting(_ error: FileError, _ path: String) -> FileError {
        error.code == .notFound ? FileError(.io, path, "the directory changed while writing") : error.at(path)
    }

    /// Writes `content` to `path` as ``write(_:to:existing:owner:mode:)-(RawSpan,_,_,_,_)`` does.
    ///
    /// - Throws: ``FileError``.
    public static func write(
        _ content: [UInt8], to path: String, existing: Existing, owner: Owner? = nil, mode: UInt32 = 0o600
    ) throws(FileError) {
        try unsafe write(content.span.bytes, to: path, existing: existing, owner: owner, mode: mode)
    }

    /// Removes a file, durably. One that is not there is no error.
    ///
    /// - Throws: ``FileError``.
    public static func remove(_ path: String) throws(FileError) {
        try FileError.refuseZeroByte(in: path)
        let (parent, name) = split(path)
        let directory: FileDescriptor
        do throws(FileError) {
            directory = try FileDescriptor.openDirectory(parent)
        } catch {
            if error.code == .notFound { return }
            throw error
        }
        guard unsafe unlinkat(directory.number, name, 0) == 0 || errno == ENOENT else { throw FileError(errno: errno, path) }
        try directory.synchronize()
    }

    /// Removes a directory if nothing is in it.
    public static func removeEmptyDirectory(_ path: String) {
        unsafe _ = rmdir(path)
    }

    /// The path behind a symbolic link, or the same path.
    private static func resolved(_ path: String) -> String {
        var info = stat()
        guard unsafe lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFLNK, let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(validatingCString: real) ?? path
    }

    /// Reads a file that holds a key or another secret: regular, of this user (or root's), one link, no access for others. A systemd
    /// credential (root's, 0440) is one too.
    ///
    /// - Throws: ``FileError/Code/unsafe`` if it is not, or is larger than `maximum` bytes.
    public static func readSecret(_ path: String, maximum: Int) throws(FileError) -> SecretBytes {
        try read(path, maximum: maximum, refused: 0o077, "others can read or write it")
    }

    /// Reads a file that must be trusted but is no secret: as ``readSecret(_:maximum:)``, but others may read it.
    ///
    /// - Throws: ``FileError/Code/unsafe`` if others could have written it, or it is larger than `maximum` bytes.
    public static func readTrusted(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
        let bytes = try read(path, maximum: maximum, refused: 0o022, "others can write it")
        return bytes.withBytes { span in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
    }

    /// Reads a regular file of anybody's. Never waits for the other end of a FIFO.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - maximum: the most bytes that are read.
    ///   - followingLinks: whether a symbolic link is followed.
    /// - Throws: ``FileError/Code/unsafe`` if it is no regular file, or larger; ``FileError/Code/notFound``.
    public static func readAny(_ path: String, maximum: Int, followingLinks: Bool = false) throws(FileError) -> [UInt8] {
        let file = try FileDescriptor.open(followingLinks ? resolved(path) : path, O_RDONLY | O_NONBLOCK)
        let info = try file.status()
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.unsafe, path, "is not a regular file") }
        guard info.st_size <= maximum else { throw FileError(.unsafe, path, "is larger than \(maximum) bytes") }
        let bytes = try file.readAll(maximum: maximum)
        return bytes.withBytes { span in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
    }

    /// Makes a directory and those above it, each with this mode; those that exist stay as they are.
    ///
    /// - Throws: ``FileError``.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
        try FileError.refuseZeroByte(in: path)
        if makeOne(path, mode) { return }
        let number = errno
        if number == ENOENT, path.contains("/"), path != "/" {
            try makeDirectory(split(path).parent, mode: mode)
            if makeOne(path, mode) || errno == EEXIST { return }
            throw FileError(errno: errno, path)
        }
        var info = stat()
        guard number == EEXIST, unsafe stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(errno: number, path)
        }
    }

    /// mkdir(2), whatever the process's file mode mask is.
    private static func makeOne(_ path: String, _ mode: UInt32) -> Bool {
        guard unsafe mkdir(path, 0o700) == 0 else { return false }
        return mode == 0o700 || (unsafe chmod(path, mode)) == 0
    }

    /// Checks that only this user (or root) can write in a directory, so that names in it stay what they are.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - owner: another user whose directory it may be.
    /// - Throws: ``FileError/Code/unsafe`` if not, ``FileError/Code/notFound``.
    public static func checkDirectory(_ path: String, of owner: Owner? = nil) throws(FileError) {
        try FileError.refuseZeroByte(in: path)
        var info = stat()
        guard unsafe stat(path, &info) == 0 else { throw FileError(errno: errno, path) }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw FileError(.unsafe, path, "is not a directory") }
        guard info.st_uid == geteuid() || info.st_uid == 0 || info.st_uid == owner?.user else {
            throw FileError(.unsafe, path, "belongs to another user")
        }
        guard info.st_mode & 0o022 == 0 else { throw FileError(.unsafe, path, "others can write in this directory") }
    }

    /// Splits a path into directory and name.
    package static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let parent = path[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
    }

    private static func read(
        _ path: String, maximum: Int, refused: mode_t, _ reason: String
    ) throws(FileError) -> SecretBytes {
        let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
        let info = try file.status()
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.unsafe, path, "is not a regular file") }
        guard info.st_uid == geteuid() || info.st_uid == 0 else { throw FileError(.unsafe, path, "belongs to another user") }
        guard info.st_nlink <= 1 else { throw FileError(.unsafe, path, "has more than one link") }
        guard info.st_mode & refused == 0 || isSystemdCredential(info) else { throw FileError(.unsafe, path, reason) }
        guard info.st_size <= maximum else { throw FileError(.unsafe, path, "is larger than \(maximum) bytes") }
        return try file.readAll(maximum: maximum)
    }

    /// systemd gives a credential to a service's user through an ACL, whose mask stands where the group's bits stand: the file is root's,
    /// 0440, and its group is root's own.
    private static func isSystemdCredential(_ info: stat) -> Bool {
        info.st_uid == 0 && info.st_gid == 0 && info.st_mode & 0o7777 == 0o440
    }

    private static func checkTarget(
        _ name: String, in directory: Int32, _ path: String, _ existing: Existing, _ owner: Owner?
    ) throws(FileError) {
        guard !name.isEmpty, name != ".", name != ".." else { throw FileError(.unsafe, path, "is not a file name") }
        var info = stat()
        guard unsafe fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return }
            throw FileError(errno: errno, path)
        }
        guard existing != .refuse else { throw FileError(.exists, path, "exists already") }
        guard info.st_mode & S_IFMT != S_IFLNK else { throw FileError(.unsafe, path, "is a symbolic link") }
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.unsafe, path, "is not a regular file") }
        guard existing == .force || info.st_uid == owner?.user ?? geteuid() else {
            throw FileError(.unsafe, path, "belongs to another user")
        }
        guard info.st_nlink <= 1 else { throw FileError(.unsafe, path, "has more than one link") }
    }
}
