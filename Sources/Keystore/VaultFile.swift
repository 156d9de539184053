internal import CPlatform
internal import Glibc
internal import PrivateFiles

/// What a vault's file must be before SQLite sees one byte of it.
enum VaultFile {
    /// Checks directory, type, owner, mode, links, file system and SQLite's own header.
    ///
    /// SQLite reads bytes before anything is authenticated, so what can be known about them from the outside is checked here. A process
    /// has one connection to a vault: closing this descriptor would drop the locks of another.
    ///
    /// - Throws: ``KeystoreError/Code/notFound``, ``KeystoreError/Code/unsafeFile``, ``KeystoreError/Code/corrupt``,
    ///   ``KeystoreError/Code/tooNew``.
    static func check(_ path: String) throws(KeystoreError) {
        var link = stat()
        guard unsafe lstat(path, &link) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw KeystoreError(.notFound, "\(path): there is no vault") }
            throw KeystoreError(.io, unsafe "\(path): \(String(cString: strerror(errno)))")
        }
        guard link.st_mode & S_IFMT != S_IFLNK else { throw KeystoreError(.unsafeFile, "\(path): is a symbolic link") }
        guard link.st_mode & S_IFMT == S_IFREG else { throw KeystoreError(.unsafeFile, "\(path): is not a regular file") }
        try checkDirectory(of: path)
        try inKeystoreTerms { try checkCompanions(of: path) }
        try inKeystoreTerms {
            let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
            let info = try file.status()
            guard info.st_mode & S_IFMT == S_IFREG else { throw KeystoreError(.unsafeFile, "\(path): is not a regular file") }
            guard info.st_uid == geteuid() else { throw KeystoreError(.unsafeFile, "\(path): belongs to another user") }
            guard info.st_mode & 0o077 == 0 else { throw KeystoreError(.unsafeFile, "\(path): others can read or write it") }
            guard info.st_nlink <= 1 else { throw KeystoreError(.unsafeFile, "\(path): has more than one link") }
            // A writer that is done in between may leave header and size of two moments.
            for _ in 0..<3 where try isWhole(file, path) { return }
            throw KeystoreError.corrupt("\(path): is cut short")
        }
    }

    /// Checks what SQLite would read before anything else: a rollback journal must be ours, and must not name a super-journal, which SQLite
    /// deletes after the playback. We attach no databases, so we never write such a name. A write-ahead log is never ours.
    private static func checkCompanions(of path: String) throws {
        for suffix in ["-wal", "-shm"] {
            var info = stat()
            guard unsafe lstat(path + suffix, &info) != 0 else {
                throw KeystoreError(.unsafeFile, "\(path)\(suffix): a vault has no such file")
            }
        }
        let journal = "\(path)-journal"
        var info = stat()
        guard unsafe lstat(journal, &info) == 0 else { return }
        // No link at all: its writer is removing it.
        let isOurs = info.st_mode & S_IFMT == S_IFREG && info.st_uid == geteuid() && info.st_mode & 0o077 == 0 && info.st_nlink <= 1
        guard isOurs else { throw KeystoreError(.unsafeFile, "\(journal): is not a private file of this user") }
        let file: FileDescriptor
        do throws(FileError) { file = try FileDescriptor.open(journal, O_RDONLY | O_NONBLOCK) } catch {
            // The writer is done.
            if error.code == .notFound { return }
            throw error
        }
        let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        var end = [UInt8](repeating: 0, count: magic.count)
        let size = try file.status().st_size
        guard size >= 16, unsafe pread(file.number, &end, end.count, size - 8) == end.count else { return }
        guard end != magic else { throw KeystoreError.corrupt("\(journal): names another file, which SQLite would delete") }
    }

    /// Checks SQLite's header, and says whether the file has as many pages as the header says. With a journal beside it, it may not.
    private static func isWhole(_ file: borrowing FileDescriptor, _ path: String) throws -> Bool {
        let size = try file.status().st_size
        var header = [UInt8](repeating: 0, count: 100)
        let count = retrying { unsafe pread(file.number, &header, 100, 0) }
        guard count == 100 else { throw KeystoreError.corrupt("\(path): is cut short") }
        try check(header: header, path)
        let pages = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
        let pageSize = Int(header[16]) << 8 | Int(header[17])
        return unsafe pages * pageSize == size || access("\(path)-journal", F_OK) == 0
    }

    /// Checks that only this user writes in the vault's directory, and that its file system keeps locks and order.
    static func checkDirectory(of path: String) throws(KeystoreError) {
        let parent = PrivateFile.split(path).parent
        try inKeystoreTerms { try PrivateFile.checkDirectory(parent) }
        let networkFileSystems: [Int] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42]
        if unsafe networkFileSystems.contains(platform_file_system_type(parent)) {
            throw KeystoreError(.unsafeFile, "\(path): a vault cannot be on a network file system")
        }
    }

    private static func check(header: [UInt8], _ path: String) throws(KeystoreError) {
        func number(_ offset: Int) -> UInt32 { header[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
        guard Array(header.prefix(16)) == Array("SQLite format 3\0".utf8), number(68) == SQLiteSchema.applicationID else {
            throw .corrupt("\(path): is not a vault")
        }
        guard number(60) <= SQLiteSchema.version else {
            throw KeystoreError(.tooNew, "\(path): has format \(number(60)); this program knows \(SQLiteSchema.version)")
        }
        guard number(60) == SQLiteSchema.version, header[18] == 1, header[19] == 1 else { throw .corrupt("\(path): is not a vault") }
    }
}
