internal import CPlatform
internal import Glibc

extension PrivateFile {
    /// Works on a file that is, or will be, another user's.
    ///
    /// Where only root decides what the path means, it is root who works. Anywhere else that user could make the path lead to a file of
    /// root's at any moment, so the work is done with that user's rights: it can reach nothing that the user could not reach alone.
    ///
    /// - Parameters:
    ///   - owner: the user, or nil for this process's own.
    ///   - path: the file's path.
    ///   - body: the work.
    /// - Throws: what `body` throws; ``FileError/Code/io`` if the rights cannot be given up, with nothing done.
    public static func asOwner<Result>(_ owner: Owner?, of path: String, _ body: () throws -> Result) throws -> Result {
        guard let owner, owner.user != geteuid(), !isDecidedByRoot(split(path).parent) else { return try body() }
        guard platform_act_as(owner.user, owner.group) == 0 else { throw FileError(.io, path, "only root can write another user's file") }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try body()) } catch { result = .failure(error) }
        guard platform_act_as_self() == 0 else { throw FileError(.io, path, "the rights of this process are not what they were") }
        return try result.get()
    }

    /// Whether no other user than root and this one can change what an absolute path of a directory leads to.
    private static func isDecidedByRoot(_ path: String) -> Bool {
        guard path.hasPrefix("/") else { return false }
        var place = ""
        for part in [""] + path.split(separator: "/").map(String.init) {
            place += place.hasSuffix("/") ? part : "/\(part)"
            var info = stat()
            guard unsafe lstat(place, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == 0 || info.st_uid == geteuid(),
                info.st_mode & 0o022 == 0 || info.st_mode & S_ISVTX != 0
            else { return false }
        }
        return true
    }
}
