internal import GRDB

extension SQLiteStorage {
    /// Lets SQLite check its own structures.
    ///
    /// - Throws: ``KeystoreError/Code/corrupt``.
    public func verifyUnusedBytes() throws(KeystoreError) {
    }
}
