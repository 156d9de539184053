internal import Glibc
internal import PrivateFiles
public import Settings

/// The executable that programs call for their keys.
public struct HelperCommand: Sendable {
    /// Its path, absolute, with no link in it.
    public let path: String
    /// Arguments that come before the command's own: which vault and settings it takes, if not the usual ones.
    public let options: [String]

    /// - Parameters:
    ///   - path: the executable.
    ///   - options: arguments that come before the command's own.
    public init(path: String, options: [String] = []) {
        self.path = path
        self.options = options
    }

    /// The command with its arguments.
    func words(_ arguments: [String]) -> [String] { [path] + options + arguments }

    /// The command for a shell. Quoted byte by byte: to a shell an apostrophe is one, whatever mark follows it.
    func shellLine(_ arguments: [String]) -> String {
        words(arguments).map { word in
            let isPlain = word.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "/._-+:=@%".utf8.contains(byte)
            }
            if isPlain, !word.isEmpty { return word }
            let quoted = word.utf8.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
            return "'\(String(decoding: quoted, as: UTF8.self))'"
        }.joined(separator: " ")
    }

    /// The executable of this process.
    ///
    /// - Throws: ``WiringError/Code/notFound`` if it has been removed.
    public static func ownPath() throws(WiringError) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard count > 0, count < buffer.count, unsafe access(path, X_OK) == 0 else {
            throw WiringError(.notFound, "the executable of this process is not there any more")
        }
        return path
    }

    /// What there is against an executable: it must be a regular file that nobody but this user and root can replace. Nil if nothing.
    ///
    /// - Parameters:
    ///   - path: the executable.
    ///   - isOwn: whether it must be this user's, as OpenClaw, Fased and Genesis want it.
    ///
    /// Source: openclaw/openclaw, docs/gateway/secrets.md.
    public static func objection(to path: String, isOwn: Bool) -> String? {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return "is not there" }
        if info.st_mode & S_IFMT == S_IFLNK { return "is a symbolic link" }
        if info.st_mode & S_IFMT != S_IFREG { return "is not a file" }
        if info.st_uid != geteuid(), isOwn || info.st_uid != 0 { return "belongs to another user" }
        if info.st_mode & 0o022 != 0 { return "can be written by others" }
        if unsafe access(path, X_OK) != 0 { return "cannot be run" }
        var directory = PrivateFile.split(path).parent
        while true {
            guard unsafe stat(directory, &info) == 0, info.st_uid == geteuid() || info.st_uid == 0 else {
                return "can be replaced by others"
            }
            // A group that may write is one of its own where every user has one, as on Debian.
            let isOwnGroup = info.st_gid == getegid() || info.st_gid == 0
            guard info.st_mode & (isOwnGroup ? 0o002 : 0o022) == 0 || info.st_mode & S_ISVTX != 0
            else { return "can be replaced by others" }
            if directory == "/" { return nil }
            directory = PrivateFile.split(directory).parent
        }
    }

    /// Where a private copy of the executable is.
    public static func privatePath(_ directories: UserDirectories) -> String { "\(directories.data)/warder/bin/warder" }

    /// Copies an executable to ``privatePath(_:)``, mode 0700, unless the same is there.
    ///
    /// - Throws: ``WiringError``.
    public static func makePrivateCopy(of path: String, _ directories: UserDirectories) throws(WiringError) -> String {
        let copy = privatePath(directories)
        if copy == path { return copy }
        do throws(FileError) {
            let bytes = try PrivateFile.readAny(path, maximum: 1 << 30)
            if objection(to: copy, isOwn: true) == nil, let old = try? PrivateFile.readAny(copy, maximum: 1 << 30), old == bytes {
                return copy
            }
            try PrivateFile.makeDirectory(PrivateFile.split(copy).parent)
            try PrivateFile.write(bytes, to: copy, existing: .replace, mode: 0o700)
        } catch { throw WiringError(error) }
        if let objection = objection(to: copy, isOwn: true) { throw WiringError(.unsafeFile, "\(copy): \(objection)") }
        return copy
    }
}
