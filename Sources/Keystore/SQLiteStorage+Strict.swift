internal import GRDB
internal import Glibc
internal import PrivateFiles

extension SQLiteStorage {
    /// Checks what no MAC covers because nobody reads it: SQLite's own structures, its header, and that free pages hold nothing.
    ///
    /// Unused bytes inside pages that are in use are SQLite's: it leaves stale pointers there in the best of files.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt``; ``KeystoreError/Code/busy`` if others keep writing meanwhile.
    public func verifyUnusedBytes() throws(KeystoreError) {
        let report = try inDatabase { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
        guard report == ["ok"] else { throw .corrupt("\(path): SQLite finds its structures damaged") }
        for _ in 0..<3 {
            let bytes = try contents()
            try SQLiteFile(bytes: bytes, path: path).checkUnused()
            // The same change counter after as before: nobody wrote while the pages were read.
            let again = try contents(maximum: 100)
            if bytes.count >= 100, Array(bytes[24..<28]) == Array(again[24..<28]) { return }
        }
        throw KeystoreError(.busy, "\(path): others keep writing: try again")
    }

    private func contents(maximum: Int = .max) throws(KeystoreError) -> [UInt8] {
        try inKeystoreTerms {
            let file = try FileDescriptor.open(path, O_RDONLY)
            var bytes = [UInt8](repeating: 0, count: min(maximum, Int(try file.status().st_size)))
            var count = 0
            while count < bytes.count {
                let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                    retrying { unsafe pread(file.number, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count, off_t(count)) }
                }
                guard got > 0 else { throw KeystoreError.corrupt("\(path): is cut short") }
                count += got
            }
            return bytes
        }
    }
}

/// The parts of SQLite's file format that a check of unused bytes needs.
///
/// Source: "Database File Format", sections 1.3 and 1.5, of SQLite's documentation.
private struct SQLiteFile {
    let bytes: [UInt8]
    let path: String

    private func number(_ offset: Int) -> Int { bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }

    func checkUnused() throws(KeystoreError) {
        guard bytes.count >= 100 else { throw .corrupt("\(path): is cut short") }
        let pageSize = Int(bytes[16]) << 8 | Int(bytes[17])
        guard pageSize == 4096, bytes.count % pageSize == 0, number(28) * pageSize == bytes.count else {
            throw .corrupt("\(path): has another size than its header says")
        }
        // No reserved space, the fixed payload fractions, UTF-8, nothing where SQLite reserves room for later.
        guard bytes[20..<24] == [0, 64, 32, 32], number(56) == 1, number(64) == 0, bytes[72..<92].allSatisfy({ $0 == 0 }) else {
            throw .corrupt("\(path): has a header that SQLite does not write")
        }
        try checkFreePages(pageSize)
    }

    /// Free pages were overwritten when they were freed: only the list of them is left.
    private func checkFreePages(_ pageSize: Int) throws(KeystoreError) {
        let pages = bytes.count / pageSize
        func page(_ number: Int) throws(KeystoreError) -> ArraySlice<UInt8> {
            guard (2...pages).contains(number) else { throw .corrupt("\(path): has a damaged list of free pages") }
            return bytes[((number - 1) * pageSize)..<(number * pageSize)]
        }
        var trunk = number(32)
        var seen = 0
        while trunk != 0, seen < pages {
            let start = try page(trunk).startIndex
            let leaves = number(start + 4)
            guard leaves <= pageSize / 4 - 2 else { throw .corrupt("\(path): has a damaged list of free pages") }
            for index in 0..<leaves {
                guard try page(number(start + 8 + 4 * index)).allSatisfy({ $0 == 0 }) else {
                    throw .corrupt("\(path): has something in a free page")
                }
            }
            seen += 1 + leaves
            trunk = number(start)
        }
        guard seen == number(36) else { throw .corrupt("\(path): has a damaged list of free pages") }
    }
}
