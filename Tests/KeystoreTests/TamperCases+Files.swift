import Foundation
import GRDB

@testable import Keystore

/// SQLite's own structures, whole states, and the anchor.
extension TamperCase {
    static let files: [TamperCase] = [
        TamperCase("a table added", everything: .corrupt) { try $0.sql("CREATE TABLE extra (x)") },
        TamperCase("a view added", everything: .corrupt) { try $0.sql("CREATE VIEW extra AS SELECT * FROM slot") },
        TamperCase("a trigger added", everything: .corrupt) {
            try $0.sql("CREATE TRIGGER extra AFTER INSERT ON record BEGIN DELETE FROM audit; END")
        },
        TamperCase("an index added", everything: .corrupt) { try $0.sql("CREATE INDEX extra ON audit (entry)") },
        TamperCase("statistics added", everything: .corrupt) { try $0.sql("ANALYZE") },
        TamperCase("a view in a table's place", everything: .corrupt) {
            try $0.sql("ALTER TABLE slot RENAME TO real; CREATE VIEW slot AS SELECT number, slot FROM real")
        },
        TamperCase("a table dropped", everything: .corrupt) { try $0.sql("DROP TABLE bucket") },
        TamperCase("a table renamed", everything: .corrupt) { try $0.sql("ALTER TABLE bucket RENAME TO buckets") },
        TamperCase("a column added", everything: .corrupt) { try $0.sql("ALTER TABLE audit ADD COLUMN more BLOB") },
        TamperCase("a table's statement changed", everything: .corrupt) {
            try $0.sql(
                "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'CREATE TABLE slot', 'CREATE TABLE  slot') WHERE name = 'slot'"
            )
        },
        TamperCase("tables in another order", everything: .corrupt) {
            try $0.sql("DROP TABLE audit; CREATE TABLE x (y)")
            try $0.sql("CREATE TABLE audit (number INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT; DROP TABLE x")
            try $0.sql("ALTER TABLE slot RENAME TO y; CREATE TABLE slot (number INTEGER PRIMARY KEY, slot BLOB NOT NULL) STRICT")
            try $0.sql("INSERT INTO slot SELECT number, slot FROM y; DROP TABLE y")
        },
        TamperCase("another program's file", everything: .corrupt) { try $0.raw { $0.flip(71) } },
        TamperCase("no SQLite file", everything: .corrupt) { try $0.raw { $0.flip(0) } },
        TamperCase("a newer format", everything: .tooNew) { try $0.raw { $0[63] = 2 } },
        TamperCase("a much newer format", everything: .tooNew) { try $0.raw { $0[60] = 0xFF } },
        TamperCase("format 0", everything: .corrupt) { try $0.raw { $0[63] = 0 } },
        TamperCase("a file that asks for a write-ahead log", everything: .corrupt) { try $0.raw { ($0[18], $0[19]) = (2, 2) } },
        TamperCase("a file that asks for a write-ahead log when it is read", everything: .corrupt) { try $0.raw { $0[19] = 2 } },
        TamperCase("a file that asks for one when it is written", everything: .corrupt) { try $0.raw { $0[18] = 2 } },
        TamperCase("another encoding", everything: .corrupt) { try $0.raw { $0[59] = 2 } },
        TamperCase("another page size", everything: .corrupt) { try $0.raw { ($0[16], $0[17]) = (2, 0) } },
        TamperCase("an empty file", everything: .corrupt) { try $0.replace([]) },
        TamperCase("a file of 99 bytes", everything: .corrupt) { try $0.raw { $0 = Array($0.prefix(99)) } },
        TamperCase("half a file", everything: .corrupt) { try $0.raw { $0 = Array($0.prefix($0.count / 8192 * 4096)) } },
        TamperCase("zeros", everything: .corrupt) { try $0.raw { $0 = [UInt8](repeating: 0, count: $0.count) } },
        TamperCase("no file", everything: .notFound) { try FileManager.default.removeItem(atPath: $0.path) },
    ]

    static let states: [TamperCase] = [
        TamperCase("the whole state before", everything: .rolledBack) { try $0.replace($0.template.earlier) },
        TamperCase("the head and bucket hashes of the state before", everything: .rolledBack) {
            for column in ["head", "buckets"] {
                try $0.sql("UPDATE vault SET \(column) = ?", [try $0.blob(column, "vault", "id = 1", of: $0.template.earlier)])
            }
        },
        TamperCase(
            "the head and bucket hashes of the state before, and no anchor",
            [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]
        ) {
            for column in ["head", "buckets"] {
                try $0.sql("UPDATE vault SET \(column) = ?", [try $0.blob(column, "vault", "id = 1", of: $0.template.earlier)])
            }
            try FileManager.default.removeItem(atPath: $0.anchor.path)
        },
        TamperCase("another history of the same length", everything: .forked) { try $0.replace($0.template.fork) },
        TamperCase("another vault for the same key file", everything: .replaced) { try $0.replace($0.template.foreign) },
    ]

    private static func anchor(
        _ description: String, _ code: KeystoreError.Code, _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) -> TamperCase {
        TamperCase(description, everything: code) { try $0.anchorBytes(change) }
    }

    static let anchors: [TamperCase] = [
        anchor("the anchor's mark changed", .corrupt) { $0.flip(0) },
        anchor("an anchor of a newer version", .tooNew) { $0.put(UInt16(2), at: 4) },
        anchor("an anchor with unknown flags", .tooNew) { $0.put(UInt16(2), at: 6) },
        anchor("a settled mark made a prepared one", .corrupt) { $0.put(UInt16(1), at: 6) },
        anchor("the anchor's vault changed", .replaced) { $0.flip(8) },
        anchor("the anchor's fingerprint changed", .replaced) { $0.flip(24) },
        anchor("the anchor's sequence raised", .corrupt) { $0.put(UInt64(1000), at: 40) },
        anchor("the anchor's sequence lowered", .corrupt) { $0.put(UInt64(1), at: 40) },
        anchor("the anchor's MAC of the head changed", .corrupt) { $0.flip(48) },
        anchor("the anchor's MAC changed", .corrupt) { $0.flip(103) },
        anchor("the anchor cut by a byte", .corrupt) { $0.removeLast() },
        anchor("the anchor emptied", .corrupt) { $0 = [] },
        anchor("the anchor longer by a byte", .corrupt) { $0.append(0) },
        anchor("an anchor of more marks than there can be", .unsafeFile) { $0 = Array(repeatElement($0, count: 17).joined()) },
        TamperCase("the anchor of another vault", everything: .replaced) { vault in
            try vault.anchorBytes { $0 = vault.template.foreignAnchor }
        },
        TamperCase("an anchor that others can write", everything: .unsafeFile) {
            try FileManager.default.setAttributes([.posixPermissions: 0o622], ofItemAtPath: $0.anchor.path)
        },
    ]
}
