internal import CPlatform
internal import Foundation
internal import GRDB
internal import Glibc
internal import PrivateFiles

/// A vault in one SQLite file: rollback journal, every commit synchronised, 0600 in a directory that only its owner can change.
public final class SQLiteStorage: RecordStorage {
    /// Where it is.
    public let path: String
    private let queue: DatabaseQueue
    private let file: (device: UInt, inode: UInt)
    private let isNew: Bool

    /// Opens a vault's file.
    ///
    /// - Throws: ``KeystoreError``: `notFound`, `unsafeFile`, `corrupt`, `tooNew`, `busy`, `io`.
    public convenience init(path: String) throws(KeystoreError) {
        try VaultFile.check(path)
        try self.init(connectingTo: path)
    }

    /// Makes a vault's file: `fill` writes the first state into a file beside it, which is then put in place, whole.
    ///
    /// - Throws: ``KeystoreError/Code/conflict`` if there is a file already.
    public static func create<Result>(
        at path: String, _ fill: (SQLiteStorage) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> Result {
        var info = stat()
        guard unsafe lstat(path, &info) != 0 else { throw KeystoreError(.conflict, "\(path): exists already") }
        return try make(at: path, putInPlaceWith: 1, fill)
    }

    /// Makes a vault's file in place of another, which is kept under the path that is returned. Whoever waits for the old one's lock sees
    /// that it is gone.
    ///
    /// - Throws: ``KeystoreError``; the old file is in place then.
    public static func replace<Result>(
        at path: String, _ fill: (SQLiteStorage) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> (result: Result, old: String) {
        let old = "\(path).before-restore-\(WallClock.now())"
        // A damaged file cannot be locked; nobody can write to it either.
        let locked: SQLiteStorage?
        do throws(KeystoreError) { locked = try SQLiteStorage(path: path) } catch {
            guard [.corrupt, .tooNew].contains(error.code) else { throw error }
            locked = nil
        }
        func exchange() throws(KeystoreError) -> Result {
            try make(at: path, putInPlaceWith: 2, keepingOldAs: old, fill)
        }
        guard let locked else { return (try exchange(), old) }
        do throws(KeystoreError) {
            return try locked.transaction(.exclusive) { _ throws(KeystoreError) in (try exchange(), old) }
        } catch {
            guard error.code == .corrupt else { throw error }
            return (try exchange(), old)
        }
    }

    /// Fills a file beside `path`, then renames it there with the flags of renameat2(2).
    private static func make<Result>(
        at path: String, putInPlaceWith flags: UInt32, keepingOldAs old: String? = nil,
        _ fill: (SQLiteStorage) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> Result {
        let (parent, name) = PrivateFile.split(path)
        try inKeystoreTerms { try PrivateFile.makeDirectory(parent) }
        try VaultFile.checkDirectory(of: path)
        let temporaryName = ".\(name).\(getpid()).\(UInt64.random(in: .min ... .max)).new"
        let temporary = parent + "/" + temporaryName
        var isInPlace = false
        var journalAside: String?
        do throws(KeystoreError) {
            // SQLite would give it the mode that the umask leaves; its journal takes the mode of the file.
            try inKeystoreTerms { _ = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL) }
            let storage = try SQLiteStorage(connectingTo: temporary, isNew: true)
            try storage.makeTables()
            let result = try fill(storage)
            try storage.inSQLiteTerms { try storage.queue.close() }
            try inKeystoreTerms {
                let directory = try FileDescriptor.openDirectory(parent)
                // A vault that another process has made meanwhile keeps its journal.
                guard unsafe old != nil || access(path, F_OK) != 0 else { throw KeystoreError(.conflict, "\(path): exists already") }
                journalAside = try setAsideJournal(of: path, as: old)
                try directory.synchronize()
                guard unsafe platform_rename(directory.number, temporaryName, name, flags) == 0 else {
                    guard errno != EEXIST else { throw KeystoreError(.conflict, "\(path): exists already") }
                    throw KeystoreError(.io, unsafe "\(path): \(String(cString: strerror(errno)))")
                }
                isInPlace = true
                if let old, unsafe rename(temporary, old) != 0 {
                    let reason = unsafe String(cString: strerror(errno))
                    // The old vault would be hard to find under its temporary name: back to where it was.
                    isInPlace = unsafe platform_rename(directory.number, temporaryName, name, flags) != 0
                    throw KeystoreError(.io, "\(old): \(reason)")
                }
                do { try directory.synchronize() } catch {
                    throw KeystoreError(.io, "\(path): is in place, but its directory could not be synchronised")
                }
            }
            return result
        } catch {
            if !isInPlace {
                if let journalAside { unsafe rename(journalAside, "\(path)-journal") }
                unsafe unlink(temporary)
                unsafe unlink(temporary + "-journal")
            }
            throw error
        }
    }

    /// A journal that a crash left beside an older file belongs to that file: SQLite would play it back into the new one.
    ///
    /// - Returns: where it is now, or nil if there was none.
    private static func setAsideJournal(of path: String, as old: String?) throws(KeystoreError) -> String? {
        let journal = "\(path)-journal"
        let aside = "\(old ?? "\(path).stale-\(WallClock.now())")-journal"
        if unsafe rename(journal, aside) == 0 { return aside }
        guard errno == ENOENT else { throw KeystoreError(.io, unsafe "\(journal): \(String(cString: strerror(errno)))") }
        return nil
    }

    private init(connectingTo path: String, isNew: Bool = false) throws(KeystoreError) {
        self.path = path
        self.isNew = isNew
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            guard unsafe platform_harden_sqlite(UnsafeMutableRawPointer(database.sqliteConnection)) == 0 else {
                throw DatabaseError(resultCode: .SQLITE_MISUSE)
            }
            try database.execute(
                sql: """
                    PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
                    PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA;
                    """)
        }
        do {
            // SQLite takes a name that begins with `file:` for a URI.
            queue = try DatabaseQueue(path: path.hasPrefix("/") ? path : "./\(path)", configuration: configuration)
        } catch {
            throw Self.translate(error, path)
        }
        file = Self.identity(path)
    }

    /// A restore may have put another file in place while this one waited for the lock: a write would be lost in the old one.
    private func checkPlace() throws(KeystoreError) {
        guard Self.identity(path) == file else { throw KeystoreError(.busy, "\(path): was replaced meanwhile: try again") }
    }

    private static func identity(_ path: String) -> (device: UInt, inode: UInt) {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? (UInt(info.st_dev), UInt(info.st_ino)) : (0, 0)
    }

    /// Runs `body` in one read transaction, after the tables are found to be exactly ours.
    public func read<Result>(_ body: (any StorageSnapshot) throws(KeystoreError) -> Result) throws(KeystoreError) -> Result {
        try transaction(.deferred) { database throws(KeystoreError) in
            let snapshot = SQLiteSnapshot(database: database, path: path, isNew: isNew)
            try snapshot.checkTables()
            return try body(snapshot)
        }
    }

    /// Runs `body` and its change in one transaction that has the write lock from the start.
    public func write<Result>(
        _ body: (any StorageSnapshot) throws(KeystoreError) -> (StorageChange, Result)
    ) throws(KeystoreError) -> Result {
        try transaction(.immediate) { database throws(KeystoreError) in
            try checkPlace()
            let snapshot = SQLiteSnapshot(database: database, path: path, isNew: isNew)
            try snapshot.checkTables()
            let (change, result) = try body(snapshot)
            try inSQLiteTerms { try change.apply(to: database) }
            return result
        }
    }

    private func makeTables() throws(KeystoreError) {
        try transaction(.immediate) { database throws(KeystoreError) in
            try inSQLiteTerms {
                try database.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(SQLiteSchema.version)")
                for table in SQLiteSchema.tables { try database.execute(sql: table.sql) }
            }
        }
    }

    private func transaction<Result>(
        _ kind: Database.TransactionKind, _ body: (Database) throws(KeystoreError) -> Result
    ) throws(KeystoreError) -> Result {
        try inSQLiteTerms {
            try withoutActuallyEscaping(body) { body in
                try queue.writeWithoutTransaction { database in
                    var result: Result?
                    try database.inTransaction(kind) {
                        result = try body(database)
                        return .commit
                    }
                    guard let result else { throw KeystoreError(.io, "\(path): the transaction gave no result") }
                    return result
                }
            }
        }
    }

    /// Runs statements outside of a transaction.
    func inDatabase<Result>(_ body: (Database) throws -> Result) throws(KeystoreError) -> Result {
        try inSQLiteTerms { try queue.writeWithoutTransaction(body) }
    }

    private func inSQLiteTerms<Result>(_ body: () throws -> Result) throws(KeystoreError) -> Result {
        do { return try body() } catch { throw Self.translate(error, path) }
    }

    static func translate(_ error: any Error, _ path: String) -> KeystoreError {
        if let error = error as? KeystoreError { return error }
        guard let error = error as? DatabaseError else { return KeystoreError(.io, "\(path): unexpected failure") }
        let reason = "SQLite says: \(error.resultCode)"
        let code: KeystoreError.Code =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_NOMEM: .io
            default: .corrupt
            }
        return KeystoreError(code, code == .busy ? "\(path): another process holds the vault" : "\(path): \(reason)")
    }
}
