internal import Glibc

/// A lock on a directory, for changes to files in it that are replaced and so cannot be locked themselves. It ends with its owner.
package struct DirectoryLock: ~Copyable {
    private let directory: FileDescriptor

    /// flock(2) on a directory. Waits for five seconds: whoever may read a directory can hold its lock.
    ///
    /// - Throws: ``FileError``; `.exists` if another process has the lock for longer.
    package init(_ path: String) throws(FileError) {
        let directory = try FileDescriptor.openDirectory(path)
        try Self.wait(directory.number, path)
        self.directory = directory
    }

    /// Gives the lock back. Calling it last keeps the lock until then.
    package consuming func release() {}

    private static func wait(_ directory: Int32, _ path: String) throws(FileError) {
        for _ in 0..<100 {
            if retrying({ flock(directory, LOCK_EX | LOCK_NB) }) == 0 { return }
            guard errno == EWOULDBLOCK else { throw FileError(errno: errno, path) }
            usleep(50_000)
        }
        throw FileError(.exists, path, "another process is at work here")
    }
}
