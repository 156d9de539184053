/// The tables of a vault file, byte for byte as SQLite keeps their statements. A file with any other table, index, view or trigger is
/// refused.
enum SQLiteSchema {
    /// `WRDR`, SQLite's `application_id`.
    static let applicationID: UInt32 = 0x5752_4452
    /// SQLite's `user_version`.
    static let version: UInt32 = 1

    static let tables: [(name: String, sql: String)] = [
        (
            "vault",
            "CREATE TABLE vault (id INTEGER PRIMARY KEY CHECK (id = 1), head BLOB NOT NULL, buckets BLOB NOT NULL) STRICT"
        ),
        ("slot", "CREATE TABLE slot (number INTEGER PRIMARY KEY, slot BLOB NOT NULL) STRICT"),
        ("bucket", "CREATE TABLE bucket (number INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT"),
        (
            "record",
            "CREATE TABLE record (id BLOB NOT NULL, generation INTEGER NOT NULL, header BLOB NOT NULL, info BLOB NOT NULL, "
                + "PRIMARY KEY (id, generation)) STRICT, WITHOUT ROWID"
        ),
        (
            "value",
            "CREATE TABLE value (id BLOB NOT NULL, generation INTEGER NOT NULL, box BLOB NOT NULL, "
                + "PRIMARY KEY (id, generation)) STRICT, WITHOUT ROWID"
        ),
        ("audit", "CREATE TABLE audit (number INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"),
    ]
}
