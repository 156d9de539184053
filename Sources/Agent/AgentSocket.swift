internal import CPlatform
internal import Glibc
public import Keystore
internal import PrivateFiles

/// Where the agent is found.
public enum AgentSocket {
    /// `/run/warder/agent.sock`
    public static let systemPath = "/run/warder/agent.sock"

    /// The socket of this user's agent: `$XDG_RUNTIME_DIR/warder/agent.sock`, else `/run/user/UID/…` if that is this user's, else
    /// `STATE/warder/agent.sock`, for logins without a runtime directory.
    ///
    /// - Parameters:
    ///   - runtimeDirectory: the variable `XDG_RUNTIME_DIR`.
    ///   - stateDirectory: the directory of the user's state, as `~/.local/state`.
    public static func path(runtimeDirectory: String?, stateDirectory: String) -> String {
        if let runtimeDirectory, runtimeDirectory.hasPrefix("/") { return "\(runtimeDirectory)/warder/agent.sock" }
        let usual = "/run/user/\(geteuid())"
        var info = stat()
        if unsafe lstat(usual, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid() {
            return "\(usual)/warder/agent.sock"
        }
        return "\(stateDirectory)/warder/agent.sock"
    }

    /// A listening socket at a path, in place of one that nobody listens at any more. Its directory is made if need be, 0700.
    ///
    /// - Throws: ``KeystoreError``: `.conflict` if an agent listens there; `.unsafeFile` for a directory of other users.
    public static func listen(at path: String) throws(KeystoreError) -> Int32 {
        do throws(FileError) {
            let (parent, _) = PrivateFile.split(path)
            try makeDirectory(parent)
            // Two that start at once: one listens, the other finds it.
            let lock = try DirectoryLock(parent)
            if let connection = connect(to: path) {
                close(connection)
                throw FileError(.exists, path, "an agent listens here already")
            }
            // One that is only busy is not taken its place away from.
            guard isNobody(errno) else { throw FileError(.exists, path, "somebody listens here, and does not answer") }
            _ = unsafe unlink(path)
            let socket = unsafe platform_listen(path, 128)
            guard socket >= 0 else { throw FileError(errno: errno, path) }
            lock.release()
            return socket
        } catch { throw KeystoreError(error) }
    }

    /// Whether an error of connect(2) says that nobody listens.
    static func isNobody(_ error: Int32) -> Bool { [ENOENT, ECONNREFUSED, ENOTDIR].contains(error) }

    /// A connection to an agent of this user, or nil if nobody listens.
    ///
    /// Only the user's own processes can make a socket in that directory; that it is one of them that answers is checked all the same.
    static func connect(to path: String) -> Int32? {
        let connection = unsafe platform_connect(path, 30)
        guard connection >= 0 else { return nil }
        var user: UInt32 = 0
        guard unsafe platform_peer_user(connection, &user) == 0, user == geteuid() else {
            close(connection)
            errno = EACCES
            return nil
        }
        return connection
    }

    private static func makeDirectory(_ path: String) throws(FileError) {
        if unsafe mkdir(path, 0o700) != 0, errno == ENOENT {
            // The directory above is the state's: that of a session is there.
            let (parent, _) = PrivateFile.split(path)
            try makeDirectory(parent)
            _ = unsafe mkdir(path, 0o700)
        }
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { throw FileError(errno: errno, path) }
        guard info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid() || info.st_uid == 0, info.st_mode & 0o022 == 0 else {
            throw FileError(.unsafe, path, "is not a directory that only its owner can write")
        }
    }
}
